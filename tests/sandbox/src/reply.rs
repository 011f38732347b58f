//! An answer before it becomes bytes, so that rules can still change it.

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::problem::Problem;

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Json(Value),
    Bytes(Bytes),
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Content,
}

impl Reply {
    pub(crate) fn json(status: StatusCode, body: Value) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self {
            status,
            headers,
            content: Content::Json(body),
        }
    }

    pub(crate) fn bytes(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            content: Content::Bytes(body.into()),
        }
    }

    /// Sets a header; a name or value that cannot be sent is left out.
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        if let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            self.headers.insert(name, value);
        }
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self::json(status, problem.json())
    }
}
