//! HEIC and HEIF: what the container says, and the pixels of its primary picture.

mod sequence;

use bytes::Bytes;
use heifer_isobmff::HeifFile;
use heifer_isobmff::boxes::{ColorInfo, Property};

use super::super::{Budget, File};
use super::colour::over_white;
use super::picture::{Picture, Space, damaged};
use super::{Decoded, Header};
use crate::error::{Error, code};
use crate::sizes::wide;

/// The longest description of a file's items: a picture of a thousand tiles has 50 kB, and a colour
/// profile may be in it too.
const LONGEST_META: u64 = 4 << 20;
/// The most items, and the longest list of how they are joined: reading takes their product in time.
const MOST_ITEMS: u64 = 10_000;
const LONGEST_REFERENCES: u64 = 64 << 10;

/// The beginning of a file, without its pictures.
struct Front {
    /// The boxes that tell its type and describe its items.
    boxes: Vec<u8>,
    /// Where the tracks of a sequence are told of.
    movie: Option<sequence::Place>,
    cut_off: bool,
}

/// What a HEIF says of itself.
pub(super) fn inspect(file: &File, budget: &Budget) -> Result<Header, Error> {
    let front = Front::read(file, budget)?;
    let heif = parse(&front.boxes)?;
    let primary = heif.primary_id;
    let (mut width, mut height) = heif.image_size(primary).ok().flatten().unwrap_or_default();
    let mut turn = Turn::default();
    let mut turned = false;
    for property in heif
        .item_properties(primary)
        .map_err(|error| damaged(&error.to_string()))?
    {
        turned |= matches!(property, Property::Rotation(_) | Property::Mirror(_));
        match property {
            Property::Rotation(quarters) => {
                for _ in 0..quarters % 4 {
                    turn = turn.then(Turn::LEFT);
                }
            }
            Property::Mirror(true) => turn = turn.then(Turn::TOP_BOTTOM),
            Property::Mirror(false) => turn = turn.then(Turn::LEFT_RIGHT),
            // Coded sides are even; the rest is cut off.
            Property::CleanAperture {
                width: across,
                height: down,
                ..
            } => {
                width = across.0.checked_div(across.1).unwrap_or(width).min(width);
                height = down.0.checked_div(down.1).unwrap_or(height).min(height);
            }
            _ => {}
        }
    }
    if width == 0 || height == 0 {
        return Err(damaged("it has no size"));
    }
    let items = wide(heif.top_level_image_ids().len());
    let shown = match front.movie {
        Some(movie) => sequence::pictures(file, movie, budget)?,
        None => 0,
    };
    Ok(Header {
        width,
        height,
        orientation: turned.then(|| turn.orientation()),
        pages: items.max(shown),
        animated: front.movie.is_some(),
        damaged: front.cut_off,
    })
}

/// The pixels of the primary picture, turned as the file says.
pub(super) fn decode(content: &Bytes, budget: &Budget) -> Result<Decoded, Error> {
    let file = File::bytes(content.clone(), None);
    let front = Front::read(&file, budget)?;
    let heif = parse(&front.boxes)?;
    let mut max_pixels = 0;
    for property in &heif.properties {
        if let Property::ImageSize { width, height } = property {
            budget.pixels((*width).into(), (*height).into())?;
            // Coded pictures are a little larger: they are made of whole blocks.
            let pixels = u64::from(*width)
                .saturating_add(64)
                .saturating_mul(u64::from(*height).saturating_add(64));
            max_pixels = pixels.max(max_pixels);
        }
    }
    if front.cut_off {
        return Err(damaged("it breaks off before its end"));
    }
    // Four bytes a pixel for the decoder's planes, and four for the result.
    budget.inflated(max_pixels.saturating_mul(8))?;
    let profile = heif
        .icc_profile(heif.primary_id)
        .ok()
        .flatten()
        .map(<[u8]>::to_vec);
    let options = heifer::Options {
        max_threads: 0,
        max_pixels,
    };
    // Phones name the curve of video for samples that have sRGB's, and viewers do not believe it.
    let image = if profile.is_none() && heif.properties.iter().any(is_wide) {
        heifer::decode_srgb_rgba8(content, &options)
    } else {
        heifer::decode_rgba8(content, &options)
    };
    let image = image.map_err(|error| match error {
        heifer::Error::Unsupported(what) => Error::new(
            code::DOCUMENT_TYPE_UNFIT,
            format!("This kind of HEIF is not read here: {what}"),
        ),
        error => damaged(&error.to_string()),
    })?;
    let (width, height) = (image.width, image.height);
    let samples = if image.has_alpha {
        let mut samples = image.data;
        over_white::<3>(&mut samples);
        samples
    } else {
        image.into_rgb8()
    };
    Ok(Decoded {
        picture: Picture::new(width, height, Space::Rgb, samples)?,
        orientation: 1,
        profile,
    })
}

/// Whether colours are told without a profile that a screen of sRGB does not have: those of BT.2020
/// and P3 (ITU-T H.273, table 2).
fn is_wide(property: &Property) -> bool {
    let Property::Color(ColorInfo::Nclx { primaries, .. }) = property else {
        return false;
    };
    matches!(primaries, 9 | 11 | 12)
}

fn parse(boxes: &[u8]) -> Result<HeifFile<'_>, Error> {
    HeifFile::parse(boxes).map_err(|error| damaged(&error.to_string()))
}

impl Front {
    fn read(file: &File, budget: &Budget) -> Result<Self, Error> {
        let mut front = Self {
            boxes: Vec::new(),
            movie: None,
            cut_off: false,
        };
        let mut at = 0;
        while at < file.length() {
            budget.objects(1)?;
            let Some((kind, data, end)) = open(&file.range(at, 16)?, at, file.length()) else {
                front.cut_off = true;
                break;
            };
            front.cut_off = end > file.length();
            match &kind {
                b"ftyp" | b"meta" => {
                    let size = end.saturating_sub(at);
                    if size > LONGEST_META || front.cut_off {
                        return Err(damaged("the description of its items is too long"));
                    }
                    let whole = file.range(at, size)?;
                    if &kind == b"meta" {
                        sensible(
                            whole.slice(usize::try_from(data.saturating_sub(at)).unwrap_or(0)..),
                        )?;
                    }
                    front.boxes.extend_from_slice(&whole);
                }
                b"moov" => front.movie = Some((data, end.min(file.length()))),
                _ => {}
            }
            at = end;
        }
        Ok(front)
    }
}

/// Refuses what would take long to read: counts are looked at before the items are.
fn sensible(meta: Bytes) -> Result<(), Error> {
    let length = wide(meta.len());
    let meta = File::bytes(meta, None);
    // Four bytes of version and flags are in front of the boxes.
    let mut at = 4;
    while at < length {
        let Some((kind, data, end)) = open(&meta.range(at, 16)?, at, length) else {
            break;
        };
        let head = meta.range(data, 10)?;
        let number = |bytes: Option<&[u8]>| number(bytes.unwrap_or_default());
        let items = match (&kind, head.first()) {
            (b"iinf", Some(0)) => number(head.get(4..6)),
            (b"iinf", _) => number(head.get(4..8)),
            (b"iloc", Some(0 | 1)) => number(head.get(6..8)),
            (b"iloc", _) => number(head.get(6..10)),
            (b"iref", _) if end.saturating_sub(data) > LONGEST_REFERENCES => u64::MAX,
            _ => 0,
        };
        if items > MOST_ITEMS {
            let message = format!("The file passes the limit of {MOST_ITEMS} items in a picture");
            return Err(Error::new(code::DOCUMENT_LIMIT, message));
        }
        at = end;
    }
    Ok(())
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |all, byte| (all << 8) | u64::from(*byte))
}

/// The kind of a box, where its content begins and where it ends.
fn open(head: &[u8], at: u64, length: u64) -> Option<([u8; 4], u64, u64)> {
    let short = number(head.get(..4)?);
    let kind = *head.get(4..8)?.first_chunk()?;
    let (size, data) = match short {
        0 => (length.saturating_sub(at), 8),
        1 => (number(head.get(8..16)?), 16),
        _ => (short, 8),
    };
    (size >= data).then(|| (kind, at.saturating_add(data), at.saturating_add(size)))
}

/// Where the first row and the first column of what is seen come from: `along` is the step to the
/// right and `down` the step below, in what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    along: (i8, i8),
    down: (i8, i8),
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            along: (1, 0),
            down: (0, 1),
        }
    }
}

impl Turn {
    /// A quarter turn to the left: what was at the right is on top.
    const LEFT: Self = Self {
        along: (0, 1),
        down: (-1, 0),
    };
    const LEFT_RIGHT: Self = Self {
        along: (-1, 0),
        down: (0, 1),
    };
    const TOP_BOTTOM: Self = Self {
        along: (1, 0),
        down: (0, -1),
    };

    /// This turn, and then another one.
    fn then(self, next: Self) -> Self {
        let step = |(right, below): (i8, i8)| {
            (
                right * self.along.0 + below * self.down.0,
                right * self.along.1 + below * self.down.1,
            )
        };
        Self {
            along: step(next.along),
            down: step(next.down),
        }
    }

    /// As EXIF says it.
    fn orientation(self) -> u8 {
        match (self.along, self.down) {
            ((-1, _), (_, 1)) => 2,
            ((-1, _), _) => 3,
            ((1, _), (_, -1)) => 4,
            ((_, 1), (1, _)) => 5,
            ((_, -1), (1, _)) => 6,
            ((_, -1), (-1, _)) => 7,
            ((_, 1), (-1, _)) => 8,
            _ => 1,
        }
    }
}
