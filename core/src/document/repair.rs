//! Files that readers stumble over, mended.

use super::shrink::renamed;
use super::{Budget, Document, File, pdf};
use crate::error::{Error, code};

/// A file, and what was mended of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The file: the same bytes where nothing was to be mended.
    pub document: Document,
    /// - `junk_before_header`: bytes in front of `%PDF-` were taken away;
    /// - `cross_reference_rebuilt`: the table of objects was missing or wrong;
    /// - `truncated_tail`: the file broke off; what was cut in two is gone;
    /// - `page_tree_rebuilt`: the list of pages was gone: pages stand in the order of the file;
    /// - `page_count_corrected`: the list named other pages, or another number, than there are;
    /// - `stream_lengths_corrected`: data were longer or shorter than they said;
    /// - `object_ends_added`: objects were not closed.
    pub mended: Vec<&'static str>,
}

/// Mends a PDF. Nothing else of it changes, and a sound one comes back byte for byte. One without
/// `%PDF-` in its first 1024 bytes, or without any page to be found, is an error that says so.
pub fn repair(file: &File, budget: &Budget) -> Result<Repaired, Error> {
    let media_type = file.media_type()?;
    let filename = renamed(file.filename(), media_type);
    if media_type != "application/pdf" {
        let message = format!("{filename} is {media_type}, and only PDFs can be mended");
        return Err(Error::new(code::DOCUMENT_TYPE_UNFIT, message));
    }
    let (content, mended) = pdf::repair(file, budget)?;
    let content = match content {
        Some(content) => content.into(),
        None => file.whole()?,
    };
    Ok(Repaired {
        document: Document {
            filename,
            media_type,
            content,
        },
        mended,
    })
}
