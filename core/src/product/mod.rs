//! Mindee's five products and the envelope that every result comes in.

mod any;
mod classification;
mod crop;
mod extraction;
mod field;
mod fields;
mod in_place;
mod ocr;
mod outline;
mod split;

pub use any::AnyResult;
pub use classification::{Classification, ClassificationResult};
pub use crop::{Crop, CropResult};
pub use extraction::{ActiveOptions, ExtractionResult, Rag, RawText, RawTextPage};
pub use field::{Confidence, Field, ListField, Location, ObjectField, SimpleField};
pub use fields::Fields;
pub use ocr::{OcrPage, OcrResult, OcrWord};
pub use split::{Split, SplitResult};

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::in_place::{Place, read_in_place};
use crate::error::{Error, code};
use crate::finding::Finding;
use crate::lenient::{Presence, read_json};
use crate::options::unknown;

/// What Mindee does with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// Fields by the model's data schema.
    Extraction,
    /// Where one document ends and the next begins.
    Split,
    /// Where the documents lie on a picture.
    Crop,
    /// Which kind of document it is.
    Classification,
    /// All words and their places.
    Ocr,
}

impl Product {
    /// Every product.
    pub const ALL: [Self; 5] = [
        Self::Extraction,
        Self::Split,
        Self::Crop,
        Self::Classification,
        Self::Ocr,
    ];

    /// The product's name in routes and model types.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Extraction => "extraction",
            Self::Split => "split",
            Self::Crop => "crop",
            Self::Classification => "classification",
            Self::Ocr => "ocr",
        }
    }
}

impl FromStr for Product {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|product| product.slug() == text)
            .ok_or_else(|| {
                let nearest = unknown(text, Self::ALL.iter().map(|product| product.slug()));
                Error::new(
                    code::OPTION_INVALID,
                    nearest.message().replace("option", "product"),
                )
            })
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

/// The typed result of one product.
pub trait ProductResult: DeserializeOwned + Send {
    /// The product; `None` reads whatever comes.
    const PRODUCT: Option<Product>;
}

/// What Mindee found in one document.
///
/// Unknown keys are ignored here and stay in [`raw`](Self::raw) and [`pointer`](Self::pointer).
#[derive(Clone, Deserialize)]
pub struct Inference<R> {
    /// The inference's id, the same as the job's.
    pub id: String,
    /// The job.
    #[serde(default)]
    pub job: Presence<Reference>,
    /// The model that was used.
    #[serde(default)]
    pub model: Presence<Reference>,
    /// The document.
    #[serde(default)]
    pub file: Presence<File>,
    /// What the product found.
    pub result: R,
    /// The options that were in force; extraction alone tells them.
    #[serde(default)]
    pub active_options: Presence<ActiveOptions>,
    #[serde(skip)]
    members: Vec<(String, Place)>,
    #[serde(skip)]
    raw: Bytes,
    #[serde(skip)]
    warnings: Vec<Finding>,
    #[serde(skip)]
    parsed: OnceLock<Value>,
}

/// An object that is named by its id alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reference {
    /// The id.
    pub id: String,
}

/// The document as Mindee saw it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct File {
    /// Its file name.
    #[serde(default)]
    pub name: Option<String>,
    /// Your own name for it.
    #[serde(default)]
    pub alias: Option<String>,
    /// Its number of pages.
    #[serde(default)]
    pub page_count: Option<u64>,
    /// Its media type.
    #[serde(default)]
    pub mime_type: Option<String>,
}

/// A complete inference inside another one: extraction chained to split, crop or classification.
#[derive(Debug, Clone, Deserialize)]
pub struct Chained {
    /// The extraction that followed.
    pub inference: Inference<ExtractionResult>,
}

impl<R: fmt::Debug> fmt::Debug for Inference<R> {
    /// The typed view alone: the bytes say the same once more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Inference");
        shown
            .field("id", &self.id)
            .field("file", &self.file)
            .field("result", &self.result);
        shown.finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Answer<R> {
    inference: Inference<R>,
}

impl<R: DeserializeOwned> Inference<R> {
    /// Reads an inference from Mindee's JSON: a result, or the body of a webhook.
    pub fn from_json(raw: impl Into<Bytes>) -> Result<Self, Error> {
        let raw = raw.into();
        match read_in_place::<Answer<R>>(&raw) {
            Ok((Answer { mut inference }, members)) => {
                inference.members = members;
                inference.raw = raw;
                Ok(inference)
            }
            Err(error) => Err(unreadable(raw, &error, "an inference")),
        }
    }
}

impl<R> Inference<R> {
    /// Mindee's answer, byte for byte. Empty for a chained inference: its bytes are the parent's.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// What the option `preflight` found in the document that `run` sent, the gravest first; its
    /// cost is none of it.
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    pub(crate) fn with_warnings(self, warnings: Vec<Finding>) -> Self {
        Self { warnings, ..self }
    }

    /// The value at a JSON pointer such as `/inference/result/fields/total/value`.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        self.parsed
            .get_or_init(|| read_json(&self.raw).unwrap_or_default())
            .pointer(pointer)
    }
}

/// The error for an answer that is no JSON, or not the JSON that was expected; its bytes are kept.
pub(crate) fn unreadable(raw: Bytes, error: &serde_json::Error, expected: &str) -> Error {
    // Data errors may quote the document; where in the answer it went wrong is all that is told.
    let place = format!("at line {}, column {}", error.line(), error.column());
    let (row, message) = match error.classify() {
        serde_json::error::Category::Data => (
            code::ANSWER_UNKNOWN_SHAPE,
            format!("The answer is not {expected} ({place})"),
        ),
        _ if error.to_string().starts_with("number out of range") => {
            let message = format!("The answer holds a number beyond all bounds ({place})");
            (code::ANSWER_UNKNOWN_SHAPE, message)
        }
        _ if error.to_string().starts_with("recursion limit") => (
            code::ANSWER_UNKNOWN_SHAPE,
            format!("The answer is nested too deeply ({place})"),
        ),
        _ => (
            code::ANSWER_NOT_JSON,
            format!("The answer is not JSON ({place})"),
        ),
    };
    Error::new(row, message).with_body(raw)
}
