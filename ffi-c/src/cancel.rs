//! A switch that ends calls from another thread.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use mindee_core::Cancel;

use crate::boundary::{guard, guard_free, guard_new, null};
use crate::error::mindee_error;

/// A switch that ends calls. Threads may share it.
pub struct mindee_cancel(pub(crate) Cancel);

/// Makes a switch that ends nothing yet. One may be given to many calls.
///
/// Ownership: `*out` is the caller's, to free with `mindee_cancel_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_cancel_new(
    out: Option<&mut MaybeUninit<Option<Box<mindee_cancel>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || Ok(mindee_cancel(Cancel::new())))
}

/// Ends every call that was or will be given this switch, within 100 ms. Mindee goes on with
/// what it has taken: the call's error carries the resume token.
///
/// Ownership: `cancel` stays the caller's.
/// Threads: any, while other threads wait in a call with the same switch.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_cancel_cancel(
    cancel: Option<&mindee_cancel>,
) -> Option<Box<mindee_error>> {
    guard(|| {
        cancel.ok_or_else(|| null("switch"))?.0.cancel();
        Ok(())
    })
}

/// Frees a switch and nulls its place. Calls that were given it go on.
///
/// Ownership: takes `*slot`; NULL in either place is fine.
/// Threads: any, once at most, and not while a call with it is being started.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_cancel_free(slot: Option<&mut Option<Box<mindee_cancel>>>) {
    guard_free(slot);
}
