//! JPEG by libjpeg-turbo (feature `documents-turbo`): as planes, each of the size that it was coded
//! with, so that neither decoding nor encoding converts a colour or repeats one.

use turbojpeg::{
    Colorspace, Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp, YuvImage,
    YuvPlanesImage, yuv_pixels_len,
};

use super::picture::{Picture, Space, length, unfit};
use crate::error::Error;

/// Parts, of eight, that are decoded quicker than the whole and made smaller afterwards.
const PARTS: [usize; 6] = [1, 2, 3, 4, 5, 6];

/// The pixels, or fewer of at least that size. Nothing where the file is none of those that this is
/// for, or is not read without a complaint: the other decoder judges those.
pub(super) fn decode(content: &[u8], at_least: (u32, u32), most_scans: usize) -> Option<Picture> {
    let mut decoder = Decompressor::new().ok()?;
    decoder.set_scan_limit(most_scans.try_into().ok()?).ok()?;
    let header = decoder.read_header(content).ok()?;
    let (across, down) = match (header.colorspace, header.subsamp) {
        (Colorspace::Gray, Subsamp::Gray) => (0, 0),
        (Colorspace::YCbCr, Subsamp::None) => (1, 1),
        (Colorspace::YCbCr, Subsamp::Sub2x1) => (2, 1),
        (Colorspace::YCbCr, Subsamp::Sub1x2) => (1, 2),
        (Colorspace::YCbCr, Subsamp::Sub2x2) => (2, 2),
        _ => return None,
    };
    let enough = |part: &ScalingFactor| {
        part.scale(header.width) >= length(at_least.0)
            && part.scale(header.height) >= length(at_least.1)
    };
    let parts = PARTS.map(|eighths| ScalingFactor::new(eighths, 8));
    let part = parts.into_iter().find(enough).unwrap_or(ScalingFactor::ONE);
    decoder.set_scaling_factor(part).ok()?;
    let scaled = header.scaled(part);
    let (width, height) = (scaled.width, scaled.height);
    let needed = yuv_pixels_len(width, 1, height, scaled.subsamp).ok()?;
    let mut planes = YuvImage {
        pixels: vec![0; needed],
        width,
        align: 1,
        height,
        subsamp: scaled.subsamp,
    };
    decoder
        .decompress_to_yuv(content, planes.as_deref_mut())
        .ok()?;
    let (rows, row) = (planes.y_height(), planes.y_width());
    let mut samples = planes.pixels;
    trim(&mut samples, (row, rows), (width, height));
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    let space = if across == 0 {
        Space::Gray
    } else {
        Space::Planes { across, down }
    };
    Picture::new(width, height, space, samples).ok()
}

/// Takes away the columns and rows that fill light up to whole samples of colour.
fn trim(samples: &mut Vec<u8>, (row, rows): (usize, usize), (width, height): (usize, usize)) {
    if row != width {
        for y in 1..height {
            samples.copy_within(y * row..y * row + width, y * width);
        }
    }
    samples.drain(width * height..row * rows);
}

/// The picture as baseline JPEG, 4:2:0. Nothing where its samples lie as only the other encoder
/// takes them.
pub(super) fn encode(picture: &Picture, quality: u8) -> Result<Option<Vec<u8>>, Error> {
    let (width, height) = (length(picture.width()), length(picture.height()));
    let wrong = |error: turbojpeg::Error| unfit(&error);
    let mut encoder = Compressor::new().map_err(wrong)?;
    encoder.set_quality(quality.into()).map_err(wrong)?;
    let packed = |format: PixelFormat| Image {
        pixels: picture.samples(),
        width,
        pitch: width.saturating_mul(format.size()),
        height,
        format,
    };
    let made = match picture.space() {
        Space::Ycc => return Ok(None),
        Space::Gray => {
            encoder.set_subsamp(Subsamp::Gray).map_err(wrong)?;
            encoder.compress_to_vec(packed(PixelFormat::GRAY))
        }
        Space::Rgb => {
            encoder.set_subsamp(Subsamp::Sub2x2).map_err(wrong)?;
            encoder.compress_to_vec(packed(PixelFormat::RGB))
        }
        Space::Planes { .. } => {
            let [y, u, v] = picture.planes()[..] else {
                return Ok(None);
            };
            let filled = fill(y, width, height);
            let planes = YuvPlanesImage {
                y_plane: filled.as_deref().unwrap_or(y),
                u_plane: u,
                v_plane: v,
                width,
                height,
                y_stride: width.next_multiple_of(2),
                u_stride: width.div_ceil(2),
                v_stride: width.div_ceil(2),
                subsamp: Subsamp::Sub2x2,
            };
            encoder.compress_yuv_planes_to_vec(&planes)
        }
    };
    made.map(Some).map_err(wrong)
}

/// Light up to whole samples of colour, where it is not: the last column and row once more.
fn fill(light: &[u8], width: usize, height: usize) -> Option<Vec<u8>> {
    if width.is_multiple_of(2) && height.is_multiple_of(2) {
        return None;
    }
    let row_length = width.next_multiple_of(2);
    let mut filled = Vec::with_capacity(row_length * height.next_multiple_of(2));
    for row in light.chunks_exact(width.max(1)) {
        filled.extend_from_slice(row);
        filled.extend(row.last().filter(|_| row_length > width));
    }
    if !height.is_multiple_of(2) {
        filled.extend_from_within(filled.len().saturating_sub(row_length)..);
    }
    Some(filled)
}
