//! The content of a document, in chunks: a few of them in memory, whatever its size.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use super::LARGEST;
use super::prepare::file_error;
use crate::error::{Error, code};
use crate::sizes::{index, wide};

/// Large enough that reading costs little, small enough that memory stays flat.
pub(super) const CHUNK: usize = 128 * 1024;
/// Content up to this size is read at once and kept, so that it can be sent again, in bytes.
pub(super) const SMALL: u64 = 256 * 1024;

/// A document on its way.
pub(crate) type Chunks = BoxStream<'static, Result<Bytes, Error>>;

/// Where the content of a prepared document comes from.
pub(super) enum Content {
    Path(PathBuf),
    Bytes(Bytes),
    Once(Once),
}

/// A stream, which one connection may read. Dropped with the call, it is let go of at once: a
/// connection whose server has stalled would keep it, and whoever feeds it, for long.
pub(super) struct Once(Arc<Mutex<Stream>>);

struct Stream {
    begun: bool,
    chunks: Option<Chunks>,
}

impl Content {
    /// The content, from its start.
    pub(super) async fn chunks(&self, length: Option<u64>) -> Result<Chunks, Error> {
        match self {
            Self::Bytes(content) => Ok(slices(content.clone())),
            Self::Path(path) => {
                let file = tokio::fs::File::open(path)
                    .await
                    .map_err(|e| file_error(path, &e))?;
                Ok(counted(read(file), length))
            }
            Self::Once(once) => Ok(once.chunks()),
        }
    }

    /// Whether nothing is left that could be sent.
    pub(super) fn is_spent(&self) -> bool {
        matches!(self, Self::Once(once) if lock(&once.0).begun)
    }
}

impl Once {
    pub(super) fn new(chunks: Chunks) -> Self {
        let chunks = Some(chunks);
        Self(Arc::new(Mutex::new(Stream {
            begun: false,
            chunks,
        })))
    }

    /// The stream, for the connection that asks first.
    fn chunks(&self) -> Chunks {
        let stream = Arc::clone(&self.0);
        let mut mine = false;
        stream::poll_fn(move |context| {
            let mut stream = lock(&stream);
            if !mine && stream.begun {
                return Poll::Ready(Some(Err(spent())));
            }
            mine = true;
            stream.begun = true;
            match &mut stream.chunks {
                Some(chunks) => chunks.poll_next_unpin(context),
                None => Poll::Ready(Some(Err(broken("the call has ended")))),
            }
        })
        .boxed()
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        let chunks = lock(&self.0).chunks.take();
        drop(chunks);
    }
}

fn lock(stream: &Mutex<Stream>) -> MutexGuard<'_, Stream> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn spent() -> Error {
    Error::new(code::SOURCE_SPENT, "The stream was read already")
}

/// The error for content that does not come to its end.
pub(super) fn broken(cause: impl Display) -> Error {
    let message = "The document could not be read to its end";
    Error::new(code::SOURCE_UNREADABLE, message).with_causes(vec![cause.to_string()])
}

pub(super) fn read(reader: impl AsyncRead + Send + 'static) -> Chunks {
    ReaderStream::with_capacity(reader, CHUNK)
        .map_err(broken)
        .boxed()
}

fn slices(content: Bytes) -> Chunks {
    stream::unfold(content, |mut rest| async move {
        let next = rest.split_to(rest.len().min(CHUNK));
        (!next.is_empty()).then_some((Ok(next), rest))
    })
    .boxed()
}

/// Adds chunks to what was read until there is so much; tells whether they have ended before.
pub(super) async fn fill(
    read: &mut BytesMut,
    chunks: &mut Chunks,
    most: u64,
) -> Result<bool, Error> {
    while wide(read.len()) < most {
        match chunks.try_next().await? {
            Some(chunk) => read.extend_from_slice(&chunk),
            None => return Ok(true),
        }
    }
    Ok(false)
}

/// With a length, exactly that: no more if there is more, an error if there is less. Without one,
/// no more than Mindee takes.
pub(super) fn counted(chunks: Chunks, length: Option<u64>) -> Chunks {
    stream::try_unfold((chunks, 0_u64), move |(mut chunks, sent)| async move {
        if length == Some(sent) {
            return Ok(None);
        }
        let Some(mut chunk) = chunks.try_next().await? else {
            return match length {
                Some(length) => Err(broken(format!("it ended after {sent} of {length} bytes"))),
                None => Ok(None),
            };
        };
        if let Some(length) = length {
            let left = index(length - sent);
            chunk.truncate(left);
        }
        let sent = sent.saturating_add(wide(chunk.len()));
        if sent > LARGEST {
            return Err(Error::new(
                code::SOURCE_TOO_LARGE,
                "The document passes 100 MB",
            ));
        }
        Ok(Some((chunk, (chunks, sent))))
    })
    .boxed()
}
