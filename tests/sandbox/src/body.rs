//! Reads a request body, whichever of the accepted forms it has.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;

use crate::form::{Field, FieldValue, Reading, Received};
use crate::intake::{self, Intake};

/// Longest text or JSON body that is taken: a file of 100 MB in base64, and some more.
const TEXT_LIMIT: usize = 160 * 1024 * 1024;

/// Reads the body to its end. The second value tells whether the end was reached.
pub(crate) async fn read(body: Incoming, content_type: Option<&str>) -> (Received, bool) {
    let meter = Meter::default();
    let mut pieces = Box::pin(pieces(body, meter.clone()));
    let kind = content_type.unwrap_or_default().trim().to_ascii_lowercase();
    let mut received = Received {
        content_type: content_type.map(str::to_owned),
        ..Received::default()
    };
    let reading = if kind.starts_with("multipart/form-data") {
        multipart(
            &mut pieces,
            content_type.unwrap_or_default(),
            &mut received.fields,
        )
        .await
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        urlencoded(&mut pieces, &mut received.fields).await
    } else if kind.starts_with("application/json") {
        json(&mut pieces, &mut received.fields).await
    } else {
        Reading::Nothing
    };
    // Whatever is left is read too, so that the client hears the answer.
    while pieces.next().await.is_some() {}
    let (bytes, complete) = meter.read();
    received.bytes = bytes;
    received.reading = match reading {
        Reading::Nothing if bytes > 0 => {
            Reading::Unreadable(format!("The content type {kind:?} is not supported."))
        }
        reading => reading,
    };
    (received, complete)
}

/// Counts the bytes and notices a body that breaks off.
#[derive(Clone, Default)]
struct Meter(Arc<Mutex<(u64, bool)>>);

impl Meter {
    fn note(&self, piece: &Result<Bytes, hyper::Error>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match piece {
            Ok(bytes) => state.0 += intake::length(bytes),
            Err(_) => state.1 = true,
        }
    }

    fn read(&self) -> (u64, bool) {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (state.0, !state.1)
    }
}

fn pieces(body: Incoming, meter: Meter) -> impl Stream<Item = Result<Bytes, hyper::Error>> {
    body.into_data_stream()
        .inspect(move |piece| meter.note(piece))
        .fuse()
}

async fn multipart<S>(pieces: &mut S, content_type: &str, fields: &mut Vec<Field>) -> Reading
where
    S: Stream<Item = Result<Bytes, hyper::Error>> + Unpin + Send,
{
    let Ok(boundary) = multer::parse_boundary(content_type) else {
        return Reading::Unreadable("The multipart boundary is missing.".to_owned());
    };
    let mut parts = multer::Multipart::new(pieces, boundary);
    loop {
        match parts.next_field().await {
            Ok(Some(part)) => match part_field(part).await {
                Ok(field) => fields.push(field),
                Err(detail) => return Reading::Unreadable(detail),
            },
            Ok(None) => return Reading::Form(None),
            Err(error) => return Reading::Unreadable(error.to_string()),
        }
    }
}

async fn part_field(mut part: multer::Field<'_>) -> Result<Field, String> {
    let name = part.name().unwrap_or_default().to_owned();
    let filename = extended_filename(part.headers()).or(part.file_name().map(str::to_owned));
    let content_type = part.content_type().map(ToString::to_string);
    if name == "file" || filename.is_some() {
        let mut intake = Intake::new();
        while let Some(piece) = part.chunk().await.map_err(|error| error.to_string())? {
            intake.push(&piece).map_err(|error| error.to_string())?;
        }
        // Counting the pages of a large file takes a while.
        let finish = move || intake.finish(filename, content_type);
        let upload = tokio::task::spawn_blocking(finish)
            .await
            .map_err(std::io::Error::other)
            .flatten()
            .map_err(|error| error.to_string())?;
        return Ok(Field {
            name,
            value: FieldValue::File(upload),
        });
    }
    let mut text = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(|error| error.to_string())? {
        if text.len() + piece.len() > TEXT_LIMIT {
            return Err(format!("The field {name} is too long."));
        }
        text.extend_from_slice(&piece);
    }
    let text = String::from_utf8(text).map_err(|_| format!("The field {name} is not UTF-8."))?;
    Ok(text_field(name, text))
}

/// The file name of a `filename*=UTF-8''...` parameter, which says what `filename=`
/// cannot.
fn extended_filename(headers: &hyper::HeaderMap) -> Option<String> {
    let disposition = headers.get("content-disposition")?.to_str().ok()?;
    let (_, value) = disposition.split_once("filename*=")?;
    let value = value.split(';').next()?.trim();
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let decoded = percent_encoding::percent_decode_str(encoded);
    decoded.decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// A text field; a file in base64 is taken in as the file it stands for.
fn text_field(name: String, text: String) -> Field {
    if name == "file_base64" && text.len() >= 15 {
        let mut intake = Intake::new();
        let decoded = BASE64.decode(text.trim()).ok();
        let upload = decoded.and_then(|bytes| {
            intake.push(&bytes).ok()?;
            intake.finish(None, None).ok()
        });
        if let Some(upload) = upload {
            return Field {
                name,
                value: FieldValue::File(upload),
            };
        }
    }
    Field::text(name, text)
}

async fn collect<S>(pieces: &mut S) -> Result<Vec<u8>, String>
where
    S: Stream<Item = Result<Bytes, hyper::Error>> + Unpin,
{
    let mut whole = Vec::new();
    while let Some(piece) = pieces.try_next().await.map_err(|error| error.to_string())? {
        if whole.len() + piece.len() > TEXT_LIMIT {
            return Err("The request body is too large.".to_owned());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

async fn urlencoded<S>(pieces: &mut S, fields: &mut Vec<Field>) -> Reading
where
    S: Stream<Item = Result<Bytes, hyper::Error>> + Unpin,
{
    match collect(pieces).await {
        Ok(whole) => {
            for (name, value) in url::form_urlencoded::parse(&whole) {
                fields.push(text_field(name.into_owned(), value.into_owned()));
            }
            Reading::Form(None)
        }
        Err(detail) => Reading::Unreadable(detail),
    }
}

async fn json<S>(pieces: &mut S, fields: &mut Vec<Field>) -> Reading
where
    S: Stream<Item = Result<Bytes, hyper::Error>> + Unpin,
{
    let whole = match collect(pieces).await {
        Ok(whole) => whole,
        Err(detail) => return Reading::Unreadable(detail),
    };
    let value = match serde_json::from_slice(&whole) {
        Ok(Value::Object(object)) => object,
        Ok(other) => return Reading::OtherJson(other),
        Err(error) => return Reading::Unreadable(format!("The body is not JSON: {error}")),
    };
    for (name, value) in &value {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                let texts = items.iter().map(plain_text);
                fields.extend(texts.map(|text| Field::text(name, text)));
            }
            other => fields.push(text_field(name.clone(), plain_text(other))),
        }
    }
    Reading::Form(Some(Value::Object(value)))
}

fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
