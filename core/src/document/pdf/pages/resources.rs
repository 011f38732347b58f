//! The resources of pages, without those that their content does not name.
//!
//! Many writers give all pages one dictionary of resources. Copied as it is, it would bring the
//! pictures of pages that are not kept.

use std::collections::HashSet;

use super::Copy;
use crate::document::pdf::object::{Dictionary, Object, is_regular, unescaped};
use crate::document::pdf::reader::Item;
use crate::document::pdf::stream::Want;
use crate::document::pdf::tree::Leaf;
use crate::error::Error;

/// What may show something of a page. Colours are left as they are: some are used without being named.
const SORTS: [&str; 6] = ["XObject", "Font", "Pattern", "Shading", "ExtGState", "Properties"];
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
        let given = || self.tree.handed_down(at.giver, "Resources").map(|(_, given)| given);
        let Some(resources) = page.get("Resources").or_else(given).cloned() else { return Ok(None) };
        let contents = match self.reader.entry(page, "Contents")? {
            Object::Array(items) => items,
            _ => page.get("Contents").cloned().into_iter().collect(),
        };
        let used = self.without_unused(&resources, &contents)?;
        if used.is_some() && self.any_bare_appearance(annotations)? {
            return Ok(None);
        }
        Ok(used)
    }

    /// The same of a form, or a pattern, that has its resources in common with others.
    pub(super) fn form_resources(&mut self, item: &Item, form: &Dictionary) -> Result<Option<Dictionary>, Error> {
        let Some(resources) = form.get("Resources") else { return Ok(None) };
        let in_common = match resources {
            Object::Dictionary(own) => {
                SORTS.iter().any(|sort| own.get(sort).and_then(Object::as_reference).is_some())
            }
            _ => true,
        };
        if !in_common {
            return Ok(None);
        }
        let resources = resources.clone();
        self.without_unused(&resources, &[Object::Reference(item.number)])
    }

    fn without_unused(&mut self, resources: &Object, contents: &[Object]) -> Result<Option<Dictionary>, Error> {
        let Object::Dictionary(mut resources) = self.reader.resolved(resources)? else { return Ok(None) };
        let mut sorts = Vec::new();
        for sort in SORTS {
            if let Object::Dictionary(named) = self.reader.entry(&resources, sort)?
                && !named.0.is_empty()
            {
                sorts.push((sort, named));
            }
        }
        if sorts.is_empty() {
            return Ok(None);
        }
        let Some(names) = self.names_in(contents)? else { return Ok(None) };
        let mut unused = false;
        for (_, named) in &mut sorts {
            let before = named.0.len();
            named.0.retain(|(name, _)| names.contains(name));
            unused |= named.0.len() < before;
        }
        if !unused || self.any_bare(&sorts)? {
            return Ok(None);
        }
        for (sort, named) in sorts {
            resources.put(sort, (!named.0.is_empty()).then_some(Object::Dictionary(named)));
        }
        Ok(Some(resources))
    }

    /// The names in a content; nothing where it cannot be read to its end.
    fn names_in(&mut self, contents: &[Object]) -> Result<Option<HashSet<Vec<u8>>>, Error> {
        let mut names = NamesIn::default();
        for content in contents.iter().filter_map(Object::as_reference) {
            let item = self.reader.get(content)?;
            if item.data.is_none() {
                continue;
            }
            let whole = self.reader.pieces(&item, &mut |piece| names.go(piece))?;
            if !whole || names.too_many {
                return Ok(None);
            }
            names.go(b"\n");
        }
        Ok(Some(names.names))
    }

    /// Whether something that is drawn has no resources of its own, and so takes the page's.
    fn any_bare(&mut self, sorts: &[(&str, Dictionary)]) -> Result<bool, Error> {
        for (sort, named) in sorts.iter().filter(|(sort, _)| matches!(*sort, "XObject" | "Font" | "Pattern")) {
            for (_, value) in &named.0 {
                let Object::Dictionary(used) = self.reader.resolved(value)? else { continue };
                let draws = match *sort {
                    "XObject" => used.is("Subtype", "Form"),
                    "Font" => used.is("Subtype", "Type3"),
                    _ => used.get("PatternType").and_then(Object::as_integer) == Some(1),
                };
                if draws && !used.has("Resources") {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The same of the annotations' appearances.
    fn any_bare_appearance(&mut self, annotations: &[Object]) -> Result<bool, Error> {
        for annotation in annotations {
            let Object::Dictionary(annotation) = self.reader.resolved(annotation)? else { continue };
            let Object::Dictionary(looks) = self.reader.entry(&annotation, "AP")? else { continue };
            let Some(normal) = looks.get("N") else { continue };
            let mut appearances = vec![normal.clone()];
            if let Object::Dictionary(states) = self.reader.resolved(normal)?
                && !states.has("BBox")
            {
                appearances = states.0.into_iter().map(|(_, state)| state).collect();
            }
            for appearance in appearances {
                if let Object::Dictionary(form) = self.reader.resolved(&appearance)?
                    && form.has("BBox")
                    && !form.has("Resources")
                {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// Collects the names in pieces of a content: more rather than less, for what stands in strings and
/// pictures counts too.
#[derive(Default)]
struct NamesIn {
    names: HashSet<Vec<u8>>,
    name: Option<Vec<u8>>,
    too_many: bool,
}

impl NamesIn {
    fn go(&mut self, piece: &[u8]) -> Want {
        let mut rest = piece;
        loop {
            let Some(name) = &mut self.name else {
                let Some(slash) = memchr::memchr(b'/', rest) else { break };
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
                self.names.insert(if name.contains(&b'#') { unescaped(&name) } else { name });
            }
            if self.names.len() > MOST_NAMES {
                self.too_many = true;
                return Want::Enough;
            }
        }
        Want::More
    }
}
