//! A decoded picture: eight bits a sample, without alpha.

use fast_image_resize::PixelType;

use crate::error::{Error, code};
use crate::sizes::index;

/// How large a picture is, in bytes, before half of the work goes to another thread.
pub(super) const WORTH_A_THREAD: usize = 3 << 20;

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
    /// The same, first all light, then each of both colours, with fewer samples of colour: one for
    /// so many of light across and down, 1 or 2.
    Planes { across: u32, down: u32 },
}

/// What is resized by itself: a whole picture, or one plane of it.
#[derive(Clone, Copy)]
pub(super) struct Plane {
    pub(super) width: u32,
    pub(super) height: u32,
    /// How many pixels of the picture one of its samples stands for.
    pub(super) across: u32,
    pub(super) down: u32,
    pub(super) pixel: PixelType,
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
        let needed = space.size(width, height)?;
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

    pub(super) fn samples(&self) -> &[u8] {
        &self.samples
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

    /// Its planes, each row by row; one where the samples of a pixel lie together.
    pub(super) fn planes(&self) -> Vec<&[u8]> {
        let mut rest = self.samples.as_slice();
        let planes = self.space.planes(self.width, self.height);
        let each = planes.iter().map(|plane| {
            let (own, others) = rest.split_at(plane.size().min(rest.len()));
            rest = others;
            own
        });
        each.collect()
    }

    /// [`Space::Planes`] as [`Space::Ycc`], each colour repeated.
    pub(super) fn into_packed(self) -> Self {
        let Space::Planes { across, down } = self.space else {
            return self;
        };
        let (across, down) = (length(across), length(down));
        let (width, colours) = (
            length(self.width),
            length(self.width).div_ceil(across.max(1)),
        );
        let mut samples = Vec::with_capacity(self.samples.len().saturating_mul(2));
        if let [light, blue, red] = self.planes()[..] {
            for (y, light) in light.chunks_exact(width.max(1)).enumerate() {
                let row = |plane: &'_ [u8]| {
                    let from = y / down.max(1) * colours;
                    plane.get(from..from + colours).unwrap_or_default().to_vec()
                };
                let (blue, red) = (row(blue), row(red));
                for (lights, (blue, red)) in light.chunks(across.max(1)).zip(blue.iter().zip(&red))
                {
                    samples.extend(lights.iter().flat_map(|light| [*light, *blue, *red]));
                }
            }
        }
        Self {
            space: Space::Ycc,
            samples,
            ..self
        }
    }

    /// The same picture as [`Space::Rgb`] or [`Space::Gray`].
    pub(crate) fn into_rgb(self) -> Self {
        let mut this = self.into_packed();
        if this.space == Space::Ycc {
            for pixel in this.samples.chunks_exact_mut(3) {
                if let [y, cb, cr] = pixel {
                    (*y, *cb, *cr) = ycc_to_rgb(*y, *cb, *cr);
                }
            }
            this.space = Space::Rgb;
        }
        this
    }

    /// The part of it from `left` and `top` on, where that is inside.
    pub(crate) fn crop(&self, left: u32, top: u32, width: u32, height: u32) -> Result<Self, Error> {
        let width = width.min(self.width.saturating_sub(left));
        let height = height.min(self.height.saturating_sub(top));
        if matches!(self.space, Space::Planes { .. }) {
            return self.clone().into_packed().crop(left, top, width, height);
        }
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
        // Where an odd side begins anew from its end, a sample of colour would be of other places.
        let odd = from_right && !self.width.is_multiple_of(2)
            || from_bottom && !self.height.is_multiple_of(2);
        let this = if odd { self.into_packed() } else { self };
        let mut samples = Vec::with_capacity(this.samples.len());
        for (plane, own) in this
            .space
            .planes(this.width, this.height)
            .iter()
            .zip(this.planes())
        {
            let turn = if plane.pixel == PixelType::U8 {
                turn::<1>
            } else {
                turn::<3>
            };
            turn(
                own,
                plane.width,
                (sides, from_right, from_bottom),
                &mut samples,
            );
        }
        let space = match this.space {
            Space::Planes { across, down } if sides => Space::Planes {
                across: down,
                down: across,
            },
            other => other,
        };
        Self::new(width, height, space, samples)
    }
}

impl Space {
    fn samples_per_pixel(self) -> usize {
        match self {
            Self::Gray | Self::Planes { .. } => 1,
            Self::Rgb | Self::Ycc => 3,
        }
    }

    /// What pictures of this space become by resizing: 4:2:0, where they are planes.
    pub(super) fn resized(self) -> Self {
        match self {
            Self::Planes { .. } => Self::Planes { across: 2, down: 2 },
            other => other,
        }
    }

    pub(super) fn planes(self, width: u32, height: u32) -> Vec<Plane> {
        let pixel = if self.samples_per_pixel() == 1 {
            PixelType::U8
        } else {
            PixelType::U8x3
        };
        let plane = |across: u32, down: u32| Plane {
            width: width.div_ceil(across.max(1)),
            height: height.div_ceil(down.max(1)),
            across,
            down,
            pixel,
        };
        match self {
            Self::Planes { across, down } => {
                vec![plane(1, 1), plane(across, down), plane(across, down)]
            }
            Self::Gray | Self::Rgb | Self::Ycc => vec![plane(1, 1)],
        }
    }

    /// How many bytes a picture takes.
    pub(super) fn size(self, width: u32, height: u32) -> Result<usize, Error> {
        // Planes have at most as many samples as three to a pixel.
        size_of_samples(width, height, 3)?;
        Ok(self
            .planes(width, height)
            .into_iter()
            .map(Plane::size)
            .sum())
    }
}

impl Plane {
    pub(super) fn size(self) -> usize {
        length(self.width) * length(self.height) * self.pixel.size()
    }
}

/// Copies pixels of `N` samples into their new order; `sides` exchanges rows and columns.
fn turn<const N: usize>(
    samples: &[u8],
    width: u32,
    (sides, from_right, from_bottom): (bool, bool, bool),
    turned: &mut Vec<u8>,
) {
    let (pixels, _) = samples.as_chunks::<N>();
    let rows: Vec<&[[u8; N]]> = if from_bottom {
        pixels.chunks_exact(length(width).max(1)).rev().collect()
    } else {
        pixels.chunks_exact(length(width).max(1)).collect()
    };
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
    index(side.into())
}

pub(super) fn damaged(why: &str) -> Error {
    Error::new(
        code::DOCUMENT_DAMAGED,
        format!("The picture cannot be read: {why}"),
    )
}

pub(super) fn unfit(error: &(dyn std::error::Error + 'static)) -> Error {
    Error::new(code::INTERNAL, "The picture could not be made").caused_by(error)
}
