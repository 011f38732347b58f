//! The state file: one `SQLite` database, written through at every change, so that the end
//! of the process, however sudden, takes nothing along.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::keys;

/// The form of the file; a file of another form is refused.
const VERSION: i64 = 1;

/// How long a file that is in use is waited for.
const PATIENCE: Duration = Duration::from_millis(300);

/// One kind of record. Each has a table with the id and the record as JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Table {
    Keys,
    Models,
    Jobs,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Models => "models",
            Self::Jobs => "jobs",
        }
    }
}

/// Where records are kept; without a file nothing is written, and nothing fails.
pub(crate) struct State(Option<Mutex<Connection>>);

impl State {
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Opens the file, or makes it. Only one process at a time has it.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        make(path).map_err(|error| format!("the state file cannot be opened: {error}"))?;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.busy_timeout(PATIENCE)?;
            // Keys live in memory while a sandbox runs: a change behind its back would not
            // be seen. The lock goes with the process, whatever ends it.
            connection.pragma_update(None, "locking_mode", "exclusive")?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            // Enough for the end of a process; only a power cut may take the last changes.
            connection.pragma_update(None, "synchronous", "normal")?;
            Ok(connection)
        };
        let connection = open().map_err(|error| unopened(&error))?;
        let version: i64 = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .map_err(|error| unopened(&error))?;
        match version {
            0 => connection
                .execute_batch(&format!(
                    "BEGIN EXCLUSIVE;
                     CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL);
                     CREATE TABLE keys (id TEXT PRIMARY KEY, record TEXT NOT NULL);
                     CREATE TABLE models (id TEXT PRIMARY KEY, record TEXT NOT NULL);
                     CREATE TABLE jobs (id TEXT PRIMARY KEY, record TEXT NOT NULL);
                     PRAGMA user_version = {VERSION};
                     COMMIT;"
                ))
                .map_err(|error| unopened(&error))?,
            VERSION => {}
            other => return Err(format!("the state file is of version {other}")),
        }
        Ok(Self(Some(Mutex::new(connection))))
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// The file's own random key, under which API keys are hashed.
    pub(crate) fn pepper(&self) -> Result<[u8; 32], String> {
        let new = keys::pepper();
        let kept: Option<[u8; 32]> = self.with(|connection| {
            let insert = "INSERT OR IGNORE INTO secrets VALUES ('key_hash', ?1)";
            connection.execute(insert, params![new])?;
            let select = "SELECT value FROM secrets WHERE name = 'key_hash'";
            connection
                .query_row(select, [], |row| row.get(0))
                .optional()
        })?;
        Ok(kept.unwrap_or(new))
    }

    /// All records of a kind, in the order in which they came.
    pub(crate) fn load<T: DeserializeOwned>(&self, table: Table) -> Result<Vec<T>, String> {
        let texts: Vec<String> = self.with(|connection| {
            let select = format!("SELECT record FROM {} ORDER BY rowid", table.name());
            let mut select = connection.prepare(&select)?;
            let texts = select.query_map([], |row| row.get(0))?;
            texts.collect()
        })?;
        let read = |text: &String| {
            serde_json::from_str(text)
                .map_err(|error| format!("the state file has an unreadable record: {error}"))
        };
        texts.iter().map(read).collect()
    }

    /// Writes a record down, in the place of the one with the same id.
    pub(crate) fn save(
        &self,
        table: Table,
        id: uuid::Uuid,
        record: &impl Serialize,
    ) -> Result<(), String> {
        if !self.is_kept() {
            return Ok(());
        }
        let text = serde_json::to_string(record).map_err(|error| error.to_string())?;
        self.with(|connection| {
            let insert = format!(
                "INSERT INTO {} VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET record = excluded.record",
                table.name()
            );
            let mut insert = connection.prepare(&insert)?;
            insert.execute(params![id.to_string(), text]).map(drop)
        })
    }

    pub(crate) fn delete(&self, table: Table, id: uuid::Uuid) -> Result<(), String> {
        self.with(|connection| {
            let delete = format!("DELETE FROM {} WHERE id = ?1", table.name());
            connection
                .execute(&delete, params![id.to_string()])
                .map(drop)
        })
    }

    fn with<T: Default>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, String> {
        let Some(connection) = &self.0 else {
            return Ok(T::default());
        };
        let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&connection).map_err(|error| format!("the state file cannot be used: {error}"))
    }
}

/// Makes the file, unless it is there. Signing secrets are in it: it is for its owner only.
fn make(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn unopened(error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    match error.sqlite_error_code() {
        Some(DatabaseBusy | DatabaseLocked) => {
            "the state file is in use by a running sandbox".to_owned()
        }
        _ => format!("the state file cannot be opened: {error}"),
    }
}
