//! Work on the file.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::error::{Error, code};

pub(super) fn broken(error: &rusqlite::Error) -> Error {
    Error::new(code::LEDGER_BROKEN, "The ledger cannot be read or written").caused_by(error)
}

/// Works on the file away from the threads that serve connections; it returns when the disk has it.
pub(super) async fn on_disk<T: Send + 'static>(
    connection: &Arc<Mutex<Connection>>,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let connection = Arc::clone(connection);
    let work = move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner));
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| broken(&error)),
        Err(error) => {
            Err(Error::new(code::INTERNAL, "Work on the ledger ended early").caused_by(&error))
        }
    }
}
