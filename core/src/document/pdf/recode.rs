//! One picture of a PDF, made smaller.
//!
//! Its samples stay in its own colours: they are decoded, resized and encoded as JPEG, and the colour
//! space, the masks beside it and the way its values are mapped hold as before. What cannot be done so
//! is left as it is: bilevel pictures (they are small, and sharp), inks, pictures with a transparent
//! colour, and those whose coding and dictionary contradict each other.

use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::dict::keys;
use hayro::hayro_syntax::object::stream::{ImageColorSpace, ImageDecodeParams};
use hayro::hayro_syntax::object::{Array, Name, Object, Stream};

use super::scans::Scan;
use crate::document::Budget;
use crate::document::image::{Picture, Space};
use crate::error::Error;

/// Where less than this part of the bytes goes, the picture stays: a loss needs a gain.
const LEAST_GAIN: usize = 10;
/// A picture without loss is made one with loss for a larger gain.
const LEAST_GAIN_OF_LOSSLESS: usize = 2;

/// A picture that takes the place of another.
pub(super) struct Recoded {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) jpeg: Vec<u8>,
    pub(super) colours: Colours,
}

/// What becomes of the entry `ColorSpace`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    /// As before.
    Same,
    /// What its palette was made of.
    OfPalette,
    /// This one: its coding said so itself.
    Named(&'static str),
}

/// How it is to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) size: (u32, u32),
    pub(super) quality: u8,
    /// Whether a JPEG is encoded anew though its size stays.
    pub(super) anew: bool,
}

/// Makes a picture smaller; nothing where it is to stay as it is.
pub(super) fn recode(
    stream: &Stream<'_>,
    scan: &Scan,
    target: Target,
    budget: &Budget,
) -> Result<Option<Recoded>, Error> {
    let lossy = matches!(
        stream.filters().last(),
        Some(Filter::DctDecode | Filter::JpxDecode)
    );
    let stays = target.size == (scan.width, scan.height);
    if stays && !(target.anew || scan.whole && !lossy) {
        return Ok(None);
    }
    let Some((picture, colours)) = decoded(stream, scan) else {
        return Ok(None);
    };
    let (picture, (width, height)) = (picture?, target.size);
    let jpeg = picture
        .resized(width, height, budget)?
        .to_jpeg(target.quality)?;
    let before = stream.raw_data().len();
    let gain = if stays && !lossy {
        before / LEAST_GAIN_OF_LOSSLESS
    } else {
        before / LEAST_GAIN
    };
    Ok(
        (jpeg.len() < before.saturating_sub(gain)).then_some(Recoded {
            width,
            height,
            jpeg,
            colours,
        }),
    )
}

fn decoded(stream: &Stream<'_>, scan: &Scan) -> Option<(Result<Picture, Error>, Colours)> {
    let dict = stream.dict();
    let lossy = matches!(
        stream.filters().last(),
        Some(Filter::DctDecode | Filter::JpxDecode)
    );
    let bilevel = matches!(
        stream.filters().last(),
        Some(Filter::CcittFaxDecode | Filter::Jbig2Decode)
    );
    let bits = dict.get::<u8>(keys::BITS_PER_COMPONENT).unwrap_or(8);
    let matte = dict
        .get::<Stream<'_>>(keys::SMASK)
        .is_some_and(|mask| mask.dict().contains_key(keys::MATTE));
    if bilevel
        || bits == 1
        || matte
        || dict.get::<bool>(keys::IMAGE_MASK).unwrap_or(false)
        || dict.get::<Array<'_>>(keys::MASK).is_some()
        || dict.get::<u8>(keys::SMASK_IN_DATA).unwrap_or(0) > 0
    {
        return None;
    }
    let told = dict.get::<Object<'_>>(keys::COLORSPACE);
    let colours = told.as_ref().map(Native::of);
    // A colour space that is not known here.
    if matches!(colours, Some(None)) || has_profile(stream) && told.is_none() {
        return None;
    }
    let colours = colours.flatten();
    let palette = matches!(colours, Some(Native::Palette { .. }));
    if palette && (lossy || bits > 8 || dict.contains_key(keys::DECODE)) {
        return None;
    }
    let parameters = ImageDecodeParams {
        is_indexed: palette,
        bpc: Some(bits),
        num_components: colours.as_ref().map(Native::components),
        target_dimension: None,
        width: scan.width,
        // A JPEG of more pixels than this is given this size by the decoder; with one row more than
        // there may be, it is seen below that its own size was another.
        height: scan.height.saturating_add(1),
    };
    let data = stream.decoded_image(&parameters).ok()?;
    let mut bits = bits;
    let native = match &data.image_data {
        Some(coded) => {
            if (coded.width, coded.height) != (scan.width, scan.height) || coded.alpha.is_some() {
                return None;
            }
            bits = coded.bits_per_component;
            let own = match coded.color_space? {
                ImageColorSpace::Gray => Native::Gray,
                ImageColorSpace::Rgb => Native::Rgb,
                _ => return None,
            };
            if colours
                .as_ref()
                .is_some_and(|told| told.components() != own.components())
            {
                return None;
            }
            own
        }
        None => colours?,
    };
    let named = match (&native, &told) {
        (Native::Palette { .. }, _) => Colours::OfPalette,
        (_, Some(_)) => Colours::Same,
        (Native::Gray, None) => Colours::Named("DeviceGray"),
        (Native::Rgb, None) => Colours::Named("DeviceRGB"),
    };
    let samples = unpacked(&data.data, scan, native.components(), bits, palette)?;
    let (space, samples) = native.resolved(samples)?;
    Some((Picture::new(scan.width, scan.height, space, samples), named))
}

/// Whether a JPEG 2000 picture brings a profile of its own.
fn has_profile(stream: &Stream<'_>) -> bool {
    let data = stream.raw_data();
    let place = memchr::memmem::find(&data, b"colr");
    place
        .and_then(|place| data.get(place.saturating_add(4)))
        .is_some_and(|method| *method != 1)
}

/// Samples that a JPEG can hold.
#[derive(Debug)]
enum Native {
    Gray,
    Rgb,
    Palette { base: Box<Native>, table: Vec<u8> },
}

impl Native {
    fn of(space: &Object<'_>) -> Option<Self> {
        match space {
            Object::Name(name) => Self::named(name),
            Object::Array(array) => {
                let mut items = array.flex_iter();
                let name = items.next::<Name<'_>>()?;
                match name.as_ref() {
                    keys::ICC_BASED => {
                        match items.next::<Stream<'_>>()?.dict().get::<u8>(keys::N)? {
                            1 => Some(Self::Gray),
                            3 => Some(Self::Rgb),
                            _ => None,
                        }
                    }
                    keys::INDEXED | keys::I => {
                        let base = Self::of(&items.next::<Object<'_>>()?)?;
                        let _last = items.next::<Object<'_>>()?;
                        let table = match items.next::<Object<'_>>()? {
                            Object::String(table) => table.as_bytes().to_vec(),
                            Object::Stream(table) => table.decoded_data().ok()?.into_owned(),
                            _ => return None,
                        };
                        let flat = !matches!(base, Self::Palette { .. });
                        flat.then(|| Self::Palette {
                            base: Box::new(base),
                            table,
                        })
                    }
                    _ => Self::named(&name),
                }
            }
            _ => None,
        }
    }

    fn named(name: &Name<'_>) -> Option<Self> {
        match name.as_ref() {
            keys::DEVICE_GRAY | keys::CALGRAY | keys::G => Some(Self::Gray),
            keys::DEVICE_RGB | keys::CALRGB | keys::RGB => Some(Self::Rgb),
            _ => None,
        }
    }

    /// How many samples a pixel has.
    fn components(&self) -> u8 {
        match self {
            Self::Gray | Self::Palette { .. } => 1,
            Self::Rgb => 3,
        }
    }

    /// The samples themselves, where they are places in a palette.
    fn resolved(self, samples: Vec<u8>) -> Option<(Space, Vec<u8>)> {
        match self {
            Self::Gray => Some((Space::Gray, samples)),
            Self::Rgb => Some((Space::Rgb, samples)),
            Self::Palette { base, table } => {
                let size = usize::from(base.components());
                let last = table.len().checked_div(size)?.checked_sub(1)?;
                let mut all = Vec::with_capacity(samples.len().checked_mul(size)?);
                for place in samples {
                    let from = usize::from(place).min(last).checked_mul(size)?;
                    all.extend_from_slice(table.get(from..from.checked_add(size)?)?);
                }
                base.resolved(all)
            }
        }
    }
}

/// Samples of eight bits; those of a palette are not scaled.
fn unpacked(data: &[u8], scan: &Scan, components: u8, bits: u8, palette: bool) -> Option<Vec<u8>> {
    let row = usize::try_from(scan.width)
        .ok()?
        .checked_mul(components.into())?;
    let rows = usize::try_from(scan.height).ok()?;
    let all = row.checked_mul(rows)?;
    match bits {
        8 => data.get(..all).map(<[u8]>::to_vec),
        16 => {
            let (pairs, _) = data.get(..all.checked_mul(2)?)?.as_chunks::<2>();
            Some(pairs.iter().map(|[high, _]| *high).collect())
        }
        2 | 4 => {
            let each = usize::from(8 / bits);
            let most = (1_u8 << bits) - 1;
            let scale = if palette { 1 } else { 255 / most };
            let length = row.div_ceil(each);
            let mut samples = Vec::with_capacity(all);
            for row_data in data
                .get(..length.checked_mul(rows)?)?
                .chunks_exact(length.max(1))
            {
                let split = |byte: &u8| {
                    let byte = *byte;
                    (1..=8 / bits).map(move |place| (byte >> (8 - bits * place) & most) * scale)
                };
                samples.extend(row_data.iter().flat_map(split).take(row));
            }
            Some(samples)
        }
        _ => None,
    }
}
