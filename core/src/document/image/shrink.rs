//! Smaller pictures.

use bytes::Bytes;

use super::super::shrink::{Shrink, Shrunk, renamed, within};
use super::super::{Budget, Document, File};
use super::picture::{Picture, damaged};
use super::tiff::{Page, Tiff, Writer, tag};
use super::{Header, header, jpeg, stored};
use crate::error::Error;

/// Quality is given up down to this, and size after it: print is legible still.
const LOWEST_QUALITY: u8 = 60;
/// How often a picture is made anew for a wanted number of bytes.
const TRIES: usize = 8;

/// How one try is to be.
#[derive(Debug, Clone, Copy)]
struct Try {
    quality: u8,
    /// The part of the pixels that is left, of 1000.
    part: u64,
}

/// Makes a picture smaller; each page of a TIFF for itself.
pub(crate) fn shrink(file: &File, media_type: &'static str, wish: &Shrink, budget: &Budget) -> Result<Shrunk, Error> {
    let header = header(file, media_type, budget)?;
    let content = file.whole()?;
    let fits = wish.max_bytes.is_none_or(|most| file.length() <= most);
    let (media_type_now, made) = if media_type == "image/tiff" && header.pages > 1 {
        let pages = pages(file, &content, budget)?;
        ("image/tiff", search(wish, |attempt| pages.make(attempt, wish, budget))?)
    } else {
        let sides = size_for(&header, wish);
        let stays = sides == (header.width, header.height) && header.orientation.unwrap_or(1) == 1;
        if media_type == "image/jpeg" && stays && fits && coarse_enough(&content, wish, budget)? {
            return Shrunk::unchanged(file, media_type, "The picture is small enough already");
        }
        // Half as much again is as sharp as all of it, to the eye and nearly to the measure.
        let reserve = if wish.fast { (1, 1) } else { (3, 2) };
        let at_least = |side: u32| side.saturating_mul(reserve.0).div_ceil(reserve.1);
        let at_least = Some((at_least(sides.0), at_least(sides.1)));
        let picture = stored(&content, media_type, 0, at_least, budget)?.shrunk(sides, budget)?;
        let make = |attempt: Try| {
            let (width, height) = (picture.width(), picture.height());
            let pixels = u64::from(width) * u64::from(height) * attempt.part / 1000;
            let size = within(width, height, (width, height), pixels);
            picture.resize(size.0, size.1, budget)?.to_jpeg(attempt.quality)
        };
        ("image/jpeg", search(wish, make)?)
    };
    if made.len() >= content.len() {
        return Shrunk::unchanged(file, media_type, "The picture would not become smaller");
    }
    let note = wish.max_bytes.filter(|most| u64::try_from(made.len()).unwrap_or(u64::MAX) > *most);
    let note = note.map(|most| format!("The picture is not legible in {most} bytes"));
    let filename = renamed(file.filename(), media_type_now);
    let document = Document { filename, media_type: media_type_now, content: made.into() };
    Ok(Shrunk { document, smaller: true, note })
}

/// The size that a picture gets, as it is stored: what is wished is about how it is seen.
fn size_for(header: &Header, wish: &Shrink) -> (u32, u32) {
    if header.orientation.unwrap_or(1) >= 5 {
        let (width, height) = wish.size(header.height, header.width);
        return (height, width);
    }
    wish.size(header.width, header.height)
}

/// Whether a JPEG has no finer quantisation than the one that it would get: coding it once more
/// could only lose.
fn coarse_enough(content: &Bytes, wish: &Shrink, budget: &Budget) -> Result<bool, Error> {
    let own = jpeg::coarseness(content, budget)?;
    Ok(own.is_some_and(|own| own >= jpeg::coarseness_of(wish.quality)))
}

/// The best picture that has no more bytes than wished, or the last of some tries.
fn search(wish: &Shrink, mut make: impl FnMut(Try) -> Result<Vec<u8>, Error>) -> Result<Vec<u8>, Error> {
    let mut attempt = Try { quality: wish.quality, part: 1000 };
    let mut made = make(attempt)?;
    let Some(most) = wish.max_bytes.and_then(|most| usize::try_from(most).ok()) else {
        return Ok(made);
    };
    if made.len() <= most {
        return Ok(made);
    }
    let lowest = LOWEST_QUALITY.min(wish.quality);
    let mut fits = None;
    // Between a quality that is too good and one that may be too bad.
    let (mut good, mut bad) = (wish.quality, lowest);
    attempt.quality = lowest;
    for _ in 1..TRIES {
        made = make(attempt)?;
        if made.len() <= most {
            bad = attempt.quality;
            fits = Some(made);
            if attempt.part < 1000 || good - bad <= 1 {
                break;
            }
        } else if attempt.quality == lowest {
            // Bytes go with pixels, nearly.
            let share = attempt.part * u64::try_from(most).unwrap_or(0) * 9 / 10;
            attempt.part = (share / u64::try_from(made.len()).unwrap_or(1).max(1)).max(1);
            fits = Some(made);
            continue;
        } else {
            good = attempt.quality;
        }
        if good - bad <= 1 {
            break;
        }
        attempt.quality = bad + (good - bad) / 2;
    }
    Ok(fits.unwrap_or_default())
}

/// The pages of a TIFF that is to become smaller.
struct Pages<'a> {
    tiff: Tiff<'a>,
    content: &'a Bytes,
    offsets: Vec<u64>,
}

fn pages<'a>(file: &'a File, content: &'a Bytes, budget: &Budget) -> Result<Pages<'a>, Error> {
    let tiff = Tiff::open(file)?;
    let chain = tiff.offsets(budget)?;
    if chain.broken {
        return Err(damaged("its pages break off"));
    }
    Ok(Pages { tiff, content, offsets: chain.pages })
}

impl Pages<'_> {
    fn make(&self, attempt: Try, wish: &Shrink, budget: &Budget) -> Result<Vec<u8>, Error> {
        let count = u64::try_from(self.offsets.len()).unwrap_or(u64::MAX);
        let mut writer = Writer::new(self.tiff.layout, count);
        for (index, offset) in (0..count).zip(&self.offsets) {
            let same = Page::Same(&self.tiff, *offset);
            match self.page(index, *offset, attempt, wish, budget)? {
                Some((jpeg, picture)) => {
                    let (width, height, space) = (picture.width(), picture.height(), picture.space());
                    writer.add(&Page::Jpeg { jpeg: &jpeg, width, height, space }, budget)?;
                }
                None => writer.add(&same, budget)?,
            }
        }
        Ok(writer.finish())
    }

    /// One page as JPEG, where that is smaller than it is now.
    fn page(
        &self,
        index: u64,
        offset: u64,
        attempt: Try,
        wish: &Shrink,
        budget: &Budget,
    ) -> Result<Option<(Vec<u8>, Picture)>, Error> {
        let ifd = self.tiff.ifd(offset, budget)?;
        let (width, height) = self.tiff.size(&ifd)?;
        let orientation = self.tiff.orientation(&ifd)?;
        let header = Header { width, height, orientation, pages: 1, animated: false, damaged: false };
        let sides = size_for(&header, wish);
        let numbers = |strips, tiles| {
            let entry = ifd.find(strips).or_else(|| ifd.find(tiles));
            entry.map(|entry| self.tiff.numbers(entry)).transpose()
        };
        let lengths = numbers(tag::STRIP_BYTE_COUNTS, tag::TILE_BYTE_COUNTS)?.unwrap_or_default();
        let now = lengths.iter().fold(0_u64, |all, length| all.saturating_add(*length));
        if self.tiff.number(&ifd, tag::COMPRESSION)? == Some(7)
            && attempt.part == 1000
            && sides == (width, height)
            && orientation.unwrap_or(1) == 1
        {
            let first = numbers(tag::STRIP_OFFSETS, tag::TILE_OFFSETS)?;
            let first = first.and_then(|offsets| offsets.first().copied()).zip(lengths.first());
            if let Some((offset, length)) = first {
                let wish = Shrink { quality: attempt.quality, ..*wish };
                if coarse_enough(&self.tiff.file.range(offset, *length)?, &wish, budget).unwrap_or(false) {
                    return Ok(None);
                }
            }
        }
        let pixels = u64::from(sides.0) * u64::from(sides.1) * attempt.part / 1000;
        let sides = within(sides.0, sides.1, sides, pixels);
        let picture = stored(self.content, "image/tiff", index, None, budget)?.shrunk(sides, budget)?;
        let jpeg = picture.to_jpeg(attempt.quality)?;
        let smaller = u64::try_from(jpeg.len()).unwrap_or(u64::MAX) < now;
        Ok(smaller.then_some((jpeg, picture)))
    }
}
