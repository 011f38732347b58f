//! The ledger of a client: a durable record of documents, jobs and results in one file.
//!
//! Without the client's option `ledger` each function gives the error `option.missing`.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use mindee_core::call::Call;
use serde_json::Value;

use crate::boundary::{call, guard, guard_new, null, perform};
use crate::cancel::mindee_cancel;
use crate::client::mindee_client;
use crate::error::mindee_error;
use crate::options::mindee_options;
use crate::result::mindee_result;
use crate::text::many;

/// Every document of the ledger, as a list of objects: `key`, `state`, `product`, `filename`,
/// `alias`, `job_id`, `resume_token`, `error`, `created_at`, `can_be_sent_again`. The states are
/// `intended`, `sending`, `unknown`, `taken`, `done` and `failed`.
///
/// Ownership: `client` stays the caller's. `*out` is the caller's, to free with
/// `mindee_result_free`.
/// Threads: any; blocks while the file is read. Many threads may call with the same client.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_ledger_pending(
    client: Option<&mindee_client>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_result>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        perform(client, None, call("ledger.pending", &[], None)).map(mindee_result)
    })
}

/// Sends what was certainly not taken, waits for what has a job, leaves the unknown to you, and
/// lists all as `mindee_ledger_pending` does. What comes in the way of a document is in its row.
/// The option `older_than`, in seconds, leaves documents alone that were recorded later than that.
///
/// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
/// the caller's, to free with `mindee_result_free`.
/// Threads: any; blocks. Many threads may call with the same handles.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_ledger_resume(
    client: Option<&mindee_client>,
    options: Option<&mindee_options>,
    cancel: Option<&mindee_cancel>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_result>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        perform(client, cancel, call("ledger.resume", &[], options)).map(mindee_result)
    })
}

/// Results that the ledger holds, oldest first, as a list of objects: `key`, `filename`, `alias`,
/// `job_id` and `result`, whose bytes are as they came. The options `after` (a key) and `most`
/// ask for a part of them. They are given about a megabyte at a time: `mindee_result_next` tells
/// whether others are left.
///
/// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
/// to free with `mindee_result_free`.
/// Threads: any; blocks while the file is read. Many threads may call with the same handles.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_ledger_collect(
    client: Option<&mindee_client>,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_result>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        perform(client, None, call("ledger.collect", &[], options)).map(mindee_result)
    })
}

/// Removes documents whose results are safe with you, by their keys; `*forgotten` is how many there
/// were.
///
/// Ownership: everything given stays the caller's.
/// Threads: any; blocks while the file is written. Many threads may call with the same client.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_ledger_forget(
    client: Option<&mindee_client>,
    keys: *const i64,
    key_count: usize,
    forgotten: Option<&mut MaybeUninit<usize>>,
) -> Option<Box<mindee_error>> {
    guard(|| {
        let forgotten = forgotten
            .ok_or_else(|| null("place for the answer"))?
            .write(0);
        let keys: Value = many(keys, key_count).iter().copied().collect();
        let call = Call::new("ledger.forget")
            .and_then(|mut call| call.set_json("keys", &keys).map(|()| call));
        let reply = perform(client, None, call)?;
        let count = reply.pointer("/forgotten").and_then(Value::as_u64);
        *forgotten = count.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        Ok(())
    })
}
