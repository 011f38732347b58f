//! Copies what kept pages lead to, and what of the document is theirs.

use std::collections::{HashMap, HashSet, VecDeque};

use sha2::{Digest, Sha256};

use super::Pages;
use super::names::Names;
use crate::document::Encryption;
use crate::document::pdf::object::{Dictionary, Object};
use crate::document::pdf::reader::{Item, Reader};
use crate::document::pdf::tree::{Leaf, Tree};
use crate::document::pdf::wide;
use crate::document::pdf::write::{Output, identifiers};
use crate::error::Error;

/// What of the catalog holds for any pages.
const OF_THE_WHOLE: [&str; 8] = [
    "Version",
    "Extensions",
    "Metadata",
    "OutputIntents",
    "Lang",
    "ViewerPreferences",
    "PageLayout",
    "URI",
];
/// What is said of an object's place in something that is left out.
const LEFT_OUT: [&str; 3] = ["StructParent", "StructParents", "PieceInfo"];

/// What becomes of a page, or of a node above pages.
#[derive(Clone, Copy)]
pub(super) enum Fate {
    /// Kept under this number.
    Kept(u32),
    Removed,
    Node,
}

/// One page of the new file.
pub(super) struct Kept {
    /// Its place among all pages.
    pub(super) place: usize,
    pub(super) at: Leaf,
    pub(super) number: u32,
}

pub(super) struct Copy<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) tree: Tree,
    pub(super) all: Vec<Leaf>,
    pub(super) kept: Vec<Kept>,
    pub(super) fates: HashMap<u32, Fate>,
    pub(super) out: Output<'a>,
    pub(super) root: u32,
    /// The new number of each object that is copied.
    pub(super) numbers: HashMap<u32, u32>,
    /// Objects that were referred to and are still to be copied.
    pub(super) queue: VecDeque<(u32, u32)>,
    /// The annotations of kept pages, each with the place of the page that has it first.
    pub(super) annotations: HashMap<u32, usize>,
    /// The form fields above them.
    pub(super) fields: HashSet<u32>,
    /// Form fields on the second copies of pages, by their new numbers.
    pub(super) own_fields: Vec<u32>,
    pub(super) names: Option<Names>,
}

impl<'a> Copy<'a> {
    pub(super) fn of(pages: Pages<'a>, wanted: &[usize]) -> Result<Self, Error> {
        let Pages {
            mut reader,
            tree,
            all,
        } = pages;
        let version = version(&mut reader)?;
        let mut out = Output::new(&version, reader.is_packed(), reader.budget());
        let root = out.reserve()?;
        let mut fates: HashMap<u32, Fate> =
            tree.nodes.iter().map(|node| (*node, Fate::Node)).collect();
        fates.extend(all.iter().map(|page| (page.number, Fate::Removed)));
        let mut kept = Vec::new();
        for place in wanted {
            let Some(at) = all.get(*place).copied() else {
                continue;
            };
            let number = out.reserve()?;
            if let Some(fate @ Fate::Removed) = fates.get_mut(&at.number) {
                *fate = Fate::Kept(number);
            }
            kept.push(Kept {
                place: *place,
                at,
                number,
            });
        }
        Ok(Self {
            reader,
            tree,
            all,
            kept,
            fates,
            out,
            root,
            numbers: HashMap::new(),
            queue: VecDeque::new(),
            annotations: HashMap::new(),
            fields: HashSet::new(),
            own_fields: Vec::new(),
            names: None,
        })
    }

    pub(super) fn make(mut self) -> Result<Vec<u8>, Error> {
        let catalog = self.reader.root()?.unwrap_or_default();
        self.find_annotations()?;
        self.write_pages()?;
        self.drain()?;
        let mut new = Dictionary::from_iter([
            ("Type", Object::name("Catalog")),
            ("Pages", Object::Reference(self.root)),
        ]);
        for key in OF_THE_WHOLE {
            if let Some(value) = catalog.get(key) {
                let value = self.copied(value)?;
                new.put(key, Some(value));
            }
        }
        let form = self.form(&catalog)?;
        new.put("AcroForm", form);
        let outline = self.outline(&catalog)?;
        let mode = catalog.get("PageMode").and_then(Object::as_name);
        if mode != Some(b"UseAttachments") && (outline.is_some() || mode != Some(b"UseOutlines")) {
            new.put("PageMode", catalog.get("PageMode").cloned());
        }
        new.put("Outlines", outline);
        let opens = self.opening(&catalog)?;
        new.put("OpenAction", opens);
        self.write_names(&catalog, &mut new)?;
        let labels = self.labels(&catalog)?;
        new.put("PageLabels", labels);
        self.drain()?;
        let layers = self.layers(&catalog)?;
        new.put("OCProperties", layers);
        let info = self.reader.trailer.get("Info").cloned();
        let info = info.map(|info| self.copied(&info)).transpose()?;
        self.drain()?;
        let number = self.out.reserve()?;
        self.out.object(number, &Object::Dictionary(new))?;
        let mut trailer = Dictionary::from_iter([("Root", Object::Reference(number))]);
        trailer.put("Info", info.filter(|info| *info != Object::Null));
        trailer.set("ID", self.identifiers()?);
        self.out.finish(trailer)
    }

    /// The first identifier stays; the second is of these pages.
    fn identifiers(&mut self) -> Result<Object, Error> {
        let known = self.reader.entry(&self.reader.trailer.clone(), "ID")?;
        let known = known.as_array().and_then(|both| both.first()?.as_bytes());
        let mut hash = Sha256::new();
        hash.update(known.as_deref().unwrap_or_default());
        hash.update(wide(self.out.bytes.len()).to_be_bytes());
        for kept in &self.kept {
            hash.update(wide(kept.place).to_be_bytes());
        }
        Ok(identifiers(
            known,
            hash.finalize().get(..16).unwrap_or_default(),
        ))
    }

    /// Copies what was referred to, and what that refers to.
    fn drain(&mut self) -> Result<(), Error> {
        while let Some((old, new)) = self.queue.pop_front() {
            let item = self.reader.get(old)?;
            if item.data.is_some() {
                self.copy_stream(&item, new)?;
                continue;
            }
            let copy = match &item.object {
                Object::Dictionary(field) if self.fields.contains(&old) => self.field(field)?,
                Object::Dictionary(dictionary) if self.is_foreign(dictionary) => Object::Null,
                object => self.rewritten(object, None)?,
            };
            self.out.object(new, &copy)?;
        }
        Ok(())
    }

    fn copy_stream(&mut self, item: &Item, new: u32) -> Result<(), Error> {
        let Object::Dictionary(dictionary) = &item.object else {
            return Ok(());
        };
        let mut source = dictionary.clone();
        source.remove("Length");
        if let Some(resources) = self.form_resources(item, dictionary)? {
            source.set("Resources", Object::Dictionary(resources));
        }
        // A part of another file's structure is none of this one's.
        if source.is("Type", "ObjStm") || source.is("Type", "XRef") {
            source.remove("Type");
        }
        let mut filters = self.reader.filters(item)?;
        for key in ["Filter", "DecodeParms"] {
            source.put(key, filters.remove(key));
        }
        let Object::Dictionary(copy) = self.rewritten(&Object::Dictionary(source), None)? else {
            return Ok(());
        };
        if self.reader.encryption == Encryption::EmptyPassword {
            let mut raw = Vec::new();
            self.reader.raw(item, &mut raw)?;
            return self.out.stream(new, copy, wide(raw.len()), |bytes| {
                bytes.append(&mut raw);
                Ok(())
            });
        }
        let extent = self.reader.extent(item)?.zip(item.data);
        let length = extent.map_or(0, |(extent, _)| extent.length);
        let window = &mut self.reader.ground.window;
        self.out.stream(new, copy, length, |bytes| match extent {
            Some((_, data)) => window.copy(data, length, bytes),
            None => Ok(()),
        })
    }

    /// A value as it stands in the new file.
    pub(super) fn copied(&mut self, object: &Object) -> Result<Object, Error> {
        self.rewritten(object, None)
    }

    /// The same, within a page that is copied more than once.
    pub(super) fn rewritten(
        &mut self,
        object: &Object,
        own: Option<&Own>,
    ) -> Result<Object, Error> {
        Ok(match object {
            Object::Reference(number) => self.reference(*number, own)?,
            Object::Array(items) => {
                let items = items.iter().map(|item| self.rewritten(item, own));
                Object::Array(items.collect::<Result<_, _>>()?)
            }
            Object::Dictionary(dictionary) => self.rewritten_dictionary(dictionary, own)?,
            other => other.clone(),
        })
    }

    fn rewritten_dictionary(
        &mut self,
        dictionary: &Dictionary,
        own: Option<&Own>,
    ) -> Result<Object, Error> {
        let leads = dictionary.is("S", "GoTo");
        // Other dictionaries may use the word as a name of their own.
        let is_annotation = dictionary.has("Rect");
        let mut copy = Vec::with_capacity(dictionary.0.len());
        for (key, value) in &dictionary.0 {
            if LEFT_OUT.iter().any(|left| left.as_bytes() == key) {
                continue;
            }
            let value = if leads && key == b"D" {
                match self.destination(value)? {
                    Some(kept) => kept,
                    None => return Ok(Object::Null),
                }
            } else if is_annotation && key == b"Dest" {
                self.destination(value)?.unwrap_or(Object::Null)
            } else {
                self.rewritten(value, own)?
            };
            if value != Object::Null {
                copy.push((key.clone(), value));
            }
        }
        Ok(Object::Dictionary(Dictionary(copy)))
    }

    pub(super) fn reference(&mut self, number: u32, own: Option<&Own>) -> Result<Object, Error> {
        if let Some(new) = own.and_then(|own| own.number(number)) {
            return Ok(Object::Reference(new));
        }
        Ok(match self.fates.get(&number) {
            Some(Fate::Kept(new)) => Object::Reference(*new),
            Some(Fate::Removed) => Object::Null,
            Some(Fate::Node) => Object::Reference(self.root),
            None => Object::Reference(self.number(number)?),
        })
    }

    /// The new number of an object, which is copied if it is not yet.
    fn number(&mut self, old: u32) -> Result<u32, Error> {
        if let Some(new) = self.numbers.get(&old) {
            return Ok(*new);
        }
        let new = self.out.reserve()?;
        self.numbers.insert(old, new);
        self.queue.push_back((old, new));
        Ok(new)
    }

    /// Whether an object belongs to what is not kept: a kept page may refer to it all the same.
    fn is_foreign(&self, dictionary: &Dictionary) -> bool {
        const NOT_OF_A_PAGE: [&str; 9] = [
            "Page",
            "Pages",
            "Template",
            "Catalog",
            "StructElem",
            "StructTreeRoot",
            "Thread",
            "Bead",
            "Outlines",
        ];
        if NOT_OF_A_PAGE.iter().any(|kind| dictionary.is("Type", kind)) {
            return true;
        }
        let page = dictionary.get("P").and_then(Object::as_reference);
        if page.is_some_and(|page| matches!(self.fates.get(&page), Some(Fate::Removed))) {
            return true;
        }
        let is_annotation =
            dictionary.is("Type", "Annot") || (dictionary.has("Subtype") && dictionary.has("Rect"));
        let is_field = dictionary.has("FT") || (dictionary.has("T") && dictionary.has("Kids"));
        let is_signature = dictionary.is("Type", "Sig") || dictionary.has("ByteRange");
        is_annotation || is_field || is_signature
    }

    /// Where the file opens, if that is a kept page.
    fn opening(&mut self, catalog: &Dictionary) -> Result<Option<Object>, Error> {
        match self.reader.entry(catalog, "OpenAction")? {
            Object::Dictionary(action) if action.is("S", "GoTo") => {
                let action = self.copied(&Object::Dictionary(action))?;
                Ok(Some(action).filter(|action| *action != Object::Null))
            }
            destination @ Object::Array(_) => self.destination(&destination),
            _ => Ok(None),
        }
    }
}

/// The numbers of one copy of a page, and of its annotations.
pub(super) struct Own {
    pub(super) page: (u32, u32),
    pub(super) annotations: HashMap<u32, u32>,
}

impl Own {
    fn number(&self, old: u32) -> Option<u32> {
        let (page, new) = self.page;
        if page == old {
            Some(new)
        } else {
            self.annotations.get(&old).copied()
        }
    }
}

/// As the file's first line says it.
fn version(reader: &mut Reader<'_>) -> Result<Vec<u8>, Error> {
    let tag = reader.ground.tag;
    let (head, _) = reader.ground.window.look(tag, 8)?;
    let number = head
        .get(5..8)
        .filter(|number| matches!(number, [b'1' | b'2', b'.', b'0'..=b'9']));
    let told = number.unwrap_or(b"1.7").to_vec();
    // Object streams are of 1.5 and later.
    let is_older = told.as_slice() < b"1.5".as_slice();
    Ok(if reader.is_packed() && is_older {
        b"1.5".to_vec()
    } else {
        told
    })
}
