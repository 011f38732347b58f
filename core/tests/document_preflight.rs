//! What there is to know of a file before it is sent.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use mindee_core::Severity;
use mindee_core::document::{Budget, File, Limits, Preflight, preflight};

fn look(file: &File) -> Preflight {
    preflight(file, &Budget::new(Limits::default())).unwrap()
}

fn of(name: &str) -> Preflight {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents");
    look(&File::open(folder.join(name)).unwrap())
}

fn codes(found: &Preflight) -> Vec<&'static str> {
    found.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn what_mindee_refuses_is_told_and_why() {
    for (name, code) in [
        ("pdf/password-aes-256.pdf", "encrypted"),
        ("pdf/empty-password-rc4-128.pdf", "encrypted"),
        ("png/animated.png", "animated"),
        ("heif/sequence.heic", "animated"),
        ("refused/picture.gif", "type"),
        ("refused/shopping-list.txt", "type"),
        ("refused/empty.jpg", "empty"),
    ] {
        let found = of(name);
        assert!(!found.passes(), "{name}");
        let finding = &found.findings[0];
        assert_eq!(
            (finding.code, finding.severity),
            (code, Severity::Refused),
            "{name}"
        );
        assert!(
            !finding.message.is_empty() && !finding.hint.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn more_than_100_mb_are_refused_and_100_mb_are_not() {
    let mut file = tempfile::NamedTempFile::with_suffix(".png").unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents");
    file.write_all(&std::fs::read(folder.join("png/rgb-8.png")).unwrap())
        .unwrap();
    for (length, passes) in [(100_000_000, true), (100_000_001, false)] {
        file.as_file_mut().seek(SeekFrom::Start(0)).unwrap();
        file.as_file_mut().set_len(length).unwrap();
        let found = look(&File::open(file.path()).unwrap());
        assert_eq!(found.passes(), passes, "{length}");
        assert_eq!(codes(&found).contains(&"too_large"), !passes, "{length}");
    }
}

#[test]
fn pages_are_told_as_what_the_call_costs() {
    for (name, pages) in [
        ("pdf/12-pages.pdf", "12 pages"),
        ("pdf/one-page.pdf", "1 page"),
        ("tiff/4-pages.tiff", "4 pages"),
        ("jpeg/420.jpg", "1 page"),
    ] {
        let found = of(name);
        assert!(found.passes(), "{name}");
        let cost = found.findings.last().unwrap();
        assert_eq!(
            (cost.code, cost.severity),
            ("pages", Severity::Cost),
            "{name}"
        );
        assert_eq!(cost.message, format!("The file has {pages}"));
    }
}

#[test]
fn a_photo_of_24_megapixels_is_slow_and_one_of_4_is_not() {
    for (sides, slow) in [((6000, 4000), true), ((2400, 1600), false)] {
        let mut photo = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut photo, 20);
        let pixels = vec![200; usize::from(sides.0) * usize::from(sides.1)];
        encoder
            .encode(&pixels, sides.0, sides.1, jpeg_encoder::ColorType::Luma)
            .unwrap();
        let found = look(&File::bytes(photo, Some("photo.jpg")));
        assert!(found.passes());
        let told = found.findings.iter().find(|finding| finding.code == "huge");
        assert_eq!(
            told.map(|finding| finding.severity),
            slow.then_some(Severity::Slow)
        );
    }
}

#[test]
fn a_damaged_file_passes_and_only_a_pdf_is_said_to_be_mended() {
    for (name, hint) in [
        ("pdf/no-xref.pdf", "Repair it."),
        (
            "tiff/loop.tiff",
            "Open the file in a viewer and save it again, or scan the page again.",
        ),
    ] {
        let found = of(name);
        assert!(found.passes(), "{name}");
        let finding = &found.findings[0];
        assert_eq!(
            (finding.code, finding.severity),
            ("damaged", Severity::Doubtful),
            "{name}"
        );
        assert_eq!(finding.hint, hint, "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_doubtful_and_no_error() {
    let found = of("heif/truncated-header.heic");
    assert_eq!(codes(&found), ["unreadable"]);
    assert!(found.inspection.is_none());
}

#[test]
fn it_is_one_object_of_json() {
    let json = of("png/animated.png").to_json();
    assert_eq!(json["passes"], false);
    assert_eq!(json["inspection"]["media_type"], "image/png");
    assert_eq!(json["findings"][0]["severity"], "refused");
}
