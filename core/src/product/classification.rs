//! Classification: which kind of document it is.

use serde::Deserialize;

use super::{Chained, Product, ProductResult};
use crate::lenient::Presence;

/// What classification found.
#[derive(Debug, Clone, Deserialize)]
pub struct ClassificationResult {
    /// The answer.
    pub classification: Classification,
}

impl ProductResult for ClassificationResult {
    const PRODUCT: Option<Product> = Some(Product::Classification);
}

/// The kind of a document.
#[derive(Debug, Clone, Deserialize)]
pub struct Classification {
    /// The kind, one of the model's own.
    #[serde(default)]
    pub document_type: Option<String>,
    /// The extraction chained to it.
    #[serde(default)]
    pub extraction_response: Presence<Box<Chained>>,
}
