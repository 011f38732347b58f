//! What a file is, told without decoding it.

use serde_json::{Map, Value, json};

use super::{Budget, File, pdf};
use crate::error::Error;

/// Whether a file is encrypted. Mindee takes no encrypted file, not even with an empty password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// It is not.
    No,
    /// It is, and opens without a password being asked for.
    EmptyPassword,
    /// It is, and opens with a password alone.
    Password,
}

impl Encryption {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::EmptyPassword => "empty_password",
            Self::Password => "password",
        }
    }
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// By its content.
    pub media_type: &'static str,
    /// In bytes.
    pub length: u64,
    /// Of a PDF the pages that are there, whatever it claims; nothing where only a password would
    /// tell. Of a TIFF its pictures, of a HEIC sequence its frames; of other pictures 1.
    pub pages: Option<u64>,
    /// In pixels as stored, before the orientation is applied; of a PDF nothing.
    pub width: Option<u32>,
    /// In pixels as stored, before the orientation is applied; of a PDF nothing.
    pub height: Option<u32>,
    /// As in EXIF, 1 to 8, where the picture says it.
    pub orientation: Option<u8>,
    /// Whether a picture moves.
    pub animated: Option<bool>,
    /// Whether, and how, it is encrypted.
    pub encrypted: Encryption,
    /// Of a PDF whether one of its first 16 pages shows text, be it the unseen text over a scan that
    /// was read; nothing where only a password would tell.
    pub text_layer: Option<bool>,
    /// Whether it can be read only by readers that mend: see [`repair`](fn@super::repair).
    pub damaged: bool,
}

impl Inspection {
    /// As one JSON object; what is not known is left out.
    pub fn to_json(&self) -> Value {
        let mut json = Map::new();
        let mut put = |key: &str, value: Value| {
            if !value.is_null() {
                json.insert(key.to_owned(), value);
            }
        };
        put("media_type", json!(self.media_type));
        put("length", json!(self.length));
        put("pages", json!(self.pages));
        put("width", json!(self.width));
        put("height", json!(self.height));
        put("orientation", json!(self.orientation));
        put("animated", json!(self.animated));
        put("encrypted", json!(self.encrypted.name()));
        put("text_layer", json!(self.text_layer));
        put("damaged", json!(self.damaged));
        Value::Object(json)
    }
}

/// Tells what a file is. A type that Mindee does not take is the error of its upload.
pub fn inspect(file: &File, budget: &Budget) -> Result<Inspection, Error> {
    let media_type = file.media_type()?;
    if media_type != "application/pdf" {
        return super::image::inspect(file, media_type, budget);
    }
    let look = pdf::inspect(file, budget)?;
    Ok(Inspection {
        media_type,
        length: file.length(),
        pages: look.pages,
        width: None,
        height: None,
        orientation: None,
        animated: None,
        encrypted: look.encryption,
        text_layer: look.text_layer,
        damaged: look.damaged,
    })
}
