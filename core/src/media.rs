//! The types of document that Mindee takes, told by content (Mindee: "Technical limitations").

use crate::error::{Error, code};

/// How much of a document is looked at, in bytes.
pub(crate) const HEAD: u64 = 8192;
/// Readers of PDF accept junk in front of the tag within this many bytes.
const PDF_TAG_WITHIN: usize = 1024;

const ACCEPTED: [(&str, &str); 7] = [
    ("application/pdf", "pdf"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("image/tiff", "tiff"),
    ("image/heic", "heic"),
    ("image/heif", "heif"),
];

/// The media type of a document, or why Mindee would not take it.
pub(crate) fn sniff(content: &[u8], filename: Option<&str>) -> Result<&'static str, Error> {
    let head = content
        .get(..usize::try_from(HEAD).unwrap_or(content.len()))
        .unwrap_or(content);
    let found = match infer::get(head).map(|kind| kind.mime_type()) {
        Some("image/heif" | "image/heic") => Some(if is_heic(head) {
            "image/heic"
        } else {
            "image/heif"
        }),
        Some(known) => Some(known),
        // Films of stills are of the container too, under brands that are told less often.
        None if head.get(4..8) == Some(b"ftyp") && is_heic(head) => Some("image/heic"),
        None if head.starts_with(b"II+\0") || head.starts_with(b"MM\0+") => Some("image/tiff"),
        None if has_pdf_tag(head) => Some("application/pdf"),
        // A damaged PDF is Mindee's to judge; readable text under that name is a mistake here.
        None if named_pdf(filename) && std::str::from_utf8(head).is_err() => {
            Some("application/pdf")
        }
        None => None,
    };
    let accepted = ACCEPTED
        .iter()
        .find(|(media_type, _)| Some(*media_type) == found);
    accepted.map(|(media_type, _)| *media_type).ok_or_else(|| {
        let name = filename.unwrap_or("The document");
        let what = found.unwrap_or("no type that is known");
        Error::new(code::SOURCE_TYPE_REFUSED, format!("{name} holds {what}"))
    })
}

/// A name for a document that came without one.
pub(crate) fn default_filename(media_type: &str) -> String {
    let extension = ACCEPTED
        .iter()
        .find(|(known, _)| *known == media_type)
        .map_or("bin", |(_, e)| e);
    format!("document.{extension}")
}

fn has_pdf_tag(head: &[u8]) -> bool {
    head.get(..PDF_TAG_WITHIN)
        .unwrap_or(head)
        .windows(5)
        .any(|window| window == b"%PDF-")
}

fn named_pdf(filename: Option<&str>) -> bool {
    filename.is_some_and(|name| name.to_ascii_lowercase().ends_with(".pdf"))
}

/// HEVC brands are HEIC; other brands of the container are HEIF.
fn is_heic(head: &[u8]) -> bool {
    matches!(
        head.get(8..12),
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx")
    )
}
