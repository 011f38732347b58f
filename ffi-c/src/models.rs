//! The organization's models, a page at a time.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use crate::boundary::{call, guard_new, perform};
use crate::cancel::mindee_cancel;
use crate::client::mindee_client;
use crate::error::mindee_error;
use crate::options::mindee_options;
use crate::result::mindee_result;

/// One page of the models that match the options `name`, `model_type`, `page` and `per_page`.
///
/// Ownership: everything given stays the caller's; `options` and `cancel` may be NULL. `*out` is
/// the caller's, to free with `mindee_result_free`.
/// Threads: any; blocks. Many threads may call with the same handles.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_models_search(
    client: Option<&mindee_client>,
    options: Option<&mindee_options>,
    cancel: Option<&mindee_cancel>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_result>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        perform(client, cancel, call("models.search", &[], options)).map(mindee_result)
    })
}
