//! A model's data schema, and the check of one that a request brings along.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FieldType {
    String,
    Number,
    Date,
    Boolean,
    Classification,
    NestedObject,
    ObjectDetection,
    Barcode,
}

impl FieldType {
    fn fits_sub_field(self) -> bool {
        !matches!(
            self,
            Self::NestedObject | Self::ObjectDetection | Self::Barcode
        )
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FieldSchema {
    pub(crate) title: String,
    pub(crate) name: String,
    pub(crate) is_array: bool,
    pub(crate) description: String,
    #[serde(rename = "type")]
    pub(crate) kind: FieldType,
    #[serde(default)]
    pub(crate) unique_values: bool,
    #[serde(default)]
    pub(crate) guidelines: Option<String>,
    #[serde(default)]
    pub(crate) classification_values: Vec<String>,
    #[serde(default)]
    pub(crate) nested_fields: Vec<FieldSchema>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct DataSchema {
    pub(crate) fields: Vec<FieldSchema>,
}

#[derive(Deserialize)]
struct Override {
    #[serde(default)]
    replace: Option<DataSchema>,
}

/// Reads the `data_schema` parameter; `None` when it replaces nothing.
pub(crate) fn parse_override(text: &str) -> Result<Option<DataSchema>, String> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("data_schema is not JSON: {error}"))?;
    if !value.is_object() {
        return Err("data_schema must be a JSON object".to_owned());
    }
    let parsed: Override = serde_json::from_value(value)
        .map_err(|error| format!("data_schema is not a data schema: {error}"))?;
    if let Some(schema) = &parsed.replace {
        schema.check()?;
    }
    Ok(parsed.replace)
}

impl DataSchema {
    pub(crate) fn check(&self) -> Result<(), String> {
        for field in &self.fields {
            field.check()?;
            for nested in &field.nested_fields {
                nested.check()?;
                if !nested.kind.fits_sub_field() || !nested.nested_fields.is_empty() {
                    return Err(format!(
                        "field {}: a nested field holds a plain value",
                        nested.name
                    ));
                }
            }
        }
        Ok(())
    }
}

impl FieldSchema {
    fn check(&self) -> Result<(), String> {
        let name = &self.name;
        let letters = name
            .chars()
            .all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '_'));
        if name.is_empty() || !letters || name.starts_with('_') || name.ends_with('_') {
            return Err(format!(
                "field name {name:?} must be made of a-z, 0-9 and inner underscores"
            ));
        }
        if self.kind == FieldType::Classification && self.classification_values.is_empty() {
            return Err(format!("field {name}: classification_values is empty"));
        }
        if self.kind == FieldType::NestedObject && self.nested_fields.is_empty() {
            return Err(format!("field {name}: nested_fields is empty"));
        }
        Ok(())
    }
}
