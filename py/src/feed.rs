//! A stream that Python reads: it puts the chunks in here, and the core takes them out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use mindee_core::source::{self, Offer};
use mindee_core::{Source, runtime};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::boundary::raise;
use crate::exit;
use crate::queue::Queue;

/// Both ends of a pipe: Python's, and the core's until a call takes it.
#[pyclass(frozen, module = "mindee_core._native")]
pub(crate) struct Feed {
    /// Shared with a push under way alone.
    feed: Mutex<Option<Arc<source::Feed>>>,
    source: Mutex<Option<Source>>,
}

#[pymethods]
impl Feed {
    /// A pipe for a document of so many bytes, where that is known.
    #[new]
    #[pyo3(signature = (length=None))]
    fn new(length: Option<u64>) -> Self {
        let (feed, source) = source::pipe(length, None);
        Self {
            feed: Mutex::new(Some(Arc::new(feed))),
            source: Mutex::new(Some(source)),
        }
    }

    /// Puts a chunk in, and blocks while there is no room. `False` says that no more is wanted.
    fn push(&self, py: Python<'_>, chunk: PyBackedBytes) -> bool {
        let Some(feed) = lock(&self.feed).clone() else {
            return false;
        };
        exit::detach(py, || feed.push_blocking(Bytes::from_owner(chunk)))
    }

    /// The same for an event loop: where there is no room, `None`, and the answer comes to a
    /// queue, under the number of a ticket.
    fn offer(
        &self,
        py: Python<'_>,
        chunk: PyBackedBytes,
        queue: &Queue,
        ticket: u64,
    ) -> PyResult<Option<bool>> {
        let Some(feed) = lock(&self.feed).clone() else {
            return Ok(Some(false));
        };
        let rest = match feed.offer(Bytes::from_owner(chunk)) {
            Offer::Taken => return Ok(Some(true)),
            Offer::Unwanted => return Ok(Some(false)),
            Offer::Full(rest) => rest,
        };
        let promise = queue.promise(ticket);
        let push = async move {
            let wanted = feed.push(rest).await;
            drop(feed);
            promise.went(wanted);
        };
        match exit::detach(py, || runtime::spawn(push)) {
            Ok(_) => Ok(None),
            Err(error) => Err(raise(py, &error)),
        }
    }

    /// Says that the document is complete.
    fn finish(&self) {
        self.end(source::Feed::finish);
    }

    /// Says that the stream failed, and why.
    fn fail(&self, cause: &str) {
        self.end(|feed| feed.fail(cause));
    }

    /// Says that the stream gives something else than bytes.
    fn not_bytes(&self, kind: &str) {
        self.end(|feed| feed.not_bytes(kind));
    }

    /// Tells the one who pushes that no call will take the document. A call that is given it later
    /// finds it spent.
    fn close(&self) {
        lock(&self.source).take();
    }
}

impl Feed {
    /// The document, for the one call that sends it.
    pub(crate) fn source(&self) -> Source {
        lock(&self.source).take().unwrap_or_else(Source::spent)
    }

    fn end(&self, end: impl FnOnce(source::Feed)) {
        let feed = lock(&self.feed).take();
        feed.and_then(Arc::into_inner).map(end);
    }
}

fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
