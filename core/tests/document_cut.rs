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

mod document_pdfs;

use std::thread;
use std::time::{Duration, Instant};

use document_pdfs::{COLOURS, Pdf, Seen, alike, drawn, folder, jpeg, picture, plain_font, psnr};
use lopdf::{Object, Stream, dictionary};
use mindee_core::document::{Budget, CutOptions, Document, File, Limits, cut, inspect};
use mindee_core::{Error, Source};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Left, top, right, bottom, in parts of the page.
type Place = [f64; 4];

/// The corners, clockwise from the upper left.
const CORNERS: [Place; 4] = [
    [0.0, 0.0, 0.08, 0.06],
    [0.92, 0.0, 1.0, 0.06],
    [0.92, 0.94, 1.0, 1.0],
    [0.0, 0.94, 0.08, 1.0],
];

fn crop([left, top, right, bottom]: Place, page: u64) -> Value {
    let polygon = json!([[left, top], [right, top], [right, bottom], [left, bottom]]);
    json!({"object_type": "slip", "location": {"page": page, "polygon": polygon}})
}

fn crops(crops: Vec<Value>) -> Value {
    json!({"inference": {"id": "x", "result": {"crops": crops}}})
}

fn splits(ranges: &[(u64, u64)]) -> Value {
    let split = |(first, last): &(u64, u64)| json!({"page_range": [first, last], "document_type": "slip"});
    json!({"inference": {"id": "x", "result": {"splits": ranges.iter().map(split).collect::<Vec<_>>()}}})
}

fn budget() -> Budget {
    Budget::new(Limits::default())
}

fn made(file: &File, result: &Value) -> Result<Vec<Document>, Error> {
    made_with(file, result, CutOptions { quality: 95, ..CutOptions::default() })
}

fn made_with(file: &File, result: &Value, options: CutOptions) -> Result<Vec<Document>, Error> {
    cut(file, result.to_string().as_bytes(), &options, &budget())
}

fn open(name: &str) -> File {
    File::open(folder().join(name)).unwrap()
}

fn names(documents: &[Document]) -> Vec<&str> {
    documents.iter().map(|document| document.filename.as_str()).collect()
}

fn corners_of(file: &File, page: u64, what: &str, expected: [[u8; 3]; 4]) {
    let result = crops(CORNERS.map(|place| crop(place, page)).to_vec());
    let found = made(file, &result).unwrap_or_else(|error| panic!("{what}: {error}"));
    for (document, colour) in found.iter().zip(expected) {
        assert_eq!(document.media_type, "image/jpeg");
        let seen = Seen::of(&document.content).colour();
        assert!(alike(seen, colour), "{what}: {} is {seen:?} and not {colour:?}", document.filename);
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
    let whole = made(&open("png/rgb-8.png"), &crops(vec![crop([0.0, 0.0, 1.0, 1.0], 0)])).unwrap();
    let whole = Seen::of(&whole[0].content);
    assert_eq!((whole.width, whole.height), (180, 240));
    // 0.251 of 180 is in the 46th pixel, 0.749 in the 135th; 0.5 of 240 ends the 120th.
    let part = made(&open("png/rgb-8.png"), &crops(vec![crop([0.251, 0.1, 0.749, 0.5], 0)])).unwrap();
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
    let found = made(&open("png/rgb-8.png"), &crops(vec![tilted])).unwrap();
    let seen = Seen::of(&found[0].content);
    assert_eq!((seen.width, seen.height), (90, 120));
}

#[test]
fn a_corner_a_little_outside_the_page_is_moved_onto_it() {
    let found = made(&open("png/rgb-8.png"), &crops(vec![crop([-0.01, -0.2, 0.5, 0.5], 0)])).unwrap();
    let seen = Seen::of(&found[0].content);
    assert_eq!((seen.width, seen.height), (90, 120));
}

#[test]
fn each_page_of_a_tiff_is_cut_for_itself() {
    let file = open("tiff/4-pages.tiff");
    let pages = [3, 0, 3, 1];
    let result = crops(pages.map(|page| crop([0.0, 0.0, 1.0, 1.0], page)).to_vec());
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
        let found = made(&file, &crops(vec![crop([0.0, 0.0, 1.0, 1.0], 0)])).unwrap();
        let seen = Seen::of(&found[0].content);
        if turn == 0 {
            assert_eq!((seen.width, seen.height), (600, 800));
            assert!(psnr(&seen.samples, &drawn(600, 800)) > 30.0, "the pixels are moved");
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
    let page = pdf.page((612, 501), resources, "BT /Plain 40 Tf 72 300 Td (Oakhaven) Tj ET");
    let real = |number: f32| Object::Real(number);
    pdf.set(page, "MediaBox", vec![0.into(), 0.into(), 612.into(), real(500.5)]);
    let bytes = pdf.bytes();
    for (dpi, size) in [(200, (1700, 1391)), (72, (612, 501)), (300, (2550, 2086))] {
        let file = File::bytes(bytes.clone(), None);
        let result = crops(vec![crop([0.0, 0.0, 1.0, 1.0], 0)]);
        let found = made_with(&file, &result, CutOptions { dpi, quality: 90 }).unwrap();
        assert_eq!(names(&found), ["document_page-001-item-001.jpg"]);
        let seen = Seen::of(&found[0].content);
        assert_eq!((seen.width, seen.height), size);
        assert!(seen.gray, "black on white needs no colour");
        assert!(seen.samples.iter().any(|light| *light < 60), "there is nothing on the page");
    }
}

#[test]
fn what_the_crop_box_hides_is_not_in_the_page() {
    let mut pdf = Pdf::new();
    let painted = "1 0 0 rg 0 0 100 100 re f 0 0 1 rg 100 0 100 100 re f 0 1 0 rg 0 100 200 100 re f";
    let page = pdf.page((200, 200), dictionary! {}, painted);
    pdf.set(page, "CropBox", [100, 0, 200, 100].map(Object::from).to_vec());
    let result = crops(vec![crop([0.0, 0.0, 1.0, 1.0], 0)]);
    let file = File::bytes(pdf.bytes(), None);
    let found = made_with(&file, &result, CutOptions { dpi: 72, quality: 95 }).unwrap();
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
    let found = made(&file, &crops(vec![crop([0.0, 0.0, 0.5, 0.5], 0)])).unwrap();
    assert!(alike(Seen::of(&found[0].content).colour(), [255, 0, 0]));
}

#[test]
fn a_file_with_an_empty_password_is_cut_like_any_other() {
    for name in ["pdf/empty-password-aes-256.pdf", "pdf/empty-password-rc4-40.pdf"] {
        let found = made(&open(name), &crops(vec![crop([0.0, 0.0, 1.0, 1.0], 0)])).unwrap();
        assert!(Seen::of(&found[0].content).samples.iter().any(|light| *light < 100), "{name} is blank");
    }
    let error = made(&open("pdf/password-aes-256.pdf"), &crops(vec![crop(CORNERS[0], 0)])).unwrap_err();
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
    let whole = lopdf::Document::load_mem(&std::fs::read(folder().join("pdf/12-pages.pdf")).unwrap()).unwrap();
    assert_eq!(text(&found[1], 1), document_pdfs::text_of(&whole, 2));
    assert_eq!(text(&found[1], 4), document_pdfs::text_of(&whole, 5));
    assert_eq!(text(&found[2], 1), document_pdfs::text_of(&whole, 12));
}

#[test]
fn a_tiff_is_split_into_tiffs_and_a_picture_is_its_only_page() {
    let found = made(&open("tiff/4-pages.tiff"), &splits(&[(0, 1), (2, 3)])).unwrap();
    assert_eq!(names(&found), ["4-pages_pages-001-002.tiff", "4-pages_pages-003-004.tiff"]);
    for document in &found {
        let file = File::bytes(document.content.clone(), None);
        assert_eq!(inspect(&file, &budget()).unwrap().pages, Some(2));
    }
    let found = made(&open("jpeg/baseline.jpg"), &splits(&[(0, 0)])).unwrap();
    assert_eq!(names(&found), ["baseline_pages-001-001.jpg"]);
    assert_eq!(found[0].content, std::fs::read(folder().join("jpeg/baseline.jpg")).unwrap());
}

#[test]
fn a_result_is_read_with_and_without_its_envelope() {
    let whole = crops(vec![crop(CORNERS[1], 0)]);
    let bare = whole["inference"].clone();
    let file = open("jpeg/baseline.jpg");
    assert_eq!(made(&file, &whole).unwrap(), made(&file, &bare).unwrap());
    let marked = format!("\u{feff}{whole}");
    assert!(cut(&file, marked.as_bytes(), &CutOptions::default(), &budget()).is_ok());
    assert_eq!(made(&file, &crops(vec![])).unwrap(), []);
    assert_eq!(made(&file, &splits(&[])).unwrap(), []);
}

#[test]
fn what_was_cut_is_a_source() {
    let found = made(&open("jpeg/baseline.jpg"), &crops(vec![crop(CORNERS[1], 0)])).unwrap();
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
    let found = made(&File::bytes(pdf.bytes(), Some("a.b.PDF")), &splits(&[(1, 1), (1000, 1000)])).unwrap();
    assert_eq!(names(&found), ["a.b_pages-0002-0002.PDF", "a.b_pages-1001-1001.PDF"]);
}

/// The code of the error, and what it says.
fn refused(file: &str, result: &Value) -> (String, String) {
    let error = made(&open(file), result).unwrap_err();
    (error.code().to_owned(), error.message().to_owned())
}

#[test]
fn a_result_that_does_not_fit_the_file_names_the_item() {
    let good = || crop(CORNERS[0], 0);
    let with = |key: &str, value: Value| {
        let mut odd = good();
        odd["location"][key] = value;
        crops(vec![good(), odd])
    };
    let many: Vec<[f64; 2]> = (0..5000).map(|at| [0.5, f64::from(at) / 5000.0]).collect();
    let odd = [
        (with("page", json!(1)), "page 1 (from 0), and the file has 1"),
        (with("page", json!(u64::MAX)), "page 18446744073709551615"),
        (with("page", json!(-1)), "`location.page`"),
        (with("page", json!("0")), "`location.page`"),
        (with("polygon", json!([])), "0 corners"),
        (with("polygon", json!([[0.1, 0.1], [0.2, 0.2]])), "2 corners"),
        (with("polygon", json!(many)), "5000 corners"),
        (with("polygon", json!([[0.1, 0.1], [0.2, 0.2], [0.3, null]])), "not two numbers"),
        (with("polygon", json!([[0.1, 0.1], [0.2, 0.2], [0.3]])), "not two numbers"),
        (with("polygon", json!([[0.1, 0.1], [1e308, 0.2], [0.3, 0.3]])), "1e308"),
        (with("polygon", json!([[12, 10], [400, 10], [400, 700]])), "a page is from 0 to 1"),
        (with("polygon", json!([[0.5, 0.1], [0.5, 0.2], [0.5, 0.3]])), "covers nothing"),
        (with("polygon", json!([[1.2, 0.1], [1.5, 0.2], [1.3, 0.3]])), "covers nothing"),
        (with("polygon", json!("everywhere")), "no list of corners"),
        (crops(vec![good(), json!({"object_type": "slip"})]), "no `location`"),
        (crops(vec![good(), Value::Null]), "no `location`"),
    ];
    for (result, why) in odd {
        let (code, message) = refused("jpeg/baseline.jpg", &result);
        assert_eq!(code, "document.result_unfit", "{message}");
        assert!(message.starts_with("The crop 2 of the result cannot be cut: "), "{message}");
        assert!(message.contains(why), "{message} does not tell {why}");
    }
}

#[test]
fn a_range_that_does_not_fit_the_file_names_the_item() {
    let odd = [
        (json!([0, 12]), "page 12 (from 0), and the file has 12"),
        (json!([3, 2]), "before its first"),
        (json!([0, u64::MAX]), "page 18446744073709551615"),
        (json!([0]), "not a first and a last page"),
        (json!([0, 1, 2]), "not a first and a last page"),
        (json!([0.5, 1]), "`page_range`"),
        (json!(null), "not a first and a last page"),
    ];
    for (range, why) in odd {
        let mut result = splits(&[(0, 1), (0, 1)]);
        result["inference"]["result"]["splits"][1]["page_range"] = range;
        let (code, message) = refused("pdf/12-pages.pdf", &result);
        assert_eq!(code, "document.result_unfit", "{message}");
        assert!(message.starts_with("The split 2 of the result cannot be cut: "), "{message}");
        assert!(message.contains(why), "{message} does not tell {why}");
    }
}

#[test]
fn what_is_no_split_and_no_crop_is_refused() {
    let file = open("jpeg/baseline.jpg");
    let refused = |result: &[u8]| {
        let error = cut(&file, result, &CutOptions::default(), &budget()).unwrap_err();
        assert_eq!(error.code(), "document.result_unfit", "{error}");
    };
    refused(b"");
    refused(b"{");
    refused(b"[]");
    refused(b"null");
    refused(b"{\"inference\": 3}");
    refused(b"{\"inference\": {\"result\": {\"fields\": {}}}}");
    refused(b"{\"inference\": {\"result\": {\"crops\": {}}}}");
    refused(b"{\"inference\": {\"result\": {\"splits\": 5}}}");
    refused(b"{\"crops\": [{\"location\": {\"page\": 0, \"polygon\": [[0, 1e999]]}}]}");
    refused("[".repeat(100_000).as_bytes());
    let error = made(&open("refused/shopping-list.txt"), &splits(&[(0, 0)]));
    assert!(error.is_err());
}

#[test]
fn ranges_that_overlap_end_within_the_limits() {
    let ranges: Vec<(u64, u64)> = vec![(0, 11); 10_000];
    let error = made(&open("pdf/12-pages.pdf"), &splits(&ranges)).unwrap_err();
    assert_eq!(error.code(), "document.limit");
}

#[test]
fn many_crops_of_one_page_cost_little_more_than_one() {
    let file = File::bytes(scanned(0), Some("scan.pdf"));
    let one = Instant::now();
    made(&file, &crops(vec![crop([0.4, 0.4, 0.41, 0.41], 0)])).unwrap();
    let one = one.elapsed();
    let many = Instant::now();
    let found = made(&file, &crops(vec![crop([0.4, 0.4, 0.41, 0.41], 0); 60])).unwrap();
    assert_eq!(found.len(), 60);
    assert!(many.elapsed() < one * 20 + Duration::from_millis(200), "the page is decoded each time");
}

#[test]
fn sixteen_threads_cut_at_once_and_get_the_same() {
    let pdf = scanned(90);
    let result = crops(CORNERS.map(|place| crop(place, 0)).to_vec());
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

/// Pages that ask for more than there is, each in its own way.
fn greedy() -> Vec<(&'static str, Vec<u8>)> {
    fn form(content: &str, resources: lopdf::Dictionary) -> Stream {
        let entries = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "Resources" => resources,
            "BBox" => [0, 0, 600, 800].map(Object::from).to_vec(),
        };
        Stream::new(entries, content.as_bytes().to_vec())
    }
    let mut all = Vec::new();
    let mut add = |what, pdf: Pdf| all.push((what, pdf.bytes()));

    let mut pdf = Pdf::new();
    let mut inner = pdf.document.add_object(form("0 0 5 5 re f", dictionary! {}));
    for _ in 0..14 {
        let resources = dictionary! { "XObject" => dictionary! { "F" => inner } };
        inner = pdf.document.add_object(form(&"/F Do ".repeat(10), resources));
    }
    pdf.page((600, 800), dictionary! { "XObject" => dictionary! { "F" => inner } }, "/F Do");
    add("an object drawn 10^14 times", pdf);

    let mut pdf = Pdf::new();
    let mut still = form(&"q Q ".repeat(2_000_000), dictionary! {});
    still.dict.remove(b"BBox");
    let still = pdf.document.add_object(still);
    let resources = dictionary! { "XObject" => dictionary! { "F" => still } };
    pdf.page((600, 800), resources, &"/F Do ".repeat(100_000));
    add("an object without a box, read 100,000 times", pdf);

    let mut pdf = Pdf::new();
    let tile = Stream::new(
        dictionary! {
            "Type" => "Pattern", "PatternType" => 1, "PaintType" => 1, "TilingType" => 1,
            "BBox" => [0, 0, 600, 800].map(Object::from).to_vec(),
            "XStep" => Object::Real(0.01), "YStep" => Object::Real(0.01), "Resources" => dictionary! {},
        },
        b"0 0 5 5 re f".to_vec(),
    );
    let tile = pdf.document.add_object(tile);
    let resources = dictionary! { "Pattern" => dictionary! { "P" => tile } };
    pdf.page((600, 800), resources, "/Pattern cs /P scn 0 0 600 800 re f");
    add("a tile over itself 5 billion times", pdf);

    let mut pdf = Pdf::new();
    let function = Stream::new(
        dictionary! {
            "FunctionType" => 4, "Domain" => [0, 1, 0, 1].map(Object::from).to_vec(),
            "Range" => [0, 1, 0, 1, 0, 1].map(Object::from).to_vec(),
        },
        format!("{{ {} dup dup }}", "dup mul 0.5 add ".repeat(200_000)).into_bytes(),
    );
    let function = pdf.document.add_object(function);
    let shading = dictionary! {
        "ShadingType" => 1, "ColorSpace" => "DeviceRGB", "Function" => function,
        "Matrix" => [600, 0, 0, 800, 0, 0].map(Object::from).to_vec(),
    };
    pdf.page((600, 800), dictionary! { "Shading" => dictionary! { "S" => shading } }, "/S sh");
    add("a colour that takes 600,000 steps for each pixel", pdf);

    let mut pdf = Pdf::new();
    pdf.page((600, 800), dictionary! {}, "[0.00001] 0 d 0 0 m 600 800 l S");
    add("a line of 10^8 dashes", pdf);

    let mut pdf = Pdf::new();
    let states = dictionary! { "ExtGState" => dictionary! { "G" => dictionary! { "ca" => Object::Real(0.01) } } };
    pdf.page((600, 800), states, &format!("/G gs {}", "0 0 600 800 re f ".repeat(100_000)));
    add("100,000 coats of paint", pdf);

    for (what, width, height, coding) in [
        ("a picture of 65,535 x 65,535 pixels", 65_535, 65_535, "FlateDecode"),
        ("a fax of 4 billion columns", 10, 10_000, "CCITTFaxDecode"),
    ] {
        let mut pdf = Pdf::new();
        let mut scan = picture(width, height, coding, vec![0; 100]);
        scan.dict.set("DecodeParms", dictionary! { "Columns" => 4_000_000_000_i64, "K" => -1 });
        pdf.scan((600, 800), scan, "");
        add(what, pdf);
    }

    let mut pdf = Pdf::new();
    let mut bomb = Stream::new(picture(10, 10, "FlateDecode", vec![]).dict, vec![0; 1_200_000_000]);
    bomb.dict.remove(b"Filter");
    bomb.compress().unwrap();
    pdf.scan((600, 800), bomb, "");
    add("a picture of 100 pixels that unpacks to 1.2 GB", pdf);

    let mut pdf = Pdf::new();
    // A codestream that says it has 60,000 x 60,000 pixels.
    let mut grid = b"\xFF\x4F\xFF\x51\x00\x2F\x00\x00".to_vec();
    for number in [60_000_u32, 60_000, 0, 0, 60_000, 60_000, 0, 0] {
        grid.extend(number.to_be_bytes());
    }
    grid.extend([0, 3, 7, 1, 1, 7, 1, 1, 7, 1, 1]);
    pdf.scan((600, 800), picture(600, 800, "JPXDecode", grid), "");
    add("a JPEG 2000 picture that is larger than it says", pdf);

    let mut pdf = Pdf::new();
    // Page information, type 48: 60,000 x 60,000 pixels.
    let mut page = vec![0, 0, 0, 0, 48, 0, 1, 0, 0, 0, 19];
    page.extend(60_000_u32.to_be_bytes());
    page.extend(60_000_u32.to_be_bytes());
    page.extend([0; 11]);
    let mut scan = picture(600, 800, "JBIG2Decode", page);
    scan.dict.set("ColorSpace", "DeviceGray");
    scan.dict.set("BitsPerComponent", 1);
    pdf.scan((600, 800), scan, "");
    add("a JBIG2 picture that is larger than it says", pdf);

    let mut pdf = Pdf::new();
    let vast = Object::Integer(1 << 40);
    let mut scan = picture(100, 100, "FlateDecode", vec![0x78, 0x9c, 3, 0, 0, 0, 0, 1]);
    scan.dict.set("DecodeParms", dictionary! { "Predictor" => 12, "Columns" => vast.clone(), "Colors" => vast });
    pdf.scan((600, 800), scan, "");
    add("a predictor of rows beyond memory", pdf);

    let mut pdf = Pdf::new();
    pdf.page((60_000, 60_000), dictionary! {}, "");
    add("a page of 21 metres", pdf);
    all
}

#[test]
fn pages_that_ask_for_too_much_end_within_the_limits() {
    let limits = Limits { time: Duration::from_secs(5), ..Limits::default() };
    let result = crops(vec![crop([0.0, 0.0, 1.0, 1.0], 0)]).to_string();
    for (what, bytes) in greedy() {
        let began = Instant::now();
        let file = File::bytes(bytes, None);
        let error = cut(&file, result.as_bytes(), &CutOptions::default(), &Budget::new(limits)).unwrap_err();
        assert_eq!(error.code(), "document.limit", "{what}: {error}");
        assert!(began.elapsed() < Duration::from_secs(30), "{what} takes {:?}", began.elapsed());
    }
}

#[test]
fn objects_within_objects_do_not_exhaust_the_stack() {
    let mut pdf = Pdf::new();
    let mut inner = None;
    for _ in 0..200 {
        let resources = match inner {
            Some(inner) => dictionary! { "XObject" => dictionary! { "F" => Object::Reference(inner) } },
            None => dictionary! {},
        };
        let entries = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "Resources" => resources,
            "Group" => dictionary! { "S" => "Transparency" },
            "BBox" => [0, 0, 60, 80].map(Object::from).to_vec(),
        };
        let content = b"1 0 0 rg 0 0 60 80 re f /F Do".to_vec();
        inner = Some(pdf.document.add_object(Stream::new(entries, content)));
    }
    let resources = dictionary! { "XObject" => dictionary! { "F" => Object::Reference(inner.unwrap()) } };
    pdf.page((60, 80), resources, "/F Do");
    let file = File::bytes(pdf.bytes(), None);
    let found = thread::scope(|scope| {
        let small = thread::Builder::new().stack_size(512 * 1024);
        let worker = small.spawn_scoped(scope, || made(&file, &crops(vec![crop([0.0, 0.0, 1.0, 1.0], 0)])));
        worker.unwrap().join().unwrap().unwrap()
    });
    assert!(alike(Seen::of(&found[0].content).colour(), [255, 0, 0]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_crop_is_as_large_as_its_part_of_the_page(
        left in 0.0..0.9_f64, top in 0.0..0.9_f64, width in 0.001..1.0_f64, height in 0.001..1.0_f64,
    ) {
        let (right, bottom) = ((left + width).min(1.0), (top + height).min(1.0));
        let found = made(&open("png/rgb-8.png"), &crops(vec![crop([left, top, right, bottom], 0)])).unwrap();
        let seen = Seen::of(&found[0].content);
        let whole = |from: f64, to: f64, side: f64| ((to * side).ceil() - (from * side).floor()) as usize;
        prop_assert_eq!(seen.width, whole(left, right, 180.0));
        prop_assert_eq!(seen.height, whole(top, bottom, 240.0));
    }

    #[test]
    fn no_result_makes_it_panic(text in "\\PC{0,200}", key in "crops|splits|result", number in any::<f64>()) {
        let odd = json!({"inference": {"result": {key: [{"page_range": [number, number],
            "location": {"page": number, "polygon": [[number, 0.1], [text, number], [0.2, 0.3]]}}]}}});
        prop_assert!(made(&open("png/rgb-8.png"), &odd).is_err());
        let _ = cut(&open("png/rgb-8.png"), text.as_bytes(), &CutOptions::default(), &budget());
    }
}
