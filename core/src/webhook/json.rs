//! Deliveries for wrappers: arguments as JSON in, what is to be told of a delivery as JSON out.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{Delivery, LARGEST, Payload, SigningSecret, check_size, read, verify};
use crate::call::Reply;
use crate::error::{Error, code};
use crate::options::{object, unknown};
use crate::value::OptionValue;

/// The arguments of [`unwrap_json`].
pub(crate) const ARGUMENTS: [&str; 4] = ["headers", "secrets", "largest", "unsigned"];

/// [`unwrap`](super::unwrap) for wrappers: `headers` (an object or a list of pairs), `secrets` (a list) and
/// `largest` as one JSON object; the reply's `about` tells `kind` (`result` or `failure`),
/// `inference_id`, `secret` and, of a long extraction, its [`outline`](crate::Inference::outline). With
/// `unsigned: true` nothing is checked. `owned` gives the same body to be kept, once its signature
/// is right.
pub fn unwrap_json(
    body: &[u8],
    arguments: &str,
    owned: impl FnOnce() -> Bytes,
) -> Result<Reply, Error> {
    let arguments = object(arguments)?;
    if let Some(key) = arguments
        .keys()
        .find(|key| !ARGUMENTS.contains(&key.as_str()))
    {
        return Err(unknown(key, ARGUMENTS.into_iter()));
    }
    let delivery = unwrap_with(body, &arguments, owned)?;
    Ok(Reply::new(delivery.raw.clone(), delivery.about()))
}

pub(crate) fn unwrap_with(
    body: &[u8],
    arguments: &Map<String, Value>,
    owned: impl FnOnce() -> Bytes,
) -> Result<Delivery, Error> {
    let largest = match arguments.get("largest") {
        None | Some(Value::Null) => LARGEST,
        Some(value) => u32::from_json(value)
            .map_err(|e| {
                Error::new(
                    code::OPTION_INVALID,
                    format!("Argument `largest` {}", e.message()),
                )
            })?
            .into(),
    };
    if arguments.get("unsigned") == Some(&Value::Bool(true)) {
        check_size(body, largest)?;
        return read(owned(), None);
    }
    let secrets = match arguments.get("secrets") {
        Some(Value::String(one)) => vec![SigningSecret::new(one)?],
        Some(Value::Array(many)) => many
            .iter()
            .map(|secret| SigningSecret::new(secret.as_str().unwrap_or_default()))
            .collect::<Result<_, _>>()?,
        _ => Vec::new(),
    };
    let headers = pairs(arguments.get("headers"));
    let secret = verify(body, headers, &secrets, largest)?;
    read(owned(), Some(secret))
}

impl Delivery {
    /// What wrappers are told beside the body.
    pub(crate) fn about(&self) -> Value {
        let (kind, outline) = match &self.payload {
            Payload::Result(inference) => ("result", inference.outline()),
            Payload::Failure(_) => ("failure", None),
        };
        let mut about = json!({
            "kind": kind, "inference_id": self.inference_id(), "secret": self.secret,
        });
        if let (Some(outline), Some(about)) = (outline, about.as_object_mut()) {
            about.insert("outline".to_owned(), outline.into());
        }
        about
    }
}

/// Headers as an object of texts or lists of texts, or as a list of pairs.
fn pairs(headers: Option<&Value>) -> Vec<(&str, &str)> {
    match headers {
        Some(Value::Object(members)) => members
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), text_of(value)?)))
            .collect(),
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|pair| {
                let pair = pair.as_array()?;
                Some((text_of(pair.first()?)?, text_of(pair.get(1)?)?))
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn text_of(value: &Value) -> Option<&str> {
    value
        .as_str()
        .or_else(|| value.as_array()?.first()?.as_str())
}
