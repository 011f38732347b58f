//! The pages of a file, in their order.

use std::collections::HashSet;

use super::object::{Dictionary, Object};
use super::reader::Reader;
use super::stream::Want;
use super::wide;
use crate::error::Error;

/// What a page takes from the nodes above it unless it has its own.
pub(crate) const INHERITED: [&str; 4] = ["Resources", "MediaBox", "CropBox", "Rotate"];

/// What was learnt on the way.
#[derive(Default)]
pub(crate) struct Tree {
    /// The nodes that are no pages.
    pub nodes: HashSet<u32>,
    /// What nodes hand down to their pages.
    givers: Vec<Giver>,
    /// How many pages there are.
    pub pages: u64,
    /// Whether a page is named that is not there.
    pub lacks: bool,
    /// Whether the pages were found without a tree.
    pub fallen: bool,
}

/// A node that hands something down.
struct Giver {
    above: Option<usize>,
    node: u32,
    gives: Dictionary,
}

/// A page.
pub(crate) struct Leaf<'a> {
    pub number: u32,
    pub dictionary: &'a Dictionary,
    /// The nearest node that hands something down, for [`Tree::handed_down`].
    pub giver: Option<usize>,
}

impl Tree {
    /// What a page without the entry takes from above, and from which node.
    pub(crate) fn handed_down(&self, giver: Option<usize>, key: &str) -> Option<(u32, &Object)> {
        let first = giver.and_then(|at| self.givers.get(at));
        let above = |giver: &&Giver| giver.above.and_then(|at| self.givers.get(at));
        std::iter::successors(first, above)
            .find_map(|giver| giver.gives.get(key).map(|value| (giver.node, value)))
    }

    fn giver(&mut self, node: u32, dictionary: &Dictionary, above: Option<usize>) -> Option<usize> {
        let given = INHERITED.into_iter().filter_map(|key| Some((key, dictionary.get(key)?.clone())));
        let gives: Dictionary = given.collect();
        if gives.0.is_empty() {
            return above;
        }
        self.givers.push(Giver { above, node, gives });
        Some(self.givers.len().saturating_sub(1))
    }
}

type Visit<'v, 'a> = dyn FnMut(&mut Reader<'a>, &Tree, &Leaf<'_>) -> Result<Want, Error> + 'v;

/// Visits the pages in their order until no more are wanted; counts what is there, not what is claimed.
pub(crate) fn walk<'a>(reader: &mut Reader<'a>, visit: &mut Visit<'_, 'a>) -> Result<Tree, Error> {
    let mut tree = descend(reader, visit)?;
    if tree.pages == 0 && reader.found().is_none() {
        reader.search()?;
        tree = descend(reader, visit)?;
    }
    if tree.pages == 0 {
        tree.fallen = true;
        let pages = reader.found().map(|found| found.pages.clone()).unwrap_or_default();
        let mut seen = HashSet::new();
        for number in pages.into_iter().filter(|number| seen.insert(*number)) {
            if let Object::Dictionary(dictionary) = reader.get(number)?.object
                && dictionary.is("Type", "Page")
            {
                let leaf = Leaf { number, dictionary: &dictionary, giver: None };
                if tree.leaf(reader, visit, &leaf)? == Want::Enough {
                    break;
                }
            }
        }
    }
    Ok(tree)
}

fn descend<'a>(reader: &mut Reader<'a>, visit: &mut Visit<'_, 'a>) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    let Some(root) = reader.root()? else { return Ok(tree) };
    let top: Vec<Object> = root.get("Pages").cloned().into_iter().collect();
    let mut levels = vec![(top.into_iter(), None)];
    while let Some((kids, giver)) = levels.last_mut() {
        let giver = *giver;
        let Some(kid) = kids.next() else {
            levels.pop();
            continue;
        };
        let Object::Reference(number) = kid else {
            tree.lacks = true;
            continue;
        };
        let Object::Dictionary(dictionary) = reader.get(number)?.object else {
            tree.lacks = true;
            continue;
        };
        if dictionary.is("Type", "Page") || !dictionary.has("Kids") {
            let leaf = Leaf { number, dictionary: &dictionary, giver };
            if tree.leaf(reader, visit, &leaf)? == Want::Enough {
                break;
            }
        } else if tree.nodes.insert(number) {
            reader.budget().nesting(wide(levels.len()))?;
            let giver = tree.giver(number, &dictionary, giver);
            if let Object::Array(kids) = reader.entry(&dictionary, "Kids")? {
                levels.push((kids.into_iter(), giver));
            }
        } else {
            tree.lacks = true;
        }
    }
    Ok(tree)
}

impl Tree {
    fn leaf<'a>(&mut self, reader: &mut Reader<'a>, visit: &mut Visit<'_, 'a>, leaf: &Leaf<'_>) -> Result<Want, Error> {
        self.pages = self.pages.saturating_add(1);
        reader.budget().pages(self.pages)?;
        visit(reader, self, leaf)
    }
}
