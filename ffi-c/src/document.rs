//! Local files made ready before they are sent: no client and no key is needed.
//!
//! The options of an operation are given by key (README: "Options", those of documents). Those that
//! begin with `limit_` say what a hostile file can cost at most.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use mindee_core::Error;
use mindee_core::document::{Prepared, perform};

use crate::boundary::{call, guard_free, guard_new, guard_read, null};
use crate::error::mindee_error;
use crate::options::mindee_options;
use crate::source::mindee_source;
use crate::text::{mindee_bytes, mindee_str};
use crate::value::mindee_value;

/// What was found in a local file, and the files that were made of it. It does not change, and
/// threads may share it.
///
/// A library that was built without the feature `documents` has none of its functions.
pub struct mindee_documents(Prepared);

/// A file that was made.
#[repr(C)]
pub struct mindee_document<'a> {
    /// Its name; the extension follows the content. NULL where there is no such file.
    filename: mindee_str<'a>,
    /// Its media type, such as `image/jpeg`.
    media_type: mindee_str<'a>,
    /// Its bytes.
    content: mindee_bytes<'a>,
}

const NO_DOCUMENT: mindee_document<'static> = mindee_document {
    filename: mindee_str::NONE,
    media_type: mindee_str::NONE,
    content: mindee_bytes::NONE,
};

fn prepare(
    operation: &str,
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
) -> Result<mindee_documents, Error> {
    let source = source.ok_or_else(|| null("source"))?;
    let mut call = call(operation, &[], options)?;
    call.set_source(source.to_core());
    perform(call).map(mindee_documents)
}

/// Tells what a file is, without decoding it: `media_type`, `length`, `pages`, `width`, `height`,
/// `orientation`, `animated`, `encrypted`, `text_layer` and `damaged`, in `mindee_documents_value`.
///
/// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
/// to free with `mindee_documents_free`.
/// Threads: any; blocks while the file is read.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_document_inspect(
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_documents>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || prepare("document.inspect", source, options))
}

/// Tells what Mindee will refuse of a file, what will cost and what will be slow: `passes`,
/// `inspection`, and `findings` with `code`, `severity`, `message` and `hint`, in
/// `mindee_documents_value`.
///
/// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
/// to free with `mindee_documents_free`.
/// Threads: any; blocks while the file is read.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_document_preflight(
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_documents>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || prepare("document.preflight", source, options))
}

/// Keeps the pages of the option `pages`, such as `0,-2,-1`, of a PDF or TIFF, in that order.
///
/// Ownership: everything given stays the caller's. `*out` is the caller's, to free with
/// `mindee_documents_free`.
/// Threads: any; blocks while it works.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_document_keep_pages(
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_documents>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || prepare("document.keep_pages", source, options))
}

/// Removes the pages of the option `pages`, such as `0,-1`, of a PDF or TIFF.
///
/// Ownership: everything given stays the caller's. `*out` is the caller's, to free with
/// `mindee_documents_free`.
/// Threads: any; blocks while it works.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_document_remove_pages(
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_documents>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || prepare("document.remove_pages", source, options))
}

/// Mends a damaged PDF; `mended` in `mindee_documents_value` lists what. A sound file comes back byte
/// for byte.
///
/// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
/// to free with `mindee_documents_free`.
/// Threads: any; blocks while it works.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_document_repair(
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_documents>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || prepare("document.repair", source, options))
}

/// Makes a picture, or the scanned pages of a PDF, smaller; `smaller` in `mindee_documents_value` is
/// false where it could not be, and `note` says why. Options: `max_width`, `max_height`,
/// `megapixels`, `max_bytes`, `quality`, `dpi`, `fast`.
///
/// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
/// to free with `mindee_documents_free`.
/// Threads: any; blocks while it works.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_document_shrink(
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_documents>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || prepare("document.shrink", source, options))
}

/// Cuts a file into what a split or crop result found in it; the option `result` is the result's
/// JSON, `quality` and `dpi` say how pictures are made.
///
/// Ownership: everything given stays the caller's. `*out` is the caller's, to free with
/// `mindee_documents_free`.
/// Threads: any; blocks while it works.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_document_cut(
    source: Option<&mindee_source>,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_documents>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || prepare("document.cut", source, options))
}

/// What was found or done.
///
/// Ownership: the value lives as long as `documents`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_documents_value(
    documents: Option<&mindee_documents>,
) -> Option<&mindee_value> {
    guard_read(None, || Some(Some(&documents?.0.about)))
}

/// How many files were made.
///
/// Ownership: `documents` stays the caller's.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_documents_count(documents: Option<&mindee_documents>) -> usize {
    guard_read(0, || Some(documents?.0.documents.len()))
}

/// A file that was made, from 0.
///
/// Ownership: its text and bytes live as long as `documents`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_documents_at(
    documents: Option<&mindee_documents>,
    index: usize,
) -> mindee_document<'_> {
    guard_read(NO_DOCUMENT, || {
        let document = documents?.0.documents.get(index)?;
        Some(mindee_document {
            filename: mindee_str::new(&document.filename),
            media_type: mindee_str::new(document.media_type),
            content: mindee_bytes::new(&document.content),
        })
    })
}

/// A file that was made as a source to send, or to work on further. The bytes are shared, not
/// copied.
///
/// Ownership: `documents` stays the caller's, and may be freed before the source. `*out` is the
/// caller's, to free with `mindee_source_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_documents_source(
    documents: Option<&mindee_documents>,
    index: usize,
    out: Option<&mut MaybeUninit<Option<Box<mindee_source>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        let documents = documents.ok_or_else(|| null("set of documents"))?;
        let document = documents.0.documents.get(index);
        let document = document.ok_or_else(|| null("document of this index"))?;
        Ok(mindee_source::made(document))
    })
}

/// Frees what was found and made, and nulls its place.
///
/// Ownership: takes `*slot`, and what came from it but for sources; NULL is fine.
/// Threads: any, once at most.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_documents_free(slot: Option<&mut Option<Box<mindee_documents>>>) {
    guard_free(slot);
}
