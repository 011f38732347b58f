//! Errors: why a call failed, and what to do.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use mindee_core::{Category, Error};

use crate::boundary::{guard_free, guard_read};
use crate::text::{mindee_bytes, mindee_str};

/// Why a call failed. It does not change, and threads may share it.
pub struct mindee_error {
    error: Error,
    text: String,
    payload: String,
    resume_token: Option<String>,
}

impl mindee_error {
    pub(crate) fn new(error: Error) -> Self {
        Self {
            text: error.to_string(),
            payload: error.payload().to_string(),
            resume_token: error.resume_token().map(ToString::to_string),
            error,
        }
    }
}

/// What kind of failure it is: the one thing to switch on. The numbers are the same in every
/// language and are never reused.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum mindee_category {
    /// There is no error.
    MINDEE_CATEGORY_NONE = 0,
    /// The call is wrong; no byte was sent.
    MINDEE_CATEGORY_USAGE = 1,
    /// The API key was not accepted, or has no access.
    MINDEE_CATEGORY_AUTH = 2,
    /// Mindee refused the request.
    MINDEE_CATEGORY_REJECTED = 3,
    /// Too many requests for the organization's limits.
    MINDEE_CATEGORY_RATE_LIMITED = 4,
    /// The document was taken, and its processing failed.
    MINDEE_CATEGORY_JOB_FAILED = 5,
    /// The server's answer is an error of its own or cannot be used.
    MINDEE_CATEGORY_SERVER = 6,
    /// The server could not be reached, or the connection broke.
    MINDEE_CATEGORY_NETWORK = 7,
    /// Time ran out on our side.
    MINDEE_CATEGORY_TIMEOUT = 8,
    /// The caller ended the wait.
    MINDEE_CATEGORY_CANCELLED = 9,
    /// The upload may have been taken: nobody can tell from here.
    MINDEE_CATEGORY_OUTCOME_UNKNOWN = 10,
    /// A webhook delivery is not what it claims to be.
    MINDEE_CATEGORY_WEBHOOK = 11,
    /// A defect of this library.
    MINDEE_CATEGORY_INTERNAL = 12,
}

impl From<Category> for mindee_category {
    fn from(category: Category) -> Self {
        match category {
            Category::Usage => Self::MINDEE_CATEGORY_USAGE,
            Category::Auth => Self::MINDEE_CATEGORY_AUTH,
            Category::Rejected => Self::MINDEE_CATEGORY_REJECTED,
            Category::RateLimited => Self::MINDEE_CATEGORY_RATE_LIMITED,
            Category::JobFailed => Self::MINDEE_CATEGORY_JOB_FAILED,
            Category::Server => Self::MINDEE_CATEGORY_SERVER,
            Category::Network => Self::MINDEE_CATEGORY_NETWORK,
            Category::Timeout => Self::MINDEE_CATEGORY_TIMEOUT,
            Category::Cancelled => Self::MINDEE_CATEGORY_CANCELLED,
            Category::OutcomeUnknown => Self::MINDEE_CATEGORY_OUTCOME_UNKNOWN,
            Category::Webhook => Self::MINDEE_CATEGORY_WEBHOOK,
            Category::Internal => Self::MINDEE_CATEGORY_INTERNAL,
        }
    }
}

/// What kind of failure it is.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_category(error: Option<&mindee_error>) -> mindee_category {
    guard_read(mindee_category::MINDEE_CATEGORY_NONE, || {
        Some(error?.error.category().into())
    })
}

/// The stable code, such as `source.empty`. Codes are many and grow: switch on the category.
///
/// Ownership: the text lives as long as `error`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_code(error: Option<&mindee_error>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || {
        Some(mindee_str::new(error?.error.code()))
    })
}

/// What happened, as a sentence without a full stop.
///
/// Ownership: the text lives as long as `error`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_message(error: Option<&mindee_error>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || {
        Some(mindee_str::new(error?.error.message()))
    })
}

/// What the reader can do about it.
///
/// Ownership: the text lives as long as `error`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_hint(error: Option<&mindee_error>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || {
        Some(mindee_str::new(error?.error.hint()))
    })
}

/// Message, hint and code as one line to show.
///
/// Ownership: the text lives as long as `error`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_text(error: Option<&mindee_error>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || Some(mindee_str::new(&error?.text)))
}

/// The whole error as one JSON object, the same in every language. It holds no secret and no
/// document content.
///
/// Ownership: the text lives as long as `error`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_payload(error: Option<&mindee_error>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || Some(mindee_str::new(&error?.payload)))
}

/// The job's id, where the document was taken; otherwise NULL text.
///
/// Ownership: the text lives as long as `error`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_job_id(error: Option<&mindee_error>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || {
        error?.error.job_id().map(mindee_str::new)
    })
}

/// What `mindee_job_result` takes to go on, here or in another process; otherwise NULL text.
///
/// Ownership: the text lives as long as `error`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_resume_token(error: Option<&mindee_error>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || {
        error?.resume_token.as_deref().map(mindee_str::new)
    })
}

/// HTTP status of the answer; 0 where there was none.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_http_status(error: Option<&mindee_error>) -> u16 {
    guard_read(0, || error?.error.http_status())
}

/// The bytes of an answer that could not be read; otherwise NULL. Document content: never log it.
///
/// Ownership: the bytes live as long as `error`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_body(error: Option<&mindee_error>) -> mindee_bytes<'_> {
    guard_read(mindee_bytes::NONE, || {
        error?.error.body().map(|body| mindee_bytes::new(body))
    })
}

/// Whether Mindee may have taken the document, and so may bill it.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_maybe_billed(error: Option<&mindee_error>) -> bool {
    guard_read(false, || Some(error?.error.maybe_billed()))
}

/// Whether the same call may succeed later without a change.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_retryable(error: Option<&mindee_error>) -> bool {
    guard_read(false, || Some(error?.error.retryable()))
}

/// Frees an error and nulls its place.
///
/// Ownership: takes `*slot`; NULL in either place is fine.
/// Threads: any, once at most.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_error_free(slot: Option<&mut Option<Box<mindee_error>>>) {
    guard_free(slot);
}
