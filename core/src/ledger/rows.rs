//! What rows say.

use rusqlite::Row;
use serde_json::{Value, json};

/// How a document goes on.
pub(crate) enum Next {
    Send(String),
    Wait(String),
}

pub(super) fn described(row: &Row<'_>) -> rusqlite::Result<(i64, String, Value)> {
    let text = |index| row.get::<_, Option<String>>(index);
    let error = text(8)?.and_then(|error| serde_json::from_str::<Value>(&error).ok());
    let described = json!({
        "key": row.get::<_, i64>(0)?, "state": text(2)?, "product": text(3)?, "filename": text(4)?,
        "alias": text(5)?, "job_id": text(6)?, "resume_token": text(7)?, "error": error,
        "created_at": text(9)?, "can_be_sent_again": row.get::<_, bool>(10)?,
    });
    Ok((row.get(0)?, row.get(1)?, described))
}

pub(super) type Resumable = (i64, String, String, String, Option<Next>);

pub(super) fn resumable(row: &Row<'_>) -> rusqlite::Result<Resumable> {
    let next = match row.get::<_, String>(2)?.as_str() {
        "taken" => row.get::<_, Option<String>>(6)?.map(Next::Wait),
        _ => row.get::<_, Option<String>>(5)?.map(Next::Send),
    };
    Ok((row.get(0)?, row.get(1)?, row.get(3)?, row.get(4)?, next))
}
