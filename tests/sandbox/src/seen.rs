//! What the sandbox saw, request by request.

use std::collections::HashMap;

use hyper::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Map, Value, json};

use crate::job::Job;
use crate::meter::Meter;

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

/// By what more is noted about a request that has arrived.
#[derive(Clone, Copy)]
pub(crate) struct Ticket(u64);

/// A recorded request. What is only ever told again is kept as JSON text, which takes a
/// fraction of the memory of a value.
struct Entry {
    /// The JSON object of what is known at arrival.
    arrival: Box<str>,
    status: Option<u16>,
    body: Option<Box<str>>,
    fault: Option<&'static str>,
}

/// The record of one sandbox. Requests to the admin routes are not in it.
#[derive(Default)]
pub(crate) struct Seen {
    records: bool,
    entries: Vec<Entry>,
    tickets: u64,
    /// Tickets up to here belong to what is forgotten.
    forgotten: u64,
    /// The connections that carried a request, numbered by their first one.
    connections: HashMap<u64, usize>,
    meter: Meter,
}

impl Seen {
    /// Keeps each request, or only counts.
    pub(crate) fn new(records: bool) -> Self {
        Self {
            records,
            ..Self::default()
        }
    }

    /// Notes a request as soon as its head is read, so that one which never ends is seen.
    pub(crate) fn arrive(&mut self, arrival: &Arrival<'_>) -> Ticket {
        self.tickets += 1;
        let next = self.connections.len() + 1;
        let connection = *self.connections.entry(arrival.connection).or_insert(next);
        self.meter.request(arrival.route);
        if self.records {
            let json = json!({
                "method": arrival.method,
                "path": arrival.path,
                "query": arrival.query,
                "route": arrival.route,
                "status": null,
                "connection": connection,
                "authorization": arrival.authorization,
                "headers": headers(arrival.headers),
                "body": null,
            });
            self.entries.push(Entry {
                arrival: json.to_string().into(),
                status: None,
                body: None,
                fault: None,
            });
        }
        Ticket(self.tickets)
    }

    /// Notes a body, described when requests are recorded.
    pub(crate) fn body(&mut self, ticket: Ticket, bytes: u64, description: Option<Value>) {
        if ticket.0 > self.forgotten {
            self.meter.bytes += bytes;
        }
        if let Some(entry) = self.entry(ticket) {
            entry.body = description.map(|body| body.to_string().into());
        }
    }

    pub(crate) fn status(&mut self, ticket: Ticket, status: u16) {
        if ticket.0 > self.forgotten {
            self.meter.status(status);
        }
        if let Some(entry) = self.entry(ticket) {
            entry.status = Some(status);
        }
    }

    /// Notes a fault of the ready-made mixture.
    pub(crate) fn fault(&mut self, ticket: Ticket, fault: &'static str) {
        if ticket.0 > self.forgotten {
            self.meter.fault(fault);
        }
        if let Some(entry) = self.entry(ticket) {
            entry.fault = Some(fault);
        }
    }

    /// Notes a request beyond the organization's limits.
    pub(crate) fn limited(&mut self) {
        self.meter.rate_limited += 1;
    }

    /// Notes a document that was taken.
    pub(crate) fn bill(&mut self, job: &Job) {
        self.meter.bill(job);
    }

    /// Forgets everything; a request that is under way is not noted again.
    pub(crate) fn reset(&mut self) {
        *self = Self {
            records: self.records,
            tickets: self.tickets,
            forgotten: self.tickets,
            ..Self::default()
        };
    }

    /// Everything.
    pub(crate) fn json(&self) -> Value {
        let requests: Vec<Value> = self.entries.iter().map(Entry::json).collect();
        let mut seen = Map::from_iter([("requests".to_owned(), requests.into())]);
        if let Value::Object(meter) = self.meter() {
            seen.extend(meter);
        }
        seen.into()
    }

    /// The numbers, without the requests themselves.
    pub(crate) fn meter(&self) -> Value {
        self.meter.json(self.connections.len())
    }

    fn entry(&mut self, ticket: Ticket) -> Option<&mut Entry> {
        let place = ticket.0.checked_sub(self.forgotten + 1)?;
        self.entries.get_mut(usize::try_from(place).ok()?)
    }
}

impl Entry {
    fn json(&self) -> Value {
        let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        let mut json = read(&self.arrival);
        if let Value::Object(json) = &mut json {
            json.insert("status".to_owned(), self.status.into());
            if let Some(body) = &self.body {
                json.insert("body".to_owned(), read(body));
            }
            if let Some(fault) = self.fault {
                json.insert("fault".to_owned(), fault.into());
            }
        }
        json
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
