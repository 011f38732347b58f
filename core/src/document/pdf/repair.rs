//! Mends what keeps readers from opening a file: adds to it what is missing, and takes nothing away but
//! junk in front and what is cut off at the end.

use std::collections::BTreeMap;

use super::ending::{Row, write_xref};
use super::faults::{Faulty, faulty_objects};
use super::object::{Dictionary, Object};
use super::places::Place;
use super::reader::{Item, Reader};
use super::stream::Want;
use super::tree::{self, Miscount, Tree};
use super::{damaged, wide};
use crate::document::{Budget, Encryption, File};
use crate::error::Error;

/// A mended file, or nothing where there was nothing to mend; and what was mended.
pub(crate) fn repair(
    file: &File,
    budget: &Budget,
) -> Result<(Option<Vec<u8>>, Vec<&'static str>), Error> {
    let mut reader = Reader::open(file, budget)?;
    let locked = reader.encryption == Encryption::Password;
    if locked && reader.found().is_some() {
        reader.must_open()?;
    }
    let mut pages = Vec::new();
    let mut tree = None;
    let mut faulty = Faulty::default();
    while !locked && tree.is_none() {
        let was_told = reader.told().is_some();
        let walked = walk(&mut reader, &mut pages)?;
        faulty = faulty_objects(&mut reader, &pages)?;
        // What was learnt before the file was searched may not hold any more.
        tree = (was_told == reader.told().is_some()).then_some(walked);
    }
    let mut mending = Mending {
        added: BTreeMap::new(),
        mended: Vec::new(),
        pages,
        faulty,
    };
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

struct Mending {
    /// Objects that are written once more, with what is different about them where something is.
    added: BTreeMap<u32, Option<Object>>,
    mended: Vec<&'static str>,
    pages: Vec<u32>,
    faulty: Faulty,
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
        let Some(tree) = tree else { return Ok(()) };
        if tree.fallen {
            self.new_tree(reader)?;
            self.mended.push("page_tree_rebuilt");
        } else if !tree.wrong.is_empty() {
            self.recount(reader, &tree.wrong)?;
            self.mended.push("page_count_corrected");
        }
        let Faulty { lengths, open } = std::mem::take(&mut self.faulty);
        for (numbers, code) in [
            (lengths, "stream_lengths_corrected"),
            (open, "object_ends_added"),
        ] {
            if !numbers.is_empty() {
                self.mended.push(code);
            }
            for number in numbers {
                self.added.entry(number).or_default();
            }
        }
        Ok(())
    }

    /// Says what the nodes have.
    fn recount(&mut self, reader: &mut Reader<'_>, wrong: &[Miscount]) -> Result<(), Error> {
        for Miscount { node, kids, pages } in wrong {
            // Of a node that breaks off, what the walk could read of it.
            let mut read = reader.get(*node)?.object;
            if read == Object::Null {
                read = reader.get_only(*node, Some(tree::OF_A_NODE))?.object;
            }
            let Object::Dictionary(mut dictionary) = read else {
                continue;
            };
            dictionary.set(
                "Kids",
                Object::Array(kids.iter().copied().map(Object::Reference).collect()),
            );
            dictionary.set(
                "Count",
                Object::Integer(i64::try_from(*pages).unwrap_or(i64::MAX)),
            );
            self.added
                .insert(*node, Some(Object::Dictionary(dictionary)));
        }
        Ok(())
    }

    /// A catalog, and one node above all pages that were found.
    fn new_tree(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let last = reader
            .found()
            .and_then(|found| found.rows().next_back())
            .map_or(0, |last| last.number);
        let next = |number: u32| {
            number
                .checked_add(1)
                .ok_or_else(|| damaged("The file has too many objects"))
        };
        let catalog = next(last)?;
        let node = next(catalog)?;
        for page in &self.pages {
            let Object::Dictionary(mut dictionary) = reader.get(*page)?.object else {
                continue;
            };
            dictionary.set("Parent", Object::Reference(node));
            if !dictionary.has("MediaBox") {
                // What readers take for a page that does not say its size.
                dictionary.set(
                    "MediaBox",
                    Object::Array([0, 0, 612, 792].map(Object::Integer).to_vec()),
                );
            }
            if !dictionary.has("Resources") {
                dictionary.set("Resources", Object::Dictionary(Dictionary::default()));
            }
            self.added
                .insert(*page, Some(Object::Dictionary(dictionary)));
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
            self.added
                .insert(number, Some(Object::Dictionary(dictionary)));
        }
        reader.trailer.set("Root", Object::Reference(catalog));
        Ok(())
    }

    /// The file from its tag, what is added, and a cross-reference: of all, or of what is added.
    fn write(&self, reader: &mut Reader<'_>) -> Result<Vec<u8>, Error> {
        let tag = reader.ground.tag;
        let end = reader
            .found()
            .map_or(reader.ground.window.length(), |found| found.end);
        let mut bytes = Vec::new();
        reader
            .ground
            .window
            .copy(tag, end.saturating_sub(tag), &mut bytes)?;
        if self.added.is_empty() && reader.found().is_none() {
            return Ok(bytes);
        }
        bytes.push(b'\n');
        let mut rows = BTreeMap::new();
        let mut trailer = Dictionary::default();
        if let Some(found) = reader.found() {
            rows.insert(
                0,
                Row {
                    number: 0,
                    place: Place::Free,
                    generation: u16::MAX,
                },
            );
            for mut row in found.rows() {
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
        for (number, changed) in &self.added {
            let mut item = reader.get(*number)?;
            if let Some(changed) = changed {
                item.object = changed.clone();
            }
            let Item {
                number, generation, ..
            } = item;
            rows.insert(
                number,
                Row {
                    number,
                    place: Place::At(wide(bytes.len())),
                    generation,
                },
            );
            add(reader, item, &mut bytes)?;
        }
        for key in ["Root", "Info", "ID", "Encrypt"] {
            trailer.put(key, reader.trailer.get(key).cloned());
        }
        write_xref(
            &mut bytes,
            rows.into_values().collect(),
            trailer,
            reader.is_packed(),
        )?;
        Ok(bytes)
    }
}

fn add(reader: &mut Reader<'_>, mut item: Item, bytes: &mut Vec<u8>) -> Result<(), Error> {
    let extent = reader.extent(&item)?;
    reader.encrypted(item.number, item.generation, &mut item.object)?;
    bytes.extend_from_slice(format!("{} {} obj\n", item.number, item.generation).as_bytes());
    match (item.object, item.data) {
        (Object::Dictionary(mut dictionary), Some(data)) => {
            let length = extent.map_or(0, |extent| extent.length);
            dictionary.set(
                "Length",
                Object::Integer(i64::try_from(length).unwrap_or(i64::MAX)),
            );
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
