//! What to send: a path, bytes, base64 text, a stream or a URL.
//!
//! A source is checked before any byte leaves: it must not be empty, not pass Mindee's 100 MB
//! (Mindee: "Technical limitations"), and hold a type that Mindee takes, told by its content.
//! Paths and streams are never held in memory.

mod content;
#[cfg(feature = "documents")]
mod local;
mod pipe;
mod prepare;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tokio::io::AsyncRead;

pub(crate) use self::content::Chunks;
pub use self::pipe::{Feed, Offer, pipe};
pub(crate) use self::prepare::Prepared;
#[cfg(feature = "documents")]
pub(crate) use self::prepare::file_error;

/// The largest document that Mindee takes, in bytes.
pub const LARGEST: u64 = 100_000_000;

/// A document to send.
pub struct Source(Kind);

enum Kind {
    Path(PathBuf),
    Bytes {
        content: Bytes,
        filename: Option<String>,
    },
    Base64 {
        text: String,
        filename: Option<String>,
    },
    Stream {
        chunks: Chunks,
        length: Option<u64>,
        filename: Option<String>,
    },
    Spent,
    Url(String),
}

impl Source {
    /// A file, streamed while it is sent.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Path(path.into()))
    }

    /// Bytes in memory, shared and not copied.
    pub fn bytes(content: impl Into<Bytes>, filename: Option<&str>) -> Self {
        Self(Kind::Bytes {
            content: content.into(),
            filename: filename.map(str::to_owned),
        })
    }

    /// Standard base64 text; a `data:` prefix and white space are dropped.
    pub fn base64(text: impl Into<String>, filename: Option<&str>) -> Self {
        Self(Kind::Base64 {
            text: text.into(),
            filename: filename.map(str::to_owned),
        })
    }

    /// A reader, streamed while it is sent; it can be sent once. `length` in bytes, where known: no
    /// more is read, and less is an error.
    pub fn reader(
        reader: impl AsyncRead + Send + 'static,
        length: Option<u64>,
        filename: Option<&str>,
    ) -> Self {
        Self::of_chunks(content::read(reader), length, filename)
    }

    /// The same for a reader that blocks: a thread for such work reads it. A read that is under way
    /// when the call ends is not waited for; the reader is dropped after it.
    pub fn blocking_reader(
        reader: impl io::Read + Send + 'static,
        length: Option<u64>,
        filename: Option<&str>,
    ) -> Self {
        Self::of_chunks(pipe::read_blocking(reader), length, filename)
    }

    /// A stream that was sent already: a call with it is the error `source.spent`.
    pub fn spent() -> Self {
        Self(Kind::Spent)
    }

    fn of_chunks(chunks: Chunks, length: Option<u64>, filename: Option<&str>) -> Self {
        Self(Kind::Stream {
            chunks,
            length,
            filename: filename.map(str::to_owned),
        })
    }

    /// The same under another file name, for a stream.
    pub(crate) fn named(mut self, name: Option<String>) -> Self {
        if let (Kind::Stream { filename, .. }, Some(name)) = (&mut self.0, name) {
            *filename = Some(name);
        }
        self
    }

    /// A public https address that Mindee fetches itself (redirects are not followed there).
    pub fn url(url: impl Into<String>) -> Self {
        Self(Kind::Url(url.into()))
    }

    /// Text as users give it: an `http://` or `https://` address, else a path.
    pub fn from_text(text: &str) -> Self {
        let scheme = text.get(..8).unwrap_or(text).to_ascii_lowercase();
        if scheme.starts_with("http://") || scheme == "https://" {
            Self::url(text)
        } else {
            Self::path(text)
        }
    }
}

/// Where a source is, for those that are somewhere.
#[cfg(feature = "ledger")]
pub(crate) enum Place<'a> {
    Path(&'a Path),
    Url(&'a str),
}

impl Source {
    #[cfg(feature = "ledger")]
    pub(crate) fn place(&self) -> Option<Place<'_>> {
        match &self.0 {
            Kind::Path(path) => Some(Place::Path(path)),
            Kind::Url(url) => Some(Place::Url(url)),
            _ => None,
        }
    }

    pub(crate) fn filename(&self) -> Option<String> {
        match &self.0 {
            Kind::Path(path) => Some(path.file_name()?.to_string_lossy().into_owned()),
            Kind::Bytes { filename, .. }
            | Kind::Base64 { filename, .. }
            | Kind::Stream { filename, .. } => filename.clone(),
            Kind::Spent | Kind::Url(_) => None,
        }
    }
}

impl From<&str> for Source {
    fn from(text: &str) -> Self {
        Self::from_text(text)
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl fmt::Debug for Source {
    /// Names the kind alone: content and addresses may be confidential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Path(_) => "Source::path",
            Kind::Bytes { .. } => "Source::bytes",
            Kind::Base64 { .. } => "Source::base64",
            Kind::Stream { .. } => "Source::reader",
            Kind::Spent => "Source::spent",
            Kind::Url(_) => "Source::url",
        })
    }
}
