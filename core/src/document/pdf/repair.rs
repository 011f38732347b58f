//! Mends what keeps readers from opening a file: adds to it what is missing, and takes nothing away but
//! junk in front and what is cut off at the end.

use std::collections::{BTreeMap, HashSet};

use super::object::{Dictionary, Object};
use super::reader::{Item, Reader};
use super::stream::Want;
use super::tree::{self, Miscount, Tree};
use super::write::{Row, write_xref};
use super::xref::Place;
use super::{damaged, wide};
use crate::document::{Budget, Encryption, File};
use crate::error::Error;

/// A mended file, or nothing where there was nothing to mend; and what was mended.
pub(crate) fn repair(file: &File, budget: &Budget) -> Result<(Option<Vec<u8>>, Vec<&'static str>), Error> {
    let mut reader = Reader::open(file, budget)?;
    let locked = reader.encryption == Encryption::Password;
    if locked && reader.found().is_some() {
        reader.must_open()?;
    }
    let mut pages = Vec::new();
    let mut tree = None;
    let mut lengths = Vec::new();
    if !locked {
        tree = Some(walk(&mut reader, &mut pages)?);
        let was_told = reader.told().is_some();
        lengths = wrong_lengths(&mut reader)?;
        if was_told && reader.told().is_none() {
            tree = Some(walk(&mut reader, &mut pages)?);
        }
    }
    if reader.ground.tag > 0 && reader.told().is_some_and(|told| told.shift == 0) {
        // Its places are right as long as the junk is there.
        reader.must_open()?;
        reader.search()?;
    }
    let mut mending = Mending { added: Vec::new(), mended: Vec::new(), pages, lengths };
    mending.mend(&mut reader, tree.as_ref())?;
    if mending.mended.is_empty() {
        return Ok((None, Vec::new()));
    }
    let bytes = mending.write(&mut reader)?;
    Ok((Some(bytes), mending.mended))
}

fn walk(reader: &mut Reader<'_>, pages: &mut Vec<u32>) -> Result<Tree, Error> {
    pages.clear();
    let tree = tree::walk(reader, &mut |_, _, leaf| {
        pages.push(leaf.number);
        Ok(Want::More)
    })?;
    if tree.pages == 0 {
        return Err(damaged("No page can be found in the file"));
    }
    Ok(tree)
}

/// The streams that are longer or shorter than they say, among all that the file leads to. A place that
/// is told wrong is noticed on the way, and the file is searched.
fn wrong_lengths(reader: &mut Reader<'_>) -> Result<Vec<u32>, Error> {
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting = Vec::new();
    for key in ["Root", "Info"] {
        references(reader.trailer.get(key), &mut seen, &mut waiting);
    }
    while let Some(number) = waiting.pop() {
        let item = reader.get(number)?;
        references(Some(&item.object), &mut seen, &mut waiting);
        if item.data.is_some() && reader.extent(&item)?.is_none_or(|extent| !extent.as_declared) {
            wrong.push(number);
        }
    }
    Ok(wrong)
}

fn references(object: Option<&Object>, seen: &mut HashSet<u32>, waiting: &mut Vec<u32>) {
    match object {
        Some(Object::Reference(number)) if seen.insert(*number) => waiting.push(*number),
        Some(Object::Array(items)) => items.iter().for_each(|item| references(Some(item), seen, waiting)),
        Some(Object::Dictionary(dictionary)) => {
            dictionary.0.iter().for_each(|(_, value)| references(Some(value), seen, waiting));
        }
        _ => {}
    }
}

struct Mending {
    /// Objects that are written anew.
    added: Vec<Item>,
    mended: Vec<&'static str>,
    pages: Vec<u32>,
    lengths: Vec<u32>,
}

impl Mending {
    fn mend(&mut self, reader: &mut Reader<'_>, tree: Option<&Tree>) -> Result<(), Error> {
        if reader.ground.tag > 0 {
            self.mended.push("junk_before_header");
        }
        if let Some(found) = reader.found() {
            self.mended.push("cross_reference_rebuilt");
            if found.broken_off {
                self.mended.push("truncated_tail");
            }
        }
        // What is added to an encrypted file would have to be encrypted: that is left alone.
        let Some(tree) = tree.filter(|_| reader.encryption == Encryption::No) else { return Ok(()) };
        if tree.fallen {
            self.new_tree(reader)?;
            self.mended.push("page_tree_rebuilt");
        } else if !tree.wrong.is_empty() {
            self.recount(reader, &tree.wrong)?;
            self.mended.push("page_count_corrected");
        }
        let mut lengths = std::mem::take(&mut self.lengths).into_iter().peekable();
        if lengths.peek().is_some() {
            self.mended.push("stream_lengths_corrected");
        }
        for number in lengths {
            let item = reader.get(number)?;
            self.added.push(item);
        }
        Ok(())
    }

    /// Says what the nodes have.
    fn recount(&mut self, reader: &mut Reader<'_>, wrong: &[Miscount]) -> Result<(), Error> {
        for Miscount { node, kids, pages } in wrong {
            let mut item = reader.get(*node)?;
            if let Object::Dictionary(node) = &mut item.object {
                node.set("Kids", Object::Array(kids.iter().copied().map(Object::Reference).collect()));
                node.set("Count", Object::Integer(i64::try_from(*pages).unwrap_or(i64::MAX)));
            }
            self.added.push(item);
        }
        Ok(())
    }

    /// A catalog, and one node above all pages that were found.
    fn new_tree(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let last = reader.found().and_then(|found| found.rows().next_back()).map_or(0, |last| last.number);
        let next = |number: u32| number.checked_add(1).ok_or_else(|| damaged("The file has too many objects"));
        let catalog = next(last)?;
        let node = next(catalog)?;
        for page in &self.pages {
            let mut item = reader.get(*page)?;
            if let Object::Dictionary(page) = &mut item.object {
                page.set("Parent", Object::Reference(node));
                if !page.has("MediaBox") {
                    // What readers take for a page that does not say its size.
                    page.set("MediaBox", Object::Array([0, 0, 612, 792].map(Object::Integer).to_vec()));
                }
                if !page.has("Resources") {
                    page.set("Resources", Object::Dictionary(Dictionary::default()));
                }
            }
            self.added.push(item);
        }
        let root = reader.trailer.get("Root").cloned().unwrap_or(Object::Null);
        let mut root = match reader.resolved(&root)? {
            Object::Dictionary(root) => root,
            _ => Dictionary::from_iter([("Type", Object::name("Catalog"))]),
        };
        root.set("Pages", Object::Reference(node));
        let kids = self.pages.iter().copied().map(Object::Reference).collect();
        let pages = Dictionary::from_iter([
            ("Type", Object::name("Pages")),
            ("Count", Object::count(self.pages.len())),
            ("Kids", Object::Array(kids)),
        ]);
        for (number, dictionary) in [(catalog, root), (node, pages)] {
            let object = Object::Dictionary(dictionary);
            self.added.push(Item { number, generation: 0, object, data: None });
        }
        reader.trailer.set("Root", Object::Reference(catalog));
        Ok(())
    }

    /// The file from its tag, what is added, and a cross-reference: of all, or of what is added.
    fn write(&self, reader: &mut Reader<'_>) -> Result<Vec<u8>, Error> {
        let tag = reader.ground.tag;
        let end = reader.found().map_or(reader.ground.window.length(), |found| found.end);
        let mut bytes = Vec::new();
        reader.ground.window.copy(tag, end.saturating_sub(tag), &mut bytes)?;
        if self.added.is_empty() && reader.found().is_none() {
            return Ok(bytes);
        }
        bytes.push(b'\n');
        let mut rows = BTreeMap::new();
        let mut trailer = Dictionary::default();
        if let Some(found) = reader.found() {
            rows.insert(0, Row { number: 0, place: Place::Free, generation: u16::MAX });
            for mut row in found.rows().filter(|row| row.number > 0) {
                if let Place::At(offset) = row.place {
                    row.place = Place::At(offset.saturating_sub(tag));
                }
                rows.insert(row.number, row);
            }
        }
        if let Some(told) = reader.told() {
            trailer.put("Prev", i64::try_from(told.start).ok().map(Object::Integer));
            trailer.put("Size", told.trailer.get("Size").cloned());
        }
        for item in &self.added {
            let Item { number, generation, .. } = *item;
            rows.insert(number, Row { number, place: Place::At(wide(bytes.len())), generation });
            add(reader, item, &mut bytes)?;
        }
        for key in ["Root", "Info", "ID", "Encrypt"] {
            trailer.put(key, reader.trailer.get(key).cloned());
        }
        write_xref(&mut bytes, rows.into_values().collect(), trailer, reader.is_packed())?;
        Ok(bytes)
    }
}

fn add(reader: &mut Reader<'_>, item: &Item, bytes: &mut Vec<u8>) -> Result<(), Error> {
    bytes.extend_from_slice(format!("{} {} obj\n", item.number, item.generation).as_bytes());
    match (&item.object, item.data) {
        (Object::Dictionary(dictionary), Some(data)) => {
            let length = reader.extent(item)?.map_or(0, |extent| extent.length);
            let mut dictionary = dictionary.clone();
            dictionary.set("Length", Object::Integer(i64::try_from(length).unwrap_or(i64::MAX)));
            dictionary.write(bytes);
            bytes.extend_from_slice(b"\nstream\n");
            reader.ground.window.copy(data, length, bytes)?;
            bytes.extend_from_slice(b"\nendstream");
        }
        (object, _) => object.write(bytes),
    }
    bytes.extend_from_slice(b"\nendobj\n");
    Ok(())
}
