//! What the targets over documents share.

use std::time::Duration;

use mindee_core::document::{Budget, Document, File, Limits};
use mindee_core::error::Error;

/// Small, so that what passes them is seen soon: as a time-out, or as memory that nobody allowed.
pub fn budget() -> Budget {
    Budget::new(Limits {
        pixels: 1_000_000,
        pages: 1_000,
        objects: 200_000,
        inflated: 16_000_000,
        nesting: 64,
        time: Duration::from_secs(10),
    })
}

/// Under the name of a PDF, so that no content is refused for what it looks like.
pub fn file(content: &[u8]) -> File {
    File::bytes(content.to_vec(), Some("fuzzed.pdf"))
}

/// A refusal is right; a defect that says so of itself is not.
#[allow(dead_code, reason = "not every target gives documents")]
pub fn known<T>(outcome: Result<T, Error>) -> Option<T> {
    match outcome {
        Ok(made) => Some(made),
        Err(error) => {
            assert_ne!(error.code(), "internal", "{error}");
            None
        }
    }
}

/// What was made here can be read here.
#[allow(dead_code, reason = "not every target gives documents")]
pub fn readable(document: Document) {
    let file = File::bytes(document.content, Some(&document.filename));
    let told = mindee_core::document::inspect(&file, &budget());
    if let Err(error) = told {
        assert_eq!(error.code(), "document.limit", "{error}");
    }
}
