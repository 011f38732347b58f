//! Results that the file holds, read a portion at a time.

use bytes::Bytes;
use rusqlite::{Connection, Row};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::{Error, code};

/// How many bytes of results are read together: a month's results never are, and the thread that a
/// portion is parsed on, Node's main thread too, is soon free again.
const PORTION: usize = 1 << 20;

/// Which results to collect; nothing given collects all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CollectQuery {
    /// Only those after the document of this key.
    pub after: i64,
    /// How many at most.
    pub most: Option<u32>,
}

/// Some of the results that were asked for: as many as come to about a megabyte, and one at least
/// where there is any.
#[derive(Debug, Clone)]
pub struct Collected {
    raw: Bytes,
    next: Option<CollectQuery>,
}

impl Collected {
    /// A JSON array of `key`, `filename`, `alias`, `job_id` and `result`, whose bytes are as they
    /// came.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// What collects the others, where these were not the last.
    pub fn next(&self) -> Option<CollectQuery> {
        self.next
    }
}

/// A result that is here.
#[derive(Serialize)]
struct Kept {
    key: i64,
    filename: Option<String>,
    alias: Option<String>,
    job_id: Option<String>,
    /// The bytes as they came.
    result: Option<Box<RawValue>>,
}

/// Rows that were read, and whether there are others.
pub(super) struct Portion {
    rows: Vec<Kept>,
    more: bool,
}

impl Portion {
    pub(super) fn read(
        connection: &Connection,
        origin: &str,
        query: &CollectQuery,
    ) -> rusqlite::Result<Self> {
        // A negative limit is none.
        let limit = query.most.map_or(-1, i64::from);
        let mut statement = connection.prepare(
            "SELECT key, filename, alias, job_id, result FROM documents
             WHERE origin = ?1 AND state = 'done' AND key > ?2 ORDER BY key LIMIT ?3",
        )?;
        let mut found = statement.query((origin, query.after, limit))?;
        let mut portion = Self {
            rows: Vec::new(),
            more: false,
        };
        let mut size = 0;
        while let Some(row) = found.next()? {
            if size >= PORTION {
                portion.more = true;
                break;
            }
            let row = kept(row)?;
            size += row.result.as_ref().map_or(0, |result| result.get().len());
            portion.rows.push(row);
        }
        Ok(portion)
    }

    pub(super) fn written(&self, query: &CollectQuery) -> Result<Collected, Error> {
        let left = |most: u32| most.saturating_sub(self.rows.len().try_into().unwrap_or(most));
        let last = self.rows.last().filter(|_| self.more);
        let next = last.map(|last| CollectQuery {
            after: last.key,
            most: query.most.map(left),
        });
        let raw = serde_json::to_vec(&self.rows).map_err(|error| {
            Error::new(code::INTERNAL, "Results could not be written").caused_by(&error)
        })?;
        Ok(Collected {
            raw: raw.into(),
            next,
        })
    }
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let bytes: Vec<u8> = row.get(4)?;
    let text =
        String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes)).into_owned();
    Ok(Kept {
        key: row.get(0)?,
        filename: row.get(1)?,
        alias: row.get(2)?,
        job_id: row.get(3)?,
        result: RawValue::from_string(text).ok(),
    })
}
