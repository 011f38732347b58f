//! Results of the ledger come several in one answer; each is handed over byte for byte.

use std::collections::BTreeMap;

use mindee_core::Error;
use mindee_core::error::code;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use serde_json::value::RawValue;

use crate::boundary::raise;

/// A row of the ledger, each member with its own bytes.
type Row = BTreeMap<String, Box<RawValue>>;

/// The bytes of the member `result` of each row; `None` where it is null.
#[pyfunction]
#[expect(
    clippy::needless_pass_by_value,
    reason = "what Python gives comes by value"
)]
pub(crate) fn results(py: Python<'_>, rows: PyBackedBytes) -> PyResult<Vec<Option<Py<PyBytes>>>> {
    let rows: Vec<Row> = serde_json::from_slice(&rows).map_err(|_| {
        let message = "The rows of the ledger are no JSON";
        raise(py, &Error::new(code::INTERNAL, message))
    })?;
    let result = |row: &Row| {
        let bytes = row.get("result")?.get().as_bytes();
        (bytes != b"null").then(|| PyBytes::new(py, bytes).unbind())
    };
    Ok(rows.iter().map(result).collect())
}
