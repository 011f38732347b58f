//! The one net under other people's decoders and renderers.
//!
//! What can be checked is checked before they are called. Two things cannot: a defect of theirs that
//! panics, and a page that asks for more time than there is, for they take no deadline.

use std::any::Any;
use std::panic::resume_unwind;
use std::thread;

use super::Budget;
use crate::error::{Error, code};

/// Enough for the deepest nesting that the renderer allows, in an unoptimised build too. It is
/// address space: what is not used costs nothing.
const STACK: usize = 64 << 20;

/// Does work that may panic, nest deeply, or be ended by [`stop`], on a stack of its own.
pub(crate) fn guarded<T: Send>(
    what: &str,
    budget: &Budget,
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work);
        match worker.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            Ok(Err(stopped)) => Err(why(what, budget, stopped)),
            Err(error) => {
                Err(Error::new(code::INTERNAL, "No thread could be started").caused_by(&error))
            }
        }
    })
}

/// Ends the work of [`guarded`] from inside a library's callback, with this error. No message is
/// printed, as it would be for a panic.
pub(crate) fn stop(error: Error) -> ! {
    resume_unwind(Box::new(error))
}

fn why(what: &str, budget: &Budget, stopped: Box<dyn Any + Send>) -> Error {
    match stopped.downcast::<Error>() {
        Ok(error) => *error,
        Err(_) => budget.time().err().unwrap_or_else(|| {
            Error::new(
                code::DOCUMENT_DAMAGED,
                format!("{what} cannot be read: it breaks its decoder"),
            )
        }),
    }
}
