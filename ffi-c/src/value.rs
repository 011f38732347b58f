//! Reading an answer without a JSON library.
//!
//! A value is borrowed from its result or job. NULL is a value too: the one that is missing.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use crate::boundary::{guard_free, guard_new, guard_read, null};
use crate::error::mindee_error;
use crate::text::mindee_str;

// A value of the answer is lent as it is: to C it is opaque.
pub use serde_json::Value as mindee_value;

/// Text that was made for the caller. It does not change, and threads may share it.
pub struct mindee_text(String);

impl mindee_text {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }
}

/// What a value is. Missing and null are not the same: Mindee means something by each.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum mindee_kind {
    /// There is no such value.
    MINDEE_MISSING = 0,
    /// The value is there, and it is null.
    MINDEE_NULL = 1,
    /// True or false.
    MINDEE_BOOLEAN = 2,
    /// A whole number, without a fraction or an exponent.
    MINDEE_INTEGER = 3,
    /// Any other number.
    MINDEE_NUMBER = 4,
    /// UTF-8 text.
    MINDEE_TEXT = 5,
    /// Values by index.
    MINDEE_LIST = 6,
    /// Values by key, in Mindee's order.
    MINDEE_OBJECT = 7,
}

fn kind(value: &mindee_value) -> mindee_kind {
    match value {
        mindee_value::Null => mindee_kind::MINDEE_NULL,
        mindee_value::Bool(_) => mindee_kind::MINDEE_BOOLEAN,
        mindee_value::Number(number) if number.is_f64() => mindee_kind::MINDEE_NUMBER,
        mindee_value::Number(_) => mindee_kind::MINDEE_INTEGER,
        mindee_value::String(_) => mindee_kind::MINDEE_TEXT,
        mindee_value::Array(_) => mindee_kind::MINDEE_LIST,
        mindee_value::Object(_) => mindee_kind::MINDEE_OBJECT,
    }
}

/// Writes a value and tells that there was one; without one the place gets `absent`.
fn put<T>(out: Option<&mut MaybeUninit<T>>, absent: T, value: Option<T>) -> Option<bool> {
    let there = value.is_some();
    out?.write(value.unwrap_or(absent));
    Some(there)
}

/// What a value is.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_kind(value: Option<&mindee_value>) -> mindee_kind {
    guard_read(mindee_kind::MINDEE_MISSING, || value.map(kind))
}

/// The value at a JSON pointer (RFC 6901) such as `/inference/result/fields/total/value`, seen
/// from `value`; NULL where it is missing.
///
/// Ownership: `pointer` is read; the value lives as long as the handle that `value` came from.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_at<'a>(
    value: Option<&'a mindee_value>,
    pointer: mindee_str<'_>,
) -> Option<&'a mindee_value> {
    guard_read(None, || Some(value?.pointer(pointer.given().ok()??)))
}

/// The member of an object by its key, as it is: nothing in the key is special. NULL where it is
/// missing.
///
/// Ownership: `key` is read; the value lives as long as the handle that `value` came from.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_member<'a>(
    value: Option<&'a mindee_value>,
    key: mindee_str<'_>,
) -> Option<&'a mindee_value> {
    guard_read(None, || Some(value?.as_object()?.get(key.given().ok()??)))
}

/// The item of a list, or the member of an object in Mindee's order, by its index from 0; NULL
/// where it is missing.
///
/// Ownership: the value lives as long as the handle that `value` came from.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_item(
    value: Option<&mindee_value>,
    index: usize,
) -> Option<&mindee_value> {
    guard_read(None, || match value? {
        mindee_value::Array(items) => Some(items.get(index)),
        mindee_value::Object(members) => Some(members.values().nth(index)),
        _ => None,
    })
}

/// The key of an object's member by its index from 0; NULL text where there is none.
///
/// Ownership: the text lives as long as the handle that `value` came from.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_key(value: Option<&mindee_value>, index: usize) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || {
        let key = value?.as_object()?.keys().nth(index)?;
        Some(mindee_str::new(key))
    })
}

/// The number of items of a list or members of an object; otherwise 0.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_count(value: Option<&mindee_value>) -> usize {
    guard_read(0, || match value? {
        mindee_value::Array(items) => Some(items.len()),
        mindee_value::Object(members) => Some(members.len()),
        _ => None,
    })
}

/// The text of a value that is text; otherwise NULL text.
///
/// Ownership: the text lives as long as the handle that `value` came from.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_text(value: Option<&mindee_value>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || value?.as_str().map(mindee_str::new))
}

/// Whether a value is a whole number of 64 bits with a sign; `*out` is the number, or 0.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_integer(
    value: Option<&mindee_value>,
    out: Option<&mut MaybeUninit<i64>>,
) -> bool {
    guard_read(false, || put(out, 0, value.and_then(mindee_value::as_i64)))
}

/// Whether a value is a number, whole or not; `*out` is the nearest double, or 0.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_number(
    value: Option<&mindee_value>,
    out: Option<&mut MaybeUninit<f64>>,
) -> bool {
    guard_read(false, || {
        put(out, 0.0, value.and_then(mindee_value::as_f64))
    })
}

/// Whether a value is true or false; `*out` is which, or false.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_boolean(
    value: Option<&mindee_value>,
    out: Option<&mut MaybeUninit<bool>>,
) -> bool {
    guard_read(false, || {
        put(out, false, value.and_then(mindee_value::as_bool))
    })
}

/// A value as JSON text: what any value can be shown or kept as.
///
/// Ownership: `value` stays; `*out` is the caller's, to free with `mindee_text_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_value_json(
    value: Option<&mindee_value>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_text>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        let value = value.ok_or_else(|| null("value"))?;
        Ok(mindee_text::new(value.to_string()))
    })
}

/// The text itself.
///
/// Ownership: it lives as long as `text`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_text_str(text: Option<&mindee_text>) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || Some(mindee_str::new(&text?.0)))
}

/// Frees text and nulls its place.
///
/// Ownership: takes `*slot`; NULL in either place is fine.
/// Threads: any, once at most.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_text_free(slot: Option<&mut Option<Box<mindee_text>>>) {
    guard_free(slot);
}
