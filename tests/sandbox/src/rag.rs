//! A RAG document: an example for an extraction model, and its life.

use std::time::Duration;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::later;
use crate::timestamp::{Moment, zoned};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RagStatus {
    Draft,
    Active,
    Inactive,
}

impl RagStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}

pub(crate) struct RagDocument {
    pub(crate) id: Uuid,
    pub(crate) model_id: Uuid,
    pub(crate) filename: String,
    pub(crate) created: Moment,
    pub(crate) total_matches: u64,
    pub(crate) last_match: Option<Moment>,
    /// The status it has, or will have once `ready` has passed.
    pub(crate) status: RagStatus,
    pub(crate) ready: Moment,
    /// How long a step of its life takes.
    pub(crate) processing: Duration,
    pub(crate) annotation: Value,
}

impl RagDocument {
    pub(crate) fn is_processing(&self, now: Moment) -> bool {
        now < self.ready
    }

    pub(crate) fn is_active(&self, now: Moment) -> bool {
        self.status == RagStatus::Active && !self.is_processing(now)
    }

    /// As lists show it, without the annotation.
    pub(crate) fn summary(&self, now: Moment) -> Map<String, Value> {
        let status = if self.is_processing(now) {
            "Processing"
        } else {
            self.status.word()
        };
        let summary = json!({
            "id": self.id,
            "model_id": self.model_id,
            "filename": self.filename,
            "created_at": zoned(self.created),
            "total_matches": self.total_matches,
            "last_match_at": self.last_match.map(zoned),
            "status": status,
        });
        match summary {
            Value::Object(object) => object,
            _ => Map::new(),
        }
    }

    pub(crate) fn json(&self, now: Moment) -> Value {
        let mut object = self.summary(now);
        // The model's proposal comes with the end of the first processing.
        let proposed = self.status != RagStatus::Draft || !self.is_processing(now);
        let annotation = proposed.then(|| self.annotation.clone());
        object.insert("annotation".to_owned(), annotation.into());
        Value::Object(object)
    }

    pub(crate) fn set_status(&mut self, status: RagStatus, now: Moment) {
        if status == RagStatus::Active && self.status != RagStatus::Active {
            self.ready = later(now, self.processing);
        }
        self.status = status;
    }

    /// Puts the given fields in the place of those with the same name.
    pub(crate) fn annotate(&mut self, fields: &Map<String, Value>) -> Result<(), String> {
        let Some(known) = self.fields_mut() else {
            return Ok(());
        };
        if let Some(name) = fields.keys().find(|name| !known.contains_key(*name)) {
            return Err(format!("The model has no field {name}."));
        }
        for (name, field) in fields {
            let Value::Object(field) = field else {
                return Err(format!("The field {name} is not an object."));
            };
            let mut field = field.clone();
            for key in ["value", "items", "fields"] {
                if let Some(inner) = field.get_mut(key) {
                    strip_selection(inner);
                }
            }
            field.entry("selected").or_insert(Value::Bool(false));
            field.entry("guidelines").or_insert(Value::Null);
            known.insert(name.clone(), Value::Object(field));
        }
        Ok(())
    }

    pub(crate) fn has_selection(&self) -> bool {
        let fields = self.annotation.get("fields").and_then(Value::as_object);
        fields.is_some_and(|fields| {
            fields
                .values()
                .any(|field| field.get("selected") == Some(&Value::Bool(true)))
        })
    }

    fn fields_mut(&mut self) -> Option<&mut Map<String, Value>> {
        self.annotation.get_mut("fields")?.as_object_mut()
    }
}

/// Only top-level fields can be selected; clients may send the keys on inner ones too.
fn strip_selection(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(strip_selection),
        Value::Object(object) => {
            let is_field = ["value", "items", "fields"]
                .iter()
                .any(|key| object.contains_key(*key));
            if is_field {
                object.shift_remove("selected");
                object.shift_remove("guidelines");
            }
            object.values_mut().for_each(strip_selection);
        }
        _ => {}
    }
}
