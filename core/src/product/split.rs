//! Split: where one document ends and the next begins.

use serde::Deserialize;

use super::{Chained, Product, ProductResult};
use crate::lenient::Presence;

/// What split found.
#[derive(Debug, Clone, Deserialize)]
pub struct SplitResult {
    /// The documents, in the order of their pages.
    pub splits: Vec<Split>,
}

impl ProductResult for SplitResult {
    const PRODUCT: Option<Product> = Some(Product::Split);
}

/// One document among the pages.
#[derive(Debug, Clone, Deserialize)]
pub struct Split {
    /// First and last page, from 0, both included.
    pub page_range: (u64, u64),
    /// The kind of document.
    #[serde(default)]
    pub document_type: Option<String>,
    /// The extraction chained to it.
    #[serde(default)]
    pub extraction_response: Presence<Box<Chained>>,
}
