//! Some of a document's pages.

use bytes::Bytes;

use super::pdf::Pages;
use super::shrink::renamed;
use super::{Budget, Document, File, image};
use crate::error::{Error, code};
use crate::sizes::{index, wide};

/// A new file of these pages, in the order given, as often as they are given. 0 is the first page, -1
/// the last. A file of fewer than `on_min_pages` pages comes back unchanged, and so does a sound one of
/// which all pages are kept as they are. PDF and TIFF.
///
/// Of a PDF all that belongs to the kept pages stays, and nothing of the others: annotations, form
/// fields, outline entries, named destinations, labels and layers go with their page. A signature
/// is of the whole file: its field stays, its value goes. Attached files, scripts, XFA forms, the
/// structure tree and article threads are left out. The file is not encrypted any more; one that
/// needs a password is an error.
pub fn keep_pages(
    file: &File,
    pages: &[i64],
    on_min_pages: u64,
    budget: &Budget,
) -> Result<Document, Error> {
    made(file, on_min_pages, budget, |count| wanted(pages, count))
}

/// The same, of the pages that are not given, in their order.
pub fn remove_pages(
    file: &File,
    pages: &[i64],
    on_min_pages: u64,
    budget: &Budget,
) -> Result<Document, Error> {
    made(file, on_min_pages, budget, |count| {
        let mut left = vec![true; count];
        for place in wanted(pages, count)? {
            if let Some(left) = left.get_mut(place) {
                *left = false;
            }
        }
        let places = left.iter().enumerate().filter(|(_, left)| **left);
        Ok(places.map(|(place, _)| place).collect())
    })
}

fn made(
    file: &File,
    on_min_pages: u64,
    budget: &Budget,
    choose: impl Fn(usize) -> Result<Vec<usize>, Error>,
) -> Result<Document, Error> {
    let media_type = file.media_type()?;
    let filename = renamed(file.filename(), media_type);
    // None where the file is to come back as it is.
    let chosen = |count: usize, sound: bool| {
        if wide(count) < on_min_pages {
            return Ok(None);
        }
        let pages = some(choose(count)?)?;
        let as_it_is = sound && pages.iter().copied().eq(0..count);
        Ok::<_, Error>(Some(pages).filter(|_| !as_it_is))
    };
    let content = match media_type {
        "application/pdf" => {
            let all = Pages::of(file, budget)?;
            match chosen(all.count(), all.is_sound())? {
                Some(pages) => {
                    budget.pages(wide(pages.len()))?;
                    Bytes::from(all.keep(&pages)?)
                }
                None => file.whole()?,
            }
        }
        "image/tiff" => {
            let count = image::inspect(file, media_type, budget)?.pages.unwrap_or(0);
            match chosen(index(count), true)? {
                Some(pages) => image::tiff_pages(file, &pages, budget)?,
                None => file.whole()?,
            }
        }
        other => {
            let message = format!("{filename} is {other}, which has no pages to choose from");
            return Err(Error::new(code::DOCUMENT_TYPE_UNFIT, message));
        }
    };
    Ok(Document {
        filename,
        media_type,
        content,
    })
}

/// The places of pages that may count from the end.
fn wanted(pages: &[i64], count: usize) -> Result<Vec<usize>, Error> {
    let place = |page: &i64| {
        let place = if *page < 0 {
            usize::try_from(page.unsigned_abs())
                .ok()
                .and_then(|back| count.checked_sub(back))
        } else {
            usize::try_from(*page).ok().filter(|place| *place < count)
        };
        place.ok_or_else(|| {
            let message = format!("There is no page {page}: the document has {count}");
            Error::new(code::DOCUMENT_PAGE_OUT_OF_RANGE, message)
        })
    };
    pages.iter().map(place).collect()
}

fn some(pages: Vec<usize>) -> Result<Vec<usize>, Error> {
    if pages.is_empty() {
        return Err(Error::new(
            code::DOCUMENT_NO_PAGES_LEFT,
            "No page of the document would be left",
        ));
    }
    Ok(pages)
}
