//! Pictures: what they say of themselves, and their pixels.

mod colour;
mod encode;
mod heif;
mod jpeg;
mod picture;
mod png;
mod resize;
mod shrink;
mod tiff;
#[cfg(feature = "documents-turbo")]
mod turbo;
mod webp;

pub(crate) use picture::{Picture, Space};
pub(crate) use shrink::shrink;
pub(crate) use tiff::tiff_pages;

use bytes::Bytes;

use super::guard::guarded;
use super::inspect::{Encryption, Inspection};
use super::{Budget, File};
use crate::error::{Error, code};

/// What the header of a picture says.
struct Header {
    /// As stored, before it is turned.
    width: u32,
    height: u32,
    /// As in EXIF, 1 to 8.
    orientation: Option<u8>,
    pages: u64,
    animated: bool,
    damaged: bool,
}

impl Header {
    fn on_its_side(&self) -> bool {
        self.orientation.unwrap_or(1) >= 5
    }

    /// Width and height as the picture is to be seen.
    fn seen(&self) -> (u32, u32) {
        if self.on_its_side() {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        }
    }
}

/// A picture as it is stored: not turned yet, and in its own colours.
pub(crate) struct Decoded {
    picture: Picture,
    orientation: u8,
    profile: Option<Vec<u8>>,
}

/// What a picture is, by its header: nothing is decoded.
pub(crate) fn inspect(
    file: &File,
    media_type: &'static str,
    budget: &Budget,
) -> Result<Inspection, Error> {
    let header = header(file, media_type, budget)?;
    Ok(Inspection {
        media_type,
        length: file.length(),
        pages: Some(header.pages),
        width: Some(header.width),
        height: Some(header.height),
        orientation: header.orientation,
        animated: (media_type != "image/jpeg" && media_type != "image/tiff")
            .then_some(header.animated),
        encrypted: Encryption::No,
        text_layer: None,
        damaged: header.damaged,
    })
}

fn header(file: &File, media_type: &str, budget: &Budget) -> Result<Header, Error> {
    match media_type {
        "image/jpeg" => jpeg::inspect(file, budget),
        "image/png" => png::inspect(file, budget),
        "image/webp" => webp::inspect(file, budget),
        "image/tiff" => tiff::inspect(file, budget),
        "image/heic" | "image/heif" => heif::inspect(file, budget),
        _ => Err(no_picture(media_type)),
    }
}

/// A page of a picture as it is to be seen: turned, over white, in sRGB.
pub(crate) fn decode(
    content: &Bytes,
    media_type: &str,
    page: u64,
    budget: &Budget,
) -> Result<Picture, Error> {
    stored(content, media_type, page, None, budget)?.into_seen()
}

/// A page of a picture as it is stored. Where `at_least` is given, a smaller one of at least that
/// size will do, where that is cheaper.
pub(super) fn stored(
    content: &Bytes,
    media_type: &str,
    page: u64,
    at_least: Option<(u32, u32)>,
    budget: &Budget,
) -> Result<Decoded, Error> {
    if page > 0 && media_type != "image/tiff" {
        let message = format!("There is no page {page}: a picture has one");
        return Err(Error::new(code::DOCUMENT_PAGE_OUT_OF_RANGE, message));
    }
    guarded("The picture", budget, || match media_type {
        "image/jpeg" => jpeg::decode(content, at_least, budget),
        "image/png" => png::decode(content, budget),
        "image/webp" => webp::decode(content, budget),
        "image/tiff" => tiff::decode(content, page, budget),
        "image/heic" | "image/heif" => heif::decode(content, budget),
        _ => Err(no_picture(media_type)),
    })
}

impl Decoded {
    /// Turned, in sRGB, and of this size then: there is less to do on the smaller picture.
    fn shrunk(self, seen: (u32, u32), budget: &Budget) -> Result<Picture, Error> {
        let Self {
            picture,
            orientation,
            profile,
        } = self;
        let (width, height) = if orientation >= 5 {
            (seen.1, seen.0)
        } else {
            seen
        };
        let small = picture.resized(width, height, budget)?;
        small.into_srgb(profile.as_deref()).turned(orientation)
    }

    /// Turned and in sRGB.
    pub(crate) fn into_seen(self) -> Result<Picture, Error> {
        let picture = self.picture.into_srgb(self.profile.as_deref());
        Ok(picture.turned(self.orientation)?.into_rgb())
    }
}

fn no_picture(media_type: &str) -> Error {
    Error::new(
        code::DOCUMENT_TYPE_UNFIT,
        format!("{media_type} is no picture"),
    )
}
