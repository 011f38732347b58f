//! The types of option values, each read from text and from JSON by the same rules.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::error::{Error, code};
use crate::secret::ApiKey;

/// A value that an option can have.
pub trait OptionValue: Sized {
    /// The name of the type in the table of options.
    const KIND: &'static str;
    /// Reads the value from text.
    fn from_text(text: &str) -> Result<Self, Error>;
    /// Reads the value from JSON. Text is read as text unless the type says otherwise.
    fn from_json(value: &Value) -> Result<Self, Error> {
        match value {
            Value::String(text) => Self::from_text(text),
            other => Err(wants(Self::KIND, other)),
        }
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(code::OPTION_INVALID, message)
}

/// Names the JSON type that was given, never the value: it may be a secret.
fn wants(kind: &str, value: &Value) -> Error {
    let given = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    invalid(format!("takes {kind}, not {given}"))
}

impl OptionValue for String {
    const KIND: &'static str = "text";
    fn from_text(text: &str) -> Result<Self, Error> {
        Ok(text.to_owned())
    }
}

impl OptionValue for PathBuf {
    const KIND: &'static str = "path";
    fn from_text(text: &str) -> Result<Self, Error> {
        Ok(Self::from(text))
    }
}

impl OptionValue for ApiKey {
    const KIND: &'static str = "text";
    fn from_text(text: &str) -> Result<Self, Error> {
        Self::new(text)
    }
}

impl OptionValue for bool {
    const KIND: &'static str = "boolean";
    fn from_text(text: &str) -> Result<Self, Error> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(invalid("takes `true` or `false`")),
        }
    }
    fn from_json(value: &Value) -> Result<Self, Error> {
        match value {
            Value::Bool(on) => Ok(*on),
            Value::String(text) => Self::from_text(text),
            other => Err(wants("true or false", other)),
        }
    }
}

impl OptionValue for u32 {
    const KIND: &'static str = "count";
    fn from_text(text: &str) -> Result<Self, Error> {
        text.parse()
            .map_err(|_| invalid("takes a whole number from 0"))
    }
    fn from_json(value: &Value) -> Result<Self, Error> {
        match value {
            Value::Number(number) => Self::from_text(&number.to_string()),
            Value::String(text) => Self::from_text(text),
            other => Err(wants("a whole number", other)),
        }
    }
}

impl OptionValue for u64 {
    const KIND: &'static str = "count";
    fn from_text(text: &str) -> Result<Self, Error> {
        text.parse()
            .map_err(|_| invalid("takes a whole number from 0"))
    }
    fn from_json(value: &Value) -> Result<Self, Error> {
        match value {
            Value::Number(number) => Self::from_text(&number.to_string()),
            Value::String(text) => Self::from_text(text),
            other => Err(wants("a whole number", other)),
        }
    }
}

impl OptionValue for f64 {
    const KIND: &'static str = "number";
    fn from_text(text: &str) -> Result<Self, Error> {
        let number = text.trim().parse::<Self>().ok();
        number
            .filter(|number| number.is_finite() && *number > 0.0)
            .ok_or_else(|| invalid("takes a number above 0"))
    }
    fn from_json(value: &Value) -> Result<Self, Error> {
        match value {
            Value::Number(number) => Self::from_text(&number.to_string()),
            Value::String(text) => Self::from_text(text),
            other => Err(wants("a number", other)),
        }
    }
}

/// Pages of a document: a list of numbers, or one text with commas. They count from 0, and from
/// the end below that: -1 is the last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages(pub Vec<i64>);

impl From<&[i64]> for Pages {
    fn from(pages: &[i64]) -> Self {
        Self(pages.to_vec())
    }
}

impl From<Vec<i64>> for Pages {
    fn from(pages: Vec<i64>) -> Self {
        Self(pages)
    }
}

impl OptionValue for Pages {
    const KIND: &'static str = "pages";
    fn from_text(text: &str) -> Result<Self, Error> {
        let page = |text: &str| text.trim().parse().ok();
        let pages: Option<Vec<i64>> = text.split(',').map(page).collect();
        pages
            .map(Self)
            .ok_or_else(|| invalid("takes whole numbers with commas between"))
    }
    fn from_json(value: &Value) -> Result<Self, Error> {
        match value {
            Value::Array(items) => {
                let pages: Option<Vec<i64>> = items.iter().map(Value::as_i64).collect();
                pages
                    .map(Self)
                    .ok_or_else(|| invalid("takes a list of whole numbers"))
            }
            Value::Number(number) => Self::from_text(&number.to_string()),
            Value::String(text) => Self::from_text(text),
            other => Err(wants("a list of whole numbers", other)),
        }
    }
}

impl OptionValue for Duration {
    const KIND: &'static str = "seconds";
    fn from_text(text: &str) -> Result<Self, Error> {
        text.trim()
            .parse::<f64>()
            .ok()
            // A week is more than any wait here can mean; it keeps sums of times in range.
            .filter(|seconds| (0.0..=604_800.0).contains(seconds))
            .and_then(|seconds| Self::try_from_secs_f64(seconds).ok())
            .ok_or_else(|| invalid("takes seconds, from 0 to 604800"))
    }
    fn from_json(value: &Value) -> Result<Self, Error> {
        match value {
            Value::Number(number) => Self::from_text(&number.to_string()),
            Value::String(text) => Self::from_text(text),
            other => Err(wants("a number of seconds", other)),
        }
    }
}

/// Ids of webhooks: a list, or one text with commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids(pub Vec<String>);

impl<T: Into<String>> FromIterator<T> for Ids {
    fn from_iter<I: IntoIterator<Item = T>>(ids: I) -> Self {
        Self(ids.into_iter().map(Into::into).collect())
    }
}

impl From<Vec<String>> for Ids {
    fn from(ids: Vec<String>) -> Self {
        Self(ids)
    }
}

impl OptionValue for Ids {
    const KIND: &'static str = "ids";
    fn from_text(text: &str) -> Result<Self, Error> {
        Ok(text
            .split(',')
            .map(str::trim)
            .filter(|id| !id.is_empty())
            .collect())
    }
    fn from_json(value: &Value) -> Result<Self, Error> {
        match value {
            Value::String(text) => Self::from_text(text),
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().ok_or_else(|| wants("a list of ids", item)))
                .collect(),
            other => Err(wants("a list of ids", other)),
        }
    }
}

/// A JSON object as text; what it says is another's to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonObject(String);

/// A data schema, which is Mindee's to check.
pub type DataSchema = JsonObject;

impl JsonObject {
    /// The JSON text.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl From<Value> for JsonObject {
    fn from(schema: Value) -> Self {
        Self(schema.to_string())
    }
}

impl OptionValue for JsonObject {
    const KIND: &'static str = "json";
    fn from_text(text: &str) -> Result<Self, Error> {
        match serde_json::from_str(text) {
            Ok(Value::Object(_)) => Ok(Self(text.to_owned())),
            _ => Err(invalid("takes a JSON object")),
        }
    }
    fn from_json(value: &Value) -> Result<Self, Error> {
        match value {
            Value::String(text) => Self::from_text(text),
            Value::Object(_) => Ok(Self(value.to_string())),
            other => Err(wants("a JSON object", other)),
        }
    }
}
