//! Reading what may grow: null where a default is meant, and null told from missing.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A value that may be absent in two ways, and the server means something by each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Presence<T> {
    /// The key is not there.
    #[default]
    Missing,
    /// The key is there, with null.
    Null,
    /// There is a value.
    Present(T),
}

impl<T> Presence<T> {
    /// The value, where there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Missing | Self::Null => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Presence<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            Some(value) => Self::Present(value),
            None => Self::Null,
        })
    }
}

/// For `#[serde(default, deserialize_with)]`: null, or a value of another type, is read as the
/// default. What is not needed must not cost what is.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// Reads JSON bytes; a byte order mark in front is passed over.
pub(crate) fn read_json<'de, T: Deserialize<'de>>(raw: &'de [u8]) -> serde_json::Result<T> {
    let raw = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(raw);
    match std::str::from_utf8(raw) {
        // Quicker than to look at each text of it.
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(raw),
    }
}
