//! The pages of a file, in their order.

use std::collections::HashSet;

use super::object::{Dictionary, Object};
use super::reader::Reader;
use super::stream::Want;
use super::wide;
use crate::error::Error;

/// What a page takes from the nodes above it unless it has its own.
pub(crate) const INHERITED: &[&str] = &["Resources", "MediaBox", "CropBox", "Rotate"];

/// What is read of a node to know it for one: little, for it is read of every page.
const LOOKED_AT: &[&str] = &["Kids"];
/// What more is read of a node.
pub(super) const OF_A_NODE: &[&str] = &[
    "Type",
    "Count",
    "Resources",
    "MediaBox",
    "CropBox",
    "Rotate",
];

/// What was learnt on the way.
#[derive(Default)]
pub(crate) struct Tree {
    /// The nodes that are no pages.
    pub nodes: HashSet<u32>,
    /// What nodes hand down to their pages.
    givers: Vec<Giver>,
    /// How many pages there are.
    pub pages: u64,
    /// Nodes that name a page that is not there, or say that they have more or fewer than they have.
    pub wrong: Vec<Miscount>,
    /// Whether the pages were found without a tree.
    pub fallen: bool,
}

/// What a node has, where it says otherwise.
pub(crate) struct Miscount {
    pub node: u32,
    /// The kids that are there.
    pub kids: Vec<u32>,
    /// How many pages those have.
    pub pages: u64,
}

/// A node that hands something down.
struct Giver {
    above: Option<usize>,
    node: u32,
    gives: Dictionary,
}

/// A page.
#[derive(Clone, Copy)]
pub(crate) struct Leaf {
    pub number: u32,
    /// The nearest node that hands something down, for [`Tree::handed_down`].
    pub giver: Option<usize>,
}

impl Tree {
    /// Whether it is not what it should be.
    pub(crate) fn is_wrong(&self) -> bool {
        self.pages == 0 || self.fallen || !self.wrong.is_empty()
    }

    /// What a page without the entry takes from above, and from which node.
    pub(crate) fn handed_down(&self, giver: Option<usize>, key: &str) -> Option<(u32, &Object)> {
        let first = giver.and_then(|at| self.givers.get(at));
        let above = |giver: &&Giver| giver.above.and_then(|at| self.givers.get(at));
        std::iter::successors(first, above)
            .find_map(|giver| giver.gives.get(key).map(|value| (giver.node, value)))
    }

    fn giver(&mut self, number: u32, node: &Dictionary, above: Option<usize>) -> Option<usize> {
        let entry = |key: &&'static str| Some((*key, node.get(key)?.clone()));
        let gives: Dictionary = INHERITED.iter().filter_map(entry).collect();
        if gives.0.is_empty() {
            return above;
        }
        self.givers.push(Giver {
            above,
            node: number,
            gives,
        });
        Some(self.givers.len().saturating_sub(1))
    }
}

type Visit<'v, 'a> = dyn FnMut(&mut Reader<'a>, &Tree, Leaf) -> Result<Want, Error> + 'v;

/// Visits the pages in their order until no more are wanted; counts what is there, not what is claimed.
pub(crate) fn walk<'a>(reader: &mut Reader<'a>, visit: &mut Visit<'_, 'a>) -> Result<Tree, Error> {
    let mut tree = descend(reader, visit)?;
    if tree.pages == 0 && reader.found().is_none() {
        reader.search()?;
        tree = descend(reader, visit)?;
    }
    if tree.pages == 0 {
        tree.fallen = true;
        let pages = reader
            .found()
            .map(|found| found.pages.clone())
            .unwrap_or_default();
        let mut seen = HashSet::new();
        for number in pages.into_iter().filter(|number| seen.insert(*number)) {
            let found = reader.get_only(number, Some(&["Type"]))?.object;
            let is_page = found
                .as_dictionary()
                .is_some_and(|found| found.is("Type", "Page"));
            if is_page
                && tree.leaf(
                    reader,
                    visit,
                    Leaf {
                        number,
                        giver: None,
                    },
                )? == Want::Enough
            {
                break;
            }
        }
    }
    Ok(tree)
}

/// A node on the way down.
struct Level {
    /// Nothing above the whole tree.
    node: Option<u32>,
    kids: std::vec::IntoIter<Object>,
    giver: Option<usize>,
    claimed: Object,
    /// How many pages there were before this node.
    before: u64,
    there: Vec<u32>,
    lacks: bool,
}

impl Level {
    fn new(
        node: Option<u32>,
        kids: Vec<Object>,
        giver: Option<usize>,
        claimed: Object,
        before: u64,
    ) -> Self {
        let kids = kids.into_iter();
        Self {
            node,
            kids,
            giver,
            claimed,
            before,
            there: Vec::new(),
            lacks: false,
        }
    }
}

fn descend<'a>(reader: &mut Reader<'a>, visit: &mut Visit<'_, 'a>) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    let Some(root) = reader.root()? else {
        return Ok(tree);
    };
    let top = root.get("Pages").cloned().into_iter().collect();
    let mut levels = vec![Level::new(None, top, None, Object::Null, 0)];
    while let Some(level) = levels.last_mut() {
        let Some(kid) = level.kids.next() else {
            tree.leave(levels.pop());
            continue;
        };
        let giver = level.giver;
        let met = match kid {
            Object::Reference(number) => tree.enter(reader, number, giver)?,
            _ => Met::Nothing,
        };
        level
            .there
            .extend(kid.as_reference().filter(|_| !matches!(met, Met::Nothing)));
        match (met, kid) {
            (Met::Page, Object::Reference(number)) => {
                if tree.leaf(reader, visit, Leaf { number, giver })? == Want::Enough {
                    return Ok(tree);
                }
            }
            (Met::Node(below), _) => {
                reader.budget().nesting(wide(levels.len()))?;
                levels.push(below);
            }
            _ => level.lacks = true,
        }
    }
    Ok(tree)
}

/// What an object of the tree turns out to be.
enum Met {
    Nothing,
    Page,
    Node(Level),
}

impl Tree {
    fn enter(
        &mut self,
        reader: &mut Reader<'_>,
        number: u32,
        giver: Option<usize>,
    ) -> Result<Met, Error> {
        let Object::Dictionary(mut look) = reader.get_only(number, Some(LOOKED_AT))?.object else {
            return Ok(Met::Nothing);
        };
        let Some(kids) = look.remove("Kids") else {
            return Ok(Met::Page);
        };
        let Object::Dictionary(node) = reader.get_only(number, Some(OF_A_NODE))?.object else {
            return Ok(Met::Nothing);
        };
        if node.is("Type", "Page") {
            return Ok(Met::Page);
        }
        if !self.nodes.insert(number) {
            return Ok(Met::Nothing);
        }
        let kids = match kids {
            Object::Reference(_) => reader.resolved(&kids)?,
            direct => direct,
        };
        let kids = match kids {
            Object::Array(kids) => kids,
            _ => Vec::new(),
        };
        let claimed = reader.entry(&node, "Count")?;
        let giver = self.giver(number, &node, giver);
        Ok(Met::Node(Level::new(
            Some(number),
            kids,
            giver,
            claimed,
            self.pages,
        )))
    }

    fn leave(&mut self, level: Option<Level>) {
        let Some((level, node)) = level.and_then(|level| level.node.map(|node| (level, node)))
        else {
            return;
        };
        let pages = self.pages.saturating_sub(level.before);
        let claimed = level
            .claimed
            .as_integer()
            .and_then(|claimed| u64::try_from(claimed).ok());
        if level.lacks || claimed != Some(pages) {
            self.wrong.push(Miscount {
                node,
                kids: level.there,
                pages,
            });
        }
    }

    fn leaf<'a>(
        &mut self,
        reader: &mut Reader<'a>,
        visit: &mut Visit<'_, 'a>,
        leaf: Leaf,
    ) -> Result<Want, Error> {
        self.pages = self.pages.saturating_add(1);
        reader.budget().pages(self.pages)?;
        visit(reader, self, leaf)
    }
}
