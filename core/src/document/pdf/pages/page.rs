//! The pages themselves, and their annotations.

use std::collections::{HashMap, HashSet};

use super::copy::{Copy, Own};
use crate::document::pdf::damaged;
use crate::document::pdf::object::{Dictionary, Object};
use crate::document::pdf::tree::INHERITED;
use crate::error::Error;

/// What of a page belongs to something that is left out.
const LEFT_OUT: [&str; 3] = ["Parent", "B", "Annots"];

impl Copy<'_> {
    /// Finds the annotations of the kept pages, and the form fields above them.
    pub(super) fn find_annotations(&mut self) -> Result<(), Error> {
        for place in 0..self.kept.len() {
            let Some(page) = self.kept.get(place).map(|kept| kept.at.number) else {
                continue;
            };
            for annotation in self
                .annotations_of(page)?
                .iter()
                .filter_map(Object::as_reference)
            {
                if self.annotations.contains_key(&annotation)
                    || self.fates.contains_key(&annotation)
                {
                    continue;
                }
                self.annotations.insert(annotation, place);
                let new = self.out.reserve()?;
                self.numbers.insert(annotation, new);
                self.find_fields(annotation)?;
            }
        }
        Ok(())
    }

    fn annotations_of(&mut self, page: u32) -> Result<Vec<Object>, Error> {
        let Object::Dictionary(page) = self.reader.get(page)?.object else {
            return Ok(Vec::new());
        };
        match self.reader.entry(&page, "Annots")? {
            Object::Array(items) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }

    /// Writes the kept pages and the node above them.
    pub(super) fn write_pages(&mut self) -> Result<(), Error> {
        let mut shared = HashMap::new();
        for place in 0..self.kept.len() {
            self.write_page(place, &mut shared)?;
        }
        let kids: Vec<Object> = self
            .kept
            .iter()
            .map(|kept| Object::Reference(kept.number))
            .collect();
        let root = Dictionary::from_iter([
            ("Type", Object::name("Pages")),
            ("Count", Object::count(kids.len())),
            ("Kids", Object::Array(kids)),
        ]);
        self.out.object(self.root, &Object::Dictionary(root))
    }

    /// `shared`: the new objects for what a node hands down to many pages, by node and entry.
    fn write_page(
        &mut self,
        place: usize,
        shared: &mut HashMap<(u32, &'static str), u32>,
    ) -> Result<(), Error> {
        let Some((at, number)) = self.kept.get(place).map(|kept| (kept.at, kept.number)) else {
            return Ok(());
        };
        let Object::Dictionary(mut page) = self.reader.get(at.number)?.object else {
            let place = self.kept.get(place).map_or(0, |kept| kept.place);
            return Err(damaged(format!("Page {place} of the file cannot be read")));
        };
        let annotations = self.annotations_of(at.number)?;
        for key in LEFT_OUT {
            page.remove(key);
        }
        if let Some(used) = self.page_resources(&page, at, &annotations)? {
            page.set("Resources", Object::Dictionary(used));
        }
        let own = self.own(place, (at.number, number), &annotations)?;
        let mut new = match self.rewritten(&Object::Dictionary(page), Some(&own))? {
            Object::Dictionary(new) => new,
            _ => Dictionary::default(),
        };
        for key in INHERITED.iter().copied() {
            if !new.has(key)
                && let Some((node, value)) = self.tree.handed_down(at.giver, key)
            {
                let value = value.clone();
                let value = self.handed_down((node, key), &value, shared)?;
                new.put(key, Some(value));
            }
        }
        if !new.has("MediaBox") {
            // What readers take for a page that does not say its size.
            new.set(
                "MediaBox",
                Object::Array([0, 0, 612, 792].map(Object::Integer).to_vec()),
            );
        }
        let written = self.write_annotations(place, &annotations, &own)?;
        new.put(
            "Annots",
            (!written.is_empty()).then_some(Object::Array(written)),
        );
        new.set("Type", Object::name("Page"));
        new.set("Parent", Object::Reference(self.root));
        self.out.object(number, &Object::Dictionary(new))
    }

    /// What a node hands down, written once however many pages take it.
    fn handed_down(
        &mut self,
        of: (u32, &'static str),
        value: &Object,
        shared: &mut HashMap<(u32, &'static str), u32>,
    ) -> Result<Object, Error> {
        if !matches!(value, Object::Dictionary(_)) {
            return self.copied(value);
        }
        if let Some(number) = shared.get(&of) {
            return Ok(Object::Reference(*number));
        }
        let number = self.out.reserve()?;
        shared.insert(of, number);
        let copy = self.copied(value)?;
        self.out.object(number, &copy)?;
        Ok(Object::Reference(number))
    }

    /// The numbers of this copy of a page: annotations that another page has are copied once more.
    fn own(
        &mut self,
        place: usize,
        page: (u32, u32),
        annotations: &[Object],
    ) -> Result<Own, Error> {
        let mut own = Own {
            page,
            annotations: HashMap::new(),
        };
        for annotation in annotations.iter().filter_map(Object::as_reference) {
            if self
                .annotations
                .get(&annotation)
                .is_some_and(|owner| *owner != place)
            {
                let new = self.out.reserve()?;
                own.annotations.insert(annotation, new);
            }
        }
        Ok(own)
    }

    fn write_annotations(
        &mut self,
        place: usize,
        annotations: &[Object],
        own: &Own,
    ) -> Result<Vec<Object>, Error> {
        let mut written = Vec::new();
        let mut seen = HashSet::new();
        for annotation in annotations {
            match annotation {
                Object::Reference(old)
                    if self.annotations.contains_key(old) && seen.insert(*old) =>
                {
                    let Object::Dictionary(mut dictionary) = self.reader.get(*old)?.object else {
                        continue;
                    };
                    let Object::Reference(new) = self.reference(*old, Some(own))? else {
                        continue;
                    };
                    let is_first = self.annotations.get(old) == Some(&place);
                    if !is_first {
                        self.own_field(&mut dictionary, new)?;
                    }
                    let copy = self.annotation(dictionary, own)?;
                    self.out.object(new, &copy)?;
                    written.push(Object::Reference(new));
                }
                Object::Dictionary(dictionary) => {
                    let copy = self.annotation(dictionary.clone(), own)?;
                    written.push(copy);
                }
                _ => {}
            }
        }
        Ok(written)
    }

    fn annotation(&mut self, mut dictionary: Dictionary, own: &Own) -> Result<Object, Error> {
        self.drop_signature(&mut dictionary)?;
        let (_, page) = own.page;
        let mut copy = self.rewritten(&Object::Dictionary(dictionary), Some(own))?;
        if let Object::Dictionary(copy) = &mut copy {
            copy.set("P", Object::Reference(page));
        }
        Ok(copy)
    }
}
