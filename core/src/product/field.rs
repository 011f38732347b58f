//! One field: simple, object or list, told apart by the one key that each has.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::fields::Fields;
use crate::lenient::Presence;

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
#[derive(Debug, Clone, PartialEq)]
pub struct SimpleField {
    /// Boolean, number, text or null; an integer stays an integer.
    pub value: Value,
    /// How sure Mindee is.
    pub confidence: Presence<Confidence>,
    /// Where the value stands.
    pub locations: Vec<Location>,
}

/// A field of fields.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectField {
    /// The fields inside.
    pub fields: Fields,
    /// How sure Mindee is.
    pub confidence: Presence<Confidence>,
    /// Where the fields stand.
    pub locations: Vec<Location>,
}

/// A list of fields.
#[derive(Debug, Clone, PartialEq)]
pub struct ListField {
    /// The fields, in reading order.
    pub items: Vec<Field>,
    /// How sure Mindee is.
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

impl Confidence {
    /// What a field says of it; nothing for what is neither a word nor null.
    fn of(value: Option<&Value>) -> Option<Presence<Self>> {
        Some(match value {
            None => Presence::Missing,
            Some(Value::Null) => Presence::Null,
            Some(Value::String(word)) => Presence::Present(match word.as_str() {
                "Certain" => Self::Certain,
                "High" => Self::High,
                "Medium" => Self::Medium,
                "Low" => Self::Low,
                other => Self::Other(other.to_owned()),
            }),
            Some(_) => return None,
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

/// Where a field stands; nothing where that is not said in a known shape.
fn locations(members: &mut Map<String, Value>) -> Vec<Location> {
    let locations = members.get_mut("locations").map(Value::take);
    serde_json::from_value(locations.unwrap_or_default()).unwrap_or_default()
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_value(Value::deserialize(deserializer)?))
    }
}

impl Field {
    /// A shape that does not fit is kept whole: one odd field must not cost the result. So nothing
    /// is taken out of it before it is known to fit.
    pub(super) fn from_value(value: Value) -> Self {
        let Value::Object(mut members) = value else {
            return Self::Other(value);
        };
        let kind = ["value", "fields", "items"]
            .into_iter()
            .find(|kind| members.contains_key(*kind));
        let confidence = Confidence::of(members.get("confidence"));
        let (Some(kind), Some(confidence)) = (kind, confidence) else {
            return Self::Other(Value::Object(members));
        };
        match members.get_mut(kind).map(Value::take) {
            Some(Value::Object(fields)) if kind == "fields" => Self::Object(ObjectField {
                fields: Fields::from_members(fields),
                confidence,
                locations: locations(&mut members),
            }),
            Some(Value::Array(items)) if kind == "items" => Self::List(ListField {
                items: items.into_iter().map(Self::from_value).collect(),
                confidence,
            }),
            Some(value) if kind == "value" => Self::Simple(SimpleField {
                value,
                confidence,
                locations: locations(&mut members),
            }),
            other => {
                members.insert(kind.to_owned(), other.unwrap_or_default());
                Self::Other(Value::Object(members))
            }
        }
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
