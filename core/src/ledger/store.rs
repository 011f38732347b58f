//! The file: one table, each change on the disk before it returns.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use rusqlite::{
    Connection, OptionalExtension as _, Transaction, TransactionBehavior, named_params,
};
use serde_json::{Value, json};

use super::collected::{CollectQuery, Collected, Portion};
use super::disk::{broken, on_disk};
use super::entry::Entry;
use super::rows::{Next, described, resumable};
use crate::error::{Error, code};
use crate::product::Product;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS documents (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        owner TEXT NOT NULL,
        state TEXT NOT NULL,
        origin TEXT NOT NULL,
        product TEXT NOT NULL,
        form TEXT NOT NULL,
        source TEXT,
        filename TEXT,
        alias TEXT,
        job_id TEXT,
        resume_token TEXT,
        result BLOB,
        error TEXT,
        created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    );
    CREATE INDEX IF NOT EXISTS documents_by_job ON documents (job_id);
    CREATE INDEX IF NOT EXISTS documents_by_state ON documents (state);
";

/// The record of one process.
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
    path: PathBuf,
    /// This process's name in the rows.
    owner: String,
    /// Held, and so locked, for as long as the process lives.
    _alive: File,
    /// The rows that calls of this process work on.
    running: Arc<Mutex<HashSet<i64>>>,
}

/// A document to be recorded.
pub(crate) struct Intent {
    pub(crate) origin: String,
    pub(crate) product: Product,
    pub(crate) form: Vec<(&'static str, String)>,
    /// Path or URL; nothing for what cannot be sent again from here.
    pub(crate) source: Option<String>,
    pub(crate) filename: Option<String>,
}

/// What is to be taken up again.
pub(crate) struct Pending {
    pub(crate) entry: Entry,
    pub(crate) product: Product,
    pub(crate) form: Vec<(String, String)>,
    /// The job's resume token, or the source of a document that was not sent.
    pub(crate) next: Next,
}

fn no_file(path: &Path, error: &std::io::Error) -> Error {
    let message = format!("The ledger cannot be opened at {}", path.display());
    Error::new(code::LEDGER_BROKEN, message).caused_by(error)
}

impl Store {
    /// Opens the file, and makes it where it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let connection = Connection::open(path).map_err(|error| broken(&error))?;
        // Others write for milliseconds; whoever waits longer than this waits for a dead disk.
        connection
            .busy_timeout(std::time::Duration::from_secs(30))
            .map_err(|error| broken(&error))?;
        connection
            .execute_batch(SCHEMA)
            .map_err(|error| broken(&error))?;
        let owner = uuid::Uuid::new_v4().to_string();
        let lock = owner_file(path, &owner);
        let alive = File::create(&lock).map_err(|error| no_file(&lock, &error))?;
        alive.lock().map_err(|error| no_file(&lock, &error))?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            path: path.to_owned(),
            owner,
            _alive: alive,
            running: Arc::default(),
        })
    }

    /// Records that a document is to be sent.
    pub(crate) async fn intend(&self, intent: Intent) -> Result<Entry, Error> {
        let owner = self.owner.clone();
        let key = on_disk(&self.connection, move |connection| {
            let alias = intent.form.iter().find(|(name, _)| *name == "alias").map(|(_, alias)| alias);
            connection.execute(
                "INSERT INTO documents (owner, state, origin, product, form, source, filename, alias)
                 VALUES (:owner, 'intended', :origin, :product, :form, :source, :filename, :alias)",
                named_params! {
                    ":owner": owner, ":origin": intent.origin, ":product": intent.product.slug(),
                    ":form": json!(intent.form).to_string(), ":source": intent.source,
                    ":filename": intent.filename, ":alias": alias,
                },
            )?;
            Ok(connection.last_insert_rowid())
        })
        .await?;
        self.entry(key)
            .ok_or_else(|| Error::new(code::INTERNAL, "A new row is in use already"))
    }

    /// Marks a row as worked on; nothing where a call of this process works on it already.
    fn entry(&self, key: i64) -> Option<Entry> {
        let free = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key);
        let entry = || Entry {
            key,
            connection: Arc::clone(&self.connection),
            running: Arc::clone(&self.running),
        };
        free.then(entry)
    }

    /// Keeps the bytes of a result, before anybody parses them. Tells whether it is the first time.
    pub(crate) async fn keep_result(
        &self,
        origin: &str,
        job_id: &str,
        result: Bytes,
    ) -> Result<bool, Error> {
        self.keep(origin, job_id, "done", Some(result), None).await
    }

    /// Records that a job ended without a result. Tells whether it is the first time.
    pub(crate) async fn keep_failure(
        &self,
        origin: &str,
        job_id: &str,
        error: &Error,
    ) -> Result<bool, Error> {
        let error = error.payload().to_string();
        self.keep(origin, job_id, "failed", None, Some(error)).await
    }

    /// Records how a job ended, also of one that this ledger did not know.
    async fn keep(
        &self,
        origin: &str,
        job_id: &str,
        state: &'static str,
        result: Option<Bytes>,
        error: Option<String>,
    ) -> Result<bool, Error> {
        let (origin, job_id, owner) = (origin.to_owned(), job_id.to_owned(), self.owner.clone());
        on_disk(&self.connection, move |connection| {
            let given = named_params! {
                ":job": job_id, ":state": state, ":result": result.as_deref(), ":error": error,
                ":owner": owner, ":origin": origin,
            };
            // It writes from its first step on: a reader that turns writer is turned away at once,
            // without waiting, where another process wrote meanwhile.
            let whole = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            let sql =
                "SELECT count(*) FROM documents WHERE job_id = ?1 AND state IN ('done', 'failed')";
            let known: i64 = whole.query_row(sql, [&job_id], |row| row.get(0))?;
            // What is here is never given up for the news of a failure.
            let sql =
                "INSERT INTO documents (owner, state, origin, product, form, job_id, result, error)
                       SELECT :owner, :state, :origin, '', '[]', :job, :result, :error
                       WHERE NOT EXISTS (SELECT 1 FROM documents WHERE job_id = :job)";
            if whole.execute(sql, given)? == 0 {
                let sql = "UPDATE documents SET state = ?2, result = ?3, error = ?4
                           WHERE job_id = ?1 AND (state != 'done' OR ?2 = 'done')";
                whole.execute(sql, (&job_id, state, result.as_deref(), error))?;
            }
            whole.commit()?;
            Ok(known == 0)
        })
        .await
    }

    /// Every document of this address that was not forgotten, without results.
    pub(crate) async fn list(&self, origin: &str) -> Result<Vec<Value>, Error> {
        let origin = origin.to_owned();
        let rows = on_disk(&self.connection, move |connection| {
            let sql = "SELECT key, owner, state, product, filename, alias, job_id, resume_token, error,
                       created_at, source IS NOT NULL FROM documents WHERE origin = ?1 ORDER BY key";
            connection.prepare(sql)?.query_map([origin], described)?.collect::<Result<Vec<_>, _>>()
        })
        .await?;
        Ok(rows
            .into_iter()
            .map(|(key, owner, row)| self.with_true_state(key, &owner, row))
            .collect())
    }

    /// A document on its way from nobody may have arrived or not.
    fn with_true_state(&self, key: i64, owner: &str, mut row: Value) -> Value {
        if let Some(state) = row.get_mut("state").filter(|state| *state == "sending")
            && !self.under_way(key, owner)
        {
            *state = json!("unknown");
        }
        row
    }

    fn under_way(&self, key: i64, owner: &str) -> bool {
        if owner == self.owner {
            return self
                .running
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&key);
        }
        // Whoever can lock the file of an owner has outlived it.
        File::open(owner_file(&self.path, owner)).is_ok_and(|file| file.try_lock().is_err())
    }

    /// Takes over what can go on, was recorded at least this long ago and nobody works on.
    pub(crate) async fn take_over(
        &self,
        origin: &str,
        older_than: Duration,
    ) -> Result<Vec<Pending>, Error> {
        let (origin, seconds) = (origin.to_owned(), older_than.as_secs_f64());
        let rows = on_disk(&self.connection, move |connection| {
            let sql = "SELECT key, owner, state, product, form, source, resume_token FROM documents
                       WHERE origin = ?1 AND (state = 'taken' OR (state = 'intended' AND source IS NOT NULL))
                       AND julianday('now') - julianday(created_at) >= ?2 / 86400.0
                       ORDER BY key";
            connection.prepare(sql)?.query_map((origin, seconds), resumable)?.collect::<Result<Vec<_>, _>>()
        })
        .await?;
        let mut pending = Vec::new();
        for (key, owner, product, form, next) in rows {
            let (Ok(product), Some(next)) = (product.parse(), next) else {
                continue;
            };
            // Whether a process that lives waits for a job of its own nobody knows from here. To ask
            // twice costs a question; so what is overdue is asked for all the same.
            let overdue = matches!(next, Next::Wait(_)) && !older_than.is_zero();
            if !overdue && self.under_way(key, &owner) {
                continue;
            }
            let Some(entry) = self.entry(key) else {
                continue;
            };
            if self.claim(key, &owner).await? {
                let form = serde_json::from_str(&form).unwrap_or_default();
                pending.push(Pending {
                    entry,
                    product,
                    form,
                    next,
                });
            }
        }
        self.forget_dead_owners();
        Ok(pending)
    }

    /// Makes a row this process's own, unless another was quicker.
    async fn claim(&self, key: i64, from: &str) -> Result<bool, Error> {
        let (from, to) = (from.to_owned(), self.owner.clone());
        on_disk(&self.connection, move |connection| {
            let sql = "UPDATE documents SET owner = ?3 WHERE key = ?1 AND owner = ?2";
            connection
                .execute(sql, (key, from, to))
                .map(|rows| rows == 1)
        })
        .await
    }

    /// Results that are here, oldest first.
    pub(crate) async fn results(
        &self,
        origin: &str,
        query: CollectQuery,
    ) -> Result<Collected, Error> {
        let origin = origin.to_owned();
        on_disk(&self.connection, move |connection| {
            Portion::read(connection, &origin, &query)
        })
        .await?
        .written(&query)
    }

    /// The result of a job, where it is here.
    pub(crate) async fn result(&self, origin: &str, job_id: &str) -> Result<Option<Bytes>, Error> {
        let (origin, job_id) = (origin.to_owned(), job_id.to_owned());
        on_disk(&self.connection, move |connection| {
            let sql = "SELECT result FROM documents
                       WHERE job_id = ?1 AND origin = ?2 AND state = 'done'";
            let found = connection.query_row(sql, (job_id, origin), |row| row.get::<_, Vec<u8>>(0));
            Ok(found.optional()?.map(Bytes::from))
        })
        .await
    }

    /// Removes documents, by their keys; gives how many there were.
    pub(crate) async fn forget(&self, keys: Vec<i64>) -> Result<usize, Error> {
        on_disk(&self.connection, move |connection| {
            let mut statement = connection.prepare("DELETE FROM documents WHERE key = ?1")?;
            keys.iter().map(|key| statement.execute([key])).sum()
        })
        .await
    }

    fn forget_dead_owners(&self) {
        let Some(folder) = self.path.parent() else {
            return;
        };
        let prefix = format!(
            "{}.owner-",
            self.path.file_name().unwrap_or_default().to_string_lossy()
        );
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let ours = entry.path() == owner_file(&self.path, &self.owner);
            if !ours && entry.file_name().to_string_lossy().starts_with(&prefix) {
                let dead = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
                // A file that cannot be removed is tried again at the next start.
                let _ = dead.then(|| fs::remove_file(entry.path()));
            }
        }
    }
}

fn owner_file(path: &Path, owner: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".owner-{owner}"));
    PathBuf::from(name)
}
