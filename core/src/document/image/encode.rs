//! Pictures as JPEG: baseline, 4:2:0, without metadata.

use std::panic::resume_unwind;
use std::thread;

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};

use super::picture::{Picture, Space, WORTH_A_THREAD, unfit};
use crate::error::{Error, code};

/// The side of the squares that a picture of three samples is coded in, at 4:2:0.
const UNIT: u16 = 16;

impl Picture {
    /// The picture as JPEG, `quality` from 1 to 100.
    pub(crate) fn to_jpeg(&self, quality: u8) -> Result<Vec<u8>, Error> {
        let size = (side(self.width())?, side(self.height())?);
        #[cfg(feature = "documents-turbo")]
        if let Some(jpeg) = super::turbo::encode(self, quality)? {
            return Ok(jpeg);
        }
        let colours = match self.space() {
            Space::Gray => ColorType::Luma,
            Space::Rgb => ColorType::Rgb,
            Space::Ycc => ColorType::Ycbcr,
            Space::Planes { .. } => return self.clone().into_packed().to_jpeg(quality),
        };
        match half(size).filter(|_| self.space() != Space::Gray) {
            Some(half) if self.samples().len() >= WORTH_A_THREAD => {
                in_halves(self.samples(), size, half, colours, quality)
            }
            _ => encoded(self.samples(), size, None, colours, quality),
        }
    }
}

fn side(side: u32) -> Result<u16, Error> {
    u16::try_from(side).map_err(|_| {
        let message = format!("A JPEG has at most {} pixels a side, not {side}", u16::MAX);
        Error::new(code::DOCUMENT_LIMIT, message)
    })
}

/// The upper half of a picture: its rows, and the squares in it, where a JPEG can count so many.
fn half((width, height): (u16, u16)) -> Option<(u16, u16)> {
    let rows = height.div_ceil(UNIT).div_ceil(2);
    let squares = rows.checked_mul(width.div_ceil(UNIT))?;
    let rows = rows.checked_mul(UNIT).filter(|rows| *rows < height)?;
    Some((rows, squares))
}

/// Two halves at the same time, put together at a restart marker (ITU-T T.81, B.2.1): coding begins
/// anew behind one, so that the lower half is as if it were coded by itself.
fn in_halves(
    samples: &[u8],
    (width, height): (u16, u16),
    (rows, squares): (u16, u16),
    colours: ColorType,
    quality: u8,
) -> Result<Vec<u8>, Error> {
    let (upper, lower) = samples.split_at(usize::from(rows) * usize::from(width) * 3);
    let (mut jpeg, rest) = thread::scope(|scope| {
        let left = height.saturating_sub(rows);
        let other = scope.spawn(move || encoded(lower, (width, left), None, colours, quality));
        let upper = encoded(upper, (width, rows), Some(squares), colours, quality)?;
        Ok::<_, Error>((
            upper,
            other.join().unwrap_or_else(|panic| resume_unwind(panic))?,
        ))
    })?;
    let broken = || Error::new(code::INTERNAL, "The halves of a picture do not fit");
    // The frame, whose height is behind its length and precision.
    let frame = segment(&jpeg, 0xc0).ok_or_else(broken)?;
    let told = jpeg.get_mut(frame + 5..frame + 7).ok_or_else(broken)?;
    told.copy_from_slice(&height.to_be_bytes());
    // Behind the head of the scan is its data, up to the end of the picture.
    let scan = segment(&rest, 0xda).ok_or_else(broken)?;
    let data = rest
        .get(behind(&rest, scan).ok_or_else(broken)?..)
        .ok_or_else(broken)?;
    jpeg.truncate(jpeg.len().saturating_sub(2));
    jpeg.extend_from_slice(&[0xff, 0xd0]);
    jpeg.extend_from_slice(data);
    Ok(jpeg)
}

/// Where the first segment of a kind begins, with its marker.
fn segment(jpeg: &[u8], kind: u8) -> Option<usize> {
    let mut at = 2;
    while *jpeg.get(at + 1)? != kind {
        at = behind(jpeg, at)?;
    }
    Some(at)
}

/// Where a segment ends.
fn behind(jpeg: &[u8], at: usize) -> Option<usize> {
    let size = jpeg.get(at + 2..at + 4)?.try_into().ok()?;
    Some(at + 2 + usize::from(u16::from_be_bytes(size)))
}

/// With `restart`, so many squares are said to be in front of each restart marker.
fn encoded(
    samples: &[u8],
    (width, height): (u16, u16),
    restart: Option<u16>,
    colours: ColorType,
    quality: u8,
) -> Result<Vec<u8>, Error> {
    let mut jpeg = Vec::with_capacity(samples.len() / 12);
    let mut encoder = Encoder::new(&mut jpeg, quality.clamp(1, 100));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    if let Some(squares) = restart {
        encoder.set_restart_interval(squares);
    }
    encoder
        .encode(samples, width, height, colours)
        .map_err(|error| unfit(&error))?;
    Ok(jpeg)
}
