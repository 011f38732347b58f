//! Jobs: documents on their way through Mindee. Wherever an id is taken, a resume token is too.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use mindee_core::call::Reply;
use serde_json::Value;

use crate::boundary::{call, guard_free, guard_new, guard_read, perform};
use crate::cancel::mindee_cancel;
use crate::client::mindee_client;
use crate::error::mindee_error;
use crate::options::mindee_options;
use crate::result::mindee_result;
use crate::text::{mindee_bytes, mindee_str};
use crate::value::mindee_value;

/// One document on its way through Mindee, as it was when it was asked for. It does not change,
/// and threads may share it.
pub struct mindee_job(pub(crate) Reply);

/// Asks once for a job, by its id or resume token.
///
/// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
/// the caller's, to free with `mindee_job_free`.
/// Threads: any; blocks. Many threads may call with the same handles.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_get(
    client: Option<&mindee_client>,
    id: mindee_str<'_>,
    options: Option<&mindee_options>,
    cancel: Option<&mindee_cancel>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_job>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        perform(client, cancel, call("jobs.get", &[("id", id)], options)).map(mindee_job)
    })
}

/// Waits until a job is processed, and returns it. A failed job is an error.
///
/// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
/// the caller's, to free with `mindee_job_free`.
/// Threads: any; blocks. Many threads may call with the same handles.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_wait(
    client: Option<&mindee_client>,
    id: mindee_str<'_>,
    options: Option<&mindee_options>,
    cancel: Option<&mindee_cancel>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_job>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        perform(client, cancel, call("jobs.wait", &[("id", id)], options)).map(mindee_job)
    })
}

/// Waits until a job is processed, and fetches its result, whatever the product.
///
/// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
/// the caller's, to free with `mindee_result_free`.
/// Threads: any; blocks. Many threads may call with the same handles.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_result(
    client: Option<&mindee_client>,
    id: mindee_str<'_>,
    options: Option<&mindee_options>,
    cancel: Option<&mindee_cancel>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_result>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        perform(client, cancel, call("jobs.result", &[("id", id)], options)).map(mindee_result)
    })
}

/// The job's id.
///
/// Ownership: the text lives as long as `job`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_id(job: Option<&mindee_job>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || {
        job?.0.pointer("/job/id")?.as_str().map(mindee_str::new)
    })
}

/// The job's state: `Processing`, `Processed`, `Failed` or a word of a later API version.
///
/// Ownership: the text lives as long as `job`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_status(job: Option<&mindee_job>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || {
        job?.0.pointer("/job/status")?.as_str().map(mindee_str::new)
    })
}

/// A short printable text that takes the job up again, here or in another process. It holds no
/// secret.
///
/// Ownership: the text lives as long as `job`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_resume_token(job: Option<&mindee_job>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || {
        let token = job?.0.about.get("resume_token");
        token.and_then(Value::as_str).map(mindee_str::new)
    })
}

/// Mindee's answer, byte for byte.
///
/// Ownership: the bytes live as long as `job`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_bytes(job: Option<&mindee_job>) -> mindee_bytes<'_> {
    guard_read(mindee_bytes::NONE, || Some(mindee_bytes::new(&job?.0.body)))
}

/// The whole answer, to look values up in.
///
/// Ownership: the value lives as long as `job`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_value(job: Option<&mindee_job>) -> Option<&mindee_value> {
    guard_read(None, || Some(job?.0.pointer("")))
}

/// What the option `preflight` found in the document that was sent, as a list of objects: `code`,
/// `severity`, `message` and `hint`, the gravest first; its cost is none of it. NULL where there is
/// nothing to know.
///
/// Ownership: the value lives as long as `job`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_warnings(job: Option<&mindee_job>) -> Option<&mindee_value> {
    guard_read(None, || Some(job?.0.about.get("warnings")))
}

/// Frees a job and nulls its place. The job at Mindee is not touched.
///
/// Ownership: takes `*slot`, and the texts and values that came from it; NULL is fine.
/// Threads: any, once at most.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_free(slot: Option<&mut Option<Box<mindee_job>>>) {
    guard_free(slot);
}
