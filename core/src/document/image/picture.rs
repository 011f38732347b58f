//! A decoded picture: eight bits a sample, without alpha.

use std::panic::resume_unwind;
use std::thread;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};

use super::super::Budget;
use crate::error::{Error, code};

/// The largest side of a JPEG.
pub(crate) const LARGEST_SIDE: u32 = 65_535;
/// Rows of the result that are made at a time: the clock is asked between, and no copy of the whole
/// picture is needed on the way.
const BAND: u32 = 512;
/// How large a picture is, in bytes, before half of the work goes to another thread.
const WORTH_A_THREAD: usize = 3 << 20;

/// What a pixel's samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    /// One sample: light.
    Gray,
    /// Three samples: red, green, blue.
    Rgb,
    /// Three samples, as a JPEG has them (ITU-R BT.601, full range): neither decoding nor encoding
    /// has to convert them.
    Ycc,
}

/// A decoded picture, row by row without padding.
#[derive(Clone)]
pub(crate) struct Picture {
    width: u32,
    height: u32,
    space: Space,
    samples: Vec<u8>,
}

impl Picture {
    /// A picture of these samples: exactly as many as its size and space need.
    pub(crate) fn new(
        width: u32,
        height: u32,
        space: Space,
        samples: Vec<u8>,
    ) -> Result<Self, Error> {
        let needed = size_of_samples(width, height, space.samples_per_pixel())?;
        if width == 0 || height == 0 || samples.len() != needed {
            return Err(damaged("its size and its data do not fit"));
        }
        Ok(Self {
            width,
            height,
            space,
            samples,
        })
    }

    /// In pixels.
    pub(crate) fn width(&self) -> u32 {
        self.width
    }

    /// In pixels.
    pub(crate) fn height(&self) -> u32 {
        self.height
    }

    /// What its samples are.
    pub(crate) fn space(&self) -> Space {
        self.space
    }

    /// Its samples, row by row without padding.
    pub(crate) fn into_samples(self) -> Vec<u8> {
        self.samples
    }

    pub(super) fn samples_mut(&mut self) -> &mut [u8] {
        &mut self.samples
    }

    fn row_length(&self) -> usize {
        self.samples.len() / length(self.height).max(1)
    }

    /// The same picture as [`Space::Rgb`] or [`Space::Gray`].
    pub(crate) fn into_rgb(mut self) -> Self {
        if self.space == Space::Ycc {
            for pixel in self.samples.chunks_exact_mut(3) {
                if let [y, cb, cr] = pixel {
                    (*y, *cb, *cr) = ycc_to_rgb(*y, *cb, *cr);
                }
            }
            self.space = Space::Rgb;
        }
        self
    }

    /// The part of it from `left` and `top` on, where that is inside.
    pub(crate) fn crop(&self, left: u32, top: u32, width: u32, height: u32) -> Result<Self, Error> {
        let width = width.min(self.width.saturating_sub(left));
        let height = height.min(self.height.saturating_sub(top));
        let sample = self.space.samples_per_pixel();
        let from = length(left).saturating_mul(sample);
        let bytes = length(width).saturating_mul(sample);
        let rows = self.samples.chunks_exact(self.row_length().max(1));
        let samples = rows
            .skip(length(top))
            .take(length(height))
            .filter_map(|row| row.get(from..from.saturating_add(bytes)))
            .fold(
                Vec::with_capacity(bytes.saturating_mul(length(height))),
                |mut all, row| {
                    all.extend_from_slice(row);
                    all
                },
            );
        Self::new(width, height, self.space, samples)
    }

    /// The picture at another size, in place of the one that it was.
    pub(crate) fn resized(self, width: u32, height: u32, budget: &Budget) -> Result<Self, Error> {
        if (width, height) == (self.width, self.height) {
            Ok(self)
        } else {
            self.resize(width, height, budget)
        }
    }

    /// The picture at another size, by a Lanczos filter of three lobes.
    pub(crate) fn resize(&self, width: u32, height: u32, budget: &Budget) -> Result<Self, Error> {
        budget.pixels(width.into(), height.into())?;
        let sample = self.space.samples_per_pixel();
        let mut samples = vec![0; size_of_samples(width, height, sample)?];
        let band = length(width)
            .saturating_mul(sample)
            .saturating_mul(length(BAND));
        let bands = (0..height)
            .step_by(length(BAND))
            .zip(samples.chunks_mut(band.max(1)));
        if self.samples.len() < WORTH_A_THREAD {
            self.resize_bands(bands, (width, height), budget)?;
        } else {
            // Two halves at a time: decoding, which is most of the work, knows no second thread.
            let (even, odd): (Vec<_>, Vec<_>) =
                bands.partition(|(first, _)| (first / BAND).is_multiple_of(2));
            thread::scope(|scope| {
                let other = scope.spawn(|| self.resize_bands(odd, (width, height), budget));
                self.resize_bands(even, (width, height), budget)?;
                other.join().unwrap_or_else(|panic| resume_unwind(panic))
            })?;
        }
        Self::new(width, height, self.space, samples)
    }

    /// Fills bands of the picture at another size, each named by its first row.
    fn resize_bands<'a>(
        &self,
        bands: impl IntoIterator<Item = (u32, &'a mut [u8])>,
        (width, height): (u32, u32),
        budget: &Budget,
    ) -> Result<(), Error> {
        let pixel_type = match self.space {
            Space::Gray => PixelType::U8,
            Space::Rgb | Space::Ycc => PixelType::U8x3,
        };
        let source = ImageRef::new(self.width, self.height, &self.samples, pixel_type)
            .map_err(|error| unfit(&error))?;
        let filter = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        let step = f64::from(self.height) / f64::from(height.max(1));
        let mut resizer = Resizer::new();
        for (first, band) in bands {
            budget.time()?;
            let last = first.saturating_add(BAND).min(height);
            let top = f64::from(first) * step;
            // The filter reaches past the edges of this box where the picture goes on.
            let tall = (f64::from(last) * step - top).min(f64::from(self.height) - top);
            let filter = filter.crop(0.0, top, f64::from(self.width), tall);
            let rows = last.saturating_sub(first);
            let mut band = Image::from_slice_u8(width, rows, band, pixel_type)
                .map_err(|error| unfit(&error))?;
            resizer
                .resize(&source, &mut band, &filter)
                .map_err(|error| unfit(&error))?;
        }
        Ok(())
    }

    /// The picture as its EXIF orientation (1 to 8) says that it is to be seen.
    pub(crate) fn turned(self, orientation: u8) -> Result<Self, Error> {
        let sides = orientation >= 5;
        let (width, height) = if sides {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        };
        // Where the first row and column of the result are in the stored picture.
        let (from_right, from_bottom) = match orientation {
            2 | 8 => (true, false),
            3 | 7 => (true, true),
            4 | 6 => (false, true),
            5 => (false, false),
            _ => return Ok(self),
        };
        let samples = match self.space {
            Space::Gray => turn::<1>(&self.samples, self.width, sides, from_right, from_bottom),
            Space::Rgb | Space::Ycc => {
                turn::<3>(&self.samples, self.width, sides, from_right, from_bottom)
            }
        };
        Self::new(width, height, self.space, samples)
    }

    /// The picture as JPEG: baseline, 4:2:0, without metadata, `quality` from 1 to 100.
    pub(crate) fn to_jpeg(&self, quality: u8) -> Result<Vec<u8>, Error> {
        let side = |side: u32| {
            u16::try_from(side).map_err(|_| {
                let message =
                    format!("A JPEG has at most {LARGEST_SIDE} pixels a side, not {side}");
                Error::new(code::DOCUMENT_LIMIT, message)
            })
        };
        let (width, height) = (side(self.width)?, side(self.height)?);
        let mut jpeg = Vec::with_capacity(self.samples.len() / 12);
        let mut encoder = Encoder::new(&mut jpeg, quality.clamp(1, 100));
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
        let colours = match self.space {
            Space::Gray => ColorType::Luma,
            Space::Rgb => ColorType::Rgb,
            Space::Ycc => ColorType::Ycbcr,
        };
        encoder
            .encode(&self.samples, width, height, colours)
            .map_err(|error| unfit(&error))?;
        Ok(jpeg)
    }
}

impl Space {
    fn samples_per_pixel(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb | Self::Ycc => 3,
        }
    }
}

/// Copies pixels of `N` samples into their new order; `sides` exchanges rows and columns.
fn turn<const N: usize>(
    samples: &[u8],
    width: u32,
    sides: bool,
    from_right: bool,
    from_bottom: bool,
) -> Vec<u8> {
    let (pixels, _) = samples.as_chunks::<N>();
    let rows: Vec<&[[u8; N]]> = if from_bottom {
        pixels.chunks_exact(length(width).max(1)).rev().collect()
    } else {
        pixels.chunks_exact(length(width).max(1)).collect()
    };
    let mut turned = Vec::with_capacity(samples.len());
    if sides {
        let column = |x: usize| rows.iter().filter_map(move |row| row.get(x)).flatten();
        if from_right {
            (0..length(width))
                .rev()
                .for_each(|x| turned.extend(column(x)));
        } else {
            (0..length(width)).for_each(|x| turned.extend(column(x)));
        }
    } else if from_right {
        for row in &rows {
            turned.extend(row.iter().rev().flatten());
        }
    } else {
        for row in &rows {
            turned.extend(row.iter().flatten());
        }
    }
    turned
}

/// ITU-R BT.601 at full range, as JFIF has it.
pub(super) fn ycc_to_rgb(y: u8, cb: u8, cr: u8) -> (u8, u8, u8) {
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    let to_byte =
        |value: i32| u8::try_from(((value + (1 << 15)) >> 16).clamp(0, 255)).unwrap_or(255);
    (
        to_byte(y + 91_881 * cr),
        to_byte(y - 22_554 * cb - 46_802 * cr),
        to_byte(y + 116_130 * cb),
    )
}

/// How many bytes so many samples take.
pub(super) fn size_of_samples(width: u32, height: u32, per_pixel: usize) -> Result<usize, Error> {
    length(width)
        .checked_mul(length(height))
        .and_then(|pixels| pixels.checked_mul(per_pixel))
        .ok_or_else(|| Error::new(code::DOCUMENT_LIMIT, "The picture is larger than memory"))
}

pub(super) fn length(side: u32) -> usize {
    usize::try_from(side).unwrap_or(usize::MAX)
}

pub(super) fn damaged(why: &str) -> Error {
    Error::new(
        code::DOCUMENT_DAMAGED,
        format!("The picture cannot be read: {why}"),
    )
}

fn unfit(error: &(dyn std::error::Error + 'static)) -> Error {
    Error::new(code::INTERNAL, "The picture could not be made").caused_by(error)
}
