//! Reading an answer without making values of all of it. It is checked in full, and fields stay
//! where they are in it until they are asked for: most callers want a few of many.
//!
//! serde tells nobody where in the text it is. It lends names out of the text, though, so that the
//! address of a name tells where its member stands.

use std::cell::RefCell;
use std::fmt;

use bytes::Bytes;
use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::lenient::read_json;

thread_local! {
    /// The answer that this thread reads.
    static READING: RefCell<Reading> = RefCell::default();
}

#[derive(Default)]
struct Reading {
    answer: Bytes,
    /// The members of the result that was read last.
    members: Vec<(String, Place)>,
}

/// Reads an answer. All of it is checked; fields stay in it. Gives the places of the result's
/// members too, where the result's product is told by its content.
pub(super) fn read_in_place<T: DeserializeOwned>(
    answer: &Bytes,
) -> serde_json::Result<(T, Vec<(String, Place)>)> {
    let reading = Reading {
        answer: answer.clone(),
        members: Vec::new(),
    };
    let before = READING.replace(reading);
    let read = read_json(answer);
    let members = READING.replace(before).members;
    Ok((read?, members))
}

/// Where a member stands in the answer that is read.
pub(super) fn place_of(name: &Name) -> Option<Place> {
    READING.with_borrow(|reading| name.place_in(&reading.answer))
}

/// Notes where the members of a result stand; nothing where one does not.
pub(super) fn note(members: &[Name]) {
    let place = |name: &Name| Some((name.text.clone(), place_of(name)?));
    let members: Option<Vec<_>> = members.iter().map(place).collect();
    READING.with_borrow_mut(|reading| reading.members = members.unwrap_or_default());
}

/// Any JSON value, of which nothing is kept. Unlike `IgnoredAny` it is read in full: depth, numbers
/// and texts are checked.
pub(super) struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

/// The name of an object's member, and where its text stood in the answer that is read.
pub(super) struct Name {
    pub(super) text: String,
    /// Nothing for a name that is written with escapes.
    address: Option<usize>,
}

/// Where a member stands in an answer.
#[derive(Clone)]
pub(super) struct Place {
    /// The bytes before its name.
    pub(super) before: usize,
    /// The answer from where its value begins.
    pub(super) value: Bytes,
}

impl Name {
    /// Where the member stands, if its name stands in this answer.
    pub(super) fn place_in(&self, answer: &Bytes) -> Option<Place> {
        let text = self.address?.checked_sub(answer.as_ptr().addr())?;
        let after = answer.get(text..)?.get(self.text.len()..)?;
        let after = after.strip_prefix(b"\"")?.trim_ascii_start();
        let value = after.strip_prefix(b":")?.trim_ascii_start();
        Some(Place {
            before: text.checked_sub(1)?,
            value: answer.slice_ref(value),
        })
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name, E> {
                Ok(Name {
                    text: text.to_owned(),
                    address: Some(text.as_ptr().addr()),
                })
            }

            fn visit_str<E>(self, text: &str) -> Result<Name, E> {
                Ok(Name {
                    text: text.to_owned(),
                    address: None,
                })
            }
        }
        deserializer.deserialize_str(Read)
    }
}
