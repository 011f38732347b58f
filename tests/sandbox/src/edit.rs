//! Edits of a JSON answer: values set or removed by pointer, placeholders filled in.

use serde_json::{Map, Value};

use crate::rule::Change;
use crate::timestamp::{Moment, http_date, naive};

pub(crate) fn apply(document: &mut Value, change: &Change) {
    let Some((parents, last)) = change.pointer.rsplit_once('/') else {
        if change.pointer.is_empty() && !change.remove {
            *document = change.value.clone();
        }
        return;
    };
    let mut place = document;
    for key in parents.split('/').skip(1).map(unescape) {
        let Some(next) = child(place, &key) else {
            return;
        };
        place = next;
    }
    let last = unescape(last);
    if change.remove {
        remove(place, &last);
    } else if let Some(slot) = child(place, &last) {
        *slot = change.value.clone();
    }
}

fn unescape(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// The value under a key; made where it is missing. `None` for a place in a list that
/// does not exist.
fn child<'a>(place: &'a mut Value, key: &str) -> Option<&'a mut Value> {
    if let Value::Array(items) = place {
        if key == "-" {
            items.push(Value::Null);
            return items.last_mut();
        }
        return items.get_mut(key.parse::<usize>().ok()?);
    }
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    let object = place.as_object_mut()?;
    Some(object.entry(key).or_insert(Value::Null))
}

fn remove(place: &mut Value, key: &str) {
    match place {
        Value::Object(object) => {
            object.shift_remove(key);
        }
        Value::Array(items) => {
            if let Some(index) = key.parse().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
}

/// What the placeholders stand for.
pub(crate) struct Placeholders {
    /// The sandbox's present, for `{time}`.
    pub(crate) now: Moment,
    pub(crate) base_url: String,
    pub(crate) job_id: Option<String>,
    pub(crate) model_id: Option<String>,
}

impl Placeholders {
    pub(crate) fn text(&self, text: &str) -> String {
        let known = [
            ("{base_url}", Some(&self.base_url)),
            ("{job_id}", self.job_id.as_ref()),
            ("{model_id}", self.model_id.as_ref()),
        ];
        let text = known
            .into_iter()
            .fold(text.to_owned(), |text, (name, value)| match value {
                Some(value) => text.replace(name, value),
                None => text,
            });
        let text = with_moments(text, "{time", |by| naive(self.now.saturating_add(by)));
        // A client compares this one with the machine's clock.
        let machine = Moment::now_utc();
        with_moments(text, "{http_date", |by| {
            http_date(machine.saturating_add(by))
        })
    }

    pub(crate) fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(object) => object
                .iter()
                .map(|(key, value)| (key.clone(), self.value(value)))
                .collect(),
            other => other.clone(),
        }
    }
}

/// Fills in `{time}` and `{time:SECONDS}`; leaves alone what is neither.
fn with_moments(text: String, opening: &str, write: impl Fn(time::Duration) -> String) -> String {
    let Some((before, rest)) = text.split_once(opening) else {
        return text;
    };
    let Some((by, after)) = rest.split_once('}') else {
        return text;
    };
    let seconds = match by.strip_prefix(':') {
        None => by.is_empty().then_some(0),
        Some(number) => number.parse().ok(),
    };
    let Some(seconds) = seconds else {
        return text;
    };
    let moment = write(time::Duration::seconds(seconds));
    format!("{before}{moment}{after}")
}
