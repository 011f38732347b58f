//! A smaller file for the same reading.

use super::{Budget, Document, File, image, pdf};
use crate::error::Error;
use crate::media;

/// Mindee asks for photos of 3 to 5 megapixels (Mindee: "Optimize your documents").
const MEGAPIXELS: f64 = 4.0;
/// The quality of the JPEGs, out of 100.
const QUALITY: u8 = 85;
/// Small print stays legible from 150 dots per inch on.
const DPI: u32 = 200;

/// Names end so that say a type.
const EXTENSIONS: [&str; 12] = [
    "pdf", "jpg", "jpeg", "jpe", "jfif", "png", "webp", "tif", "tiff", "heic", "heif", "hif",
];

/// How small a file is to be. Nothing is ever made larger, and the aspect ratio stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrink {
    /// The most pixels across, as the picture is seen.
    pub max_width: Option<u32>,
    /// The most pixels down, as the picture is seen.
    pub max_height: Option<u32>,
    /// The most pixels, in millions. Without any limit: 4.
    pub megapixels: Option<f64>,
    /// The most bytes: quality is given up first, then size.
    pub max_bytes: Option<u64>,
    /// The quality of JPEGs, 1 to 100.
    pub quality: u8,
    /// Of scans in PDFs: the most dots per inch that they keep.
    pub dpi: u32,
    /// Whether large JPEGs are decoded to a half, a quarter or an eighth where that is enough: about
    /// a quarter less time for slightly less sharpness.
    pub fast: bool,
}

impl Default for Shrink {
    fn default() -> Self {
        Self {
            max_width: None,
            max_height: None,
            megapixels: None,
            max_bytes: None,
            quality: QUALITY,
            dpi: DPI,
            fast: false,
        }
    }
}

/// What shrinking gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// The smaller file, or the same bytes as before.
    pub document: Document,
    /// Whether it is smaller.
    pub smaller: bool,
    /// Why it is not smaller, or not as small as was asked for.
    pub note: Option<String>,
}

impl Shrunk {
    /// The file as it was.
    pub(super) fn unchanged(
        file: &File,
        media_type: &'static str,
        why: &str,
    ) -> Result<Self, Error> {
        let filename = file.filename().map(str::to_owned);
        let filename = filename.unwrap_or_else(|| media::default_filename(media_type));
        let document = Document {
            filename,
            media_type,
            content: file.whole()?,
        };
        Ok(Self {
            document,
            smaller: false,
            note: Some(why.to_owned()),
        })
    }
}

impl Shrink {
    /// The size that a picture gets. The longer side is rounded down, the shorter one to the nearest
    /// pixel for it; or, where a width or a height is what limits it, that one is met exactly.
    pub(super) fn size(&self, width: u32, height: u32) -> (u32, u32) {
        let mut size = (width, height);
        if let Some(most) = self
            .max_width
            .map(|most| most.max(1))
            .filter(|most| size.0 > *most)
        {
            size = (most, other_side(height, width, most));
        }
        if let Some(most) = self
            .max_height
            .map(|most| most.max(1))
            .filter(|most| size.1 > *most)
        {
            size = (other_side(width, height, most), most);
        }
        within(width, height, size, self.pixels())
    }

    fn pixels(&self) -> u64 {
        let limited =
            self.max_width.is_some() || self.max_height.is_some() || self.max_bytes.is_some();
        match self.megapixels {
            Some(megapixels) => million(megapixels),
            None if limited => u64::MAX,
            None => million(MEGAPIXELS),
        }
    }
}

/// A picture of this aspect ratio, of at most `size` and at most so many pixels.
pub(super) fn within(width: u32, height: u32, size: (u32, u32), pixels: u64) -> (u32, u32) {
    let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    if area(size) <= pixels {
        return size;
    }
    let (long, short) = (width.max(height), width.min(height).max(1));
    let ideal = u128::from(pixels) * u128::from(long) / u128::from(short);
    let mut longer = u32::try_from(ideal.isqrt())
        .unwrap_or(u32::MAX)
        .clamp(1, long);
    loop {
        let shorter = other_side(short, long, longer);
        if area((longer, shorter)) <= pixels || longer == 1 {
            return if width >= height {
                (longer, shorter)
            } else {
                (shorter, longer)
            };
        }
        longer -= 1;
    }
}

/// How long a side of `side` becomes where the other one goes from `from` to `to`.
fn other_side(side: u32, from: u32, to: u32) -> u32 {
    let from = u64::from(from.max(1));
    let scaled = (u64::from(side) * u64::from(to) + from / 2) / from;
    u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the only way from a float to a whole number; it saturates"
)]
fn million(number: f64) -> u64 {
    (number * 1e6).max(1.0) as u64
}

/// Makes a file smaller, for an upload that is quicker and no less readable: pictures become JPEG
/// (TIFFs of several pages stay TIFF, with each page as JPEG), scans in PDFs get fewer pixels. What
/// would not become smaller stays as it is.
pub fn shrink(file: &File, wish: &Shrink, budget: &Budget) -> Result<Shrunk, Error> {
    match file.media_type()? {
        "application/pdf" => pdf::shrink(file, wish, budget),
        media_type => image::shrink(file, media_type, wish, budget),
    }
}

/// The name of a file whose content is of this type now.
pub(super) fn renamed(filename: Option<&str>, media_type: &str) -> String {
    let default = media::default_filename(media_type);
    let Some(filename) = filename else {
        return default;
    };
    let (stem, given) = filename.rsplit_once('.').unwrap_or((filename, ""));
    let given = given.to_ascii_lowercase();
    let fits = match media_type {
        "image/jpeg" => matches!(given.as_str(), "jpg" | "jpeg" | "jpe"),
        "image/tiff" => matches!(given.as_str(), "tif" | "tiff"),
        _ => default
            .rsplit_once('.')
            .is_some_and(|(_, usual)| usual == given),
    };
    if fits {
        return filename.to_owned();
    }
    // What follows the last point may be a part of the name.
    let stem = if EXTENSIONS.contains(&given.as_str()) {
        stem
    } else {
        filename
    };
    default.replacen("document", stem, 1)
}
