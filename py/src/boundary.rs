//! The boundary: Python's values in, the server's bytes out, and nothing decided in between.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use mindee_core::call::{Call, Reply};
use mindee_core::error::code;
use mindee_core::options::ClientOptions;
use mindee_core::{Client as Core, Error, Source, runtime};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyString};
use serde_json::json;

use crate::exit;
use crate::queue::Queue;

/// An answer as Python gets it: the server's bytes, and what the core says about them as JSON.
pub(crate) type Told = (Py<PyBytes>, String);

/// A client of the core, until it is closed.
#[pyclass(frozen, module = "mindee_core._native")]
pub(crate) struct Client(Mutex<Option<Core>>);

/// A call under way.
#[pyclass(frozen, module = "mindee_core._native")]
pub(crate) struct Work(Box<dyn Fn() + Send + Sync>);

/// A document as the façade hands it over.
enum Given {
    Text(String),
    Content(PyBackedBytes),
    Path(PathBuf),
    Other,
}

#[pymethods]
impl Client {
    /// A client with the options of a JSON object.
    #[new]
    fn new(py: Python<'_>, options: &Bound<'_, PyString>) -> PyResult<Self> {
        let made = text(options).and_then(|options| {
            py.detach(|| ClientOptions::from_json(&options).and_then(Core::new))
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
        let (outcome, entry) = py.detach(|| {
            let outcome = ready.and_then(|(core, call)| {
                let call = call.build()?;
                runtime::wait(async move { core.perform(call).await }, look_up)
            });
            // Held until this thread is back in the interpreter, so that it does not end meanwhile.
            (outcome, exit::enter().unwrap_or_else(|| exit::stay_out()))
        });
        drop(entry);
        match outcome {
            Ok(Ok(Ok(reply))) => Ok(tell(py, &reply)),
            Ok(Ok(Err(error))) | Err(error) => Err(raise(py, &error)),
            Ok(Err(signal)) => Err(signal),
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
        let started = py.detach(|| {
            let (core, call, promise) = ready?;
            let call = call.build()?;
            runtime::spawn(async move { promise.keep(core.perform(call).await) })
        });
        match started {
            Ok(task) => Ok(Work(Box::new(move || task.abort()))),
            Err(error) => Err(raise(py, &error)),
        }
    }

    /// Lets go of the connections once the calls under way have ended.
    fn close(&self, py: Python<'_>) {
        let core = self.slot().take();
        py.detach(|| drop(core));
    }
}

#[pymethods]
impl Work {
    /// Ends the call; the server goes on with what it has.
    fn cancel(&self) {
        (self.0)();
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
struct Prepared {
    operation: String,
    arguments: String,
    source: Option<Given>,
}

impl Prepared {
    fn new(
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

    fn build(self) -> Result<Call, Error> {
        let (content, other) = match self.source {
            Some(Given::Content(content)) => (Some(Bytes::from_owner(content)), None),
            other => (None, other),
        };
        let mut call = Call::from_json(&self.operation, &self.arguments, content)?;
        match other {
            Some(Given::Text(text)) => call.set_source(Source::from_text(&text)),
            Some(Given::Path(path)) => call.set_source(Source::path(path)),
            // The core says what is wrong with a source of no known kind.
            Some(Given::Other) => call.set_json("source", &json!({}))?,
            Some(Given::Content(_)) | None => {}
        }
        Ok(call)
    }
}

fn given(source: &Bound<'_, PyAny>) -> Result<Given, Error> {
    if let Ok(text) = source.cast::<PyString>() {
        // Text that is not UTF-8 can only be a path.
        let broken = |_| Error::new(code::SOURCE_PATH_NOT_UTF8, "The path is not UTF-8 text");
        return text
            .to_str()
            .map(|text| Given::Text(text.to_owned()))
            .map_err(broken);
    }
    if let Ok(content) = source.extract() {
        return Ok(Given::Content(content));
    }
    Ok(source.extract().map_or(Given::Other, Given::Path))
}

fn text(text: &Bound<'_, PyString>) -> Result<String, Error> {
    let broken = |_| Error::new(code::TEXT_NOT_UTF8, "A text is not UTF-8");
    text.to_str().map(str::to_owned).map_err(broken)
}

/// Hears signals during a wait.
fn look_up() -> ControlFlow<PyErr> {
    match exit::attach(|py| -> PyResult<()> { py.check_signals() }) {
        Some(Ok(())) => ControlFlow::Continue(()),
        Some(Err(signal)) => ControlFlow::Break(signal),
        None => exit::stay_out(),
    }
}

/// An answer for Python.
pub(crate) fn tell(py: Python<'_>, reply: &Reply) -> Told {
    let body = PyBytes::new(py, &reply.body).unbind();
    (body, reply.about.to_string())
}

/// An error as an exception, which Python makes from the payload.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    let body = error.body().map(|body| PyBytes::new(py, body));
    let arguments = (error.payload().to_string(), error.category().number(), body);
    let made = py
        .import("mindee_core.errors")
        .and_then(|errors| errors.call_method1("from_payload", arguments));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(broken) => broken,
    }
}
