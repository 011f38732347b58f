//! How answers reach an event loop: runtime threads put them here and wake the loop, and the
//! loop's own thread takes them out. So runtime threads have no need of Python.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mindee_core::Error;
use mindee_core::call::Reply;
use mindee_core::error::code;
use pyo3::prelude::*;

use crate::boundary::{Told, raise, tell};
use crate::exit;

/// What is told to a ticket.
enum Outcome {
    /// How a call ended.
    Call(Result<Reply, Error>),
    /// A chunk of a stream went its way; whether more is wanted.
    Wanted(bool),
}

/// The same as Python gets it.
#[derive(IntoPyObject)]
pub(crate) enum Answer {
    Told(Told),
    Wanted(bool),
}

/// Answers for one event loop.
#[pyclass(frozen, module = "mindee_core._native")]
pub(crate) struct Queue(Arc<Shared>);

struct Shared {
    arrived: Mutex<Arrived>,
    wake: Wake,
}

#[derive(Default)]
struct Arrived {
    outcomes: Vec<(u64, Outcome)>,
    /// Whether the loop was woken and did not come yet: one wake is enough for many answers.
    woken: bool,
}

enum Wake {
    /// The loop watches the reading end.
    Pipe(PipeReader, PipeWriter),
    /// For loops that cannot watch a descriptor.
    Call(Py<PyAny>),
}

#[pymethods]
impl Queue {
    /// A queue that wakes its loop by a descriptor, or by `wake` where that is given.
    #[new]
    fn new(wake: Option<Py<PyAny>>) -> PyResult<Self> {
        let wake = if let Some(call) = wake {
            Wake::Call(call)
        } else {
            let (reader, writer) = std::io::pipe()?;
            Wake::Pipe(reader, writer)
        };
        Ok(Self(Arc::new(Shared {
            arrived: Mutex::default(),
            wake,
        })))
    }

    /// The descriptor to watch for reading; `None` where there is none.
    fn fileno(&self) -> Option<i32> {
        #[cfg(unix)]
        if let Wake::Pipe(reader, _) = &self.0.wake {
            return Some(std::os::fd::AsRawFd::as_raw_fd(reader));
        }
        None
    }

    /// Takes out what has arrived: ticket, answer, error.
    fn drain(&self, py: Python<'_>) -> Vec<(u64, Option<Answer>, Option<PyErr>)> {
        let outcomes = {
            let mut arrived = self.0.lock();
            if mem::take(&mut arrived.woken)
                && let Wake::Pipe(reader, _) = &self.0.wake
            {
                // There is exactly one byte, so this neither waits nor fails.
                let _ = (&*reader).read(&mut [0]);
            }
            mem::take(&mut arrived.outcomes)
        };
        let told = |(ticket, outcome)| match outcome {
            Outcome::Call(Ok(reply)) => (ticket, Some(Answer::Told(tell(py, &reply))), None),
            Outcome::Call(Err(error)) => (ticket, None, Some(raise(py, &error))),
            Outcome::Wanted(wanted) => (ticket, Some(Answer::Wanted(wanted)), None),
        };
        outcomes.into_iter().map(told).collect()
    }
}

impl Queue {
    /// The right to put in one answer.
    pub(crate) fn promise(&self, ticket: u64) -> Promise {
        Promise {
            shared: Arc::clone(&self.0),
            ticket,
            kept: false,
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, ticket: u64, outcome: Outcome) {
        let mut arrived = self.lock();
        arrived.outcomes.push((ticket, outcome));
        if mem::replace(&mut arrived.woken, true) {
            return;
        }
        match &self.wake {
            Wake::Pipe(_, writer) => {
                // The pipe is empty, so this does not wait; it fails only with the whole process.
                let _ = (&*writer).write(&[0]);
            }
            Wake::Call(wake) => {
                drop(arrived);
                // It fails where the loop is closed: then nobody waits for the answer.
                exit::attach(|py| wake.call0(py).is_ok());
            }
        }
    }
}

/// The right to put in one answer. It always comes, also where the work ends in a panic.
pub(crate) struct Promise {
    shared: Arc<Shared>,
    ticket: u64,
    kept: bool,
}

impl Promise {
    pub(crate) fn keep(self, outcome: Result<Reply, Error>) {
        self.tell(Outcome::Call(outcome));
    }

    pub(crate) fn went(self, wanted: bool) {
        self.tell(Outcome::Wanted(wanted));
    }

    fn tell(mut self, outcome: Outcome) {
        self.kept = true;
        self.shared.put(self.ticket, outcome);
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if !self.kept {
            let error = Error::new(code::INTERNAL, "The work ended without an answer");
            self.shared.put(self.ticket, Outcome::Call(Err(error)));
        }
    }
}
