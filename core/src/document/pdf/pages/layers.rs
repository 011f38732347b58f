//! The layers (optional content) that kept pages use, and whether they show.

use super::copy::Copy;
use crate::document::pdf::object::{Dictionary, Object};
use crate::error::Error;

impl Copy<'_> {
    /// Asked after all else was copied: only then is it known which layers are used.
    pub(super) fn layers(&mut self, catalog: &Dictionary) -> Result<Option<Object>, Error> {
        let Object::Dictionary(layers) = self.reader.entry(catalog, "OCProperties")? else {
            return Ok(None);
        };
        let mut new = Dictionary::default();
        for key in ["OCGs", "D"] {
            let value = layers.get(key).cloned().unwrap_or(Object::Null);
            let value = self.used(&value, 0)?;
            new.put(key, value);
        }
        let used = new
            .get("OCGs")
            .and_then(Object::as_array)
            .is_some_and(|used| !used.is_empty());
        Ok(used.then_some(Object::Dictionary(new)))
    }

    /// A value without the objects that were not copied.
    fn used(&mut self, object: &Object, depth: u64) -> Result<Option<Object>, Error> {
        if depth > self.reader.budget().deepest() {
            return Ok(None);
        }
        let depth = depth.saturating_add(1);
        Ok(match object {
            Object::Reference(number) => match self.numbers.get(number) {
                Some(new) => Some(Object::Reference(*new)),
                None => match self.reader.get(*number)?.object {
                    Object::Dictionary(layer) if layer.is("Type", "OCG") => None,
                    Object::Reference(_) => None,
                    other => self.used(&other, depth)?,
                },
            },
            Object::Array(items) => {
                let mut left = Vec::new();
                for item in items {
                    left.extend(self.used(item, depth)?);
                }
                // A heading over layers of which none is left.
                let only_text =
                    !left.is_empty() && left.iter().all(|item| matches!(item, Object::Text(_)));
                (!only_text).then_some(Object::Array(left))
            }
            Object::Dictionary(dictionary) => {
                let mut left = Dictionary::default();
                for (key, value) in &dictionary.0 {
                    if let Some(value) = self.used(value, depth)? {
                        left.0.push((key.clone(), value));
                    }
                }
                Some(Object::Dictionary(left))
            }
            other => Some(other.clone()),
        })
    }
}
