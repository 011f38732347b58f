//! Local files without a client: a file and options in, what was found and made out.

use mindee_core::document::{Prepared as Made, perform};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::boundary::{Prepared, raise};
use crate::exit;

/// What was found or done, as JSON, and the files that were made: name, media type, bytes.
type Answer = (String, Vec<(String, &'static str, Py<PyBytes>)>);

/// Performs an operation on a local file, with the interpreter free meanwhile.
#[pyfunction]
#[pyo3(signature = (operation, arguments, source=None))]
pub(crate) fn prepare_document(
    py: Python<'_>,
    operation: &str,
    arguments: &Bound<'_, PyString>,
    source: Option<&Bound<'_, PyAny>>,
) -> PyResult<Answer> {
    let call = Prepared::new(operation, arguments, source);
    match exit::detach(py, || call?.build().and_then(perform)) {
        Ok(made) => Ok(answer(py, made)),
        Err(error) => Err(raise(py, &error)),
    }
}

fn answer(py: Python<'_>, made: Made) -> Answer {
    let files = made.documents.into_iter().map(|document| {
        let content = PyBytes::new(py, &document.content).unbind();
        (document.filename, document.media_type, content)
    });
    (made.about.to_string(), files.collect())
}
