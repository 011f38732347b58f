//! Makes a new file of some pages of another.
//!
//! Only what a kept page leads to is copied, object by object, as it stands; so nothing of the other
//! pages is in the new file, nor of earlier revisions. What belongs to the document as a whole is
//! taken up by name, each with a reason:
//!
//! - form fields that show on a kept page; of others nothing ([`form`]),
//! - outline entries ([`outline`]), named destinations ([`names`]) and page labels ([`labels`]) of
//!   kept pages,
//! - layers that a kept page uses ([`layers`]),
//! - metadata, colour intents, language and the way in which a viewer opens the file.
//!
//! Left out are what may tell of any page: attached files, scripts, the structure tree, article
//! threads, XFA forms, private data of applications; and signatures, which hold for the whole alone:
//! their fields stay and look the same, without the signature's value. A reference to a page that is
//! not kept becomes null, and a link to it stays as a frame that leads nowhere.
//!
//! A page that is given twice is two pages. The second one's annotations are copies; its form
//! fields are fields of their own, with a number behind their names, since two may not have one name.

mod copy;
mod form;
mod labels;
mod layers;
mod names;
mod outline;
mod page;
mod resources;

use self::copy::Copy;
use super::damaged;
use super::reader::Reader;
use super::stream::Want;
use super::tree::{self, Leaf, Tree};
use crate::document::{Budget, Encryption, File};
use crate::error::Error;

/// A file whose pages are known.
pub(crate) struct Pages<'a> {
    reader: Reader<'a>,
    tree: Tree,
    all: Vec<Leaf>,
}

impl<'a> Pages<'a> {
    /// Reads which pages there are. Damaged files are read as far as they can be.
    pub(crate) fn of(file: &'a File, budget: &'a Budget) -> Result<Self, Error> {
        let mut reader = Reader::open(file, budget)?;
        reader.must_open()?;
        let mut all = Vec::new();
        let tree = tree::walk(&mut reader, &mut |_, _, leaf| {
            all.push(leaf);
            Ok(Want::More)
        })?;
        if all.is_empty() {
            return Err(damaged("No page can be found in the file"));
        }
        Ok(Self { reader, tree, all })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// Whether the file is as it should be: not damaged, not encrypted.
    pub(crate) fn is_sound(&self) -> bool {
        let reader = &self.reader;
        let whole = reader.found().is_none() && reader.ground.tag == 0 && !self.tree.is_wrong();
        whole && reader.encryption == Encryption::No
    }

    /// A new file of these pages, in this order.
    pub(crate) fn keep(self, pages: &[usize]) -> Result<Vec<u8>, Error> {
        Copy::of(self, pages)?.make()
    }
}
