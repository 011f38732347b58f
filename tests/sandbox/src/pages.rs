//! How many pages a file has.

use std::io::{BufRead, Read, Seek};

/// What looking at the pages told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    pub(crate) pages: u32,
    pub(crate) encrypted: bool,
}

impl Counted {
    const ONE: Self = Self {
        pages: 1,
        encrypted: false,
    };
}

/// Whether files of this type can have several pages.
pub(crate) fn are_counted(media_type: Option<&str>) -> bool {
    matches!(media_type, Some("application/pdf" | "image/tiff"))
}

/// Counts the pages; a file that cannot be read counts as one page, because whether it
/// is readable is not decided here.
pub(crate) fn count(media_type: Option<&str>, source: impl BufRead + Seek) -> Counted {
    match media_type {
        Some("application/pdf") => pdf(source),
        Some("image/tiff") => tiff(source),
        _ => Counted::ONE,
    }
}

fn pdf(source: impl Read) -> Counted {
    match lopdf::Document::load_metadata_from(source) {
        Ok(metadata) => Counted {
            pages: metadata.page_count.max(1),
            encrypted: metadata.encrypted,
        },
        Err(_) => Counted::ONE,
    }
}

fn tiff(source: impl Read + Seek) -> Counted {
    let Ok(mut decoder) = tiff::decoder::Decoder::new(source) else {
        return Counted::ONE;
    };
    let mut pages = 1;
    while decoder.more_images() && decoder.next_image().is_ok() {
        pages += 1;
    }
    Counted {
        pages,
        encrypted: false,
    }
}
