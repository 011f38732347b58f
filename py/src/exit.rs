//! The end of the interpreter: from then on no thread of ours may enter it.
//!
//! A thread that waits for the interpreter's lock while it ends is killed in the middle of Rust
//! code, or never wakes. So every entry passes this gate, and the end closes it first.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// The highest bit says that the interpreter ends, the upper half holds the process, the lower
/// half counts the threads that are at the gate.
static GATE: AtomicU64 = AtomicU64::new(0);
const ENDING: u64 = 1 << 63;

/// The gate of this process with nobody at it. A forked child starts with that: the threads that
/// its parent had at the gate do not exist in it.
fn nobody() -> u64 {
    u64::from(std::process::id()) << 32
}

/// A thread at the gate, or through it.
pub(crate) struct Entry(());

impl Drop for Entry {
    fn drop(&mut self) {
        GATE.fetch_sub(1, SeqCst);
    }
}

/// Leave to enter the interpreter, or `None` where it ends.
pub(crate) fn enter() -> Option<Entry> {
    let nobody = nobody();
    let one_more = |gate: u64| match gate {
        gate if gate & ENDING != 0 => None,
        gate if gate >> 32 != nobody >> 32 => Some(nobody + 1),
        gate => Some(gate + 1),
    };
    let entered = GATE.fetch_update(SeqCst, SeqCst, one_more);
    entered.is_ok().then_some(Entry(()))
}

/// Whether the interpreter ends.
pub(crate) fn ending() -> bool {
    GATE.load(SeqCst) & ENDING != 0
}

/// Enters the interpreter for a moment; `None` where it ends.
pub(crate) fn attach<T>(body: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    let _entry = enter()?;
    Python::try_attach(body)
}

/// Leaves the interpreter for a while, as every long work must.
pub(crate) fn detach<T: Send>(py: Python<'_>, body: impl FnOnce() -> T + Send) -> T {
    if ending() {
        // There is no way back in from here.
        return body();
    }
    let (value, entry) = py.detach(|| {
        let value = body();
        (value, enter().unwrap_or_else(|| stay_out()))
    });
    // Held until this thread is back in, so that the interpreter does not end on its way.
    drop(entry);
    value
}

/// Keeps a thread out of an interpreter that ends; it ends with the process.
pub(crate) fn stay_out() -> ! {
    loop {
        std::thread::park();
    }
}

/// Closes the gate when the interpreter is about to end.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let close = pyo3::wrap_pyfunction!(close, module)?;
    let atexit = module.py().import("atexit")?;
    atexit.call_method1("register", (close,)).map(drop)
}

#[pyfunction]
fn close(py: Python<'_>) {
    let gate = GATE.fetch_or(ENDING, SeqCst);
    if gate >> 32 != nobody() >> 32 {
        return;
    }
    let give_up = Instant::now() + Duration::from_secs(1);
    py.detach(|| {
        while GATE.load(SeqCst) != nobody() | ENDING && Instant::now() < give_up {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
}
