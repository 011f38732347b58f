//! One row, while a call works on it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::disk::on_disk;
use crate::error::Error;
use crate::job::Job;

/// A row that a call works on; others leave it alone until it is dropped.
pub(crate) struct Entry {
    pub(super) key: i64,
    pub(super) connection: Arc<Mutex<Connection>>,
    pub(super) running: Arc<Mutex<HashSet<i64>>>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
}

impl Entry {
    /// Records that the first byte is about to leave.
    pub(crate) async fn sending(&self) -> Result<(), Error> {
        self.set("sending", None, None, None).await
    }

    /// Records that the document was certainly not taken.
    pub(crate) async fn not_taken(&self) -> Result<(), Error> {
        self.set("intended", None, None, None).await
    }

    /// Records the job.
    pub(crate) async fn taken(&self, job: &Job) -> Result<(), Error> {
        self.set(
            "taken",
            Some(job.id.clone()),
            Some(job.resume_token().to_string()),
            None,
        )
        .await
    }

    /// Records what came in the way of a document that stays as it is.
    pub(crate) async fn hindered(&self, error: &Error) -> Result<(), Error> {
        let (key, error) = (self.key, error.payload().to_string());
        on_disk(&self.connection, move |connection| {
            connection
                .execute(
                    "UPDATE documents SET error = ?2 WHERE key = ?1",
                    (key, error),
                )
                .map(drop)
        })
        .await
    }

    /// Records how a call ended that has no job.
    pub(crate) async fn ended(&self, error: &Error) -> Result<(), Error> {
        let state = match (error.maybe_billed(), error.retryable()) {
            (true, _) => "unknown",
            (false, true) => "intended",
            (false, false) => "failed",
        };
        self.set(state, None, None, Some(error.payload().to_string()))
            .await
    }

    async fn set(
        &self,
        state: &'static str,
        job_id: Option<String>,
        token: Option<String>,
        error: Option<String>,
    ) -> Result<(), Error> {
        let key = self.key;
        on_disk(&self.connection, move |connection| {
            let sql = "UPDATE documents SET state = ?2, job_id = ?3, resume_token = ?4, error = ?5 WHERE key = ?1";
            connection.execute(sql, (key, state, job_id, token, error)).map(drop)
        })
        .await
    }
}
