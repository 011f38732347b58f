//! A pipe into an upload, for documents that somebody else reads: another language, a callback.
//!
//! It holds a few chunks, so that a producer that waits for room keeps memory flat, and it tells
//! the producer when the upload wants no more. It begins full: nothing is read of a stream before
//! the upload asks for it, so that a call with wrong options leaves the stream as it was.

use std::io::{ErrorKind, Read};
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::Source;
use super::content::{CHUNK, Chunks, broken};
use crate::error::{Error, code};

/// Chunks that a pipe holds.
const ROOM: usize = 4;

/// The end of a pipe that chunks are put into. Dropped before [`finish`](Self::finish), it fails
/// the upload, so that half a document is never taken for a whole one.
#[derive(Debug)]
pub struct Feed {
    chunks: Sender<Bytes>,
    end: Arc<OnceLock<Result<(), Error>>>,
}

/// What became of a chunk that was offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// It is on its way.
    Taken,
    /// There is no room for so much of it; push it.
    Full(Bytes),
    /// The upload has ended, or never began: put in no more.
    Unwanted,
}

/// A pipe: what is put into the feed is sent as the document. `length` in bytes, where known.
pub fn pipe(length: Option<u64>, filename: Option<&str>) -> (Feed, Source) {
    let (feed, chunks) = new();
    (feed, Source::of_chunks(chunks, length, filename))
}

impl Feed {
    /// Puts a chunk in, and waits while the pipe is full. Gives `false` where the upload wants no
    /// more. An empty chunk waits until the upload asks for the document.
    pub async fn push(&self, chunk: Bytes) -> bool {
        for piece in pieces(chunk) {
            if self.chunks.send(piece).await.is_err() {
                return false;
            }
        }
        true
    }

    /// The same for a thread that may wait; not for one of an asynchronous runtime.
    pub fn push_blocking(&self, chunk: Bytes) -> bool {
        pieces(chunk).all(|piece| self.chunks.blocking_send(piece).is_ok())
    }

    /// Puts in as much as there is room for, without waiting.
    pub fn offer(&self, chunk: Bytes) -> Offer {
        let mut rest = chunk.clone();
        for piece in pieces(chunk) {
            let length = piece.len();
            match self.chunks.try_send(piece) {
                Ok(()) => drop(rest.split_to(length)),
                Err(TrySendError::Full(_)) => return Offer::Full(rest),
                Err(TrySendError::Closed(_)) => return Offer::Unwanted,
            }
        }
        Offer::Taken
    }

    /// Says that the document is complete.
    pub fn finish(self) {
        self.end_with(Ok(()));
    }

    /// Says that the document cannot be read to its end, and why. The upload fails, and Mindee
    /// takes nothing: a request that breaks off is no request.
    pub fn fail(self, cause: &str) {
        self.end_with(Err(broken(cause)));
    }

    /// Says that the stream gives something else than bytes, such as `str`.
    pub fn not_bytes(self, kind: &str) {
        let message = format!("The stream gives {kind} and no bytes");
        self.end_with(Err(Error::new(code::SOURCE_NOT_BYTES, message)));
    }

    fn end_with(self, end: Result<(), Error>) {
        // Nobody else has set it: who ends a feed gives it away.
        let _ = self.end.set(end);
    }
}

/// A chunk that is larger than need be takes room for several. An empty one is one piece.
fn pieces(mut rest: Bytes) -> impl Iterator<Item = Bytes> {
    let mut begun = false;
    std::iter::from_fn(move || {
        let more = !std::mem::replace(&mut begun, true) || !rest.is_empty();
        more.then(|| rest.split_to(rest.len().min(CHUNK)))
    })
}

fn new() -> (Feed, Chunks) {
    let (chunks, receiver) = channel(ROOM);
    // It has room for exactly so many.
    while chunks.try_send(Bytes::new()).is_ok() {}
    let end = Arc::new(OnceLock::new());
    let feed = Feed {
        chunks,
        end: Arc::clone(&end),
    };
    (feed, received(receiver, end))
}

fn received(receiver: Receiver<Bytes>, end: Arc<OnceLock<Result<(), Error>>>) -> Chunks {
    stream::try_unfold((receiver, end), |(mut receiver, end)| async move {
        loop {
            match receiver.recv().await {
                Some(chunk) if chunk.is_empty() => {}
                Some(chunk) => return Ok(Some((chunk, (receiver, end)))),
                None => {
                    let given_up = || Err(broken("nobody went on reading it"));
                    return end.get().cloned().unwrap_or_else(given_up).map(|()| None);
                }
            }
        }
    })
    .boxed()
}

/// What a reader gives that blocks: a thread for such work reads it, from the first chunk asked
/// for. A read under way when the upload ends is not waited for; the reader is dropped after it.
pub(super) fn read_blocking(reader: impl Read + Send + 'static) -> Chunks {
    let begin = async move {
        let (feed, chunks) = new();
        tokio::task::spawn_blocking(move || pour(reader, feed));
        chunks
    };
    stream::once(begin).flatten().boxed()
}

fn pour(mut reader: impl Read, feed: Feed) {
    let mut buffer = BytesMut::new();
    loop {
        buffer.resize(CHUNK, 0);
        match reader.read(&mut buffer) {
            Ok(0) => return feed.finish(),
            Ok(length) => {
                let chunk = buffer.split_to(length.min(CHUNK)).freeze();
                if !feed.push_blocking(chunk) {
                    return;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return feed.fail(&error.to_string()),
        }
    }
}
