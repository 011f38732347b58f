//! The native half of the Python package `mindee_core`: two ways to perform a call, and the
//! tables that its tests compare with. Everything is decided in `mindee-core`.

mod boundary;
mod exit;
mod queue;
mod tables;

/// The module `mindee_core._native`.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use crate::boundary::{Client, Failure, Work, refuse_option};
    #[pymodule_export]
    use crate::queue::Queue;
    #[pymodule_export]
    use crate::tables::tables;

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", mindee_core::VERSION)?;
        crate::exit::register(module)
    }
}
