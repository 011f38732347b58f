//! What every exported function passes through: the guards, the making of a call, and the wait.

use std::convert::Infallible;
use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mindee_core::call::{Call, Reply};
use mindee_core::error::code;
use mindee_core::{Error, runtime};

use crate::cancel::mindee_cancel;
use crate::client::mindee_client;
use crate::error::mindee_error;
use crate::options::mindee_options;
use crate::text::mindee_str;

/// For a function that can fail: a panic becomes an error, since it must not pass into C.
pub(crate) fn guard(body: impl FnOnce() -> Result<(), Error>) -> Option<Box<mindee_error>> {
    // What a panic leaves half done is not looked at again: handles are unchanging but for
    // options, whose only change is one push.
    let error = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return None,
        Ok(Err(error)) => error,
        Err(_) => Error::new(code::INTERNAL, "The library failed inside"),
    };
    Some(Box::new(mindee_error::new(error)))
}

/// For a function that makes a handle: its place is nulled before anything else happens.
pub(crate) fn guard_new<T>(
    out: Option<&mut MaybeUninit<Option<Box<T>>>>,
    body: impl FnOnce() -> Result<T, Error>,
) -> Option<Box<mindee_error>> {
    let slot = out.map(|out| out.write(None));
    guard(|| {
        let slot = slot.ok_or_else(|| null("place for the answer"))?;
        *slot = Some(Box::new(body()?));
        Ok(())
    })
}

/// For a function that reads: what it answers where there is nothing to read.
pub(crate) fn guard_read<R>(absent: R, body: impl FnOnce() -> Option<R>) -> R {
    catch_unwind(AssertUnwindSafe(body))
        .ok()
        .flatten()
        .unwrap_or(absent)
}

/// For a function that frees: the place is nulled, and freeing nothing is fine.
pub(crate) fn guard_free<T>(slot: Option<&mut Option<Box<T>>>) {
    let handle = slot.and_then(Option::take);
    // Nothing can be told from here; a destructor that panics must still not pass into C.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(handle)));
}

/// The error for a pointer that is NULL and must not be.
pub(crate) fn null(what: &str) -> Error {
    Error::new(code::HANDLE_NULL, format!("The {what} is NULL"))
}

/// A call with its options, then its own arguments; what is NULL is not given.
pub(crate) fn call(
    operation: &str,
    arguments: &[(&str, mindee_str<'_>)],
    options: Option<&mindee_options>,
) -> Result<Call, Error> {
    let mut call = Call::new(operation)?;
    for (key, value) in options.into_iter().flat_map(mindee_options::given) {
        call.set(key, value)?;
    }
    for (key, value) in arguments {
        if let Some(value) = value.given()? {
            call.set(key, value)?;
        }
    }
    Ok(call)
}

/// Performs a call on the runtime's threads and blocks until it ends or is cancelled.
pub(crate) fn perform(
    client: Option<&mindee_client>,
    cancel: Option<&mindee_cancel>,
    call: Result<Call, Error>,
) -> Result<Reply, Error> {
    let client = client.ok_or_else(|| null("client"))?.0.clone();
    let call = call?;
    let cancel = cancel.map(|cancel| cancel.0.clone()).unwrap_or_default();
    let work = async move { client.perform_until(call, &cancel).await };
    // The switch ends the work itself, so that its error can name the job.
    runtime::wait(work, || ControlFlow::<Infallible>::Continue(()))?
        .unwrap_or_else(|never| match never {})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(error: Option<&mindee_error>) -> &str {
        let code = crate::error::mindee_error_code(error).given();
        code.ok().flatten().unwrap_or_default()
    }

    #[test]
    fn a_panic_becomes_an_internal_error() {
        let error = guard(|| panic!("planted"));
        assert_eq!(code_of(error.as_deref()), "internal");
        let mut out = MaybeUninit::new(Some(Box::new(1)));
        let error = guard_new(Some(&mut out), || panic!("planted"));
        assert_eq!(code_of(error.as_deref()), "internal");
        assert_eq!(guard_read(7, || panic!("planted")), 7);
    }

    #[test]
    fn a_panic_in_a_destructor_stays_inside() {
        struct Bad;
        impl Drop for Bad {
            fn drop(&mut self) {
                panic!("planted");
            }
        }
        let mut slot = Some(Box::new(Bad));
        guard_free(Some(&mut slot));
        assert!(slot.is_none());
    }
}
