//! A rule: scripted behaviour, the base of every test of a fault.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::delivery::DeliveryFault;
use crate::job::Fate;
use crate::oddity::{HeaderBomb, Oversized};

/// The routes that a rule applies to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Both enqueue routes.
    Enqueue,
    /// The job route.
    Job,
    /// Both result routes.
    Result,
    /// The search for models.
    Models,
    /// Everything about RAG documents.
    Rag,
    /// Deliveries to webhooks: the requests that the sandbox itself sends.
    Webhook,
    /// Every request to the sandbox but those to the admin routes.
    #[default]
    Any,
}

/// When the connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    /// Before the request body is read.
    BeforeBody,
    /// After the request body has been read, before anything is answered.
    BeforeHeaders,
    /// After the head and half of the body of the answer.
    MidBody,
}

/// What the client sees in place of the real answer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answer {
    /// HTTP status; 200 when absent.
    pub status: Option<u16>,
    /// Headers.
    pub headers: BTreeMap<String, String>,
    /// A JSON body.
    pub json: Option<Value>,
    /// A body of text, when there is no JSON body.
    pub body: Option<String>,
    /// The media type of the text; `text/plain` when absent.
    pub content_type: Option<String>,
}

/// One edit of the real JSON answer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// JSON pointer; missing keys on the way are added.
    pub pointer: String,
    /// The new value.
    pub value: Value,
    /// Takes the value away instead.
    pub remove: bool,
}

/// Scripted behaviour. In JSON every key but the wanted ones is left out; in Rust a rule
/// is written with `..Rule::default()`. The first live rule that fits a request applies.
///
/// In texts of `answer`, `change` and `headers`, `{base_url}`, `{job_id}` and `{model_id}`
/// stand for those of the request at hand, as far as they are known; `{time}` and
/// `{http_date}` for the present, `{time:-3600}` for an hour earlier.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// The routes it applies to.
    pub on: On,
    /// The only HTTP method it applies to, if given.
    pub method: Option<String>,
    /// How many fitting requests pass first.
    pub skip: u64,
    /// How many requests it applies to; for ever when absent.
    pub times: Option<u64>,
    /// Of the requests that did not pass, it applies to every so many.
    pub every: Option<u64>,
    /// The share of the requests that it applies to, from 0 to 1. Which ones follows from
    /// the sandbox's seed, the place of the rule and the number of the request on its route.
    pub probability: Option<f64>,
    /// Whether the request takes effect although the client sees something else. When
    /// absent: no if there is an `answer`, or a `reset` before the answer; yes otherwise.
    /// A reset before the body is never handled.
    pub handled: Option<bool>,
    /// Replaces the answer.
    pub answer: Option<Answer>,
    /// Edits the real answer.
    pub change: Vec<Change>,
    /// Replaces the status.
    pub status: Option<u16>,
    /// Headers to add.
    pub headers: BTreeMap<String, String>,
    /// Sends only so many bytes of the body, though all are announced, then closes.
    pub cut: Option<usize>,
    /// Resets the connection.
    pub reset: Option<Reset>,
    /// Waits before the answer.
    pub delay_ms: u64,
    /// Sends the body in some sixteen pieces with this pause between them.
    pub drip_ms: u64,
    /// Never answers.
    pub stall: bool,
    /// The life of the job that this enqueue makes.
    pub job: Option<Fate>,
    /// Sends garbage as the body until the client goes away, at most 1 GiB.
    pub endless: bool,
    /// Adds many headers, or large ones.
    pub header_bomb: Option<HeaderBomb>,
    /// Makes the body a gzip stream that inflates to at least so many bytes.
    pub gzip_bomb: Option<u64>,
    /// Puts so deep a nest of lists into the JSON answer.
    pub deep: Option<Oversized>,
    /// Puts a number of so many digits into the JSON answer.
    pub digits: Option<Oversized>,
    /// What happens to a delivery; `on` is then `webhook`.
    pub delivery: Option<DeliveryFault>,
    /// Resets new connections before a byte is read from them. It is then about
    /// connections, which have no route, so `on` has to stay `any`.
    pub refuse: bool,
}

impl Rule {
    /// Whether the request takes effect.
    pub(crate) fn is_handled(&self) -> bool {
        let replaced = self.answer.is_some() || self.reset == Some(Reset::BeforeHeaders);
        self.handled.unwrap_or(!replaced)
    }

    fn checked(self) -> Result<Self, String> {
        if self
            .probability
            .is_some_and(|share| !(0.0..=1.0).contains(&share))
        {
            return Err("probability is a number from 0 to 1".to_owned());
        }
        if self.every == Some(0) {
            return Err("every is a number from 1".to_owned());
        }
        if (self.on == On::Webhook) != self.delivery.is_some() {
            return Err("a rule on webhook has a delivery, and no other has".to_owned());
        }
        if self.refuse && (self.on != On::Any || self.method.is_some()) {
            return Err("refuse is about connections: on and method cannot be told".to_owned());
        }
        Ok(self)
    }

    pub(crate) fn fits(&self, on: Option<On>, method: &str) -> bool {
        let method_fits = self
            .method
            .as_deref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        method_fits && (self.on == On::Any || Some(self.on) == on)
    }
}

/// Reads rules from JSON: a list, or a single one.
pub(crate) fn parse(value: &Value) -> Result<Vec<Rule>, String> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let parse = |(index, rule): (usize, &Value)| {
        Rule::deserialize(rule)
            .map_err(|error| error.to_string())
            .and_then(Rule::checked)
            .map_err(|error| format!("rule {index}: {error}"))
    };
    list.iter().enumerate().map(parse).collect()
}
