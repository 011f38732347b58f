//! What to send. A source does not change: it may be sent many times, by many threads. A reader
//! alone is there for one call.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::ffi::c_void;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use mindee_core::{Error, Source};

use crate::boundary::{guard_free, guard_new, null};
use crate::error::mindee_error;
use crate::text::{Context, Lent, mindee_bytes, mindee_release, mindee_str};

/// A document to send. It does not change, and threads may share it; what a reader gives can be
/// sent once.
///
/// Whether it can be sent is checked by the call, before any byte leaves.
pub struct mindee_source(Kind);

/// Writes the next bytes of a document to `buffer`, `capacity` at most, and returns their number:
/// 0 at the end of the document, a negative number where it cannot be read. The number stands
/// among the causes of the call's error, `source.unreadable`.
///
/// It may wait as long as it likes: it comes from a thread of the library, never from one that is
/// in a call, and from one at a time. It must not throw, and must not call the library.
pub type mindee_read =
    Option<extern "C" fn(context: *mut c_void, buffer: *mut u8, capacity: usize) -> i64>;

enum Kind {
    Path(String),
    Text(String),
    Url(String),
    Base64(String, Option<String>),
    Bytes(Bytes, Option<String>),
    Reader {
        /// There until a call takes it.
        reader: Mutex<Option<Reader>>,
        length: Option<u64>,
        filename: Option<String>,
    },
}

struct Reader {
    read: extern "C" fn(*mut c_void, *mut u8, usize) -> i64,
    context: Context,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let given = (self.read)(self.context.pointer, buffer.as_mut_ptr(), buffer.len());
        match usize::try_from(given) {
            Ok(given) if given <= buffer.len() => Ok(given),
            Ok(_) => Err(io::Error::other("the reader told more than was asked for")),
            Err(_) => Err(io::Error::other(format!("the reader gave {given}"))),
        }
    }
}

impl mindee_source {
    /// A file that was made here, shared and not copied.
    #[cfg(feature = "documents")]
    pub(crate) fn made(document: &mindee_core::document::Document) -> Self {
        let filename = Some(document.filename.clone());
        Self(Kind::Bytes(document.content.clone(), filename))
    }

    /// The core's source, for one call.
    pub(crate) fn to_core(&self) -> Source {
        match &self.0 {
            Kind::Path(path) => Source::path(path),
            Kind::Text(text) => Source::from_text(text),
            Kind::Url(url) => Source::url(url),
            Kind::Base64(text, filename) => Source::base64(text, filename.as_deref()),
            Kind::Bytes(content, filename) => Source::bytes(content.clone(), filename.as_deref()),
            Kind::Reader {
                reader,
                length,
                filename,
            } => {
                let reader = reader.lock().unwrap_or_else(PoisonError::into_inner).take();
                reader.map_or_else(Source::spent, |reader| {
                    Source::blocking_reader(reader, *length, filename.as_deref())
                })
            }
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
/// Ownership: `bytes` stay the caller's and must not change until `release(context)` is called, when
/// the source is freed and every call with it has ended; if this function fails, before it returns.
/// `release` may be NULL for bytes that live for ever. `name` is copied; `*out` is the caller's, to
/// free with `mindee_source_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_source_lent(
    bytes: mindee_bytes<'_>,
    name: mindee_str<'_>,
    release: mindee_release,
    context: *mut c_void,
    out: Option<&mut MaybeUninit<Option<Box<mindee_source>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(
        out,
        lent(Lent::new(bytes, Context::new(release, context)), name),
    )
}

/// The bytes are held from the start, so that they are released whatever fails later.
fn lent(lent: Lent, name: mindee_str<'_>) -> impl FnOnce() -> Result<mindee_source, Error> {
    move || {
        let content = Bytes::from_owner(lent);
        Ok(mindee_source(Kind::Bytes(content, filename(name)?)))
    }
}

/// A document that `read` gives while it is sent, a few pieces ahead: it is never held in memory.
/// Nothing is read before a call asks for it. It can be sent once: a second call is the error
/// `source.spent`. A small one is sent again where the server asks for it; with a larger one, the
/// call ends with the server's error.
///
/// `length` is its number of bytes, 0 where it is not known: no more is read, and less is the error
/// `source.unreadable`. `name` is its file name and may be NULL.
///
/// Ownership: `context` and all that `read` uses stay the caller's and must live until
/// `release(context)` is called. That is after the last `read`: when the document was read or its call
/// has ended, which does not wait for a `read` under way; when the source is freed without a call; or,
/// if this function fails, before it returns. `release` may be NULL for a context that lives for ever.
/// `name` is copied; `*out` is the caller's, to free with `mindee_source_free`.
/// Threads: any; `read` comes from threads of the library, `release` from any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_source_reader(
    read: mindee_read,
    release: mindee_release,
    context: *mut c_void,
    length: u64,
    name: mindee_str<'_>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_source>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(
        out,
        reader(read, Context::new(release, context), length, name),
    )
}

/// The context is held from the start, so that it is released whatever fails later.
fn reader(
    read: mindee_read,
    context: Context,
    length: u64,
    name: mindee_str<'_>,
) -> impl FnOnce() -> Result<mindee_source, Error> {
    move || {
        let read = read.ok_or_else(|| null("reader"))?;
        Ok(mindee_source(Kind::Reader {
            reader: Mutex::new(Some(Reader { read, context })),
            length: (length > 0).then_some(length),
            filename: filename(name)?,
        }))
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
