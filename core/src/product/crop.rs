//! Crop: where the documents lie on a picture.

use serde::Deserialize;

use super::{Chained, Location, Product, ProductResult};
use crate::lenient::Presence;

/// What crop found.
#[derive(Debug, Clone, Deserialize)]
pub struct CropResult {
    /// The documents.
    pub crops: Vec<Crop>,
}

impl ProductResult for CropResult {
    const PRODUCT: Option<Product> = Some(Product::Crop);
}

/// One document on a page.
#[derive(Debug, Clone, Deserialize)]
pub struct Crop {
    /// The kind of document.
    #[serde(default)]
    pub object_type: Option<String>,
    /// Where it lies.
    pub location: Location,
    /// The extraction chained to it.
    #[serde(default)]
    pub extraction_response: Presence<Box<Chained>>,
}
