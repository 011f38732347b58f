//! Files made ready before they are sent (feature `documents`). No client and no key is needed.
//!
//! [`inspect`](fn@inspect) tells what a file is without decoding it, [`preflight`](fn@preflight) what
//! Mindee will refuse and what will cost. [`keep_pages`], [`remove_pages`], [`repair`](fn@repair) and
//! [`shrink`](fn@shrink) give a new file, [`cut`](fn@cut) the files that a split or crop result names.
//! Each works on one file with one [`Budget`]: whatever the file says of itself, no more pixels,
//! objects, bytes or seconds than that are spent on it. All are plain functions without shared
//! state: any number of threads may call them at once.

mod budget;
mod content;
mod cut;
mod door;
mod guard;
mod image;
mod inspect;
mod pages;
mod pdf;
mod preflight;
mod ready;
mod repair;
mod shrink;
mod wanted;

pub use budget::{Budget, Limits};
pub use content::File;
pub use cut::{CutOptions, cut};
pub use door::{Prepared, perform};
pub use inspect::{Encryption, Inspection, inspect};
pub use pages::{keep_pages, remove_pages};
pub use preflight::{Preflight, preflight};
pub use repair::{Repaired, repair};
pub use shrink::{Shrink, Shrunk, shrink};

pub(crate) use ready::{Readiness, make_ready};

use bytes::Bytes;

use crate::source::Source;

/// A file that was made here.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name; the extension follows the content.
    pub filename: String,
    /// Its media type, such as `image/jpeg`.
    pub media_type: &'static str,
    /// Its bytes.
    pub content: Bytes,
}

impl From<Document> for Source {
    fn from(document: Document) -> Self {
        Self::bytes(document.content, Some(&document.filename))
    }
}

impl std::fmt::Debug for Document {
    /// Without the content, which may be confidential.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("filename", &self.filename)
            .field("media_type", &self.media_type)
            .field("length", &self.content.len())
            .finish()
    }
}
