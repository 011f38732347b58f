//! Extraction: fields by the model's data schema.

use serde::Deserialize;

use super::{Fields, Product, ProductResult};
use crate::lenient::{Presence, or_default};

/// What extraction found.
#[derive(Debug, Clone, Deserialize)]
pub struct ExtractionResult {
    /// The fields, in Mindee's order.
    pub fields: Fields,
    /// The full text, where `raw_text` was on.
    #[serde(default)]
    pub raw_text: Presence<RawText>,
    /// The RAG document that was used: null where RAG was off.
    #[serde(default)]
    pub rag: Presence<Rag>,
}

impl ProductResult for ExtractionResult {
    const PRODUCT: Option<Product> = Some(Product::Extraction);
}

/// The full text, page by page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RawText {
    /// The pages.
    #[serde(default, deserialize_with = "or_default")]
    pub pages: Vec<RawTextPage>,
}

/// The text of one page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RawTextPage {
    /// The text, with `\n` between lines.
    #[serde(default, deserialize_with = "or_default")]
    pub content: String,
}

/// What RAG used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rag {
    /// The RAG document that matched; `None` where none did.
    #[serde(default)]
    pub retrieved_document_id: Option<String>,
}

/// The options that were in force. An absent one was not told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ActiveOptions {
    /// Full text.
    #[serde(default)]
    pub raw_text: Option<bool>,
    /// Places on the page.
    #[serde(default)]
    pub polygon: Option<bool>,
    /// Confidences.
    #[serde(default)]
    pub confidence: Option<bool>,
    /// RAG documents.
    #[serde(default)]
    pub rag: Option<bool>,
    /// Context over several pages.
    #[serde(default)]
    pub multipage_context: Option<bool>,
    /// Text that was given to help.
    #[serde(default)]
    pub text_context: Option<bool>,
    /// The data schema of the call.
    #[serde(default)]
    pub data_schema: Option<ActiveDataSchema>,
}

/// How the call changed the data schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ActiveDataSchema {
    /// Whether it was replaced.
    #[serde(default)]
    pub replace: Option<bool>,
}
