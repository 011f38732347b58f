//! PNG: what its chunks say, and its pixels.

use std::io::{BufReader, Cursor};

use bytes::Bytes;
use png::{ColorType, Decoder, Limits, Transformations};

use super::super::{Budget, File};
use super::colour::over_white;
use super::picture::{Picture, Space, damaged, size_of_samples};
use super::{Decoded, Header, tiff};
use crate::error::Error;
use crate::sizes::wide;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The longest EXIF metadata that is read, in bytes.
const LONGEST_EXIF: u64 = 1 << 20;
/// What the decoder may take beside the rows, for profiles and the like.
const BESIDE: usize = 32 << 20;
/// Rows between two looks at the clock.
const ROWS: u32 = 64;

/// What a PNG says of itself.
pub(super) fn inspect(file: &File, budget: &Budget) -> Result<Header, Error> {
    let head = file.range(0, 24)?;
    let sides = (
        head.get(..8),
        head.get(12..16),
        head.get(16..20),
        head.get(20..24),
    );
    let (Some(SIGNATURE), Some(b"IHDR"), Some(width), Some(height)) = sides else {
        return Err(damaged("it does not begin as a PNG does"));
    };
    let (width, height) = (big_endian(width), big_endian(height));
    if width == 0 || height == 0 {
        return Err(damaged("it has no size"));
    }
    let mut header = Header {
        width,
        height,
        orientation: None,
        pages: 1,
        animated: false,
        damaged: true,
    };
    let mut at: u64 = 8;
    loop {
        budget.objects(1)?;
        let chunk = file.range(at, 8)?;
        let (Some(size), Some(kind)) = (chunk.get(..4), chunk.get(4..8)) else {
            break;
        };
        let size = u64::from(big_endian(size));
        let data = at.saturating_add(8);
        match kind {
            b"acTL" => header.animated = true,
            b"eXIf" => {
                let exif = file.range(data, size.min(LONGEST_EXIF))?;
                header.orientation = tiff::exif_orientation(&exif, budget);
            }
            b"IEND" => {
                header.damaged = data > file.length();
                break;
            }
            _ => {}
        }
        // The four bytes behind are its checksum.
        at = data.saturating_add(size).saturating_add(4);
    }
    Ok(header)
}

/// The pixels; of an animation, its first picture.
pub(super) fn decode(content: &Bytes, budget: &Budget) -> Result<Decoded, Error> {
    let header = inspect(&File::bytes(content.clone(), None), budget)?;
    budget.pixels(header.width.into(), header.height.into())?;
    if header.damaged {
        return Err(damaged("it breaks off before its end"));
    }
    let wrong = |error: png::DecodingError| damaged(&error.to_string());
    let row = size_of_samples(header.width, 1, 8)?;
    let limits = Limits {
        bytes: row.saturating_mul(4).saturating_add(BESIDE),
    };
    let mut decoder =
        Decoder::new_with_limits(BufReader::new(Cursor::new(content.as_ref())), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(wrong)?;
    let (colours, _) = reader.output_color_type();
    let (per_pixel, space) = match colours {
        ColorType::Grayscale => (1, Space::Gray),
        ColorType::GrayscaleAlpha => (2, Space::Gray),
        ColorType::Rgba => (4, Space::Rgb),
        ColorType::Rgb | ColorType::Indexed => (3, Space::Rgb),
    };
    let whole = size_of_samples(header.width, header.height, per_pixel)?;
    budget.inflated(wide(whole))?;
    let mut samples = if reader.info().interlaced {
        let mut samples = vec![0; whole];
        reader.next_frame(&mut samples).map_err(wrong)?;
        flatten(&mut samples, colours);
        samples
    } else {
        // Row by row, so that alpha and the wider samples are never held.
        let mut samples =
            Vec::with_capacity(whole / per_pixel * if space == Space::Gray { 1 } else { 3 });
        let mut flat = Vec::new();
        for y in 0..header.height {
            if y % ROWS == 0 {
                budget.time()?;
            }
            let row = reader.next_row().map_err(wrong)?;
            let row = row.ok_or_else(|| damaged("it has too few rows"))?;
            if matches!(colours, ColorType::GrayscaleAlpha | ColorType::Rgba) {
                flat.clear();
                flat.extend_from_slice(row.data());
                flatten(&mut flat, colours);
                samples.extend_from_slice(&flat);
            } else {
                samples.extend_from_slice(row.data());
            }
        }
        samples
    };
    samples.shrink_to_fit();
    let profile = reader.info().icc_profile.as_ref().map(|icc| icc.to_vec());
    let picture = Picture::new(header.width, header.height, space, samples)?;
    Ok(Decoded {
        picture,
        orientation: header.orientation.unwrap_or(1),
        profile,
    })
}

fn flatten(samples: &mut Vec<u8>, colours: ColorType) {
    match colours {
        ColorType::GrayscaleAlpha => over_white::<1>(samples),
        ColorType::Rgba => over_white::<3>(samples),
        ColorType::Grayscale | ColorType::Rgb | ColorType::Indexed => {}
    }
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |all, byte| (all << 8) | u32::from(*byte))
}
