//! What is checked of a source before any byte leaves, and what it becomes.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt};
use url::Url;

use super::content::{Chunks, Content, Once, SMALL, counted, fill, spent};
use super::{Kind, LARGEST, Source};
use crate::error::{Error, Row, code};
use crate::media;
use crate::sizes::wide;

/// A source that passed every local check.
pub(crate) enum Prepared {
    Url(String),
    File(PreparedFile),
}

impl Prepared {
    /// Whether it was a stream, and is read.
    pub(crate) fn is_spent(&self) -> bool {
        matches!(self, Self::File(file) if file.content.is_spent())
    }

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

impl Source {
    pub(crate) async fn prepare(self) -> Result<Prepared, Error> {
        let file = match self.0 {
            Kind::Url(url) => return check_url(url).map(Prepared::Url),
            Kind::Path(path) => prepare_path(path).await?,
            Kind::Bytes { content, filename } => prepare_bytes(content, filename)?,
            Kind::Base64 { text, filename } => prepare_bytes(decode(&text)?, filename)?,
            Kind::Stream {
                chunks,
                length,
                filename,
            } => prepare_stream(chunks, length, filename).await?,
            Kind::Spent => return Err(spent()),
        };
        Ok(Prepared::File(file))
    }
}

impl PreparedFile {
    /// The content, from its start.
    pub(crate) async fn chunks(&self) -> Result<Chunks, Error> {
        self.content.chunks(self.length).await
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
        Err(error) => return Err(file_error(&path, &error)),
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
    let length = wide(content.len());
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

async fn prepare_stream(
    chunks: Chunks,
    length: Option<u64>,
    filename: Option<String>,
) -> Result<PreparedFile, Error> {
    let what = filename.as_deref().unwrap_or("The stream");
    if let Some(length) = length {
        check_length(length, what)?;
    }
    let mut chunks = counted(chunks, length);
    let mut read = BytesMut::new();
    let ended = fill(&mut read, &mut chunks, media::HEAD).await?;
    check_length(wide(read.len()), what)?;
    let media_type = media::sniff(&read, filename.as_deref())?;
    let filename = filename.unwrap_or_else(|| media::default_filename(media_type));
    let whole = ended || fill(&mut read, &mut chunks, SMALL).await?;
    let (length, content) = if whole {
        (Some(wide(read.len())), Content::Bytes(read.freeze()))
    } else {
        let read = stream::once(async { Ok(read.freeze()) });
        (length, Content::Once(Once::new(read.chain(chunks).boxed())))
    };
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

pub(super) fn decode(text: &str) -> Result<Bytes, Error> {
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

pub(crate) fn file_error(path: &Path, error: &io::Error) -> Error {
    let (row, what): (&'static Row, &str) = match error.kind() {
        io::ErrorKind::NotFound => (code::SOURCE_NOT_FOUND, "does not exist"),
        _ => (code::SOURCE_UNREADABLE, "cannot be read"),
    };
    Error::new(row, format!("{} {what}", path.display())).caused_by(error)
}
