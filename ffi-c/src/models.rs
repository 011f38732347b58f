//! The organization's models, a page at a time.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use serde_json::Value;

use crate::boundary::{call, guard, guard_new, null, perform};
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

/// Sets in `options` what asks for the page after `page`; `*more` is false where it is the last.
///
/// Ownership: everything given stays the caller's.
/// Threads: any, one at a time for the same options.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_models_next(
    page: Option<&mindee_result>,
    options: Option<&mut mindee_options>,
    more: Option<&mut MaybeUninit<bool>>,
) -> Option<Box<mindee_error>> {
    guard(|| {
        let more = more
            .ok_or_else(|| null("place for the answer"))?
            .write(false);
        let options = options.ok_or_else(|| null("set of options"))?;
        let about = &page.ok_or_else(|| null("page"))?.0.about;
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
