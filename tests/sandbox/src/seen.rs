//! What the sandbox saw: requests, connections, bytes and what would have been billed.

use hyper::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Map, Value, json};

/// One request as it arrived.
pub(crate) struct Arrival<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) route: &'static str,
    pub(crate) connection: u64,
    pub(crate) authorization: Option<bool>,
    pub(crate) headers: &'a HeaderMap,
}

struct Entry {
    ticket: u64,
    bytes: u64,
    json: Map<String, Value>,
}

/// The record of one sandbox. Requests to the admin routes are not in it.
#[derive(Default)]
pub(crate) struct Seen {
    entries: Vec<Entry>,
    tickets: u64,
    /// The connections that carried a request, in the order of their first one.
    connections: Vec<u64>,
    documents: u64,
    pages: u64,
}

impl Seen {
    /// Notes a request as soon as its head is read, so that one which never ends is seen.
    pub(crate) fn arrive(&mut self, arrival: &Arrival<'_>) -> u64 {
        self.tickets += 1;
        let known = self
            .connections
            .iter()
            .position(|id| *id == arrival.connection);
        let connection = known.unwrap_or_else(|| {
            self.connections.push(arrival.connection);
            self.connections.len() - 1
        });
        let json = json!({
            "method": arrival.method,
            "path": arrival.path,
            "query": arrival.query,
            "route": arrival.route,
            "status": null,
            "connection": connection + 1,
            "authorization": arrival.authorization,
            "headers": headers(arrival.headers),
            "body": null,
        });
        if let Value::Object(json) = json {
            self.entries.push(Entry {
                ticket: self.tickets,
                bytes: 0,
                json,
            });
        }
        self.tickets
    }

    pub(crate) fn body(&mut self, ticket: u64, bytes: u64, body: Value) {
        if let Some(entry) = self.entry(ticket) {
            entry.bytes = bytes;
            entry.json.insert("body".to_owned(), body);
        }
    }

    pub(crate) fn status(&mut self, ticket: u64, status: u16) {
        if let Some(entry) = self.entry(ticket) {
            entry.json.insert("status".to_owned(), status.into());
        }
    }

    pub(crate) fn bill(&mut self, pages: u32) {
        self.documents += 1;
        self.pages += u64::from(pages);
    }

    /// Forgets everything; a request that is under way is not noted again.
    pub(crate) fn reset(&mut self) {
        *self = Self {
            tickets: self.tickets,
            ..Self::default()
        };
    }

    pub(crate) fn json(&self) -> Value {
        let requests: Vec<&Map<String, Value>> =
            self.entries.iter().map(|entry| &entry.json).collect();
        let bytes: u64 = self.entries.iter().map(|entry| entry.bytes).sum();
        json!({
            "requests": requests,
            "connections": self.connections.len(),
            "bytes_received": bytes,
            "billed": {"documents": self.documents, "pages": self.pages},
        })
    }

    fn entry(&mut self, ticket: u64) -> Option<&mut Entry> {
        self.entries
            .iter_mut()
            .rfind(|entry| entry.ticket == ticket)
    }
}

/// The headers by lower-case name. The key is never kept.
fn headers(headers: &HeaderMap) -> Map<String, Value> {
    headers
        .keys()
        .map(|name| {
            let values: Vec<_> = headers
                .get_all(name)
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
                .collect();
            let value = if name == AUTHORIZATION {
                "REDACTED".to_owned()
            } else {
                values.join(", ")
            };
            (name.as_str().to_owned(), Value::String(value))
        })
        .collect()
}
