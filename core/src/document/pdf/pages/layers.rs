//! The layers (optional content) that kept pages use, and whether they show.

use std::collections::HashSet;

use super::copy::Copy;
use crate::document::pdf::object::{Dictionary, Object};
use crate::error::Error;

/// What a configuration of layers says (ISO 32000-2, 8.11.4.3). Other entries may lead anywhere.
const OF_A_CONFIGURATION: [&str; 11] = [
    "Name",
    "Creator",
    "BaseState",
    "ON",
    "OFF",
    "Intent",
    "AS",
    "Order",
    "ListMode",
    "RBGroups",
    "Locked",
];
/// What a usage among them says, which is a dictionary in the list `AS`.
const OF_A_USAGE: [&str; 3] = ["Event", "OCGs", "Category"];

impl Copy<'_> {
    /// Asked after all else was copied: only then is it known which layers are used.
    pub(super) fn layers(&mut self, catalog: &Dictionary) -> Result<Option<Object>, Error> {
        let Object::Dictionary(layers) = self.reader.entry(catalog, "OCProperties")? else {
            return Ok(None);
        };
        let all = self.listed(&layers, "OCGs")?;
        let used = all
            .as_ref()
            .and_then(Object::as_array)
            .is_some_and(|used| !used.is_empty());
        if !used {
            return Ok(None);
        }
        let mut new = Dictionary::default();
        new.put("OCGs", all);
        let mut shown = Dictionary::default();
        if let Object::Dictionary(told) = self.reader.entry(&layers, "D")? {
            for key in OF_A_CONFIGURATION {
                let value = self.listed(&told, key)?;
                shown.put(key, value);
            }
        }
        new.set("D", Object::Dictionary(shown));
        Ok(Some(Object::Dictionary(new)))
    }

    fn listed(&mut self, of: &Dictionary, key: &str) -> Result<Option<Object>, Error> {
        let Some(value) = of.get(key).cloned() else {
            return Ok(None);
        };
        self.used(&value, &mut HashSet::new(), 0)
    }

    /// A value without the objects that were not copied. A list or a usage that stands elsewhere is taken
    /// in, once; nothing else is, for it may be anything: a page that is not kept.
    fn used(
        &mut self,
        object: &Object,
        seen: &mut HashSet<u32>,
        depth: u64,
    ) -> Result<Option<Object>, Error> {
        if depth > self.reader.budget().deepest() {
            return Ok(None);
        }
        let depth = depth.saturating_add(1);
        Ok(match object {
            Object::Reference(number) => match self.numbers.get(number) {
                Some(new) => Some(Object::Reference(*new)),
                None if !seen.insert(*number) => None,
                None => match self.reader.get(*number)?.object {
                    Object::Dictionary(found) if !found.has("Event") => None,
                    Object::Reference(_) => None,
                    other => self.used(&other, seen, depth)?,
                },
            },
            Object::Array(items) => {
                let mut left = Vec::new();
                for item in items {
                    left.extend(self.used(item, seen, depth)?);
                }
                // A heading over layers of which none is left.
                let only_text =
                    !left.is_empty() && left.iter().all(|item| matches!(item, Object::Text(_)));
                (!only_text).then_some(Object::Array(left))
            }
            Object::Dictionary(usage) => {
                let mut left = Dictionary::default();
                for key in OF_A_USAGE {
                    if let Some(value) = usage.get(key) {
                        let value = self.used(value, seen, depth)?;
                        left.put(key, value);
                    }
                }
                Some(Object::Dictionary(left))
            }
            other => Some(other.clone()),
        })
    }
}
