//! What belongs to one process: sockets, threads, locks.
//!
//! A forked child must not write into its parent's sockets, and has none of its threads. What is
//! kept here is made anew in a child at first use; the parent's is left alone, never dropped: to
//! drop it would shut sockets that the parent still uses, or wait for threads that do not exist.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

/// One value for each process.
pub(crate) struct PerProcess<T>(ArcSwapOption<Owned<T>>);

struct Owned<T> {
    process: u32,
    value: Arc<T>,
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self(ArcSwapOption::const_empty())
    }

    /// This process's value; the first caller makes it.
    pub(crate) fn get<E>(&self, make: impl Fn() -> Result<T, E>) -> Result<Arc<T>, E> {
        let process = std::process::id();
        loop {
            let current = self.0.load();
            if let Some(owned) = current.as_ref().filter(|owned| owned.process == process) {
                return Ok(Arc::clone(&owned.value));
            }
            let value = Arc::new(make()?);
            let ours = Some(Arc::new(Owned { process, value }));
            // Another thread may have been quicker; then the loop finds its value and ours ends.
            let before = self.0.compare_and_swap(&current, ours);
            if before
                .as_ref()
                .is_some_and(|owned| owned.process != process)
            {
                std::mem::forget(arc_swap::Guard::into_inner(before));
            }
        }
    }
}
