//! Secrets that no output can show: they have no `Display`, their `Debug` is a fixed text, and
//! their memory is wiped when they are dropped.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, code};

/// A Mindee API key.
///
/// The key is sent bare in the `Authorization` header, without `Bearer`
/// (Mindee: "API keys" and code `401-009`).
#[derive(Clone)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Checks the form of a key; white space around it is dropped.
    pub fn new(text: &str) -> Result<Self, Error> {
        let key = text.trim();
        if key.is_empty() {
            return Err(Error::new(code::API_KEY_MISSING, "The API key is empty"));
        }
        let malformed = |why: &str| Err(Error::new(code::API_KEY_MALFORMED, why));
        if key.split_whitespace().count() > 1 {
            return malformed("The API key starts with a word such as `Bearer` or holds a space");
        }
        if !key.chars().all(|c| c.is_ascii_graphic()) {
            return malformed("The API key holds characters that no key has");
        }
        Ok(Self(SecretString::from(key)))
    }

    /// Whether the sandbox made it: such a key has no business elsewhere.
    pub(crate) fn is_of_sandbox(&self) -> bool {
        self.expose().starts_with("md_sandbox_")
    }

    /// The key itself, for the `Authorization` header alone.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// `text` with every occurrence of the key struck out, for what a server might echo.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(self.expose(), "***")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(***)")
    }
}
