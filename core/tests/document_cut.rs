//! What a result found in a file is cut out of it: the right part, the right way up, at full
//! resolution.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a test ends by panicking"
)]

mod document_cuts;
mod document_pdfs;

use std::thread;

use document_cuts::{CORNERS, budget, crop, crops, made, made_with, open, splits};
use document_pdfs::{COLOURS, Pdf, Seen, alike, drawn, folder, jpeg, picture, plain_font, psnr};
use lopdf::{Object, Stream, dictionary};
use mindee_core::Source;
use mindee_core::document::{Budget, CutOptions, Document, File, Limits, cut, inspect};
use proptest::prelude::*;
use serde_json::json;

fn names(documents: &[Document]) -> Vec<&str> {
    documents
        .iter()
        .map(|document| document.filename.as_str())
        .collect()
}

fn corners_of(file: &File, page: u64, what: &str, expected: [[u8; 3]; 4]) {
    let result = crops(&CORNERS.map(|place| crop(place, page)));
    let found = made(file, &result).unwrap_or_else(|error| panic!("{what}: {error}"));
    for (document, colour) in found.iter().zip(expected) {
        assert_eq!(document.media_type, "image/jpeg");
        let seen = Seen::of(&document.content).colour();
        assert!(
            alike(seen, colour),
            "{what}: {} is {seen:?} and not {colour:?}",
            document.filename
        );
    }
}

#[test]
fn every_kind_of_picture_is_cut_the_right_way_up() {
    let turned = (1..=8).map(|turn| format!("jpeg/orientation-{turn}.jpg"));
    let others = [
        "jpeg/baseline.jpg",
        "jpeg/progressive.jpg",
        "jpeg/cmyk.jpg",
        "png/rgb-8.png",
        "png/rgb-16.png",
        "png/orientation-6.png",
        "webp/lossy.webp",
        "webp/lossless.webp",
        "webp/orientation-6.webp",
        "tiff/lzw.tiff",
        "tiff/orientation-6.tiff",
        "heif/single.heic",
        "heif/orientation-6.heic",
        "heif/single.heif",
    ];
    for name in turned.chain(others.map(str::to_owned)) {
        corners_of(&open(&name), 0, &name, COLOURS);
    }
}

#[test]
fn a_crop_has_every_pixel_that_it_touches() {
    let whole = made(
        &open("png/rgb-8.png"),
        &crops(&[crop([0.0, 0.0, 1.0, 1.0], 0)]),
    )
    .unwrap();
    let whole = Seen::of(&whole[0].content);
    assert_eq!((whole.width, whole.height), (180, 240));
    // 0.251 of 180 is in the 46th pixel, 0.749 in the 135th; 0.5 of 240 ends the 120th.
    let part = made(
        &open("png/rgb-8.png"),
        &crops(&[crop([0.251, 0.1, 0.749, 0.5], 0)]),
    )
    .unwrap();
    let part = Seen::of(&part[0].content);
    assert_eq!((part.width, part.height), (135 - 45, 120 - 24));
    let rows = (24..120).flat_map(|y| &whole.samples[(y * 180 + 45) * 3..(y * 180 + 135) * 3]);
    let same: Vec<u8> = rows.copied().collect();
    assert!(psnr(&part.samples, &same) > 35.0);
}

#[test]
fn a_crop_of_a_tilted_slip_is_the_box_around_it() {
    let polygon = json!([[0.5, 0.25], [0.75, 0.5], [0.5, 0.75], [0.25, 0.5]]);
    let tilted = json!({"object_type": "slip", "location": {"page": 0, "polygon": polygon}});
    let found = made(&open("png/rgb-8.png"), &crops(&[tilted])).unwrap();
    let seen = Seen::of(&found[0].content);
    assert_eq!((seen.width, seen.height), (90, 120));
}

#[test]
fn a_corner_a_little_outside_the_page_is_moved_onto_it() {
    let found = made(
        &open("png/rgb-8.png"),
        &crops(&[crop([-0.01, -0.2, 0.5, 0.5], 0)]),
    )
    .unwrap();
    let seen = Seen::of(&found[0].content);
    assert_eq!((seen.width, seen.height), (90, 120));
}

#[test]
fn each_page_of_a_tiff_is_cut_for_itself() {
    let file = open("tiff/4-pages.tiff");
    let pages = [3, 0, 3, 1];
    let result = crops(&pages.map(|page| crop([0.0, 0.0, 1.0, 1.0], page)));
    let found = made(&file, &result).unwrap();
    let expected = [
        "4-pages_page-004-item-001.jpg",
        "4-pages_page-001-item-001.jpg",
        "4-pages_page-004-item-002.jpg",
        "4-pages_page-002-item-001.jpg",
    ];
    assert_eq!(names(&found), expected);
    assert_eq!(found[0].content, found[2].content);
    assert_ne!(found[0].content, found[1].content);
    assert_ne!(found[1].content, found[3].content);
}

/// A scan of 600 x 800 pixels on a page of 150 x 200 points, 288 dots per inch.
fn scanned(turn: i64) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let data = jpeg(&drawn(600, 800), 600, 800, 95);
    let page = pdf.scan((150, 200), picture(600, 800, "DCTDecode", data), "");
    pdf.set(page, "Rotate", turn);
    pdf.bytes()
}

#[test]
fn a_page_is_cut_as_it_is_turned() {
    for (turn, first) in [(0, 0), (90, 3), (180, 2), (270, 1), (-90, 1), (450, 3)] {
        let file = File::bytes(scanned(turn), Some("scan.pdf"));
        let expected = [0, 1, 2, 3].map(|at| COLOURS[(first + at) % 4]);
        corners_of(&file, 0, &format!("turned by {turn}"), expected);
    }
}

#[test]
fn a_page_that_is_a_scan_is_cut_at_the_pixels_of_the_scan() {
    for turn in [0, 90] {
        let file = File::bytes(scanned(turn), Some("scan.pdf"));
        let found = made(&file, &crops(&[crop([0.0, 0.0, 1.0, 1.0], 0)])).unwrap();
        let seen = Seen::of(&found[0].content);
        if turn == 0 {
            assert_eq!((seen.width, seen.height), (600, 800));
            assert!(
                psnr(&seen.samples, &drawn(600, 800)) > 30.0,
                "the pixels are moved"
            );
        } else {
            assert_eq!((seen.width, seen.height), (800, 600));
        }
    }
}

#[test]
fn a_page_of_text_is_drawn_at_the_resolution_that_is_asked_for() {
    let mut pdf = Pdf::new();
    let resources = dictionary! { "Font" => dictionary! { "Plain" => plain_font() } };
    // 612 points are 1700 pixels at 200 dots per inch; 500.5 more than 1390 of them.
    let page = pdf.page(
        (612, 501),
        resources,
        "BT /Plain 40 Tf 72 300 Td (Oakhaven) Tj ET",
    );
    let real = |number: f32| Object::Real(number);
    pdf.set(
        page,
        "MediaBox",
        vec![0.into(), 0.into(), 612.into(), real(500.5)],
    );
    let bytes = pdf.bytes();
    for (dpi, size) in [(200, (1700, 1391)), (72, (612, 501)), (300, (2550, 2086))] {
        let file = File::bytes(bytes.clone(), None);
        let result = crops(&[crop([0.0, 0.0, 1.0, 1.0], 0)]);
        let found = made_with(&file, &result, CutOptions { dpi, quality: 90 }).unwrap();
        assert_eq!(names(&found), ["document_page-001-item-001.jpg"]);
        let seen = Seen::of(&found[0].content);
        assert_eq!((seen.width, seen.height), size);
        assert!(seen.gray, "black on white needs no colour");
        assert!(
            seen.samples.iter().any(|light| *light < 60),
            "there is nothing on the page"
        );
    }
}

#[test]
fn what_the_crop_box_hides_is_not_in_the_page() {
    let mut pdf = Pdf::new();
    let painted =
        "1 0 0 rg 0 0 100 100 re f 0 0 1 rg 100 0 100 100 re f 0 1 0 rg 0 100 200 100 re f";
    let page = pdf.page((200, 200), dictionary! {}, painted);
    pdf.set(
        page,
        "CropBox",
        [100, 0, 200, 100].map(Object::from).to_vec(),
    );
    let result = crops(&[crop([0.0, 0.0, 1.0, 1.0], 0)]);
    let file = File::bytes(pdf.bytes(), None);
    let found = made_with(
        &file,
        &result,
        CutOptions {
            dpi: 72,
            quality: 95,
        },
    )
    .unwrap();
    let seen = Seen::of(&found[0].content);
    assert_eq!((seen.width, seen.height), (100, 100));
    assert!(alike(seen.colour(), [0, 0, 255]), "{:?}", seen.colour());
}

#[test]
fn filled_fields_and_notes_are_part_of_the_page() {
    let mut pdf = Pdf::new();
    let page = pdf.page((100, 100), dictionary! {}, "");
    let look = Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => [0, 0, 50, 50].map(Object::from).to_vec() },
        b"1 0 0 rg 0 0 50 50 re f".to_vec(),
    );
    let look = pdf.document.add_object(look);
    let field = pdf.document.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "F" => 4,
        "T" => Object::string_literal("amount"),
        "Rect" => [0, 50, 50, 100].map(Object::from).to_vec(),
        "AP" => dictionary! { "N" => look },
    });
    pdf.set(page, "Annots", vec![field.into()]);
    let file = File::bytes(pdf.bytes(), None);
    let found = made(&file, &crops(&[crop([0.0, 0.0, 0.5, 0.5], 0)])).unwrap();
    assert!(alike(Seen::of(&found[0].content).colour(), [255, 0, 0]));
}

#[test]
fn a_file_with_an_empty_password_is_cut_like_any_other() {
    for name in [
        "pdf/empty-password-aes-256.pdf",
        "pdf/empty-password-rc4-40.pdf",
    ] {
        let found = made(&open(name), &crops(&[crop([0.0, 0.0, 1.0, 1.0], 0)])).unwrap();
        assert!(
            Seen::of(&found[0].content)
                .samples
                .iter()
                .any(|light| *light < 100),
            "{name} is blank"
        );
    }
    let error = made(
        &open("pdf/password-aes-256.pdf"),
        &crops(&[crop(CORNERS[0], 0)]),
    )
    .unwrap_err();
    assert_eq!(error.code(), "document.encrypted");
}

#[test]
fn a_split_gives_one_document_for_each_range_with_both_its_ends() {
    let file = open("pdf/12-pages.pdf");
    let found = made(&file, &splits(&[(0, 0), (1, 4), (11, 11), (0, 11)])).unwrap();
    let expected = [
        "12-pages_pages-001-001.pdf",
        "12-pages_pages-002-005.pdf",
        "12-pages_pages-012-012.pdf",
        "12-pages_pages-001-012.pdf",
    ];
    assert_eq!(names(&found), expected);
    let count = |document: &Document| {
        let file = File::bytes(document.content.clone(), None);
        inspect(&file, &budget()).unwrap().pages.unwrap()
    };
    assert_eq!(found.iter().map(count).collect::<Vec<_>>(), [1, 4, 1, 12]);
    let text = |document: &Document, page| {
        document_pdfs::text_of(&lopdf::Document::load_mem(&document.content).unwrap(), page)
    };
    let whole =
        lopdf::Document::load_mem(&std::fs::read(folder().join("pdf/12-pages.pdf")).unwrap())
            .unwrap();
    assert_eq!(text(&found[1], 1), document_pdfs::text_of(&whole, 2));
    assert_eq!(text(&found[1], 4), document_pdfs::text_of(&whole, 5));
    assert_eq!(text(&found[2], 1), document_pdfs::text_of(&whole, 12));
}

#[test]
fn a_tiff_is_split_into_tiffs_and_a_picture_is_its_only_page() {
    let found = made(&open("tiff/4-pages.tiff"), &splits(&[(0, 1), (2, 3)])).unwrap();
    assert_eq!(
        names(&found),
        ["4-pages_pages-001-002.tiff", "4-pages_pages-003-004.tiff"]
    );
    for document in &found {
        let file = File::bytes(document.content.clone(), None);
        assert_eq!(inspect(&file, &budget()).unwrap().pages, Some(2));
    }
    let found = made(&open("jpeg/baseline.jpg"), &splits(&[(0, 0)])).unwrap();
    assert_eq!(names(&found), ["baseline_pages-001-001.jpg"]);
    assert_eq!(
        found[0].content,
        std::fs::read(folder().join("jpeg/baseline.jpg")).unwrap()
    );
}

#[test]
fn a_result_is_read_with_and_without_its_envelope() {
    let whole = crops(&[crop(CORNERS[1], 0)]);
    let bare = whole["inference"].clone();
    let file = open("jpeg/baseline.jpg");
    assert_eq!(made(&file, &whole).unwrap(), made(&file, &bare).unwrap());
    let marked = format!("\u{feff}{whole}");
    assert!(cut(&file, marked.as_bytes(), &CutOptions::default(), &budget()).is_ok());
    assert_eq!(made(&file, &crops(&[])).unwrap(), []);
    assert_eq!(made(&file, &splits(&[])).unwrap(), []);
}

#[test]
fn what_was_cut_is_a_source() {
    let found = made(&open("jpeg/baseline.jpg"), &crops(&[crop(CORNERS[1], 0)])).unwrap();
    let document = found[0].clone();
    let file = File::of(Source::from(document.clone())).unwrap();
    assert_eq!(file.filename(), Some("baseline_page-001-item-001.jpg"));
    assert_eq!(inspect(&file, &budget()).unwrap().media_type, "image/jpeg");
}

#[test]
fn names_sort_beyond_a_thousand_pages() {
    let mut pdf = Pdf::new();
    for _ in 0..1001 {
        pdf.page((10, 10), dictionary! {}, "");
    }
    let found = made(
        &File::bytes(pdf.bytes(), Some("a.b.PDF")),
        &splits(&[(1, 1), (1000, 1000)]),
    )
    .unwrap();
    assert_eq!(
        names(&found),
        ["a.b_pages-0002-0002.PDF", "a.b_pages-1001-1001.PDF"]
    );
}

#[test]
fn a_page_of_many_crops_is_decoded_once() {
    // Enough to decode it a few times, and not sixty.
    let limits = Limits {
        inflated: 1_000_000,
        ..Limits::default()
    };
    let result = crops(&vec![crop([0.4, 0.4, 0.41, 0.41], 0); 60]).to_string();
    let found = cut(
        &open("png/rgb-8.png"),
        result.as_bytes(),
        &CutOptions::default(),
        &Budget::new(limits),
    );
    assert_eq!(found.unwrap().len(), 60);
}

#[test]
fn sixteen_threads_cut_at_once_and_get_the_same() {
    let pdf = scanned(90);
    let result = crops(&CORNERS.map(|place| crop(place, 0)));
    let expected = made(&File::bytes(pdf.clone(), None), &result).unwrap();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let found = made(&File::bytes(pdf.clone(), None), &result).unwrap();
                assert_eq!(found, expected);
            });
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_crop_is_as_large_as_its_part_of_the_page(
        left in 0.0..0.9_f64, top in 0.0..0.9_f64, width in 0.001..1.0_f64, height in 0.001..1.0_f64,
    ) {
        let (right, bottom) = ((left + width).min(1.0), (top + height).min(1.0));
        let found = made(&open("png/rgb-8.png"), &crops(&[crop([left, top, right, bottom], 0)])).unwrap();
        let seen = Seen::of(&found[0].content);
        let whole = |from: f64, to: f64, side: f64| ((to * side).ceil() - (from * side).floor()) as usize;
        prop_assert_eq!(seen.width, whole(left, right, 180.0));
        prop_assert_eq!(seen.height, whole(top, bottom, 240.0));
    }
}
