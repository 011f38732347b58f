//! From an answer to bytes on the wire, with what a rule does to them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue};
use hyper::{Response, StatusCode};

use crate::connection::Connection;
use crate::edit::{self, Placeholders};
use crate::oddity;
use crate::reply::{Content, Reply};
use crate::rule::{Answer, Reset, Rule};

pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Into how many pieces a dripping body is cut.
const DRIPS: usize = 16;
/// Time for the last bytes to leave before a connection is cut.
const FLUSH: Duration = Duration::from_millis(20);

/// The answer that a rule puts in the place of the real one.
pub(crate) fn replacement(answer: &Answer, known: &Placeholders) -> Reply {
    let status = answer
        .status
        .and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.unwrap_or(StatusCode::OK);
    let mut reply = if let Some(json) = &answer.json {
        Reply::json(status, known.value(json))
    } else {
        let text = known.text(answer.body.as_deref().unwrap_or_default());
        let mut reply = Reply::bytes(status, text);
        reply.set_header("content-type", "text/plain; charset=utf-8");
        reply
    };
    if let Some(content_type) = &answer.content_type {
        reply.set_header("content-type", content_type);
    }
    for (name, value) in &answer.headers {
        reply.set_header(name, &known.text(value));
    }
    reply
}

/// Edits the answer as the rule says.
pub(crate) fn edit(reply: &mut Reply, rule: &Rule, known: &Placeholders) {
    if let Content::Json(json) = &mut reply.content {
        for change in &rule.change {
            let mut change = change.clone();
            change.value = known.value(&change.value);
            edit::apply(json, &change);
        }
    }
    if let Some(status) = rule.status.and_then(|code| StatusCode::from_u16(code).ok()) {
        reply.status = status;
    }
    for (name, value) in &rule.headers {
        reply.set_header(name, &known.text(value));
    }
    if let Some(bomb) = rule.header_bomb {
        oddity::add_headers(reply, bomb);
    }
}

/// The response, sent whole or as the rule wants it.
pub(crate) fn response(
    reply: Reply,
    rule: Option<&Rule>,
    connection: &Arc<Connection>,
) -> Response<Body> {
    let endless = rule.is_some_and(|rule| rule.endless);
    let bomb = rule.and_then(|rule| oddity::gzip_bomb(rule.gzip_bomb?).ok());
    let is_bomb = bomb.is_some();
    let bytes = match (bomb, reply.content, rule) {
        (Some(bomb), _, _) => bomb,
        (None, Content::Json(json), Some(rule)) => Bytes::from(oddity::json_text(json, rule)),
        (None, Content::Json(json), None) => Bytes::from(json.to_string()),
        (None, Content::Bytes(bytes), _) => bytes,
    };
    let announced = bytes.len();
    let body = match rule.map(|rule| Sending::new(rule, announced)) {
        _ if endless => oddity::endless(),
        Some(sending) if !sending.is_plain() => sending.body(&bytes, connection),
        _ => Full::new(bytes)
            .map_err(|never| match never {})
            .boxed_unsync(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    if is_bomb {
        let headers = response.headers_mut();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if reply.status != StatusCode::NO_CONTENT && !endless {
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(announced));
    }
    response
}

/// How the bytes of a body are sent.
struct Sending {
    /// How many bytes are sent before the connection ends; all of them when absent.
    only: Option<usize>,
    reset: bool,
    pause: Duration,
}

impl Sending {
    fn new(rule: &Rule, announced: usize) -> Self {
        let reset = rule.reset == Some(Reset::MidBody);
        let half = reset.then_some(announced / 2);
        Self {
            only: rule.cut.filter(|cut| *cut < announced).or(half),
            reset,
            pause: Duration::from_millis(rule.drip_ms),
        }
    }

    fn is_plain(&self) -> bool {
        self.only.is_none() && self.pause.is_zero()
    }

    fn body(self, bytes: &Bytes, connection: &Arc<Connection>) -> Body {
        let sent = bytes.slice(..self.only.unwrap_or(bytes.len()).min(bytes.len()));
        let piece = if self.pause.is_zero() {
            sent.len()
        } else {
            sent.len().div_ceil(DRIPS)
        };
        let connection = Arc::clone(connection);
        let start = (sent, self, connection, true);
        let steps = stream::unfold(
            start,
            move |(mut left, sending, connection, first)| async move {
                if left.is_empty() {
                    sending.only?;
                    // What was handed over before must be on its way first.
                    tokio::time::sleep(FLUSH).await;
                    if sending.reset {
                        connection.reset();
                    }
                    let error = Err(io::Error::from(io::ErrorKind::ConnectionAborted));
                    return Some((error, (left, sending, connection, false)));
                }
                if !first {
                    tokio::time::sleep(sending.pause).await;
                }
                let piece = left.split_to(piece.min(left.len()));
                Some((Ok(Frame::data(piece)), (left, sending, connection, false)))
            },
        );
        StreamBody::new(steps).boxed_unsync()
    }
}
