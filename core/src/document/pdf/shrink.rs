//! Smaller PDFs: scans get the resolution that reading needs, and text stays text.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;

use super::object::{Dictionary, Object};
use super::reader::Reader;
use super::recode::{Target, recode};
use super::render::{Canvas, with_canvas};
use super::rewrite::rewritten;
use super::scans::{Scan, scans};
use super::{Pages, index, wide};
use crate::document::shrink::renamed;
use crate::document::{Budget, Document, Encryption, File, Shrink, Shrunk};
use crate::error::Error;

const PDF: &str = "application/pdf";
/// For a wanted number of bytes, quality and resolution are given up down to these: print is
/// legible still.
const LOWEST_QUALITY: u8 = 60;
const LOWEST_DPI: u32 = 150;
/// A part of less than this is not worth a new file.
const LEAST_GAIN: usize = 20;

/// Makes a PDF smaller. Pictures that are shown finer than `dpi` are brought down to it, as JPEG;
/// scans without loss become JPEG; text, drawings, forms and links stay what they are, the unseen text
/// of a scan that was read as well. What [`keep_pages`](fn@crate::document::keep_pages) leaves out is
/// left out. A signed file stays as it is.
pub(crate) fn shrink(file: &File, wish: &Shrink, budget: &Budget) -> Result<Shrunk, Error> {
    let mut reader = Reader::open(file, budget)?;
    reader.must_open()?;
    if signed(&mut reader)? {
        return Shrunk::unchanged(
            file,
            PDF,
            "The file is signed, and no change leaves a signature valid",
        );
    }
    let encrypted = reader.encryption != Encryption::No;
    drop(reader);
    let pages = Pages::of(file, budget)?;
    budget.pages(wide(pages.count()))?;
    let all: Vec<usize> = (0..pages.count()).collect();
    let clean = Bytes::from(pages.keep(&all)?);
    let before = index(file.length());
    let most = wish.max_bytes.map(index);
    // Nothing is given up for a number of bytes that the file is within already.
    let most = most.filter(|most| before > *most);
    let wish = &Shrink {
        max_bytes: most.map(wide),
        ..*wish
    };
    let made = with_canvas(&clean, budget, |canvas| {
        smallest(canvas, &clean, wish, budget)
    })?;
    let least = if most.is_some() {
        0
    } else {
        before / LEAST_GAIN
    };
    if made.len() >= before.saturating_sub(least) {
        let why = if encrypted {
            "The file would not become smaller, and stays encrypted"
        } else {
            "The file would not become smaller"
        };
        return Shrunk::unchanged(file, PDF, why);
    }
    let note = most.filter(|most| made.len() > *most);
    let note = note.map(|most| format!("The file is not legible in {most} bytes"));
    let filename = renamed(file.filename(), PDF);
    let document = Document {
        filename,
        media_type: PDF,
        content: made.into(),
    };
    Ok(Shrunk {
        document,
        smaller: true,
        note,
    })
}

/// How one try is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Try {
    quality: u8,
    dpi: u32,
    anew: bool,
}

fn tries(wish: &Shrink) -> Vec<Try> {
    let first = Try {
        quality: wish.quality,
        dpi: wish.dpi,
        anew: false,
    };
    let mut tries = vec![first];
    if wish.max_bytes.is_some() {
        let low_dpi = wish.dpi.min(LOWEST_DPI);
        let low = wish.quality.min(LOWEST_QUALITY);
        let middle = wish.quality.min(LOWEST_QUALITY.midpoint(wish.quality));
        let more = [
            (wish.quality, wish.dpi),
            (middle, wish.dpi),
            (middle, low_dpi),
            (low, low_dpi),
        ];
        tries.extend(more.map(|(quality, dpi)| Try {
            quality,
            dpi,
            anew: true,
        }));
        tries.dedup();
    }
    tries
}

/// The first try that is small enough, or else the smallest.
fn smallest(
    canvas: &Canvas<'_>,
    clean: &Bytes,
    wish: &Shrink,
    budget: &Budget,
) -> Result<Vec<u8>, Error> {
    let scans = scans(canvas)?;
    let mut best: Option<Vec<u8>> = None;
    for attempt in tries(wish) {
        let made = attempt.make(canvas, clean, &scans, wish, budget)?;
        if best.as_ref().is_none_or(|best| made.len() < best.len()) {
            best = Some(made);
        }
        let fits = |best: &Vec<u8>| wish.max_bytes.is_none_or(|most| wide(best.len()) <= most);
        if best.as_ref().is_some_and(fits) {
            break;
        }
    }
    Ok(best.unwrap_or_default())
}

impl Try {
    fn make(
        self,
        canvas: &Canvas<'_>,
        clean: &Bytes,
        scans: &BTreeMap<u32, Scan>,
        wish: &Shrink,
        budget: &Budget,
    ) -> Result<Vec<u8>, Error> {
        let mut exchanged = BTreeMap::new();
        for (number, scan) in scans {
            budget.time()?;
            let size = scan.size(self.dpi, wish);
            let target = Target {
                size,
                quality: self.quality,
                anew: self.anew,
            };
            let Some(stream) = canvas.stream(*number) else {
                continue;
            };
            if let Some(recoded) = recode(&stream, scan, target, budget)? {
                exchanged.insert(*number, recoded);
            }
        }
        rewritten(clean, &exchanged, budget)
    }
}

/// Whether a field of the form holds a signature.
fn signed(reader: &mut Reader<'_>) -> Result<bool, Error> {
    let catalog = reader.root()?.unwrap_or_default();
    let Object::Dictionary(form) = reader.entry(&catalog, "AcroForm")? else {
        return Ok(false);
    };
    let mut seen = HashSet::new();
    let mut left = fields(reader, &form, "Fields")?;
    while let Some(field) = left.pop() {
        if field
            .as_reference()
            .is_some_and(|number| !seen.insert(number))
        {
            continue;
        }
        reader.budget().objects(1)?;
        let Object::Dictionary(field) = reader.resolved(&field)? else {
            continue;
        };
        if let Object::Dictionary(value) = reader.entry(&field, "V")?
            && (value.has("ByteRange") || value.is("Type", "Sig"))
        {
            return Ok(true);
        }
        left.append(&mut fields(reader, &field, "Kids")?);
    }
    Ok(false)
}

fn fields(reader: &mut Reader<'_>, of: &Dictionary, key: &str) -> Result<Vec<Object>, Error> {
    Ok(match reader.entry(of, key)? {
        Object::Array(items) => items,
        _ => Vec::new(),
    })
}
