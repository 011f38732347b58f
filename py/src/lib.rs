//! The native half of the Python package `mindee_core`: two ways to perform a call, webhooks, and
//! the tables that its tests compare with. Everything is decided in `mindee-core`.

mod boundary;
mod document;
mod exit;
mod feed;
mod ledger;
mod queue;
mod tables;
mod webhook;

/// The module `mindee_core._native`.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use crate::boundary::{Client, Failure, Work, refuse_option};
    #[pymodule_export]
    use crate::document::prepare_document;
    #[pymodule_export]
    use crate::feed::Feed;
    #[pymodule_export]
    use crate::ledger::results;
    #[pymodule_export]
    use crate::queue::Queue;
    #[pymodule_export]
    use crate::tables::tables;
    #[pymodule_export]
    use crate::webhook::{sign_webhook, unwrap_webhook};

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", mindee_core::VERSION)?;
        crate::exit::register(module)
    }
}
