//! A stream that JavaScript reads: it puts the chunks in here, and the core takes them out.

#![expect(
    clippy::needless_pass_by_value,
    reason = "what JavaScript gives comes by value"
)]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use mindee_core::source::{self, Offer};
use mindee_core::{Source, runtime};
use napi::bindgen_prelude::{BufferSlice, Either, Object};
use napi::{Env, Result};
use napi_derive::napi;

/// Both ends of a pipe: JavaScript's, and the core's until a call takes it.
#[napi]
pub struct Feed {
    /// Shared with a push under way alone.
    feed: Mutex<Option<Arc<source::Feed>>>,
    source: Mutex<Option<Source>>,
}

#[napi]
impl Feed {
    /// A pipe for a document of so many bytes, where that is known.
    #[napi(constructor, catch_unwind)]
    pub fn new(length: Option<i64>) -> Self {
        let length = length.and_then(|length| u64::try_from(length).ok());
        let (feed, source) = source::pipe(length, None);
        Self {
            feed: Mutex::new(Some(Arc::new(feed))),
            source: Mutex::new(Some(source)),
        }
    }

    /// Puts a chunk in, which is copied. Tells, by a promise where there is no room, whether more is
    /// wanted. An empty chunk waits until the upload asks for the document.
    #[napi(catch_unwind, ts_return_type = "boolean | Promise<boolean>")]
    pub fn push<'env>(
        &self,
        env: &'env Env,
        chunk: BufferSlice<'_>,
    ) -> Result<Either<bool, Object<'env>>> {
        let Some(feed) = lock(&self.feed).clone() else {
            return Ok(Either::A(false));
        };
        let rest = match feed.offer(Bytes::copy_from_slice(&chunk)) {
            Offer::Taken => return Ok(Either::A(true)),
            Offer::Unwanted => return Ok(Either::A(false)),
            Offer::Full(rest) => rest,
        };
        let (deferred, promise) = env.create_deferred()?;
        let push = async move {
            let wanted = feed.push(rest).await;
            drop(feed);
            deferred.resolve(move |_| Ok(wanted));
        };
        match runtime::handle() {
            Ok(runtime) => {
                runtime.spawn(push);
                Ok(Either::B(promise))
            }
            Err(_) => Ok(Either::A(false)),
        }
    }

    /// Says that the document is complete.
    #[napi(catch_unwind)]
    pub fn finish(&self) {
        self.end(source::Feed::finish);
    }

    /// Says that the stream failed, and why.
    #[napi(catch_unwind)]
    pub fn fail(&self, cause: String) {
        self.end(|feed| feed.fail(&cause));
    }

    /// Says that the stream gives something else than bytes.
    #[napi(catch_unwind)]
    pub fn not_bytes(&self, kind: String) {
        self.end(|feed| feed.not_bytes(&kind));
    }

    /// Tells the one who pushes that no call will take the document. A call that is given it later
    /// finds it spent.
    #[napi(catch_unwind)]
    pub fn close(&self) {
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
