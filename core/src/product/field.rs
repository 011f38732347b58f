//! Fields: simple, object or list, told apart by the one key that each has.

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::lenient::{Presence, or_default};

/// Fields by name, in Mindee's order.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Fields(IndexMap<String, Field>);

impl Fields {
    /// The field of a name.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.0.get(name)
    }

    /// The name and the field at an index, from 0.
    pub fn at(&self, index: usize) -> Option<(&str, &Field)> {
        self.0
            .get_index(index)
            .map(|(name, field)| (name.as_str(), field))
    }

    /// The number of fields.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and fields, in Mindee's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.0.iter().map(|(name, field)| (name.as_str(), field))
    }
}

/// One field of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// One value.
    Simple(SimpleField),
    /// Fields inside a field.
    Object(ObjectField),
    /// A list of fields.
    List(ListField),
    /// A shape that this version does not know, as it came.
    Other(Value),
}

/// A field with one value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SimpleField {
    /// Boolean, number, text or null; an integer stays an integer.
    pub value: Value,
    /// How sure Mindee is.
    #[serde(default)]
    pub confidence: Presence<Confidence>,
    /// Where the value stands.
    #[serde(default, deserialize_with = "or_default")]
    pub locations: Vec<Location>,
}

/// A field of fields.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ObjectField {
    /// The fields inside.
    pub fields: Fields,
    /// How sure Mindee is.
    #[serde(default)]
    pub confidence: Presence<Confidence>,
    /// Where the fields stand.
    #[serde(default, deserialize_with = "or_default")]
    pub locations: Vec<Location>,
}

/// A list of fields.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ListField {
    /// The fields, in reading order.
    pub items: Vec<Field>,
    /// How sure Mindee is.
    #[serde(default)]
    pub confidence: Presence<Confidence>,
}

/// How sure Mindee is of a value. A word of a later API version is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confidence {
    /// Nothing speaks against it.
    Certain,
    /// Very likely right.
    High,
    /// To be looked at.
    Medium,
    /// Likely wrong.
    Low,
    /// A word that this version does not know.
    Other(String),
}

impl<'de> Deserialize<'de> for Confidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match String::deserialize(deserializer)?.as_str() {
            "Certain" => Self::Certain,
            "High" => Self::High,
            "Medium" => Self::Medium,
            "Low" => Self::Low,
            other => Self::Other(other.to_owned()),
        })
    }
}

/// A place on a page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Location {
    /// Corners as (x, y), each from 0 to 1, clockwise.
    pub polygon: Vec<(f64, f64)>,
    /// The page, from 0.
    pub page: u64,
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_value(Value::deserialize(deserializer)?))
    }
}

impl Field {
    /// A shape that does not fit is kept whole: one odd field must not cost the result.
    fn from_value(value: Value) -> Self {
        let has = |key| value.get(key).is_some();
        let read = if has("value") {
            serde_json::from_value(value.clone()).map(Self::Simple)
        } else if has("fields") {
            serde_json::from_value(value.clone()).map(Self::Object)
        } else if has("items") {
            serde_json::from_value(value.clone()).map(Self::List)
        } else {
            return Self::Other(value);
        };
        read.unwrap_or(Self::Other(value))
    }

    /// The value of a simple field; null is a value.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Simple(field) => Some(&field.value),
            _ => None,
        }
    }

    /// The text of a simple field.
    pub fn as_text(&self) -> Option<&str> {
        self.value()?.as_str()
    }

    /// The number of a simple field, where it was written as a whole number.
    pub fn as_integer(&self) -> Option<i64> {
        self.value()?.as_i64()
    }

    /// The number of a simple field.
    pub fn as_number(&self) -> Option<f64> {
        self.value()?.as_f64()
    }

    /// The boolean of a simple field.
    pub fn as_boolean(&self) -> Option<bool> {
        self.value()?.as_bool()
    }

    /// A field of an object field.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(field) => field.fields.get(name),
            _ => None,
        }
    }

    /// A field of a list, from 0.
    pub fn at(&self, index: usize) -> Option<&Self> {
        match self {
            Self::List(field) => field.items.get(index),
            _ => None,
        }
    }

    /// The fields of a list; none for another kind.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(field) => &field.items,
            _ => &[],
        }
    }

    /// How sure Mindee is.
    pub fn confidence(&self) -> Option<&Confidence> {
        match self {
            Self::Simple(field) => field.confidence.value(),
            Self::Object(field) => field.confidence.value(),
            Self::List(field) => field.confidence.value(),
            Self::Other(_) => None,
        }
    }
}
