//! Results: Mindee's answers, as bytes and as values.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use mindee_core::call::Reply;

use crate::boundary::{guard_free, guard_read};
use crate::text::mindee_bytes;
use crate::value::mindee_value;

/// What Mindee found, or a list: a page of models, documents of the ledger. It does not change, and threads may share it.
pub struct mindee_result(pub(crate) Reply);

/// Mindee's answer, byte for byte.
///
/// Ownership: the bytes live as long as `result`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_result_bytes(result: Option<&mindee_result>) -> mindee_bytes<'_> {
    guard_read(mindee_bytes::NONE, || {
        Some(mindee_bytes::new(&result?.0.body))
    })
}

/// The whole answer, to look values up in.
///
/// Ownership: the value lives as long as `result`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_result_value(result: Option<&mindee_result>) -> Option<&mindee_value> {
    guard_read(None, || Some(result?.0.pointer("")))
}

/// Frees a result and nulls its place.
///
/// Ownership: takes `*slot`, and the bytes and values that came from it; NULL is fine.
/// Threads: any, once at most.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_result_free(slot: Option<&mut Option<Box<mindee_result>>>) {
    guard_free(slot);
}
