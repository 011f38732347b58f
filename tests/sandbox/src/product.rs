//! The five products.

use serde::{Deserialize, Serialize};

/// One of Mindee's products; a model belongs to exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// Fields read from a document, as the model's data schema lists them.
    Extraction,
    /// Page ranges of a file that holds several documents.
    Split,
    /// Places of the documents on a page.
    Crop,
    /// The type of a document.
    Classification,
    /// Words and their places.
    Ocr,
}

impl Product {
    /// All products, in the order of the documentation.
    pub const ALL: [Self; 5] = [
        Self::Extraction,
        Self::Split,
        Self::Crop,
        Self::Classification,
        Self::Ocr,
    ];

    /// The word that stands for the product in paths and in `model_type`.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Extraction => "extraction",
            Self::Split => "split",
            Self::Crop => "crop",
            Self::Classification => "classification",
            Self::Ocr => "ocr",
        }
    }

    /// The product that a path or a query names.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.slug() == slug)
    }
}
