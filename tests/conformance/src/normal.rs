//! Takes out of an outcome what differs from run to run: ports, job ids, byte counts.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::driver::Outcome;

/// Replaces what differs from run to run by names that do not.
#[derive(Debug, Default)]
pub struct Normal {
    replaced: BTreeMap<String, String>,
}

impl Normal {
    /// Learns the port of a sandbox, and the jobs that it has seen, in their order.
    pub fn of(base_urls: &[&str], seen: &Value) -> Self {
        let mut replaced = BTreeMap::new();
        for base in base_urls {
            if let Some((_, port)) = base.rsplit_once(':') {
                replaced.insert(format!(":{port}"), ":PORT".to_owned());
            }
        }
        let mut jobs = 0;
        for request in requests(seen) {
            let path = request
                .get("path")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let id = path.rsplit('/').next().unwrap_or_default();
            if id.len() == 36 && !replaced.contains_key(id) {
                jobs += 1;
                replaced.insert(id.to_owned(), format!("JOB-{jobs}"));
            }
        }
        Self { replaced }
    }

    /// The text with everything replaced.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (from, to) in &self.replaced {
            text = text.replace(from.as_str(), to);
        }
        text
    }

    /// The value with everything replaced; resume tokens keep nothing but their presence.
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if text.starts_with("mj1_") => json!("TOKEN"),
            Value::String(text) => json!(without_byte_count(&self.text(text))),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), self.value(value)))
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    /// The outcome with everything replaced. Of a job's body only what does not depend on the
    /// moment is kept.
    pub fn outcome(&self, mut outcome: Outcome) -> Outcome {
        for body in &mut outcome.bodies {
            if let Ok(mut value) = serde_json::from_str::<Value>(body) {
                if let Some(job) = value.get_mut("job").and_then(Value::as_object_mut) {
                    for key in [
                        "id",
                        "created_at",
                        "completed_at",
                        "polling_url",
                        "result_url",
                    ] {
                        job.remove(key);
                    }
                }
                if let Some(inference) = value.get_mut("inference").and_then(Value::as_object_mut) {
                    inference.remove("id");
                    inference.remove("job");
                }
                *body = self.value(&value).to_string();
            }
        }
        let map = |members: Map<String, Value>| {
            members
                .iter()
                .map(|(key, value)| (key.clone(), self.value(value)))
                .collect()
        };
        outcome.about = map(outcome.about);
        outcome.values = map(outcome.values);
        if let Some(error) = &mut outcome.error {
            error.payload = self.value(&without_decimals(&error.payload));
        }
        outcome
    }

    /// The requests that the server saw, without what belongs to one connection. Equal questions
    /// in a row count once: their number is a matter of time.
    pub fn seen(&self, seen: &Value) -> Vec<Value> {
        let mut lines: Vec<Value> = Vec::new();
        for request in requests(seen) {
            let mut kept = Map::new();
            for key in ["method", "path", "query", "status", "authorization"] {
                kept.insert(
                    key.to_owned(),
                    self.value(request.get(key).unwrap_or(&Value::Null)),
                );
            }
            let fields = request
                .pointer("/body/fields")
                .cloned()
                .unwrap_or(Value::Null);
            kept.insert("fields".to_owned(), self.value(&fields));
            let line = Value::Object(kept);
            if lines.last() != Some(&line) {
                lines.push(line);
            }
        }
        lines
    }
}

/// `METHOD path status` of a normal request.
pub fn line_of(request: &Value) -> String {
    let text = |key: &str| {
        request
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or("-")
            .to_owned()
    };
    let status = request
        .get("status")
        .and_then(Value::as_u64)
        .map_or("-".to_owned(), |status| status.to_string());
    format!("{} {} {status}", text("method"), text("path"))
}

fn requests(seen: &Value) -> impl Iterator<Item = &Value> {
    seen.get("requests")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// JavaScript has one type of number. In a payload nothing hangs on it; results keep theirs.
fn without_decimals(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), without_decimals(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Number(number) => {
            let whole = number
                .to_string()
                .strip_suffix(".0")
                .and_then(|text| text.parse::<i64>().ok());
            whole.map_or_else(|| value.clone(), Value::from)
        }
        other => other.clone(),
    }
}

fn without_byte_count(text: &str) -> String {
    let Some((head, tail)) = text.split_once(" bytes of the document were sent") else {
        return text.to_owned();
    };
    let head = head.trim_end_matches(|c: char| c.is_ascii_digit());
    format!("{head}N bytes of the document were sent{tail}")
}
