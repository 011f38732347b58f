//! Smaller pictures.

use std::cell::Cell;

use bytes::Bytes;

use super::super::shrink::{Shrink, Shrunk, renamed, within};
use super::super::{Budget, Document, File};
use super::picture::{Picture, damaged};
use super::tiff::{JPEG, Page, Tiff, Writer, tag};
use super::{Header, header, jpeg, stored};
use crate::error::Error;
use crate::sizes::wide;

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

impl Try {
    /// What is left of a size.
    fn size(self, (width, height): (u32, u32)) -> (u32, u32) {
        let pixels = u64::from(width) * u64::from(height) / 1000 * self.part;
        if self.part == 1000 {
            (width, height)
        } else {
            within(width, height, (width, height), pixels.max(1))
        }
    }
}

/// Makes a picture smaller; each page of a TIFF for itself.
pub(crate) fn shrink(
    file: &File,
    media_type: &'static str,
    wish: &Shrink,
    budget: &Budget,
) -> Result<Shrunk, Error> {
    let header = header(file, media_type, budget)?;
    if header.damaged {
        return Err(damaged("it breaks off before its end"));
    }
    let content = file.whole()?;
    let several = media_type == "image/tiff" && header.pages > 1;
    let seen = header.seen();
    let sides = wish.size(seen.0, seen.1);
    let stays = !several && sides == seen && header.orientation.unwrap_or(1) == 1;
    let enough = match wish.max_bytes {
        Some(most) => file.length() <= most,
        None => media_type == "image/jpeg" && coarse_enough(&content, wish.quality, budget)?,
    };
    if stays && enough {
        return Shrunk::unchanged(file, media_type, "The picture is small enough already");
    }
    let (media_type_now, made) = if several {
        let pages = Pages::of(file, &content, wish, budget)?;
        let made = search(wish, |attempt| pages.make(attempt))?;
        if !pages.changed.get() {
            return Shrunk::unchanged(file, media_type, "No page would become smaller");
        }
        ("image/tiff", made)
    } else {
        let picture = stored(
            &content,
            media_type,
            0,
            Some(reserve(&header, wish)),
            budget,
        )?;
        // From here on it is not needed, and may be large.
        drop(content);
        let picture = picture.shrunk(sides, budget)?;
        let attempted = |attempt: Try| {
            let size = attempt.size((picture.width(), picture.height()));
            picture
                .resize(size.0, size.1, budget)?
                .to_jpeg(attempt.quality)
        };
        ("image/jpeg", search(wish, attempted)?)
    };
    if wide(made.len()) >= file.length() {
        return Shrunk::unchanged(file, media_type, "The picture would not become smaller");
    }
    let note = wish.max_bytes.filter(|most| wide(made.len()) > *most);
    let note = note.map(|most| format!("The picture is not legible in {most} bytes"));
    let filename = renamed(file.filename(), media_type_now);
    let document = Document {
        filename,
        media_type: media_type_now,
        content: made.into(),
    };
    Ok(Shrunk {
        document,
        smaller: true,
        note,
    })
}

/// What a picture must have at least, as it is stored, to be shrunk from. Half as much again as the
/// result is as sharp as all of it to the eye, and nearly so to the measure.
fn reserve(header: &Header, wish: &Shrink) -> (u32, u32) {
    let seen = header.seen();
    let (width, height) = wish.size(seen.0, seen.1);
    let (of, by) = if wish.fast { (1, 1) } else { (3, 2) };
    let reserve = |side: u32| side.saturating_mul(of).div_ceil(by);
    if header.on_its_side() {
        (reserve(height), reserve(width))
    } else {
        (reserve(width), reserve(height))
    }
}

/// Whether a JPEG has no finer quantisation than the one that it would get: coding it once more
/// could only lose.
fn coarse_enough(content: &Bytes, quality: u8, budget: &Budget) -> Result<bool, Error> {
    let own = jpeg::coarseness(content, budget)?;
    Ok(own.is_some_and(|own| own >= jpeg::coarseness_of(quality)))
}

/// The best picture that has no more bytes than wished, or the last of some tries.
fn search(
    wish: &Shrink,
    mut attempted: impl FnMut(Try) -> Result<Vec<u8>, Error>,
) -> Result<Vec<u8>, Error> {
    let mut attempt = Try {
        quality: wish.quality,
        part: 1000,
    };
    let mut made = attempted(attempt)?;
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
        made = attempted(attempt)?;
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
    wish: &'a Shrink,
    budget: &'a Budget,
    /// Whether a page became smaller.
    changed: Cell<bool>,
}

impl<'a> Pages<'a> {
    fn of(
        file: &'a File,
        content: &'a Bytes,
        wish: &'a Shrink,
        budget: &'a Budget,
    ) -> Result<Self, Error> {
        let tiff = Tiff::open(file)?;
        let offsets = tiff.offsets(budget)?.pages;
        Ok(Self {
            tiff,
            content,
            offsets,
            wish,
            budget,
            changed: Cell::new(false),
        })
    }

    fn make(&self, attempt: Try) -> Result<Vec<u8>, Error> {
        let count = wide(self.offsets.len());
        let mut writer = Writer::new(self.tiff.layout, count);
        for (index, offset) in (0..count).zip(&self.offsets) {
            match self.page(index, *offset, attempt)? {
                Some((jpeg, picture)) => {
                    self.changed.set(true);
                    let (width, height, space) =
                        (picture.width(), picture.height(), picture.space());
                    writer.add(
                        &Page::Jpeg {
                            jpeg: &jpeg,
                            width,
                            height,
                            space,
                        },
                        self.budget,
                    )?;
                }
                None => writer.add(&Page::Same(&self.tiff, *offset), self.budget)?,
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
    ) -> Result<Option<(Vec<u8>, Picture)>, Error> {
        let ifd = self.tiff.ifd(offset, self.budget)?;
        let header = self.tiff.header(&ifd)?;
        let seen = header.seen();
        let sides = attempt.size(self.wish.size(seen.0, seen.1));
        let parts = self.tiff.parts(&ifd)?;
        let now = parts
            .iter()
            .fold(0_u64, |all, (_, length)| all.saturating_add(*length));
        let coded = self.tiff.number(&ifd, tag::COMPRESSION)? == Some(JPEG);
        let stays = coded && sides == seen && header.orientation.unwrap_or(1) == 1;
        if let Some((offset, length)) = parts.first().filter(|_| stays) {
            let first = self.tiff.file.range(*offset, *length)?;
            if coarse_enough(&first, attempt.quality, self.budget).unwrap_or(false) {
                return Ok(None);
            }
        }
        let picture = stored(self.content, "image/tiff", index, None, self.budget)?;
        let picture = picture.shrunk(sides, self.budget)?;
        let jpeg = picture.to_jpeg(attempt.quality)?;
        let smaller = wide(jpeg.len()) < now;
        Ok(smaller.then_some((jpeg, picture)))
    }
}
