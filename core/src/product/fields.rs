//! Fields by name.

use std::fmt;
use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::field::Field;
use super::in_place::{Checked, Name, Place, place_of};

/// Fields by name, in Mindee's order. Each is read when it is first asked for.
#[derive(Clone, Default)]
pub struct Fields(IndexMap<String, Entry>);

#[derive(Clone)]
struct Entry {
    /// Nothing for a field that was read at once.
    place: Option<Place>,
    read: OnceLock<Field>,
}

impl Entry {
    fn read(&self) -> &Field {
        self.read.get_or_init(|| {
            let text = self.place.as_ref().map(|place| place.value.as_ref());
            let mut reader = serde_json::Deserializer::from_slice(text.unwrap_or_default());
            // It was checked with the whole answer.
            Field::deserialize(&mut reader).unwrap_or(Field::Other(Value::Null))
        })
    }
}

impl From<Field> for Entry {
    fn from(field: Field) -> Self {
        Self {
            place: None,
            read: OnceLock::from(field),
        }
    }
}

impl Fields {
    pub(super) fn from_members(members: Map<String, Value>) -> Self {
        let entry = |(name, value)| (name, Entry::from(Field::from_value(value)));
        Self(members.into_iter().map(entry).collect())
    }

    /// Where the fields stand in the answer; nothing where one does not.
    pub(super) fn places(&self) -> Option<Vec<&Place>> {
        self.0.values().map(|entry| entry.place.as_ref()).collect()
    }

    /// The field of a name.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.0.get(name).map(Entry::read)
    }

    /// The name and the field at an index, from 0.
    pub fn at(&self, index: usize) -> Option<(&str, &Field)> {
        self.0
            .get_index(index)
            .map(|(name, entry)| (name.as_str(), entry.read()))
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
        self.0
            .iter()
            .map(|(name, entry)| (name.as_str(), entry.read()))
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        // In any order, as objects are.
        let same = |(name, field)| other.get(name) == Some(field);
        self.len() == other.len() && self.iter().all(same)
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ByName)
    }
}

struct ByName;

impl<'de> Visitor<'de> for ByName {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Fields, A::Error> {
        let mut fields = IndexMap::new();
        while let Some(name) = members.next_key::<Name>()? {
            let place = place_of(&name);
            let entry = if place.is_some() {
                members.next_value::<Checked>()?;
                let read = OnceLock::new();
                Entry { place, read }
            } else {
                members.next_value::<Field>()?.into()
            };
            fields.insert(name.text, entry);
        }
        Ok(Fields(fields))
    }
}
