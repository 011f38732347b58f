//! The boundary: Python's values in, the server's bytes out, and nothing decided in between.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use mindee_core::call::{Call, Reply};
use mindee_core::error::code;
use mindee_core::options::ClientOptions;
use mindee_core::{Cancel, Client as Core, Error, Source, runtime};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyString};
use serde_json::json;

use crate::exit;
use crate::feed::Feed;
use crate::queue::Queue;

/// An answer as Python gets it: the server's bytes, and what the core says about them as JSON.
pub(crate) type Told = (Py<PyBytes>, String);

pyo3::create_exception!(
    mindee_core._native,
    Failure,
    PyException,
    "A failed call: payload, number of the category, kept bytes."
);

/// How long a call that was told to end may take to say what became of the document.
const GRACE: Duration = Duration::from_millis(100);

/// A client of the core, until it is closed.
#[pyclass(frozen, module = "mindee_core._native")]
pub(crate) struct Client(Mutex<Option<Core>>);

/// A call under way.
#[pyclass(frozen, module = "mindee_core._native")]
pub(crate) struct Work {
    cancel: Cancel,
    abort: Box<dyn Fn() + Send + Sync>,
}

/// A document as the façade hands it over.
enum Given {
    Text(String),
    Content(PyBackedBytes),
    Path(PathBuf),
    Stream(Source),
    Other,
}

#[pymethods]
impl Client {
    /// A client with the options of a JSON object.
    #[new]
    fn new(py: Python<'_>, options: &Bound<'_, PyString>) -> PyResult<Self> {
        let made = text(options).and_then(|options| {
            exit::detach(py, || {
                ClientOptions::from_json(&options).and_then(Core::new)
            })
        });
        match made {
            Ok(core) => Ok(Self(Mutex::new(Some(core)))),
            Err(error) => Err(raise(py, &error)),
        }
    }

    /// Performs a call and waits for its answer; signals are heard meanwhile.
    #[pyo3(signature = (operation, arguments, source=None))]
    fn call(
        &self,
        py: Python<'_>,
        operation: &str,
        arguments: &Bound<'_, PyString>,
        source: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Told> {
        let ready = self.core().and_then(|core| {
            let call = Prepared::new(operation, arguments, source)?;
            Ok((core, call))
        });
        let mut signal = None;
        let outcome = exit::detach(py, || {
            let (core, call) = ready?;
            let call = call.build()?;
            let cancel = Cancel::new();
            let switch = cancel.clone();
            let work = async move { core.perform_until(call, &switch).await };
            runtime::wait(work, || look_up(&cancel, &mut signal))
        });
        let told = match outcome {
            Ok(Ok(Ok(reply))) => Ok(tell(py, &reply)),
            Ok(Ok(Err(error))) | Err(error) => Err(raise(py, &error)),
            Ok(Err(())) => Err(raise(
                py,
                &Error::new(code::CANCELLED, "The call was ended"),
            )),
        };
        match signal {
            Some((signal, _)) => Err(caused_by(py, signal, told.err())),
            None => told,
        }
    }

    /// Starts a call whose answer comes to a queue, under the number of a ticket.
    fn call_async(
        &self,
        py: Python<'_>,
        operation: &str,
        arguments: &Bound<'_, PyString>,
        source: Option<&Bound<'_, PyAny>>,
        queue: &Queue,
        ticket: u64,
    ) -> PyResult<Work> {
        let ready = self.core().and_then(|core| {
            let call = Prepared::new(operation, arguments, source)?;
            Ok((core, call, queue.promise(ticket)))
        });
        let started = exit::detach(py, || {
            let (core, call, promise) = ready?;
            let call = call.build()?;
            let cancel = Cancel::new();
            let switch = cancel.clone();
            let work = async move { promise.keep(core.perform_until(call, &switch).await) };
            runtime::spawn(work).map(|task| (cancel, task))
        });
        match started {
            Ok((cancel, task)) => Ok(Work {
                cancel,
                abort: Box::new(move || task.abort()),
            }),
            Err(error) => Err(raise(py, &error)),
        }
    }

    /// Lets go of the connections once the calls under way have ended.
    fn close(&self, py: Python<'_>) {
        let core = self.slot().take();
        exit::detach(py, || drop(core));
    }
}

#[pymethods]
impl Work {
    /// Ends the call soon, with an error that tells what became of the document.
    fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Ends the call at once.
    fn abort(&self) {
        (self.abort)();
    }
}

/// Raises the core's error for a value that cannot be written as JSON.
#[pyfunction]
pub(crate) fn refuse_option(py: Python<'_>, message: String) -> PyErr {
    raise(py, &Error::new(code::OPTION_INVALID, message))
}

impl Client {
    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Core>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn core(&self) -> Result<Core, Error> {
        if exit::ending() {
            return Err(Error::new(code::CANCELLED, "The interpreter ends"));
        }
        let closed = || Error::new(code::HANDLE_NULL, "The client is closed");
        self.slot().clone().ok_or_else(closed)
    }
}

/// Everything that a call needs from Python, so that the rest goes on without it.
pub(crate) struct Prepared {
    operation: String,
    arguments: String,
    source: Option<Given>,
}

impl Prepared {
    pub(crate) fn new(
        operation: &str,
        arguments: &Bound<'_, PyString>,
        source: Option<&Bound<'_, PyAny>>,
    ) -> Result<Self, Error> {
        Ok(Self {
            operation: operation.to_owned(),
            arguments: text(arguments)?,
            source: source.map(given).transpose()?,
        })
    }

    pub(crate) fn build(self) -> Result<Call, Error> {
        let (content, other) = match self.source {
            Some(Given::Content(content)) => (Some(Bytes::from_owner(content)), None),
            other => (None, other),
        };
        let mut call = Call::from_json(&self.operation, &self.arguments, content)?;
        match other {
            Some(Given::Text(text)) => call.set_source(Source::from_text(&text)),
            Some(Given::Path(path)) => call.set_source(Source::path(path)),
            Some(Given::Stream(source)) => call.set_source(source),
            // The core says what is wrong with a source of no known kind.
            Some(Given::Other) => call.set_json("source", &json!({}))?,
            Some(Given::Content(_)) | None => {}
        }
        Ok(call)
    }
}

/// A source as the façade hands it over: the name of its kind, and the value.
fn given(source: &Bound<'_, PyAny>) -> Result<Given, Error> {
    // Text that is not UTF-8 can only be a path.
    let broken = |_| Error::new(code::SOURCE_PATH_NOT_UTF8, "The path is not UTF-8 text");
    let Ok((kind, value)) = source.extract::<(String, Bound<'_, PyAny>)>() else {
        return Ok(Given::Other);
    };
    match kind.as_str() {
        "text" => value.extract().map(Given::Text).map_err(broken),
        "path" => value.extract().map(Given::Path).map_err(broken),
        "bytes" => Ok(value.extract().map_or(Given::Other, Given::Content)),
        "feed" => Ok(value
            .cast::<Feed>()
            .map_or(Given::Other, |feed| Given::Stream(feed.get().source()))),
        _ => Ok(Given::Other),
    }
}

pub(crate) fn text(text: &Bound<'_, PyString>) -> Result<String, Error> {
    let broken = |_| Error::new(code::TEXT_NOT_UTF8, "A text is not UTF-8");
    text.to_str().map(str::to_owned).map_err(broken)
}

/// Hears signals during a wait. One that raises ends the call by its switch, so that the error
/// tells what became of the document; it is not waited for longer than [`GRACE`].
fn look_up(cancel: &Cancel, signal: &mut Option<(PyErr, Instant)>) -> ControlFlow<()> {
    if let Some((_, heard)) = signal {
        return if heard.elapsed() < GRACE {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        };
    }
    match exit::attach(|py| -> PyResult<()> { py.check_signals() }) {
        Some(Ok(())) => {}
        Some(Err(raised)) => {
            cancel.cancel();
            *signal = Some((raised, Instant::now()));
        }
        None => exit::stay_out(),
    }
    ControlFlow::Continue(())
}

/// What a signal raised, with the call's own error as its cause: it holds the resume token.
fn caused_by(py: Python<'_>, raised: PyErr, error: Option<PyErr>) -> PyErr {
    if raised.cause(py).is_none() {
        raised.set_cause(py, error);
    }
    raised
}

/// An answer for Python.
pub(crate) fn tell(py: Python<'_>, reply: &Reply) -> Told {
    let body = PyBytes::new(py, &reply.body).unbind();
    (body, reply.about.to_string())
}

/// An error as Python gets it: payload, number of the category, kept bytes.
///
/// The façade makes its own exception of it. That is not done here: while Python code runs below
/// Rust, the end of the interpreter would tear the thread out of it.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    let body = error.body().map(|body| PyBytes::new(py, body).unbind());
    Failure::new_err((error.payload().to_string(), error.category().number(), body))
}
