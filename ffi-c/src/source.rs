//! What to send. A source does not change: it may be sent many times, by many threads.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::ffi::c_void;
use std::mem::MaybeUninit;

use bytes::Bytes;
use mindee_core::document::Document;
use mindee_core::{Error, Source};

use crate::boundary::{guard_free, guard_new};
use crate::error::mindee_error;
use crate::text::{Lent, mindee_bytes, mindee_release, mindee_str};

/// A document to send. It does not change, and threads may share it.
///
/// Whether it can be sent is checked by the call, before any byte leaves.
pub struct mindee_source(Kind);

enum Kind {
    Path(String),
    Text(String),
    Url(String),
    Base64(String, Option<String>),
    Bytes(Bytes, Option<String>),
}

impl mindee_source {
    /// A file that was made here, shared and not copied.
    pub(crate) fn made(document: &Document) -> Self {
        let filename = Some(document.filename.clone());
        Self(Kind::Bytes(document.content.clone(), filename))
    }

    /// The core's source, which can be sent once.
    pub(crate) fn to_core(&self) -> Source {
        match &self.0 {
            Kind::Path(path) => Source::path(path),
            Kind::Text(text) => Source::from_text(text),
            Kind::Url(url) => Source::url(url),
            Kind::Base64(text, filename) => Source::base64(text, filename.as_deref()),
            Kind::Bytes(content, filename) => Source::bytes(content.clone(), filename.as_deref()),
        }
    }
}

fn filename(text: mindee_str<'_>) -> Result<Option<String>, Error> {
    Ok(text.given()?.map(str::to_owned))
}

/// A document by its path or its URL: what begins with `http://` or `https://` is a URL.
///
/// Ownership: `text` is copied; `*out` is the caller's, to free with `mindee_source_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_source_text(
    text: mindee_str<'_>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_source>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        Ok(mindee_source(Kind::Text(text.path()?.to_owned())))
    })
}

/// A file, streamed while it is sent: it is never held in memory.
///
/// Ownership: `path` is copied; `*out` is the caller's, to free with `mindee_source_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_source_path(
    path: mindee_str<'_>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_source>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        Ok(mindee_source(Kind::Path(path.path()?.to_owned())))
    })
}

/// A public https address that Mindee fetches itself.
///
/// Ownership: `url` is copied; `*out` is the caller's, to free with `mindee_source_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_source_url(
    url: mindee_str<'_>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_source>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        Ok(mindee_source(Kind::Url(url.required("URL")?.to_owned())))
    })
}

/// Standard base64 text; a `data:` prefix and white space are dropped. `name` may be NULL.
///
/// Ownership: `text` and `name` are copied; `*out` is the caller's, to free with
/// `mindee_source_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_source_base64(
    text: mindee_str<'_>,
    name: mindee_str<'_>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_source>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        let text = text.required("base64 text")?.to_owned();
        Ok(mindee_source(Kind::Base64(text, filename(name)?)))
    })
}

/// Bytes in memory, copied once. `name` is their file name and may be NULL.
///
/// Ownership: `bytes` and `name` are copied; `*out` is the caller's, to free with
/// `mindee_source_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_source_bytes(
    bytes: mindee_bytes<'_>,
    name: mindee_str<'_>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_source>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        let content = Bytes::copy_from_slice(bytes.read());
        Ok(mindee_source(Kind::Bytes(content, filename(name)?)))
    })
}

/// Bytes in memory, lent and never copied. `name` is their file name and may be NULL.
///
/// Ownership: `bytes` stay the caller's and must not change until `release(context)` is called,
/// exactly once, when the source is freed and every call with it has ended; if this function
/// fails, before it returns. `release` may be NULL for bytes that live for ever. `name` is copied;
/// `*out` is the caller's, to free with `mindee_source_free`.
/// Threads: any; `release` may come from any thread, and must not call this library.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_source_lent(
    bytes: mindee_bytes<'_>,
    name: mindee_str<'_>,
    release: mindee_release,
    context: *mut c_void,
    out: Option<&mut MaybeUninit<Option<Box<mindee_source>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, lent(Lent::new(bytes, release, context), name))
}

/// The bytes are held from the start, so that they are released whatever fails later.
fn lent(lent: Lent, name: mindee_str<'_>) -> impl FnOnce() -> Result<mindee_source, Error> {
    move || {
        let content = Bytes::from_owner(lent);
        Ok(mindee_source(Kind::Bytes(content, filename(name)?)))
    }
}

/// Frees a source and nulls its place. A call that was given it goes on.
///
/// Ownership: takes `*slot`; NULL in either place is fine.
/// Threads: any, once at most, and not while a call with it is being started.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_source_free(slot: Option<&mut Option<Box<mindee_source>>>) {
    guard_free(slot);
}
