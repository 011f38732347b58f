//! Writing a TIFF: pages are copied as they are, or made of a JPEG.

use bytes::Bytes;

use super::super::super::Budget;
use super::super::picture::{Space, damaged};
use super::unpack::JPEG;
use super::{Ifd, Layout, Tiff, kind, tag};
use crate::error::{Error, code};
use crate::sizes::wide;

/// How much is copied at a time.
const STEP: u64 = 1 << 20;
/// Where the old kind of JPEG in TIFF has its tables: their offsets have no lengths beside them.
const OLD_JPEG_TABLES: std::ops::RangeInclusive<u16> = 519..=521;
/// Offsets of bytes that are free: nothing is.
const FREE: [u16; 2] = [288, 289];

/// A page of a TIFF that is being made.
pub(in super::super) enum Page<'a> {
    /// A page of another TIFF of the same layout, at this offset.
    Same(&'a Tiff<'a>, u64),
    /// A picture as JPEG.
    Jpeg {
        jpeg: &'a [u8],
        width: u32,
        height: u32,
        space: Space,
    },
}

/// A TIFF that is being made.
pub(in super::super) struct Writer {
    layout: Layout,
    bytes: Vec<u8>,
    /// Where the offset of the next directory goes.
    link: usize,
    pages: (u64, u64),
}

/// An entry that is to be written: its value is in the file's own byte order.
struct Made {
    tag: u16,
    kind: u16,
    count: u64,
    value: Bytes,
}

impl Writer {
    /// A TIFF of so many pages.
    pub(in super::super) fn new(layout: Layout, pages: u64) -> Self {
        let mut writer = Self {
            layout,
            bytes: Vec::new(),
            link: 0,
            pages: (0, pages),
        };
        writer
            .bytes
            .extend_from_slice(if layout.little { b"II" } else { b"MM" });
        writer.put(if layout.big { 43 } else { 42 }, 2);
        if layout.big {
            writer.put(8, 2);
            writer.put(0, 2);
        }
        writer.link = writer.bytes.len();
        writer.put(0, layout.word());
        writer
    }

    /// Adds a page after the others.
    pub(in super::super) fn add(&mut self, page: &Page<'_>, budget: &Budget) -> Result<(), Error> {
        let entries = match page {
            Page::Same(tiff, offset) => {
                let ifd = tiff.ifd(*offset, budget)?;
                // A page that nobody can read is not passed on as a sound one.
                tiff.size(&ifd)?;
                self.copies(tiff, &ifd, 0, budget)?
            }
            Page::Jpeg {
                jpeg,
                width,
                height,
                space,
            } => self.jpeg(jpeg, *width, *height, *space, budget)?,
        };
        self.pages.0 += 1;
        let (at, end) = self.directory(entries)?;
        let at = self.number(at, self.layout.word());
        if let Some(link) = self
            .bytes
            .get_mut(self.link..)
            .and_then(|b| b.get_mut(..at.len()))
        {
            link.copy_from_slice(&at);
        }
        self.link = end;
        Ok(())
    }

    /// The TIFF.
    pub(in super::super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// The entries of a directory with everything that they point to copied before.
    fn copies(
        &mut self,
        tiff: &Tiff<'_>,
        ifd: &Ifd,
        depth: u64,
        budget: &Budget,
    ) -> Result<Vec<Made>, Error> {
        budget.nesting(depth)?;
        let mut made = Vec::with_capacity(ifd.entries.len());
        for entry in &ifd.entries {
            let mut copy = Made {
                tag: entry.tag,
                kind: entry.kind,
                count: entry.count,
                value: Bytes::new(),
            };
            let lengths = match entry.tag {
                tag::STRIP_OFFSETS => Some(tag::STRIP_BYTE_COUNTS),
                tag::TILE_OFFSETS => Some(tag::TILE_BYTE_COUNTS),
                tag::JPEG_STREAM => Some(tag::JPEG_STREAM_LENGTH),
                _ => None,
            };
            if let Some(lengths) = lengths {
                let lengths = ifd
                    .find(lengths)
                    .map(|entry| tiff.numbers(entry))
                    .transpose()?;
                let lengths = lengths
                    .ok_or_else(|| damaged("a page of it does not say how long its data is"))?;
                let offsets = tiff.numbers(entry)?;
                let moved = self.data(tiff, &offsets, &lengths, budget)?;
                made.push(self.offsets(copy, &moved));
                continue;
            }
            match entry.tag {
                tag::SUB_IFDS | tag::EXIF | tag::GPS | tag::INTEROPERABILITY => {
                    let mut moved = Vec::new();
                    for offset in tiff.numbers(entry)? {
                        // Metadata that cannot be read is no reason to lose a page.
                        let Ok(ifd) = tiff.ifd(offset, budget) else {
                            continue;
                        };
                        let entries = self.copies(tiff, &ifd, depth.saturating_add(1), budget)?;
                        moved.push(self.directory(entries)?.0);
                    }
                    if !moved.is_empty() {
                        made.push(self.offsets(copy, &moved));
                    }
                }
                tag if FREE.contains(&tag) => {}
                tag if OLD_JPEG_TABLES.contains(&tag) => {
                    let offsets = tiff.numbers(entry)?;
                    let mut lengths = Vec::with_capacity(offsets.len());
                    for offset in &offsets {
                        // A quantisation table has 64 bytes; the others say in 16 how many follow.
                        let counts = tiff.file.range(*offset, 16)?;
                        let codes = counts.iter().map(|count| u64::from(*count)).sum::<u64>();
                        lengths.push(if tag == 519 { 64 } else { 16 + codes });
                    }
                    let moved = self.data(tiff, &offsets, &lengths, budget)?;
                    made.push(self.offsets(copy, &moved));
                }
                tag::PAGE_NUMBER if depth == 0 => {
                    copy.kind = kind::SHORT;
                    copy.count = 2;
                    copy.value = self.shorts(&[self.pages.0, self.pages.1]);
                    made.push(copy);
                }
                _ => {
                    if let Some(value) = tiff.value(entry)? {
                        budget.inflated(wide(value.len()))?;
                        copy.value = value;
                        made.push(copy);
                    }
                }
            }
        }
        Ok(made)
    }

    /// Copies stretches of another file; gives where they are now.
    fn data(
        &mut self,
        tiff: &Tiff<'_>,
        offsets: &[u64],
        lengths: &[u64],
        budget: &Budget,
    ) -> Result<Vec<u64>, Error> {
        if offsets.len() > lengths.len() {
            return Err(damaged("a page of it does not say how long its data is"));
        }
        let mut moved = Vec::with_capacity(offsets.len());
        for (offset, length) in offsets.iter().zip(lengths) {
            self.align();
            moved.push(wide(self.bytes.len()));
            let end = offset.saturating_add(*length);
            if end > tiff.file.length() {
                return Err(damaged("the data of a page is outside of the file"));
            }
            let mut from = *offset;
            while from < end {
                let part = tiff.file.range(from, STEP.min(end - from))?;
                budget.inflated(wide(part.len()))?;
                self.bytes.extend_from_slice(&part);
                from = from.saturating_add(STEP);
            }
        }
        Ok(moved)
    }

    /// The entries of a page that is one JPEG.
    fn jpeg(
        &mut self,
        jpeg: &[u8],
        width: u32,
        height: u32,
        space: Space,
        budget: &Budget,
    ) -> Result<Vec<Made>, Error> {
        budget.inflated(wide(jpeg.len()))?;
        self.align();
        let at = wide(self.bytes.len());
        self.bytes.extend_from_slice(jpeg);
        let gray = space == Space::Gray;
        let samples = if gray { 1 } else { 3 };
        let (width, height) = (u64::from(width), u64::from(height));
        let mut made = vec![
            self.longs(tag::WIDTH, &[width]),
            self.longs(tag::HEIGHT, &[height]),
            self.words(tag::BITS_PER_SAMPLE, if gray { &[8] } else { &[8, 8, 8] }),
            self.words(tag::COMPRESSION, &[JPEG]),
            self.words(tag::PHOTOMETRIC, &[if gray { 1 } else { 6 }]),
            self.longs(tag::STRIP_OFFSETS, &[at]),
            self.words(tag::SAMPLES_PER_PIXEL, &[samples]),
            self.longs(tag::ROWS_PER_STRIP, &[height]),
            self.longs(tag::STRIP_BYTE_COUNTS, &[wide(jpeg.len())]),
        ];
        if self.pages.1 > 1 {
            made.push(self.words(tag::PAGE_NUMBER, &[self.pages.0, self.pages.1]));
        }
        if !gray {
            made.push(self.words(tag::YCBCR_SUBSAMPLING, &[2, 2]));
        }
        Ok(made)
    }

    /// Writes a directory without a successor; gives where it is and where its link goes.
    fn directory(&mut self, mut entries: Vec<Made>) -> Result<(u64, usize), Error> {
        entries.sort_by_key(|entry| entry.tag);
        let word = self.layout.word();
        let mut fields = Vec::with_capacity(entries.len());
        for entry in &entries {
            let mut field = if wide(entry.value.len()) <= word {
                entry.value.to_vec()
            } else {
                self.align();
                let at = self.number(wide(self.bytes.len()), word);
                self.bytes.extend_from_slice(&entry.value);
                at
            };
            field.resize(usize::try_from(word).unwrap_or(8), 0);
            fields.push(field);
        }
        self.align();
        let at = wide(self.bytes.len());
        let count = wide(entries.len());
        self.put(count, if self.layout.big { 8 } else { 2 });
        for (entry, field) in entries.iter().zip(fields) {
            self.put(entry.tag.into(), 2);
            self.put(entry.kind.into(), 2);
            self.put(entry.count, word);
            self.bytes.extend_from_slice(&field);
        }
        let link = self.bytes.len();
        self.put(0, word);
        if !self.layout.big && wide(self.bytes.len()) > u64::from(u32::MAX) {
            return Err(Error::new(
                code::DOCUMENT_LIMIT,
                "The TIFF would be larger than 4 GB",
            ));
        }
        Ok((at, link))
    }

    fn offsets(&self, mut entry: Made, offsets: &[u64]) -> Made {
        let nested = matches!(entry.kind, kind::IFD | kind::IFD8);
        entry.kind = match (self.layout.big, nested) {
            (true, true) => kind::IFD8,
            (true, false) => kind::LONG8,
            (false, true) => kind::IFD,
            (false, false) => kind::LONG,
        };
        entry.count = wide(offsets.len());
        entry.value = offsets
            .iter()
            .flat_map(|offset| self.number(*offset, self.layout.word()))
            .collect();
        entry
    }

    fn words(&self, tag: u16, values: &[u64]) -> Made {
        let count = wide(values.len());
        Made {
            tag,
            kind: kind::SHORT,
            count,
            value: self.shorts(values),
        }
    }

    fn shorts(&self, values: &[u64]) -> Bytes {
        values
            .iter()
            .flat_map(|value| self.number(*value, 2))
            .collect()
    }

    fn longs(&self, tag: u16, values: &[u64]) -> Made {
        let count = wide(values.len());
        let value = values
            .iter()
            .flat_map(|value| self.number(*value, 4))
            .collect();
        Made {
            tag,
            kind: kind::LONG,
            count,
            value,
        }
    }

    fn number(&self, value: u64, size: u64) -> Vec<u8> {
        let size = usize::try_from(size).unwrap_or(8).min(8);
        if self.layout.little {
            value.to_le_bytes().into_iter().take(size).collect()
        } else {
            value.to_be_bytes().into_iter().skip(8 - size).collect()
        }
    }

    fn put(&mut self, value: u64, size: u64) {
        let number = self.number(value, size);
        self.bytes.extend_from_slice(&number);
    }

    /// Offsets are even (TIFF 6.0), and readers of big ones like them so too.
    fn align(&mut self) {
        if !self.bytes.len().is_multiple_of(2) {
            self.bytes.push(0);
        }
    }
}
