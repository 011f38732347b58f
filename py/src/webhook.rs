//! Webhooks without a client: a body and what came with it in, what it says out.

use bytes::Bytes;
use mindee_core::webhook::{SigningSecret, sign, unwrap_json};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyString;

use crate::boundary::{raise, text};
use crate::exit;

/// Verifies a webhook's body and reads it, with `headers`, `secrets` and the rest as one JSON object;
/// gives what the core tells of it.
#[pyfunction]
pub(crate) fn unwrap_webhook(
    py: Python<'_>,
    body: PyBackedBytes,
    arguments: &Bound<'_, PyString>,
) -> PyResult<String> {
    let arguments = text(arguments);
    let read = exit::detach(py, || {
        let body = Bytes::from_owner(body);
        unwrap_json(&body, &arguments?, || body.clone())
    });
    match read {
        Ok(reply) => Ok(reply.about.to_string()),
        Err(error) => Err(raise(py, &error)),
    }
}

/// The signature of a webhook's body.
#[pyfunction]
#[expect(
    clippy::needless_pass_by_value,
    reason = "what Python gives comes by value"
)]
pub(crate) fn sign_webhook(
    py: Python<'_>,
    body: PyBackedBytes,
    secret: &Bound<'_, PyString>,
) -> PyResult<String> {
    let signed = text(secret).and_then(|secret| sign(&body, &SigningSecret::new(&secret)?));
    signed.map_err(|error| raise(py, &error))
}
