//! JPEG: what its markers say, and its pixels.

use bytes::Bytes;
use jpeg_decoder::PixelFormat;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::super::{Budget, File};
use super::colour;
use super::picture::{Picture, Space, damaged, length, size_of_samples};
#[cfg(feature = "documents-turbo")]
use super::turbo;
use super::{Decoded, Header, tiff};
use crate::error::{Error, code};
use crate::sizes::wide;

/// Where the end of a JPEG is looked for first.
const TAIL: u64 = 64 << 10;
/// How much is looked at for it at a time, where it is not there.
const STEP: u64 = 1 << 20;
/// The most that is passed over between two segments.
const LONGEST_JUNK: u64 = 64 << 10;
/// Progressive pictures have about ten scans. Each goes over the whole picture.
const MOST_SCANS: usize = 100;
/// The most of the segments of an ICC profile that are put together.
const LONGEST_PROFILE: usize = 16 << 20;

/// The quantisation of light at quality 50 (ITU-T T.81, table K.1); the order does not matter here.
const LUMINANCE: [u32; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// The markers in front of the first scan.
#[derive(Debug, Default)]
pub(super) struct Markers {
    pub(super) width: u32,
    pub(super) height: u32,
    components: u8,
    precision: u8,
    /// The start-of-frame marker: the process that it was coded by.
    process: u8,
    orientation: Option<u8>,
    /// How coarse the first quantisation table is: the sum of its 64 values.
    pub(super) coarseness: Option<u32>,
    /// How many components the first scan has.
    together: u8,
    profile: Vec<Bytes>,
    /// Where the first scan begins.
    scan: u64,
}

impl Markers {
    /// Reads segment by segment up to the first scan.
    pub(super) fn read(file: &File, budget: &Budget) -> Result<Self, Error> {
        let mut markers = Self::default();
        let mut at = 2;
        if file.range(0, 2)?.as_ref() != [0xff, 0xd8] {
            return Err(damaged("it does not begin as a JPEG does"));
        }
        loop {
            budget.objects(1)?;
            let head = file.range(at, 4)?;
            let [0xff, marker, high, low] = head.as_ref() else {
                at = next_marker(file, at)?;
                continue;
            };
            match marker {
                // Any number of these may stand before a marker.
                0xff => at = at.saturating_add(1),
                // Markers without a length.
                0x01 | 0xd0..=0xd8 => at = at.saturating_add(2),
                0xd9 => return Err(damaged("it ends before its first line")),
                _ => {
                    let size = u64::from(u16::from_be_bytes([*high, *low]));
                    let segment = file.range(at.saturating_add(4), size.saturating_sub(2))?;
                    at = at.saturating_add(2).saturating_add(size.max(2));
                    markers.take(*marker, &segment, budget)?;
                    if *marker == 0xda {
                        markers.scan = at;
                        break;
                    }
                }
            }
        }
        if markers.width == 0 || markers.height == 0 {
            return Err(damaged("it has no size"));
        }
        Ok(markers)
    }

    fn take(&mut self, marker: u8, segment: &Bytes, budget: &Budget) -> Result<(), Error> {
        match (marker, segment.as_ref()) {
            // C4, C8 and CC stand among the frames and are none.
            (0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf, frame) => {
                let [precision, h1, h0, w1, w0, components, ..] = frame else {
                    return Err(damaged("its frame is cut off"));
                };
                self.process = marker;
                self.precision = *precision;
                self.height = u16::from_be_bytes([*h1, *h0]).into();
                self.width = u16::from_be_bytes([*w1, *w0]).into();
                self.components = *components;
            }
            (0xdb, [kind @ (0x00 | 0x10), table @ ..]) => {
                let sum = if *kind == 0 {
                    table.iter().take(64).map(|value| u32::from(*value)).sum()
                } else {
                    let (wide, _) = table.as_chunks::<2>();
                    wide.iter()
                        .take(64)
                        .map(|value| u32::from(u16::from_be_bytes(*value)))
                        .sum()
                };
                self.coarseness = Some(sum);
            }
            (0xe1, segment) if segment.starts_with(b"Exif\0\0") && self.orientation.is_none() => {
                self.orientation = tiff::exif_orientation(segment, budget);
            }
            (0xe2, icc) if icc.starts_with(b"ICC_PROFILE\0") => {
                self.profile.push(segment.slice(12.min(segment.len())..));
            }
            (0xda, [together, ..]) => self.together = *together,
            _ => {}
        }
        Ok(())
    }

    /// The segments of the profile in their order.
    fn profile(&self) -> Option<Vec<u8>> {
        let mut parts: Vec<(&u8, &[u8])> = self
            .profile
            .iter()
            .filter_map(|segment| match segment.as_ref() {
                [number, _, part @ ..] => Some((number, part)),
                _ => None,
            })
            .collect();
        parts.sort_by_key(|(number, _)| **number);
        let whole: Vec<u8> = parts
            .iter()
            .flat_map(|(_, part)| part.iter().copied())
            .collect();
        (!whole.is_empty() && whole.len() <= LONGEST_PROFILE).then_some(whole)
    }

    fn progressive(&self) -> bool {
        self.process == 0xc2
    }
}

/// Where a marker may stand: other readers pass over what is between the segments too.
fn next_marker(file: &File, at: u64) -> Result<u64, Error> {
    let ahead = file.range(at, LONGEST_JUNK)?;
    let found = memchr::memchr(0xff, ahead.get(1..).unwrap_or_default());
    let passed = found.ok_or_else(|| damaged("it ends before its first line"))?;
    Ok(at.saturating_add(1).saturating_add(wide(passed)))
}

/// Whether the marker of its end is there; without it, the picture breaks off.
fn ends(file: &File, scan: u64) -> Result<bool, Error> {
    let within = |from: u64, size: u64| {
        Ok::<_, Error>(
            file.range(from, size)?
                .windows(2)
                .any(|pair| pair == [0xff, 0xd9]),
        )
    };
    if within(file.length().saturating_sub(TAIL).max(scan), TAIL)? {
        return Ok(true);
    }
    // Some cameras put a film behind the picture.
    let mut at = scan;
    while at < file.length() {
        if within(at, STEP.saturating_add(1))? {
            return Ok(true);
        }
        at = at.saturating_add(STEP);
    }
    Ok(false)
}

/// What a JPEG says of itself.
pub(super) fn inspect(file: &File, budget: &Budget) -> Result<Header, Error> {
    let markers = Markers::read(file, budget)?;
    Ok(Header {
        width: markers.width,
        height: markers.height,
        orientation: markers.orientation,
        pages: 1,
        animated: false,
        damaged: !ends(file, markers.scan)?,
    })
}

/// How coarse its first quantisation table is.
pub(super) fn coarseness(content: &Bytes, budget: &Budget) -> Result<Option<u32>, Error> {
    Ok(Markers::read(&File::bytes(content.clone(), None), budget)?.coarseness)
}

/// How coarse that table is in pictures that are made here with this quality.
pub(super) fn coarseness_of(quality: u8) -> u32 {
    let quality = u32::from(quality.clamp(1, 100));
    let scale = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    LUMINANCE
        .iter()
        .map(|value| ((value * scale + 50) / 100).clamp(1, 255))
        .sum()
}

/// Width and height.
pub(super) fn size(content: &Bytes, budget: &Budget) -> Result<(u32, u32), Error> {
    let markers = Markers::read(&File::bytes(content.clone(), None), budget)?;
    Ok((markers.width, markers.height))
}

/// The pixels. Where `at_least` is given, a picture that is smaller, but not smaller than that, will
/// do: halves, quarters and eighths are cheaper to decode.
pub(super) fn decode(
    content: &Bytes,
    at_least: Option<(u32, u32)>,
    budget: &Budget,
) -> Result<Decoded, Error> {
    let file = File::bytes(content.clone(), None);
    let markers = Markers::read(&file, budget)?;
    let (width, height) = (markers.width, markers.height);
    budget.pixels(width.into(), height.into())?;
    if !ends(&file, markers.scan)? {
        return Err(damaged("it breaks off before its end"));
    }
    if markers.precision != 8 || !matches!(markers.process, 0xc0..=0xc2) {
        let what =
            "This kind of JPEG is not read here: baseline and progressive ones of eight bits are";
        return Err(Error::new(code::DOCUMENT_TYPE_UNFIT, what));
    }
    let components = usize::from(markers.components);
    let samples = size_of_samples(width, height, components)?;
    // A progressive picture is held as coefficients of two bytes until its last scan.
    let held = if markers.progressive() {
        samples.saturating_mul(3)
    } else {
        samples
    };
    budget.inflated(wide(held))?;
    if markers.progressive() {
        let scans = content
            .windows(2)
            .filter(|pair| *pair == [0xff, 0xda])
            .take(MOST_SCANS + 1);
        if scans.count() > MOST_SCANS {
            return Err(damaged("it has more scans than any picture needs"));
        }
    }
    #[cfg(feature = "documents-turbo")]
    if let Some(at_least) = at_least
        && let Some(picture) = turbo::decode(content, at_least, MOST_SCANS)
    {
        return Ok(Decoded {
            picture,
            orientation: markers.orientation.unwrap_or(1),
            profile: markers.profile(),
        });
    }
    // The fast decoder knows neither fractions nor components one after the other, and reads inks
    // in another order.
    let apart = !markers.progressive() && markers.together != markers.components;
    let at_least =
        at_least.filter(|(w, h)| w.saturating_mul(2) <= width && h.saturating_mul(2) <= height);
    let profile = markers.profile();
    let for_fast = !apart && components != 4 && at_least.is_none();
    // Whether what the fast decoder complains of can be read, the other one judges.
    let (picture, profile) = match for_fast.then(|| fast(content, &markers)) {
        Some(Ok(picture)) => (picture, profile),
        _ => thorough(content, at_least, profile, samples)?,
    };
    Ok(Decoded {
        picture,
        orientation: markers.orientation.unwrap_or(1),
        profile,
    })
}

fn fast(content: &Bytes, markers: &Markers) -> Result<Picture, Error> {
    let wrong = |error: zune_jpeg::errors::DecodeErrors| damaged(&error.to_string());
    // Otherwise lines that cannot be read would come out gray.
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(length(markers.width))
        .set_max_height(length(markers.height));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(content.as_ref()), options);
    decoder.decode_headers().map_err(wrong)?;
    let (space, as_is) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => (Space::Gray, ColorSpace::Luma),
        Some(ColorSpace::YCbCr) => (Space::Ycc, ColorSpace::YCbCr),
        _ => (Space::Rgb, ColorSpace::RGB),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(as_is));
    let samples = decoder.decode().map_err(wrong)?;
    Picture::new(markers.width, markers.height, space, samples)
}

/// Gives the profile back where it was not used up.
fn thorough(
    content: &Bytes,
    at_least: Option<(u32, u32)>,
    profile: Option<Vec<u8>>,
    samples: usize,
) -> Result<(Picture, Option<Vec<u8>>), Error> {
    let wrong = |error: jpeg_decoder::Error| damaged(&error.to_string());
    let mut decoder = jpeg_decoder::Decoder::new(content.as_ref());
    decoder.set_max_decoding_buffer_size(samples);
    decoder.read_info().map_err(wrong)?;
    if let Some((width, height)) = at_least {
        let side = |side| u16::try_from(side).unwrap_or(u16::MAX);
        decoder.scale(side(width), side(height)).map_err(wrong)?;
    }
    let samples = decoder.decode().map_err(wrong)?;
    let info = decoder.info().ok_or_else(|| damaged("it has no size"))?;
    let (width, height) = (info.width.into(), info.height.into());
    match info.pixel_format {
        PixelFormat::L8 => Ok((Picture::new(width, height, Space::Gray, samples)?, profile)),
        PixelFormat::RGB24 => Ok((Picture::new(width, height, Space::Rgb, samples)?, profile)),
        PixelFormat::CMYK32 => {
            let samples = colour::inks_to_rgb(&samples, profile.as_deref());
            Ok((Picture::new(width, height, Space::Rgb, samples)?, None))
        }
        PixelFormat::L16 => Err(damaged("its samples have more than eight bits")),
    }
}
