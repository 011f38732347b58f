//! One runtime for the whole process, for callers that have none (feature `runtime`).
//!
//! A forked child gets its own at first use. It is never dropped: at exit its threads end with the
//! process.

use std::future::Future;
use std::ops::ControlFlow;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

use crate::error::{Error, code};
use crate::process::PerProcess;

/// How often a blocking wait looks up, so that a signal or a cancel is heard within 100 ms.
pub const TICK: Duration = Duration::from_millis(50);

static RUNTIME: PerProcess<Runtime> = PerProcess::new();

/// The runtime of this process.
pub fn handle() -> Result<Handle, Error> {
    let build = || {
        Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("mindee")
            .on_thread_start(leave_signals_to_the_program)
            .enable_all()
            .build()
    };
    let runtime = RUNTIME
        .get(build)
        .map_err(|e| Error::new(code::INTERNAL, "Threads could not be started").caused_by(&e))?;
    Ok(runtime.handle().clone())
}

/// Signals belong to the program: its handlers do not run on our threads, and a write to a
/// connection that the server has closed is an error here, where SIGPIPE would end the program.
/// What a fault of the thread itself raises stays.
fn leave_signals_to_the_program() {
    #[cfg(unix)]
    {
        use nix::sys::signal::{SigSet, Signal};
        let mut signals = SigSet::all();
        for fault in [
            Signal::SIGSEGV,
            Signal::SIGBUS,
            Signal::SIGILL,
            Signal::SIGFPE,
        ] {
            signals.remove(fault);
        }
        // Without it all goes on as before.
        let _ = signals.thread_block();
    }
}

/// Starts work on the runtime.
pub fn spawn<F>(work: F) -> Result<JoinHandle<F::Output>, Error>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    Ok(handle()?.spawn(work))
}

/// Waits for work on the runtime, and asks `look_up` every [`TICK`] whether to go on. A break
/// drops the work and is returned.
pub fn wait<F, B>(
    work: F,
    mut look_up: impl FnMut() -> ControlFlow<B>,
) -> Result<Result<F::Output, B>, Error>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let (sender, receiver) = sync_channel(1);
    let task = spawn(async move {
        // The receiver is gone only after a break, when nobody wants the answer.
        let _ = sender.send(work.await);
    })?;
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(output) => return Ok(Ok(output)),
            Err(RecvTimeoutError::Timeout) => {
                if let ControlFlow::Break(reason) = look_up() {
                    task.abort();
                    return Ok(Err(reason));
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(
                    code::INTERNAL,
                    "The work ended without an answer",
                ));
            }
        }
    }
}
