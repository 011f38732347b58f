//! The outline's entries that lead to kept pages.

use std::collections::HashSet;

use super::copy::Copy;
use crate::document::pdf::object::{Dictionary, Object};
use crate::error::Error;

/// An entry that is kept, with the entries beneath it.
struct Entry {
    look: Dictionary,
    is_open: bool,
    beneath: Vec<Entry>,
}

impl Entry {
    /// How many entries show beneath this one when it is open.
    fn shown(&self) -> i64 {
        shown(&self.beneath)
    }
}

fn shown(entries: &[Entry]) -> i64 {
    entries.iter().fold(0, |all, entry| {
        all.saturating_add(1)
            .saturating_add(if entry.is_open { entry.shown() } else { 0 })
    })
}

impl Copy<'_> {
    /// The outline of the kept pages. An entry of a page that is not kept goes, and those beneath it
    /// that stay take its place.
    pub(super) fn outline(&mut self, catalog: &Dictionary) -> Result<Option<Object>, Error> {
        let Object::Dictionary(outline) = self.reader.entry(catalog, "Outlines")? else {
            return Ok(None);
        };
        let mut seen = HashSet::new();
        let entries = self.entries(&outline, 0, &mut seen)?;
        if entries.is_empty() {
            return Ok(None);
        }
        let number = self.out.reserve()?;
        let mut new = Dictionary::from_iter([("Type", Object::name("Outlines"))]);
        self.write_entries(&entries, number, &mut new)?;
        new.set("Count", Object::Integer(shown(&entries)));
        self.out.object(number, &Object::Dictionary(new))?;
        Ok(Some(Object::Reference(number)))
    }

    fn entries(
        &mut self,
        above: &Dictionary,
        depth: u64,
        seen: &mut HashSet<u32>,
    ) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        if depth > self.reader.budget().deepest() {
            return Ok(entries);
        }
        let mut next = above.get("First").and_then(Object::as_reference);
        while let Some(number) = next.filter(|number| seen.insert(*number)) {
            let Object::Dictionary(entry) = self.reader.get(number)?.object else {
                break;
            };
            next = entry.get("Next").and_then(Object::as_reference);
            let beneath = self.entries(&entry, depth.saturating_add(1), seen)?;
            let Some(look) = self.look(&entry)? else {
                entries.extend(beneath);
                continue;
            };
            let is_open = entry
                .get("Count")
                .and_then(Object::as_integer)
                .is_some_and(|count| count > 0);
            entries.push(Entry {
                look,
                is_open,
                beneath,
            });
        }
        Ok(entries)
    }

    /// What an entry shows and where it leads; nothing where that is no kept page.
    fn look(&mut self, entry: &Dictionary) -> Result<Option<Dictionary>, Error> {
        let mut look = Dictionary::default();
        if let Some(destination) = entry.get("Dest") {
            let Some(kept) = self.destination(destination)? else {
                return Ok(None);
            };
            look.set("Dest", kept);
        } else {
            let action = match self.reader.entry(entry, "A")? {
                Object::Dictionary(action) if action.is("S", "GoTo") => action,
                _ => return Ok(None),
            };
            let destination = action
                .get("D")
                .map_or(Ok(None), |destination| self.destination(destination))?;
            let Some(kept) = destination else {
                return Ok(None);
            };
            let action = Dictionary::from_iter([("S", Object::name("GoTo")), ("D", kept)]);
            look.set("A", Object::Dictionary(action));
        }
        for key in ["Title", "C", "F"] {
            let value = self.reader.entry(entry, key)?;
            let fits = match &value {
                Object::Text(_) => key == "Title",
                Object::Integer(_) => key == "F",
                Object::Array(colour) => key == "C" && colour.iter().all(Object::is_number),
                _ => false,
            };
            look.put(key, Some(value).filter(|_| fits));
        }
        Ok(Some(look))
    }

    fn write_entries(
        &mut self,
        entries: &[Entry],
        above: u32,
        parent: &mut Dictionary,
    ) -> Result<(), Error> {
        let numbers: Vec<u32> = entries
            .iter()
            .map(|_| self.out.reserve())
            .collect::<Result<_, _>>()?;
        let reference = |number: Option<&u32>| number.copied().map(Object::Reference);
        parent.put("First", reference(numbers.first()));
        parent.put("Last", reference(numbers.last()));
        for (place, (entry, number)) in entries.iter().zip(&numbers).enumerate() {
            let mut new = entry.look.clone();
            new.set("Parent", Object::Reference(above));
            new.put(
                "Prev",
                reference(place.checked_sub(1).and_then(|before| numbers.get(before))),
            );
            new.put("Next", reference(numbers.get(place.saturating_add(1))));
            if !entry.beneath.is_empty() {
                let shown = entry.shown();
                new.set(
                    "Count",
                    Object::Integer(if entry.is_open { shown } else { -shown }),
                );
                self.write_entries(&entry.beneath, *number, &mut new)?;
            }
            self.out.object(*number, &Object::Dictionary(new))?;
        }
        Ok(())
    }
}
