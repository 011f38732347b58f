//! The resources of pages, without those that their content does not name.
//!
//! Many writers give all pages one dictionary of resources. Copied as it is, it would bring the
//! pictures of pages that are not kept.

use std::collections::HashSet;

use super::copy::Copy;
use crate::document::pdf::object::{Dictionary, Object, is_regular, unescaped};
use crate::document::pdf::reader::Item;
use crate::document::pdf::stream::{LARGEST, Want};
use crate::document::pdf::tree::Leaf;
use crate::error::Error;

/// What may show something of a page. Colours are left as they are: some are used without being named.
const SORTS: [&str; 6] = [
    "XObject",
    "Font",
    "Pattern",
    "Shading",
    "ExtGState",
    "Properties",
];
/// The most names that a content may have.
const MOST_NAMES: usize = 1_000_000;
/// Longer than any name is allowed to be, in bytes.
const LONGEST_NAME: usize = 1024;

impl Copy<'_> {
    /// The resources of a page, where some of them are not used.
    pub(super) fn page_resources(
        &mut self,
        page: &Dictionary,
        at: Leaf,
        annotations: &[Object],
    ) -> Result<Option<Dictionary>, Error> {
        let given = || {
            self.tree
                .handed_down(at.giver, "Resources")
                .map(|(_, given)| given)
        };
        let Some(resources) = page.get("Resources").or_else(given).cloned() else {
            return Ok(None);
        };
        let contents = match self.reader.entry(page, "Contents")? {
            Object::Array(items) => items,
            _ => page.get("Contents").cloned().into_iter().collect(),
        };
        let contents = contents.iter().filter_map(Object::as_reference).collect();
        self.without_unused(&resources, contents, annotations)
    }

    /// The same of a form, or a pattern, that has its resources in common with others.
    pub(super) fn form_resources(
        &mut self,
        item: &Item,
        form: &Dictionary,
    ) -> Result<Option<Dictionary>, Error> {
        let Some(resources) = form.get("Resources") else {
            return Ok(None);
        };
        let in_common = match resources {
            Object::Dictionary(own) => SORTS
                .iter()
                .any(|sort| own.get(sort).and_then(Object::as_reference).is_some()),
            _ => true,
        };
        if !in_common {
            return Ok(None);
        }
        let resources = resources.clone();
        self.without_unused(&resources, vec![item.number], &[])
    }

    /// Nothing where all are used, or where a content cannot be read to its end.
    fn without_unused(
        &mut self,
        resources: &Object,
        contents: Vec<u32>,
        annotations: &[Object],
    ) -> Result<Option<Dictionary>, Error> {
        let Object::Dictionary(mut resources) = self.reader.resolved(resources)? else {
            return Ok(None);
        };
        let mut sorts = Vec::new();
        for sort in SORTS {
            if let Object::Dictionary(named) = self.reader.entry(&resources, sort)?
                && !named.0.is_empty()
            {
                sorts.push((sort, named));
            }
        }
        let mut names = NamesIn::default();
        let mut seen = HashSet::new();
        let mut waiting = contents;
        let mut first = true;
        while first || !waiting.is_empty() {
            waiting.retain(|content| seen.insert(*content));
            if !self.names_in(&waiting, &mut names)? {
                return Ok(None);
            }
            let all_used =
                |named: &Dictionary| named.0.iter().all(|(name, _)| names.names.contains(name));
            if sorts.iter().all(|(_, named)| all_used(named)) {
                return Ok(None);
            }
            waiting = self.bare(&sorts, &names.names)?;
            if first {
                waiting.extend(self.bare_appearances(annotations)?);
            }
            waiting.retain(|content| !seen.contains(content));
            first = false;
        }
        for (sort, mut named) in sorts {
            named.0.retain(|(name, _)| names.names.contains(name));
            resources.put(
                sort,
                (!named.0.is_empty()).then_some(Object::Dictionary(named)),
            );
        }
        Ok(Some(resources))
    }

    /// Whether all contents could be read to their ends.
    fn names_in(&mut self, contents: &[u32], names: &mut NamesIn) -> Result<bool, Error> {
        for content in contents {
            let item = self.reader.get(*content)?;
            if item.data.is_none() {
                continue;
            }
            let whole = self
                .reader
                .pieces(&item, LARGEST, &mut |piece| names.go(piece))?;
            names.go(b"\n");
            if !whole || names.names.len() > MOST_NAMES {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The contents of what is drawn and has no resources of its own, so that it takes the page's.
    fn bare(
        &mut self,
        sorts: &[(&str, Dictionary)],
        names: &HashSet<Vec<u8>>,
    ) -> Result<Vec<u32>, Error> {
        let mut contents = Vec::new();
        for (sort, named) in sorts
            .iter()
            .filter(|(sort, _)| matches!(*sort, "XObject" | "Font" | "Pattern"))
        {
            for (_, value) in named.0.iter().filter(|(name, _)| names.contains(name)) {
                let Object::Dictionary(used) = self.reader.resolved(value)? else {
                    continue;
                };
                if used.has("Resources") {
                    continue;
                }
                if *sort == "Font" {
                    if let Object::Dictionary(shapes) = self.reader.entry(&used, "CharProcs")? {
                        contents.extend(
                            shapes
                                .0
                                .iter()
                                .filter_map(|(_, shape)| shape.as_reference()),
                        );
                    }
                } else if !used.is("Subtype", "Image") {
                    contents.extend(value.as_reference());
                }
            }
        }
        Ok(contents)
    }

    /// The same of the annotations' appearances.
    fn bare_appearances(&mut self, annotations: &[Object]) -> Result<Vec<u32>, Error> {
        let mut contents = Vec::new();
        for annotation in annotations {
            let Object::Dictionary(annotation) = self.reader.resolved(annotation)? else {
                continue;
            };
            let Object::Dictionary(looks) = self.reader.entry(&annotation, "AP")? else {
                continue;
            };
            for (_, look) in &looks.0 {
                let states = match self.reader.resolved(look)? {
                    Object::Dictionary(states) if !states.has("BBox") => states,
                    _ => Dictionary(vec![(Vec::new(), look.clone())]),
                };
                for number in states
                    .0
                    .iter()
                    .filter_map(|(_, state)| state.as_reference())
                {
                    let form = self.reader.get_only(number, Some(&["Resources"]))?.object;
                    if form
                        .as_dictionary()
                        .is_some_and(|form| !form.has("Resources"))
                    {
                        contents.push(number);
                    }
                }
            }
        }
        Ok(contents)
    }
}

/// Collects the names in pieces of a content: more rather than less, for what stands in strings and
/// pictures counts too.
#[derive(Default)]
struct NamesIn {
    names: HashSet<Vec<u8>>,
    name: Option<Vec<u8>>,
}

impl NamesIn {
    fn go(&mut self, piece: &[u8]) -> Want {
        let mut rest = piece;
        loop {
            let Some(name) = &mut self.name else {
                let Some(slash) = memchr::memchr(b'/', rest) else {
                    break;
                };
                rest = rest.get(slash.saturating_add(1)..).unwrap_or_default();
                self.name = Some(Vec::new());
                continue;
            };
            let end = rest.iter().position(|byte| !is_regular(*byte));
            let more = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            if name.len().saturating_add(more.len()) <= LONGEST_NAME {
                name.extend_from_slice(more);
            }
            let Some(end) = end else { break };
            rest = rest.get(end..).unwrap_or_default();
            let name = self.name.take().unwrap_or_default();
            if !self.names.contains(&name) {
                self.names.insert(if name.contains(&b'#') {
                    unescaped(&name)
                } else {
                    name
                });
            }
            if self.names.len() > MOST_NAMES {
                return Want::Enough;
            }
        }
        Want::More
    }
}
