//! The check of the API key.

use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use crate::problem::Problem;

const TITLE: &str = "Invalid API key";

/// The key that a sandbox accepts.
pub(crate) struct Key(String);

impl Key {
    /// The given key, or a random one.
    pub(crate) fn new(given: Option<&str>) -> Self {
        let random = || format!("md_sandbox_{}", uuid::Uuid::new_v4().simple());
        Self(given.map_or_else(random, str::to_owned))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether the header carries the key; `None` when there is no header.
    pub(crate) fn matches(&self, headers: &HeaderMap) -> Option<bool> {
        let sent = headers.get(AUTHORIZATION)?;
        Some(sent.as_bytes() == self.0.as_bytes())
    }

    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if self.matches(headers) == Some(true) {
            return Ok(());
        }
        let sent = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        Err(match sent {
            None | Some(b"") => Problem::new(
                401,
                "401-008",
                "Missing credentials",
                "Credentials are required.",
            ),
            Some(sent) if has_bearer(sent) => Problem::new(
                401,
                "401-009",
                TITLE,
                "Send the API key alone, without the word Bearer before it.",
            ),
            Some(_) => Problem::new(401, "401-001", TITLE, "The provided API key is invalid."),
        })
    }
}

fn has_bearer(sent: &[u8]) -> bool {
    sent.get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"bearer "))
}
