//! Made results of extraction: a value for every field of the data schema.

use serde_json::{Map, Value, json};

use super::{balance, dice::Dice};
use crate::job::{ActiveOptions, Job};
use crate::model::Model;
use crate::schema::{DataSchema, FieldSchema, FieldType};

const CONFIDENCES: [&str; 4] = ["Certain", "High", "Medium", "Low"];

/// Texts for fields whose name tells what they hold, looked for in this order.
const TEXTS: [(&str, &[&str]); 8] = [
    (
        "supplier",
        &[
            "Blue Harbour Supplies",
            "Northwind Paper Ltd",
            "Atelier Lumen",
            "Kranz & Sohn",
        ],
    ),
    (
        "customer",
        &["Green Valley School", "Marble Studio", "Hotel Beau Lac"],
    ),
    (
        "description",
        &[
            "Printer paper A4",
            "Desk lamp",
            "Consulting, one hour",
            "Ink cartridge",
            "Shipping",
        ],
    ),
    (
        "street",
        &["12 Rue des Lilas", "48 Mill Road", "7 Hafenstrasse"],
    ),
    ("city", &["Lyon", "Bristol", "Hamburg", "Geneva"]),
    ("postal_code", &["69003", "20457", "1204", "75011"]),
    ("country", &["France", "Germany", "Switzerland"]),
    (
        "address",
        &["12 Rue des Lilas, Lyon", "7 Hafenstrasse, Hamburg"],
    ),
];

pub(super) fn result(dice: &Dice, job: &Job, model: &Model) -> Value {
    let options = &job.options;
    let schema = options.schema.as_ref().unwrap_or(&model.data_schema);
    let maker = Maker { dice, options };
    let fields = maker.fields("", &schema.fields);
    let raw_text = options
        .raw_text
        .then(|| raw_text(&fields, job.document.page_count));
    let rag = options
        .rag
        .then(|| json!({"retrieved_document_id": job.retrieved}));
    json!({"fields": fields, "raw_text": raw_text, "rag": rag})
}

/// The fields without confidence and place; the top ones can be selected.
pub(super) fn annotation(dice: &Dice, schema: &DataSchema) -> Value {
    let options = ActiveOptions::default();
    let maker = Maker {
        dice,
        options: &options,
    };
    let mut fields = maker.fields("", &schema.fields);
    for field in fields.values_mut() {
        bare(field);
        if let Some(field) = field.as_object_mut() {
            field.insert("selected".to_owned(), Value::Bool(false));
            field.insert("guidelines".to_owned(), Value::Null);
        }
    }
    json!({"fields": fields})
}

fn bare(field: &mut Value) {
    let Some(field) = field.as_object_mut() else {
        return;
    };
    field.retain(|key, _| matches!(key.as_str(), "value" | "items" | "fields"));
    if let Some(Value::Array(items)) = field.get_mut("items") {
        items.iter_mut().for_each(bare);
    }
    if let Some(Value::Object(fields)) = field.get_mut("fields") {
        fields.values_mut().for_each(bare);
    }
}

struct Maker<'a> {
    dice: &'a Dice,
    options: &'a ActiveOptions,
}

impl Maker<'_> {
    fn fields(&self, path: &str, schemas: &[FieldSchema]) -> Map<String, Value> {
        let mut fields: Map<String, Value> = schemas
            .iter()
            .map(|schema| {
                let path = format!("{path}/{}", schema.name);
                (schema.name.clone(), self.field(&path, schema))
            })
            .collect();
        balance::fields(&mut fields);
        fields
    }

    fn field(&self, path: &str, schema: &FieldSchema) -> Value {
        if !schema.is_array {
            return self.one(path, schema);
        }
        let count = 2 + self.dice.roll(&format!("{path}/count"), 2);
        let items: Vec<Value> = (0..count)
            .map(|index| self.one(&format!("{path}/{index}"), schema))
            .collect();
        json!({"items": items, "confidence": self.confidence(path)})
    }

    fn one(&self, path: &str, schema: &FieldSchema) -> Value {
        let (key, content) = if schema.kind == FieldType::NestedObject {
            ("fields", self.fields(path, &schema.nested_fields).into())
        } else {
            ("value", self.value(path, schema))
        };
        json!({
            key: content,
            "confidence": self.confidence(path),
            "locations": self.locations(path),
        })
    }

    fn confidence(&self, path: &str) -> Option<&'static str> {
        let confidence = self.dice.pick(&format!("{path}/confidence"), &CONFIDENCES);
        confidence.filter(|_| self.options.confidence)
    }

    fn locations(&self, path: &str) -> Vec<Value> {
        let location = || json!({"polygon": self.dice.polygon(path), "page": 0});
        self.options.polygon.then(location).into_iter().collect()
    }

    fn value(&self, path: &str, schema: &FieldSchema) -> Value {
        let roll = |sides| self.dice.roll(path, sides);
        match schema.kind {
            FieldType::Number if schema.name.contains("quantity") => json!(1 + roll(9)),
            FieldType::Number => json!(f64::from(100 + roll(20_000)) / 100.0),
            FieldType::Boolean => json!(roll(2) == 1),
            FieldType::Date => {
                // Due dates come after the others.
                let year = if schema.name.contains("due") {
                    2026
                } else {
                    2025
                };
                let month = 1 + self.dice.roll(&format!("{path}/month"), 12);
                json!(format!("{year}-{month:02}-{:02}", 1 + roll(28)))
            }
            FieldType::Classification => {
                json!(self.dice.pick_text(path, &schema.classification_values, ""))
            }
            FieldType::Barcode => json!(format!("4006381{:06}", roll(1_000_000))),
            FieldType::String => json!(self.text(path, schema)),
            // A place, if it is asked for, and nothing to read.
            FieldType::ObjectDetection | FieldType::NestedObject => Value::Null,
        }
    }

    fn text(&self, path: &str, schema: &FieldSchema) -> String {
        let number = self.dice.roll(path, 9000) + 1000;
        if schema.name.contains("number") {
            return format!("INV-2025-{number}");
        }
        let known = TEXTS.iter().find(|(part, _)| schema.name.contains(part));
        let text = known.and_then(|(_, texts)| self.dice.pick(path, texts));
        text.map_or_else(|| format!("{} {number}", schema.title), str::to_owned)
    }
}

/// The document's text: every plain value on its own line of the first page.
fn raw_text(fields: &Map<String, Value>, page_count: u32) -> Value {
    let mut lines = Vec::new();
    for (name, field) in fields {
        if let Some(value) = field.get("value").filter(|value| !value.is_null()) {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            lines.push(format!("{}: {value}", name.replace('_', " ")));
        }
    }
    let pages: Vec<Value> = (0..page_count)
        .map(|page| match page {
            0 => json!({"content": lines.join("\n")}),
            _ => json!({"content": format!("Page {}", page + 1)}),
        })
        .collect();
    json!({"pages": pages})
}
