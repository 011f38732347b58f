//! Destinations: where links, outline entries and names lead.

use std::collections::HashSet;

use super::copy::{Copy, Fate};
use crate::document::pdf::object::{Dictionary, Object};
use crate::error::Error;

/// How often a destination may lead to another.
const MOST_STEPS: u8 = 4;

/// The names that lead to kept pages.
#[derive(Default)]
pub(super) struct Names {
    /// As names, of the older kind.
    old: Vec<(Vec<u8>, Object)>,
    /// As strings, in the order of the file, which is sorted.
    new: Vec<(Object, Object)>,
    known: HashSet<Vec<u8>>,
}

impl Copy<'_> {
    /// A destination as it is in the new file; nothing where it leads to no kept page.
    pub(super) fn destination(&mut self, object: &Object) -> Result<Option<Object>, Error> {
        match object {
            Object::Text(_) | Object::Name(_) => {
                self.load_names()?;
                let name = object.as_bytes().unwrap_or_default();
                let known = self
                    .names
                    .as_ref()
                    .is_some_and(|names| names.known.contains(&name));
                Ok(known.then(|| object.clone()))
            }
            other => self.explicit(other, MOST_STEPS),
        }
    }

    /// The same, where names are not looked up.
    fn explicit(&mut self, object: &Object, steps: u8) -> Result<Option<Object>, Error> {
        let Some(steps) = steps.checked_sub(1) else {
            return Ok(None);
        };
        match object {
            Object::Reference(_) => {
                let object = self.reader.resolved(object)?;
                self.explicit(&object, steps)
            }
            Object::Dictionary(dictionary) => {
                let kept = dictionary
                    .get("D")
                    .map_or(Ok(None), |inner| self.explicit(inner, steps))?;
                Ok(kept.map(|kept| Object::Dictionary(Dictionary::from_iter([("D", kept)]))))
            }
            Object::Array(items) => {
                let page = match items.first() {
                    Some(Object::Reference(page)) => Some(*page),
                    // Some writers count the pages, as is right for another file's.
                    Some(Object::Integer(place)) => {
                        let place = usize::try_from(*place).ok();
                        place
                            .and_then(|place| self.all.get(place))
                            .map(|page| page.number)
                    }
                    _ => None,
                };
                let Some(Fate::Kept(page)) = page.and_then(|page| self.fates.get(&page)).copied()
                else {
                    return Ok(None);
                };
                let mut kept = vec![Object::Reference(page)];
                for item in items.iter().skip(1) {
                    // How the page is to be shown: a name and numbers.
                    kept.push(match self.reader.resolved(item)? {
                        Object::Array(_) | Object::Dictionary(_) => Object::Null,
                        plain => plain,
                    });
                }
                Ok(Some(Object::Array(kept)))
            }
            _ => Ok(None),
        }
    }

    fn load_names(&mut self) -> Result<(), Error> {
        if self.names.is_some() {
            return Ok(());
        }
        self.names = Some(Names::default());
        let mut names = Names::default();
        let catalog = self.reader.root()?.unwrap_or_default();
        if let Object::Dictionary(old) = self.reader.entry(&catalog, "Dests")? {
            for (name, value) in old.0 {
                self.reader.budget().objects(1)?;
                if let Some(kept) = self.explicit(&value, MOST_STEPS)? {
                    names.known.insert(name.clone());
                    names.old.push((name, kept));
                }
            }
        }
        let mut found = Vec::new();
        if let Object::Dictionary(trees) = self.reader.entry(&catalog, "Names")?
            && let Some(tree) = trees.get("Dests")
        {
            self.leaves(tree, "Names", &mut found)?;
        }
        for (name, value) in found {
            if let (Some(bytes), Some(kept)) = (name.as_bytes(), self.explicit(&value, MOST_STEPS)?)
            {
                names.known.insert(bytes);
                names.new.push((name, kept));
            }
        }
        self.names = Some(names);
        Ok(())
    }

    /// The pairs at the leaves of a tree of names or numbers.
    pub(super) fn leaves(
        &mut self,
        tree: &Object,
        key: &str,
        found: &mut Vec<(Object, Object)>,
    ) -> Result<(), Error> {
        let mut seen = HashSet::new();
        let mut waiting = vec![tree.clone()];
        while let Some(node) = waiting.pop() {
            if let Object::Reference(number) = node
                && !seen.insert(number)
            {
                continue;
            }
            let Object::Dictionary(node) = self.reader.resolved(&node)? else {
                continue;
            };
            if let Object::Array(pairs) = self.reader.entry(&node, key)? {
                for pair in pairs.chunks_exact(2) {
                    self.reader.budget().objects(1)?;
                    let [name, value] = pair else { continue };
                    found.push((self.reader.resolved(name)?, value.clone()));
                }
            }
            if let Object::Array(kids) = self.reader.entry(&node, "Kids")? {
                waiting.extend(kids.into_iter().rev());
            }
        }
        Ok(())
    }

    /// Writes the names that lead to kept pages.
    pub(super) fn write_names(
        &mut self,
        catalog: &Dictionary,
        new: &mut Dictionary,
    ) -> Result<(), Error> {
        if !catalog.has("Dests") && !catalog.has("Names") {
            return Ok(());
        }
        self.load_names()?;
        let Some(names) = self.names.take() else {
            return Ok(());
        };
        if !names.old.is_empty() {
            new.set("Dests", Object::Dictionary(Dictionary(names.old)));
        }
        if !names.new.is_empty() {
            let pairs = names
                .new
                .into_iter()
                .flat_map(|(name, value)| [name, value]);
            let leaf = self.out.reserve()?;
            let list = Dictionary::from_iter([("Names", Object::Array(pairs.collect()))]);
            self.out.object(leaf, &Object::Dictionary(list))?;
            let trees = Dictionary::from_iter([("Dests", Object::Reference(leaf))]);
            new.set("Names", Object::Dictionary(trees));
        }
        Ok(())
    }
}
