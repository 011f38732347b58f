//! WebP: what its chunks say, and its pixels.

use std::io::Cursor;

use bytes::Bytes;
use image_webp::WebPDecoder;

use super::super::{Budget, File};
use super::colour::over_white;
use super::picture::{Picture, Space, damaged, size_of_samples};
use super::{Decoded, Header, tiff};
use crate::error::Error;
use crate::sizes::wide;

/// The longest EXIF metadata that is read, in bytes.
const LONGEST_EXIF: u64 = 1 << 20;
/// What the decoder may take beside the pixels.
const BESIDE: usize = 32 << 20;

/// What a WebP says of itself.
pub(super) fn inspect(file: &File, budget: &Budget) -> Result<Header, Error> {
    let head = file.range(0, 12)?;
    if (head.get(..4), head.get(8..12)) != (Some(b"RIFF"), Some(b"WEBP")) {
        return Err(damaged("it does not begin as a WebP does"));
    }
    let mut canvas = None;
    let mut coded = None;
    let mut header = Header {
        width: 0,
        height: 0,
        orientation: None,
        pages: 1,
        animated: false,
        damaged: false,
    };
    // What follows the container is not its own.
    let size = little_endian(head.get(4..8).unwrap_or_default());
    let end = size.saturating_add(8).min(file.length());
    let mut at: u64 = 12;
    while at < end {
        budget.objects(1)?;
        let chunk = file.range(at, 18)?;
        let (Some(kind), Some(size)) = (chunk.get(..4), chunk.get(4..8)) else {
            break;
        };
        let size = little_endian(size);
        let data = chunk.get(8..).unwrap_or_default();
        match (kind, data) {
            (b"VP8X", [flags, _, _, _, w0, w1, w2, h0, h1, h2]) => {
                header.animated = flags & 0x02 != 0;
                canvas = Some((
                    little_endian(&[*w0, *w1, *w2]) + 1,
                    little_endian(&[*h0, *h1, *h2]) + 1,
                ));
            }
            // Behind the tag of the frame and the start code.
            (b"VP8 ", [_, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1]) if coded.is_none() => {
                coded = Some((
                    little_endian(&[*w0, *w1]) & 0x3fff,
                    little_endian(&[*h0, *h1]) & 0x3fff,
                ));
            }
            // Fourteen bits each, behind the signature.
            (b"VP8L", [0x2f, b0, b1, b2, b3, ..]) if coded.is_none() => {
                let bits = little_endian(&[*b0, *b1, *b2, *b3]);
                coded = Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1));
            }
            (b"EXIF", _) => {
                let exif = file.range(at.saturating_add(8), size.min(LONGEST_EXIF))?;
                header.orientation = tiff::exif_orientation(&exif, budget);
            }
            _ => {}
        }
        // Chunks are padded to an even length.
        at = at
            .saturating_add(8)
            .saturating_add(size)
            .saturating_add(size % 2);
    }
    header.damaged = size.saturating_add(8) > file.length().saturating_add(1)
        || at > end.saturating_add(1)
        || (coded.is_none() && !header.animated);
    let (width, height) = canvas.or(coded).ok_or_else(|| damaged("it has no size"))?;
    // A picture of another size than its canvas is no picture of that file.
    header.damaged |= coded.is_some_and(|coded| coded != (width, height)) && !header.animated;
    header.width = u32::try_from(width).unwrap_or(0);
    header.height = u32::try_from(height).unwrap_or(0);
    if header.width == 0 || header.height == 0 {
        return Err(damaged("it has no size"));
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
    let wrong = |error: image_webp::DecodingError| damaged(&error.to_string());
    // The decoder and the result take four bytes a pixel each, at most.
    let whole = size_of_samples(header.width, header.height, 8)?;
    budget.inflated(wide(whole))?;
    let mut decoder = WebPDecoder::new(Cursor::new(content.as_ref())).map_err(wrong)?;
    decoder.set_memory_limit(whole.saturating_add(BESIDE));
    if decoder.dimensions() != (header.width, header.height) {
        return Err(damaged("its sizes do not fit"));
    }
    let size = size_of_samples(
        header.width,
        header.height,
        if decoder.has_alpha() { 4 } else { 3 },
    )?;
    let mut samples = vec![0; size];
    decoder.read_image(&mut samples).map_err(wrong)?;
    if decoder.has_alpha() {
        over_white::<3>(&mut samples);
    }
    let profile = decoder.icc_profile().ok().flatten();
    let picture = Picture::new(header.width, header.height, Space::Rgb, samples)?;
    Ok(Decoded {
        picture,
        orientation: header.orientation.unwrap_or(1),
        profile,
    })
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |all, byte| (all << 8) | u64::from(*byte))
}
