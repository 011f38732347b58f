//! The pixels of a page of a TIFF.

use bytes::Bytes;

use super::super::super::{Budget, File};
use super::super::picture::{Picture, Space, damaged, length, size_of_samples};
use super::super::{Decoded, colour, jpeg};
use super::unpack::{self, Packed};
use super::{Ifd, Tiff, tag};
use crate::error::{Error, code};
use crate::sizes::wide;

/// A page as its tags describe it.
struct Sheet<'a> {
    tiff: Tiff<'a>,
    ifd: Ifd,
    width: u32,
    height: u32,
    bits: u32,
    /// Samples of each pixel.
    samples: usize,
    photometric: u64,
    compression: u64,
    /// Whether each sample has strips of its own.
    planar: bool,
    /// Whether samples are differences to the pixel before.
    differences: bool,
    /// Of one strip or tile.
    part: (u32, u32),
    tables: Option<Bytes>,
}

/// The pixels of a page, counted from 0.
pub(in super::super) fn decode(
    content: &Bytes,
    page: u64,
    budget: &Budget,
) -> Result<Decoded, Error> {
    let file = File::bytes(content.clone(), None);
    let tiff = Tiff::open(&file)?;
    let chain = tiff.offsets(budget)?;
    let place = usize::try_from(page)
        .ok()
        .and_then(|page| chain.pages.get(page));
    let offset = place.copied().ok_or_else(|| {
        let message = format!(
            "There is no page {page}: the file has {}",
            chain.pages.len()
        );
        Error::new(code::DOCUMENT_PAGE_OUT_OF_RANGE, message)
    })?;
    let ifd = tiff.ifd(offset, budget)?;
    let sheet = Sheet::read(tiff, ifd, budget)?;
    let profile = sheet.ifd.find(tag::ICC_PROFILE);
    let profile = profile.and_then(|entry| sheet.tiff.value(entry).ok().flatten());
    let orientation = sheet.tiff.orientation(&sheet.ifd)?.unwrap_or(1);
    let samples = sheet.samples(budget)?;
    let inks = sheet.photometric == 5;
    let picture = sheet.picture(samples, profile.as_deref())?;
    let profile = profile.filter(|_| !inks).map(|profile| profile.to_vec());
    Ok(Decoded {
        picture,
        orientation,
        profile,
    })
}

impl<'a> Sheet<'a> {
    fn read(tiff: Tiff<'a>, ifd: Ifd, budget: &Budget) -> Result<Self, Error> {
        let (width, height) = tiff.size(&ifd)?;
        budget.pixels(width.into(), height.into())?;
        let number = |tag, default: u64| Ok::<_, Error>(tiff.number(&ifd, tag)?.unwrap_or(default));
        let all = ifd
            .find(tag::BITS_PER_SAMPLE)
            .map(|entry| tiff.numbers(entry))
            .transpose()?;
        let all = all.unwrap_or_else(|| vec![1]);
        let bits = all.first().copied().unwrap_or(1);
        let even = all.iter().all(|other| *other == bits) && matches!(bits, 1 | 2 | 4 | 8 | 16);
        let samples = number(tag::SAMPLES_PER_PIXEL, 1)?;
        let whole_numbers = number(tag::SAMPLE_FORMAT, 1)? == 1;
        if !even || !whole_numbers || !(1..=8).contains(&samples) {
            return Err(unfit(
                "its samples are not whole numbers of 1, 2, 4, 8 or 16 bits",
            ));
        }
        let side = |value: u64| u32::try_from(value).ok().filter(|side| *side > 0);
        let part = match tiff.number(&ifd, tag::TILE_WIDTH)? {
            Some(width) => side(width).zip(side(number(tag::TILE_LENGTH, 0)?)),
            None => Some((
                width,
                side(number(tag::ROWS_PER_STRIP, height.into())?)
                    .unwrap_or(height)
                    .min(height),
            )),
        };
        let part = part.ok_or_else(|| damaged("its parts have no size"))?;
        budget.pixels(part.0.into(), part.1.into())?;
        let tables = ifd
            .find(tag::JPEG_TABLES)
            .map(|entry| tiff.value(entry))
            .transpose()?
            .flatten();
        Ok(Self {
            width,
            height,
            bits: u32::try_from(bits).unwrap_or(8),
            samples: usize::try_from(samples).unwrap_or(1),
            photometric: number(tag::PHOTOMETRIC, 1)?,
            compression: number(tag::COMPRESSION, 1)?,
            planar: number(tag::PLANAR_CONFIGURATION, 1)? == 2 && samples > 1,
            differences: number(tag::PREDICTOR, 1)? == 2,
            part,
            tables,
            tiff,
            ifd,
        })
    }

    /// Every sample in one byte, pixel by pixel: those of less than eight bits as they are, those of
    /// sixteen without their lower half.
    fn samples(&self, budget: &Budget) -> Result<Vec<u8>, Error> {
        let places = self.tiff.parts(&self.ifd)?;
        let size = size_of_samples(self.width, self.height, self.samples)?;
        budget.inflated(wide(size))?;
        let across = self.width.div_ceil(self.part.0);
        let down = self.height.div_ceil(self.part.1);
        let layers = if self.planar { self.samples } else { 1 };
        let parts = size_of_samples(across, down, layers)?;
        if parts > places.len() {
            return Err(damaged("it has too few parts"));
        }
        let mut places = places.iter();
        let mut all = vec![0; size];
        for layer in 0..layers {
            for y in 0..down {
                for x in 0..across {
                    budget.objects(1)?;
                    let Some((offset, length)) = places.next() else {
                        continue;
                    };
                    let top = y.saturating_mul(self.part.1);
                    let left = x.saturating_mul(self.part.0);
                    let rows = self.part.1.min(self.height.saturating_sub(top));
                    let tall = if self.ifd.find(tag::TILE_WIDTH).is_some() {
                        self.part.1
                    } else {
                        rows
                    };
                    let data = self.tiff.file.range(*offset, *length)?;
                    let part = self.part(&data, tall, budget)?;
                    self.place(&mut all, &part, (left, top), layer);
                }
            }
        }
        Ok(all)
    }

    /// The samples of one strip or tile, each in a byte.
    fn part(&self, data: &Bytes, height: u32, budget: &Budget) -> Result<Vec<u8>, Error> {
        let width = self.part.0;
        let samples = if self.planar { 1 } else { self.samples };
        if self.compression == unpack::JPEG {
            return self.jpeg(data, height, samples, budget);
        }
        let bits = length(width)
            .saturating_mul(samples)
            .saturating_mul(length(self.bits));
        let options = self.tiff.number(&self.ifd, tag::T4_OPTIONS)?.unwrap_or(0);
        let packed = Packed {
            compression: self.compression,
            reversed: self.tiff.number(&self.ifd, tag::FILL_ORDER)? == Some(2),
            two_dimensional: options & 1 != 0,
            width,
            height,
            row: bits.div_ceil(8),
        };
        let mut rows = packed.unpack(data, budget)?;
        let wide = length(width).saturating_mul(samples);
        if self.bits == 16 {
            rows = self.upper_halves(&rows, samples, wide);
        } else if self.bits < 8 {
            let each = usize::try_from(8 / self.bits).unwrap_or(1);
            let mask = u8::MAX >> (8 - self.bits);
            let unpacked = rows.chunks_exact(packed.row.max(1)).flat_map(|row| {
                let samples = row.iter().flat_map(|byte| {
                    let places = 1..=u32::try_from(each).unwrap_or(1);
                    places.map(move |place| (byte >> (8 - self.bits * place)) & mask)
                });
                samples.take(wide)
            });
            rows = unpacked.collect();
        } else if self.differences {
            for row in rows.chunks_exact_mut(wide.max(1)) {
                for at in samples..row.len() {
                    let before = row.get(at - samples).copied().unwrap_or_default();
                    if let Some(sample) = row.get_mut(at) {
                        *sample = sample.wrapping_add(before);
                    }
                }
            }
        }
        Ok(rows)
    }

    /// The upper halves of samples of sixteen bits.
    fn upper_halves(&self, rows: &[u8], samples: usize, wide: usize) -> Vec<u8> {
        let mut halves = Vec::with_capacity(rows.len() / 2);
        let mut before = vec![0_u16; samples];
        for row in rows.chunks_exact(wide.saturating_mul(2).max(1)) {
            before.fill(0);
            for pixel in row.chunks_exact(samples.saturating_mul(2).max(1)) {
                let (pairs, _) = pixel.as_chunks::<2>();
                for (pair, before) in pairs.iter().zip(&mut before) {
                    let little = self.tiff.layout.little;
                    let number = if little {
                        u16::from_le_bytes(*pair)
                    } else {
                        u16::from_be_bytes(*pair)
                    };
                    *before = if self.differences {
                        before.wrapping_add(number)
                    } else {
                        number
                    };
                    let [upper, _] = before.to_be_bytes();
                    halves.push(upper);
                }
            }
        }
        halves
    }

    /// A strip or tile that is a JPEG, whose tables may stand apart.
    fn jpeg(
        &self,
        data: &Bytes,
        height: u32,
        samples: usize,
        budget: &Budget,
    ) -> Result<Vec<u8>, Error> {
        let whole = match self
            .tables
            .as_deref()
            .and_then(|tables| tables.strip_suffix(&[0xff, 0xd9]))
        {
            Some(tables) => [tables, data.get(2..).unwrap_or_default()].concat().into(),
            None => data.clone(),
        };
        let size = jpeg::size(&whole, budget)?;
        if size.0 != self.part.0 || size.1 < height || size.1 > self.part.1 {
            return Err(damaged("the size of a part does not fit"));
        }
        let picture = jpeg::decode(&whole, None, budget)?.picture;
        let mut samples_of = picture.into_samples();
        let needed = size_of_samples(size.0, height, samples)?;
        if self.bits != 8 || samples_of.len() < needed || samples == 4 {
            return Err(unfit("its samples are not those of its JPEG"));
        }
        samples_of.truncate(needed);
        Ok(samples_of)
    }

    /// Copies a part to where it belongs.
    fn place(&self, all: &mut [u8], part: &[u8], (left, top): (u32, u32), plane: usize) {
        let samples = if self.planar { 1 } else { self.samples };
        let wide = length(self.part.0).saturating_mul(samples).max(1);
        let row = length(self.width).saturating_mul(self.samples).max(1);
        let from = length(left).saturating_mul(self.samples);
        let rows = all.chunks_exact_mut(row).skip(length(top));
        for (to, part) in rows.zip(part.chunks_exact(wide)) {
            let Some(to) = to.get_mut(from..) else {
                continue;
            };
            if self.planar {
                for (to, sample) in to.iter_mut().skip(plane).step_by(self.samples).zip(part) {
                    *to = *sample;
                }
            } else {
                let shared = to.len().min(part.len());
                if let (Some(to), Some(part)) = (to.get_mut(..shared), part.get(..shared)) {
                    to.copy_from_slice(part);
                }
            }
        }
    }

    /// What the samples mean.
    fn picture(&self, mut samples: Vec<u8>, profile: Option<&[u8]>) -> Result<Picture, Error> {
        let (space, colours) = match self.photometric {
            0 | 1 => (Space::Gray, 1),
            2 => (Space::Rgb, 3),
            3 => (Space::Rgb, 1),
            5 => (Space::Rgb, 4),
            6 => (Space::Ycc, 3),
            other => return Err(unfit(&format!("its colours are of kind {other}"))),
        };
        if self.samples < colours || (self.bits != 8 && self.photometric == 6) {
            return Err(unfit("it has too few samples for its colours"));
        }
        if self.photometric == 6 && self.compression != unpack::JPEG && !self.even_colours()? {
            return Err(unfit(
                "its colours are coarser than its light, and it is no JPEG",
            ));
        }
        if self.bits < 8 && self.photometric != 3 {
            let most = u8::MAX >> (8 - self.bits);
            for sample in &mut samples {
                *sample = sample.saturating_mul(u8::MAX / most);
            }
        }
        if self.photometric == 0 {
            for light in samples.iter_mut().step_by(self.samples) {
                *light = !*light;
            }
        }
        let samples = self.without_extras(samples, colours)?;
        let samples = match self.photometric {
            3 => self.palette(&samples)?,
            5 => colour::inks_to_rgb(&samples, profile),
            _ => samples,
        };
        Picture::new(self.width, self.height, space, samples)
    }

    fn even_colours(&self) -> Result<bool, Error> {
        let entry = self.ifd.find(tag::YCBCR_SUBSAMPLING);
        let factors = entry.map(|entry| self.tiff.numbers(entry)).transpose()?;
        Ok(factors.is_some_and(|factors| factors.iter().all(|factor| *factor == 1)))
    }

    /// Drops what is not colour, after alpha is laid over white.
    fn without_extras(&self, mut samples: Vec<u8>, colours: usize) -> Result<Vec<u8>, Error> {
        if self.samples == colours {
            return Ok(samples);
        }
        // 1: the colours are multiplied by alpha already; 2: they are not.
        let extra = self.tiff.number(&self.ifd, tag::EXTRA_SAMPLES)?;
        match (extra, colours, self.samples) {
            (Some(2), 1, 2) => colour::over_white::<1>(&mut samples),
            (Some(2), 3, 4) => colour::over_white::<3>(&mut samples),
            _ => {
                let white = |pixel: &[u8]| match extra {
                    Some(1) => u8::MAX - pixel.get(colours).copied().unwrap_or(u8::MAX),
                    _ => 0,
                };
                samples = samples
                    .chunks_exact(self.samples)
                    .flat_map(|pixel| {
                        let white = white(pixel);
                        pixel
                            .iter()
                            .take(colours)
                            .map(move |sample| sample.saturating_add(white))
                    })
                    .collect();
            }
        }
        Ok(samples)
    }

    /// All reds of the palette stand first, then all greens and all blues, of sixteen bits each.
    fn palette(&self, samples: &[u8]) -> Result<Vec<u8>, Error> {
        let map = self
            .ifd
            .find(tag::COLOR_MAP)
            .map(|entry| self.tiff.numbers(entry))
            .transpose()?;
        let map = map.unwrap_or_default();
        let size = 1_usize << self.bits.min(8);
        if self.bits > 8 || map.len() < size * 3 {
            return Err(damaged("its palette is too short"));
        }
        let upper = |number: &u64| u8::try_from((number >> 8) & 0xff).unwrap_or(u8::MAX);
        let (reds, rest) = map.split_at(size);
        let (greens, blues) = rest.split_at(size);
        let colours: Vec<[u8; 3]> = reds
            .iter()
            .zip(greens)
            .zip(blues)
            .map(|((red, green), blue)| [upper(red), upper(green), upper(blue)])
            .collect();
        let colour = |sample: &u8| {
            colours
                .get(usize::from(*sample))
                .copied()
                .unwrap_or_default()
        };
        Ok(samples.iter().flat_map(colour).collect())
    }
}

fn unfit(why: &str) -> Error {
    Error::new(
        code::DOCUMENT_TYPE_UNFIT,
        format!("This kind of TIFF is not read here: {why}"),
    )
}
