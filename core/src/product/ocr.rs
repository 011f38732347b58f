//! OCR: all words and their places.

use serde::Deserialize;

use super::{Product, ProductResult};
use crate::lenient::or_default;

/// What OCR found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OcrResult {
    /// The pages.
    pub pages: Vec<OcrPage>,
}

impl ProductResult for OcrResult {
    const PRODUCT: Option<Product> = Some(Product::Ocr);
}

/// One page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OcrPage {
    /// All text of the page.
    #[serde(default, deserialize_with = "or_default")]
    pub content: String,
    /// The words, in reading order.
    #[serde(default, deserialize_with = "or_default")]
    pub words: Vec<OcrWord>,
}

/// One word.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OcrWord {
    /// Its text.
    #[serde(default, deserialize_with = "or_default")]
    pub content: String,
    /// Its corners as (x, y), each from 0 to 1, clockwise.
    #[serde(default, deserialize_with = "or_default")]
    pub polygon: Vec<(f64, f64)>,
}
