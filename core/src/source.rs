//! What to send: a path, bytes, base64 text, a reader or a URL.
//!
//! A source is checked before any byte leaves: it must not be empty, not pass Mindee's 100 MB
//! (Mindee: "Technical limitations"), and hold a type that Mindee takes, told by its content.
//! A path is streamed: the file is never held in memory.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use base64::Engine;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::ReaderStream;
use url::Url;

#[cfg(feature = "documents")]
use crate::document::File;
use crate::error::{Error, Row, code};
use crate::media;

/// The largest document that Mindee takes, in bytes.
pub const LARGEST: u64 = 100_000_000;
/// Large enough that reading costs little, small enough that memory stays flat.
const CHUNK: usize = 128 * 1024;

/// A file up to this size is read at once, in bytes.
const SMALL: u64 = 256 * 1024;

type Reader = Box<dyn AsyncRead + Send + Unpin>;

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
    Reader {
        reader: Reader,
        length: Option<u64>,
        filename: Option<String>,
    },
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

    /// A reader, streamed while it is sent; it can be sent once. `length` in bytes, where known.
    pub fn reader(
        reader: impl AsyncRead + Send + Unpin + 'static,
        length: Option<u64>,
        filename: Option<&str>,
    ) -> Self {
        Self(Kind::Reader {
            reader: Box::new(reader),
            length,
            filename: filename.map(str::to_owned),
        })
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
            | Kind::Reader { filename, .. } => filename.clone(),
            Kind::Url(_) => None,
        }
    }
}

#[cfg(feature = "documents")]
impl Source {
    /// What can be looked at before it is sent: a file that is here.
    pub(crate) fn into_file(self) -> Result<File, Error> {
        match self.0 {
            Kind::Path(path) => File::open(path),
            Kind::Bytes { content, filename } => Ok(File::bytes(content, filename.as_deref())),
            Kind::Base64 { text, filename } => {
                Ok(File::bytes(decode(&text)?, filename.as_deref()))
            }
            Kind::Reader { .. } | Kind::Url(_) => Err(Error::new(
                code::SOURCE_MISSING,
                "A reader or URL cannot be looked at here: give a path or bytes",
            )),
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
            Kind::Reader { .. } => "Source::reader",
            Kind::Url(_) => "Source::url",
        })
    }
}

/// A source that passed every local check.
pub(crate) enum Prepared {
    Url(String),
    File(PreparedFile),
}

impl Prepared {
    /// The file name that is sent; a URL has none of its own.
    pub(crate) fn filename(&self) -> Option<&str> {
        match self {
            Self::Url(_) => None,
            Self::File(file) => Some(&file.filename),
        }
    }
}

/// A local document, ready to be streamed.
pub(crate) struct PreparedFile {
    pub filename: String,
    pub media_type: &'static str,
    /// In bytes; `None` for a reader that did not say.
    pub length: Option<u64>,
    content: Content,
}

enum Content {
    Path(PathBuf),
    Bytes(Bytes),
    /// Taken at the first sending; what was read for the check goes first.
    Reader(Mutex<Option<(Bytes, Reader)>>),
}

impl Source {
    pub(crate) async fn prepare(self) -> Result<Prepared, Error> {
        let file = match self.0 {
            Kind::Url(url) => return check_url(url).map(Prepared::Url),
            Kind::Path(path) => prepare_path(path).await?,
            Kind::Bytes { content, filename } => prepare_bytes(content, filename)?,
            Kind::Base64 { text, filename } => prepare_bytes(decode(&text)?, filename)?,
            Kind::Reader {
                reader,
                length,
                filename,
            } => prepare_reader(reader, length, filename).await?,
        };
        Ok(Prepared::File(file))
    }
}

impl PreparedFile {
    /// The content, from its start.
    pub(crate) async fn stream(&self) -> Result<BoxStream<'static, io::Result<Bytes>>, Error> {
        match &self.content {
            Content::Bytes(content) => Ok(slices(content.clone())),
            Content::Path(path) => {
                let file = tokio::fs::File::open(path)
                    .await
                    .map_err(|e| unreadable(path, &e))?;
                Ok(exactly(file, self.length.unwrap_or(LARGEST)))
            }
            Content::Reader(slot) => {
                let taken = slot
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .take();
                let (head, rest) = taken
                    .ok_or_else(|| Error::new(code::SOURCE_SPENT, "The reader was sent already"))?;
                let whole = io::Cursor::new(head).chain(rest);
                Ok(match self.length {
                    Some(length) => exactly(whole, length),
                    None => at_most(whole, LARGEST),
                })
            }
        }
    }
}

async fn prepare_path(path: PathBuf) -> Result<PreparedFile, Error> {
    let Some(filename) = path.file_name().map(|name| name.to_str()) else {
        return Err(Error::new(
            code::SOURCE_NOT_A_FILE,
            format!("{} is not a file", path.display()),
        ));
    };
    if path.to_str().is_none() {
        return Err(Error::new(
            code::SOURCE_PATH_NOT_UTF8,
            "The path is not UTF-8 text",
        ));
    }
    let filename = filename.unwrap_or_default().to_owned();
    // One visit to the threads for files: each costs more than a small file takes to read.
    let visit = move || {
        let read = look(&path);
        (path, read)
    };
    let (path, read) = tokio::task::spawn_blocking(visit)
        .await
        .map_err(|e| Error::new(code::INTERNAL, "A file could not be read").caused_by(&e))?;
    let (length, head) = match read {
        Ok(Some(read)) => read,
        Ok(None) => {
            let message = format!("{} is not a file", path.display());
            return Err(Error::new(code::SOURCE_NOT_A_FILE, message));
        }
        Err(error) => return Err(unreadable(&path, &error)),
    };
    check_length(length, &filename)?;
    let media_type = media::sniff(&head, Some(&filename))?;
    let whole = u64::try_from(head.len()) == Ok(length);
    let content = if whole {
        Content::Bytes(head.into())
    } else {
        Content::Path(path)
    };
    Ok(PreparedFile {
        filename,
        media_type,
        length: Some(length),
        content,
    })
}

/// The length of a file, and its beginning: of a small one, all of it. Nothing where it is none.
fn look(path: &Path) -> io::Result<Option<(u64, Vec<u8>)>> {
    use std::io::Read;
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Ok(None);
    }
    let length = metadata.len();
    // No more than the length that will be told: what is added meanwhile is not part of it.
    let most = if length <= SMALL { length } else { media::HEAD };
    let mut head = Vec::new();
    std::fs::File::open(path)?
        .take(most)
        .read_to_end(&mut head)?;
    Ok(Some((length, head)))
}

fn prepare_bytes(content: Bytes, filename: Option<String>) -> Result<PreparedFile, Error> {
    let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
    check_length(length, filename.as_deref().unwrap_or("The document"))?;
    let media_type = media::sniff(&content, filename.as_deref())?;
    let filename = filename.unwrap_or_else(|| media::default_filename(media_type));
    Ok(PreparedFile {
        filename,
        media_type,
        length: Some(length),
        content: Content::Bytes(content),
    })
}

async fn prepare_reader(
    mut reader: Reader,
    length: Option<u64>,
    filename: Option<String>,
) -> Result<PreparedFile, Error> {
    let mut head = Vec::new();
    (&mut reader)
        .take(media::HEAD)
        .read_to_end(&mut head)
        .await
        .map_err(|e| Error::new(code::SOURCE_UNREADABLE, "The reader failed").caused_by(&e))?;
    let read = u64::try_from(head.len()).unwrap_or(u64::MAX);
    check_length(
        length.unwrap_or(read).min(read.max(length.unwrap_or(0))),
        "The reader's document",
    )?;
    let media_type = media::sniff(&head, filename.as_deref())?;
    let filename = filename.unwrap_or_else(|| media::default_filename(media_type));
    let content = Content::Reader(Mutex::new(Some((Bytes::from(head), reader))));
    Ok(PreparedFile {
        filename,
        media_type,
        length,
        content,
    })
}

fn check_length(length: u64, what: &str) -> Result<(), Error> {
    if length == 0 {
        return Err(Error::new(code::SOURCE_EMPTY, format!("{what} is empty")));
    }
    if length > LARGEST {
        return Err(Error::new(
            code::SOURCE_TOO_LARGE,
            format!("{what} has {length} bytes"),
        ));
    }
    Ok(())
}

fn check_url(text: String) -> Result<String, Error> {
    // The address itself stays out of the text: its query may carry credentials.
    let refuse = |why: &str| Err(Error::new(code::SOURCE_URL_INVALID, why));
    if text.len() > 2048 {
        return refuse("The document's URL has more than 2048 characters");
    }
    match Url::parse(&text) {
        Ok(url) if url.scheme() != "https" => refuse("The document's URL is not https"),
        Ok(url) if url.host().is_none() => refuse("The document's URL names no host"),
        Ok(_) => Ok(text),
        Err(_) => refuse("The document's URL cannot be read"),
    }
}

fn decode(text: &str) -> Result<Bytes, Error> {
    let body = match text.split_once(";base64,") {
        Some((prefix, body)) if prefix.trim_start().starts_with("data:") => body,
        _ => text,
    };
    let clean: Vec<u8> = body
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    base64::engine::general_purpose::STANDARD
        .decode(clean)
        .map(Bytes::from)
        .map_err(|_| Error::new(code::SOURCE_BASE64_INVALID, "The text is not base64"))
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Error {
    let (row, what): (&'static Row, &str) = match error.kind() {
        io::ErrorKind::NotFound => (code::SOURCE_NOT_FOUND, "does not exist"),
        _ => (code::SOURCE_UNREADABLE, "cannot be read"),
    };
    Error::new(row, format!("{} {what}", path.display())).caused_by(error)
}

fn slices(content: Bytes) -> BoxStream<'static, io::Result<Bytes>> {
    stream::unfold(content, |mut rest| async move {
        let next = rest.split_to(rest.len().min(CHUNK));
        (!next.is_empty()).then_some((Ok(next), rest))
    })
    .boxed()
}

/// Exactly `length` bytes: not more if the file has grown, an error if it has shrunk.
fn exactly(
    reader: impl AsyncRead + Send + Unpin + 'static,
    length: u64,
) -> BoxStream<'static, io::Result<Bytes>> {
    counted(reader.take(length), move |sent, end| {
        if end && sent < length {
            Err("the document became shorter while it was sent")
        } else {
            Ok(())
        }
    })
}

fn at_most(
    reader: impl AsyncRead + Send + Unpin + 'static,
    limit: u64,
) -> BoxStream<'static, io::Result<Bytes>> {
    counted(reader, move |sent, _| {
        if sent > limit {
            Err("the document passes 100 MB")
        } else {
            Ok(())
        }
    })
}

fn counted(
    reader: impl AsyncRead + Send + Unpin + 'static,
    check: impl Fn(u64, bool) -> Result<(), &'static str> + Send + 'static,
) -> BoxStream<'static, io::Result<Bytes>> {
    let chunks = ReaderStream::with_capacity(reader, CHUNK);
    stream::try_unfold(
        (chunks, 0_u64, check),
        |(mut chunks, sent, check)| async move {
            let next = chunks.next().await.transpose()?;
            let now = sent
                + next
                    .as_ref()
                    .map_or(0, |chunk| u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            check(now, next.is_none()).map_err(io::Error::other)?;
            Ok(next.map(|chunk| (chunk, (chunks, now, check))))
        },
    )
    .boxed()
}
