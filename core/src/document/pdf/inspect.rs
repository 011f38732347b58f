//! What a PDF is, told without reading more of it than its pages' own entries.

use super::object::Object;
use super::reader::Reader;
use super::stream::Want;
use super::text::TextSearch;
use super::tree;
use crate::document::{Budget, Encryption, File};
use crate::error::Error;

/// Text is looked for in so many pages.
const PAGES_FOR_TEXT: u64 = 16;

/// What was found out.
pub(crate) struct Look {
    /// How many pages there are; nothing where only a password would tell.
    pub pages: Option<u64>,
    pub encryption: Encryption,
    /// Whether one of the first 16 pages shows text; nothing where only a password would tell.
    pub text_layer: Option<bool>,
    /// Whether it cannot be read as it says of itself.
    pub damaged: bool,
}

pub(crate) fn inspect(file: &File, budget: &Budget) -> Result<Look, Error> {
    let mut reader = Reader::open(file, budget)?;
    let locked = reader.encryption == Encryption::Password;
    let mut text = false;
    let mut search = TextSearch::new();
    let walked = tree::walk(&mut reader, &mut |reader, tree, leaf| {
        if !text && !locked && tree.pages <= PAGES_FOR_TEXT {
            let page = reader
                .get_only(leaf.number, Some(&["Resources", "Contents"]))?
                .object;
            let entry = |key| page.as_dictionary().and_then(|page| page.get(key));
            let given = || {
                tree.handed_down(leaf.giver, "Resources")
                    .map(|(_, given)| given)
            };
            let resources = entry("Resources").or_else(given).unwrap_or(&Object::Null);
            text = search.shows(
                reader,
                entry("Contents").unwrap_or(&Object::Null),
                resources,
            )?;
        }
        Ok(Want::More)
    });
    let (pages, wrong) = match walked {
        Ok(tree) if locked && tree.pages == 0 => (None, false),
        Ok(tree) => (Some(tree.pages), tree.is_wrong()),
        Err(error) if locked && error.code() == crate::error::code::DOCUMENT_ENCRYPTED.code => {
            (None, false)
        }
        Err(error) => return Err(error),
    };
    Ok(Look {
        pages,
        encryption: reader.encryption,
        text_layer: (!locked).then_some(text),
        damaged: wrong || reader.ground.tag > 0 || reader.found().is_some(),
    })
}
