//! The structure of a TIFF file, classic and big: image file directories (IFDs) and their entries.
//!
//! EXIF metadata has the same structure.

mod decode;
mod pages;
mod unpack;
mod write;

pub(super) use decode::decode;
pub(crate) use pages::tiff_pages;
pub(super) use unpack::JPEG;
pub(super) use write::{Page, Writer};

use std::collections::HashSet;

use bytes::Bytes;

use super::super::{Budget, File};
use super::Header;
use super::picture::damaged;
use crate::error::{Error, code};
use crate::sizes::{index, wide};

/// Tags that are read here (TIFF 6.0; EXIF 2.32).
pub(super) mod tag {
    pub(in super::super) const WIDTH: u16 = 256;
    pub(in super::super) const HEIGHT: u16 = 257;
    pub(in super::super) const BITS_PER_SAMPLE: u16 = 258;
    pub(in super::super) const COMPRESSION: u16 = 259;
    pub(in super::super) const PHOTOMETRIC: u16 = 262;
    pub(in super::super) const FILL_ORDER: u16 = 266;
    pub(in super::super) const STRIP_OFFSETS: u16 = 273;
    pub(in super::super) const ORIENTATION: u16 = 274;
    pub(in super::super) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(in super::super) const ROWS_PER_STRIP: u16 = 278;
    pub(in super::super) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(in super::super) const PLANAR_CONFIGURATION: u16 = 284;
    pub(in super::super) const T4_OPTIONS: u16 = 292;
    pub(in super::super) const PAGE_NUMBER: u16 = 297;
    pub(in super::super) const PREDICTOR: u16 = 317;
    pub(in super::super) const COLOR_MAP: u16 = 320;
    pub(in super::super) const TILE_WIDTH: u16 = 322;
    pub(in super::super) const TILE_LENGTH: u16 = 323;
    pub(in super::super) const TILE_OFFSETS: u16 = 324;
    pub(in super::super) const TILE_BYTE_COUNTS: u16 = 325;
    pub(in super::super) const SUB_IFDS: u16 = 330;
    pub(in super::super) const EXTRA_SAMPLES: u16 = 338;
    pub(in super::super) const SAMPLE_FORMAT: u16 = 339;
    pub(in super::super) const JPEG_TABLES: u16 = 347;
    pub(in super::super) const JPEG_STREAM: u16 = 513;
    pub(in super::super) const JPEG_STREAM_LENGTH: u16 = 514;
    pub(in super::super) const YCBCR_SUBSAMPLING: u16 = 530;
    pub(in super::super) const EXIF: u16 = 34_665;
    pub(in super::super) const ICC_PROFILE: u16 = 34_675;
    pub(in super::super) const GPS: u16 = 34_853;
    pub(in super::super) const INTEROPERABILITY: u16 = 40_965;
}

/// The types of entries that are read or written here.
pub(super) mod kind {
    pub(in super::super) const SHORT: u16 = 3;
    pub(in super::super) const LONG: u16 = 4;
    pub(in super::super) const IFD: u16 = 13;
    pub(in super::super) const LONG8: u16 = 16;
    pub(in super::super) const IFD8: u16 = 18;
}

/// The longest value that is read of one entry: an ICC profile, or the offsets of very many strips.
const LONGEST_VALUE: u64 = 16 << 20;

/// How a TIFF file writes its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) little: bool,
    /// `BigTIFF`: eight bytes where classic TIFF has four.
    pub(super) big: bool,
}

impl Layout {
    /// How long an offset, and so a value inside of an entry, is.
    pub(super) fn word(self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    fn number(self, bytes: &[u8]) -> u64 {
        let join = |all: u64, byte: &u8| (all << 8) | u64::from(*byte);
        if self.little {
            bytes.iter().rev().fold(0, join)
        } else {
            bytes.iter().fold(0, join)
        }
    }
}

/// A TIFF file that is read where it is asked for.
pub(super) struct Tiff<'a> {
    pub(super) file: &'a File,
    pub(super) layout: Layout,
    first: u64,
}

/// One directory: mostly a page.
#[derive(Debug, Default)]
pub(super) struct Ifd {
    pub(super) entries: Vec<Entry>,
}

/// One entry of a directory, as it is in the file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u64,
    /// The value, where it is short enough, or its offset.
    field: Bytes,
}

impl<'a> Tiff<'a> {
    pub(super) fn open(file: &'a File) -> Result<Self, Error> {
        let head = file.range(0, 16)?;
        let (little, version) = match (head.get(..2), head.get(2..4)) {
            (Some(b"II"), Some(version)) => (true, version),
            (Some(b"MM"), Some(version)) => (false, version),
            _ => return Err(damaged("it does not begin as a TIFF does")),
        };
        let classic = Layout { little, big: false };
        let layout = Layout {
            little,
            big: classic.number(version) == 43,
        };
        let first = match (classic.number(version), layout.big) {
            (42, false) => head.get(4..8),
            (43, true) => head.get(8..16),
            _ => None,
        };
        let first = first.ok_or_else(|| damaged("it does not begin as a TIFF does"))?;
        Ok(Self {
            file,
            layout,
            first: layout.number(first),
        })
    }

    /// Every page in order, up to where the chain of directories ends or breaks.
    pub(super) fn offsets(&self, budget: &Budget) -> Result<Chain, Error> {
        let mut seen = HashSet::new();
        let mut chain = Chain {
            pages: Vec::new(),
            broken: false,
        };
        let mut offset = self.first;
        while offset != 0 {
            // A directory that leads back to an earlier one would never end.
            if !seen.insert(offset) {
                chain.broken = true;
                break;
            }
            budget.pages(wide(seen.len()))?;
            budget.objects(1)?;
            let Some(next) = self.next(offset)? else {
                chain.broken = true;
                break;
            };
            chain.pages.push(offset);
            offset = next;
        }
        if chain.pages.is_empty() {
            return Err(damaged("it has no page"));
        }
        Ok(chain)
    }

    /// The offset of the directory after this one; none where this one is not all in the file.
    fn next(&self, offset: u64) -> Result<Option<u64>, Error> {
        let Some((from, count)) = self.entries_of(offset)? else {
            return Ok(None);
        };
        let at = from.saturating_add(count.saturating_mul(self.entry()));
        let next = self.file.range(at, self.layout.word())?;
        let whole = u64::try_from(next.len()).unwrap_or(0) == self.layout.word();
        Ok(whole.then(|| self.layout.number(&next)))
    }

    /// Where the entries of a directory begin, and how many there are.
    fn entries_of(&self, offset: u64) -> Result<Option<(u64, u64)>, Error> {
        let size = if self.layout.big { 8 } else { 2 };
        let count = self.file.range(offset, size)?;
        let whole = u64::try_from(count.len()).unwrap_or(0) == size;
        let count = self.layout.number(&count);
        let sound = whole && (1..=u64::from(u16::MAX)).contains(&count);
        Ok(sound.then(|| (offset.saturating_add(size), count)))
    }

    fn entry(&self) -> u64 {
        if self.layout.big { 20 } else { 12 }
    }

    /// A directory with its entries.
    pub(super) fn ifd(&self, offset: u64, budget: &Budget) -> Result<Ifd, Error> {
        let broken = || damaged("a directory of it is outside of the file");
        let (from, count) = self.entries_of(offset)?.ok_or_else(broken)?;
        budget.objects(count)?;
        let length = count.saturating_mul(self.entry());
        let bytes = self
            .file
            .range(from, length.saturating_add(self.layout.word()))?;
        let size = usize::try_from(self.entry()).unwrap_or(12);
        let split = index(length);
        let (entries, _) = bytes.split_at_checked(split).ok_or_else(broken)?;
        let layout = self.layout;
        let entries = entries.chunks_exact(size).filter_map(|raw| {
            let (head, rest) = raw.split_at_checked(4)?;
            let (tag, kind) = head.split_at_checked(2)?;
            let word = usize::try_from(layout.word()).ok()?;
            let (count, field) = rest.split_at_checked(word)?;
            Some(Entry {
                tag: u16::try_from(layout.number(tag)).ok()?,
                kind: u16::try_from(layout.number(kind)).ok()?,
                count: layout.number(count),
                field: Bytes::copy_from_slice(field),
            })
        });
        Ok(Ifd {
            entries: entries.collect(),
        })
    }

    /// The bytes of an entry's value, as they are in the file; none where its type is unknown.
    pub(super) fn value(&self, entry: &Entry) -> Result<Option<Bytes>, Error> {
        let Some(size) = size_of(entry.kind) else {
            return Ok(None);
        };
        let length = entry.count.saturating_mul(size);
        if length <= self.layout.word() {
            let length = usize::try_from(length).unwrap_or(0);
            return Ok(entry
                .field
                .get(..length)
                .map(|_| entry.field.slice(..length)));
        }
        if length > LONGEST_VALUE {
            return Err(damaged("an entry of it is too long"));
        }
        let value = self.file.range(self.layout.number(&entry.field), length)?;
        if u64::try_from(value.len()).unwrap_or(0) < length {
            return Err(damaged("an entry of it is outside of the file"));
        }
        Ok(Some(value))
    }

    /// The whole numbers of an entry.
    pub(super) fn numbers(&self, entry: &Entry) -> Result<Vec<u64>, Error> {
        let size = size_of(entry.kind)
            .and_then(|size| usize::try_from(size).ok())
            .unwrap_or(1);
        let value = self.value(entry)?.unwrap_or_default();
        Ok(value
            .chunks_exact(size)
            .map(|number| self.layout.number(number))
            .collect())
    }

    /// The first whole number under a tag.
    pub(super) fn number(&self, ifd: &Ifd, tag: u16) -> Result<Option<u64>, Error> {
        match ifd.find(tag) {
            Some(entry) => Ok(self.numbers(entry)?.first().copied()),
            None => Ok(None),
        }
    }

    /// The EXIF orientation of a page, where it has a sensible one.
    pub(super) fn orientation(&self, ifd: &Ifd) -> Result<Option<u8>, Error> {
        let orientation = self.number(ifd, tag::ORIENTATION)?;
        Ok(orientation
            .and_then(|o| u8::try_from(o).ok())
            .filter(|o| (1..=8).contains(o)))
    }

    /// Where the strips or tiles of a page are, and how long.
    pub(super) fn parts(&self, ifd: &Ifd) -> Result<Vec<(u64, u64)>, Error> {
        let numbers = |strips: u16, tiles: u16| {
            let entry = ifd.find(strips).or_else(|| ifd.find(tiles));
            entry.map(|entry| self.numbers(entry)).transpose()
        };
        let offsets = numbers(tag::STRIP_OFFSETS, tag::TILE_OFFSETS)?.unwrap_or_default();
        let lengths = numbers(tag::STRIP_BYTE_COUNTS, tag::TILE_BYTE_COUNTS)?.unwrap_or_default();
        Ok(offsets.into_iter().zip(lengths).collect())
    }

    /// What a page says of itself.
    pub(super) fn header(&self, ifd: &Ifd) -> Result<Header, Error> {
        let (width, height) = self.size(ifd)?;
        let parts = self.parts(ifd).unwrap_or_default();
        let inside =
            |(offset, length): &(u64, u64)| offset.saturating_add(*length) <= self.file.length();
        Ok(Header {
            width,
            height,
            orientation: self.orientation(ifd)?,
            pages: 1,
            animated: false,
            damaged: parts.is_empty() || !parts.iter().all(inside),
        })
    }

    /// Width and height of a page.
    pub(super) fn size(&self, ifd: &Ifd) -> Result<(u32, u32), Error> {
        let side = |tag| {
            let side = self
                .number(ifd, tag)?
                .and_then(|side| u32::try_from(side).ok());
            side.filter(|side| *side > 0)
                .ok_or_else(|| damaged("a page of it has no size"))
        };
        Ok((side(tag::WIDTH)?, side(tag::HEIGHT)?))
    }
}

impl Ifd {
    pub(super) fn find(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }
}

/// The pages of a file.
pub(super) struct Chain {
    /// Where their directories are.
    pub(super) pages: Vec<u64>,
    /// Whether the chain ends otherwise than it should.
    pub(super) broken: bool,
}

/// The size of one value of a type, in bytes.
fn size_of(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | kind::IFD => Some(4),
        5 | 10 | 12 | kind::LONG8 | 17 | kind::IFD8 => Some(8),
        _ => None,
    }
}

/// What the header of a TIFF says of its pages.
pub(super) fn inspect(file: &File, budget: &Budget) -> Result<Header, Error> {
    let tiff = Tiff::open(file)?;
    let chain = tiff.offsets(budget)?;
    let header = |page: &u64| tiff.header(&tiff.ifd(*page, budget)?);
    let (first, others) = chain.pages.split_first().unwrap_or((&0, &[]));
    let mut told = header(first)?;
    told.pages = wide(chain.pages.len());
    told.damaged |= chain.broken;
    for page in others {
        told.damaged |= match header(page) {
            Ok(page) => page.damaged,
            Err(error) if error.code() == code::DOCUMENT_DAMAGED.code => true,
            Err(error) => return Err(error),
        };
    }
    Ok(told)
}

/// The orientation in EXIF metadata, which may begin with `Exif` and two zero bytes.
pub(super) fn exif_orientation(exif: &[u8], budget: &Budget) -> Option<u8> {
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let file = File::bytes(Bytes::copy_from_slice(exif), None);
    let tiff = Tiff::open(&file).ok()?;
    let ifd = tiff.ifd(tiff.first, budget).ok()?;
    tiff.orientation(&ifd).ok().flatten()
}
