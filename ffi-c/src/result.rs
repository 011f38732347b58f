//! Results: Mindee's answers, as bytes and as values.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use mindee_core::call::Reply;
use serde_json::Value;

use crate::boundary::{guard, guard_free, guard_read, null};
use crate::error::mindee_error;
use crate::options::mindee_options;
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

/// What the option `preflight` found in the document that was sent, as a list of objects: `code`,
/// `severity`, `message` and `hint`, the gravest first; its cost is none of it. NULL where there is
/// nothing to know.
///
/// Ownership: the value lives as long as `result`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_result_warnings(result: Option<&mindee_result>) -> Option<&mindee_value> {
    guard_read(None, || Some(result?.0.about.get("warnings")))
}

/// Sets in `options`, those of the call that gave `result`, what asks for what comes after it: the
/// next page of models, or the next results of a ledger. `*more` is false where nothing does.
///
/// Ownership: everything given stays the caller's.
/// Threads: any, one at a time for the same options.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_result_next(
    result: Option<&mindee_result>,
    options: Option<&mut mindee_options>,
    more: Option<&mut MaybeUninit<bool>>,
) -> Option<Box<mindee_error>> {
    guard(|| {
        let more = more
            .ok_or_else(|| null("place for the answer"))?
            .write(false);
        let options = options.ok_or_else(|| null("set of options"))?;
        let about = &result.ok_or_else(|| null("result"))?.0.about;
        let Some(next) = about.get("next").and_then(Value::as_object) else {
            return Ok(());
        };
        for (key, value) in next {
            let number = value.to_string();
            options.put(key, Some(value.as_str().unwrap_or(&number)));
        }
        *more = true;
        Ok(())
    })
}

/// Frees a result and nulls its place.
///
/// Ownership: takes `*slot`, and the bytes and values that came from it; NULL is fine.
/// Threads: any, once at most.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_result_free(slot: Option<&mut Option<Box<mindee_result>>>) {
    guard_free(slot);
}
