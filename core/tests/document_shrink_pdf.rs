//! Smaller PDFs: scans get the resolution that reading needs, and all else stays.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

mod document_pdfs;

use std::thread;
use std::time::{Duration, Instant};

use document_pdfs::{Pdf, Seen, drawn, folder, jpeg, picture, plain_font, psnr, text_of};
use lopdf::{Document, Object, ObjectId, Stream, dictionary};
use mindee_core::Error;
use mindee_core::document::{Budget, Encryption, File, Limits, Shrink, Shrunk, inspect, shrink};

/// Two inches by two and two thirds, so that a picture of 600 x 800 has 300 dots per inch.
const PAGE: (i64, i64) = (144, 192);
const WORDS: &str = "BT 3 Tr /Plain 8 Tf 10 100 Td (Harbour Ironmongery) Tj ET";

fn budget() -> Budget {
    Budget::new(Limits::default())
}

fn at(dpi: u32) -> Shrink {
    Shrink { dpi, ..Shrink::default() }
}

fn small(pdf: Vec<u8>, wish: &Shrink) -> Result<Shrunk, Error> {
    shrink(&File::bytes(pdf, Some("Scan 1.pdf")), wish, &budget())
}

/// Made smaller, which it must be, and opened by another reader.
fn smaller(pdf: Vec<u8>, wish: &Shrink) -> Document {
    let before = pdf.len();
    let shrunk = small(pdf, wish).unwrap();
    assert!(shrunk.smaller, "{:?}", shrunk.note);
    assert!(shrunk.document.content.len() < before);
    Document::load_mem(&shrunk.document.content).unwrap()
}

/// Left byte for byte, with a reason.
fn unchanged(pdf: Vec<u8>, wish: &Shrink, what: &str) {
    let shrunk = small(pdf.clone(), wish).unwrap();
    assert!(!shrunk.smaller, "{what}");
    assert!(shrunk.document.content == pdf, "{what}");
    assert!(shrunk.note.is_some(), "{what}");
}

fn fine_jpeg() -> Stream {
    picture(600, 800, "DCTDecode", jpeg(&drawn(600, 800), 600, 800, 90))
}

/// Deflated, as scanners without a JPEG coder write it.
fn deflated(mut entries: Stream, samples: Vec<u8>) -> Stream {
    entries.dict.remove(b"Filter");
    entries.dict.remove(b"Length");
    let mut stream = Stream::new(entries.dict, samples);
    stream.compress().unwrap();
    stream
}

fn scan(picture: Stream) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.scan(PAGE, picture, WORDS);
    pdf.bytes()
}

/// The pictures of a file, in the order of their objects.
fn pictures(document: &Document) -> Vec<&Stream> {
    let is_picture = |stream: &&Stream| stream.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Image");
    document.objects.values().filter_map(|object| object.as_stream().ok()).filter(is_picture).collect()
}

fn side(picture: &Stream, key: &str) -> i64 {
    picture.dict.get(key.as_bytes()).unwrap().as_i64().unwrap()
}

fn size(picture: &Stream) -> (i64, i64) {
    (side(picture, "Width"), side(picture, "Height"))
}

/// The only picture of a file as its coding says it is; the dictionary must say the same.
fn only(document: &Document) -> Seen {
    let all = pictures(document);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].dict.get(b"Filter").unwrap().as_name().unwrap(), b"DCTDecode");
    let seen = Seen::of(&all[0].content);
    let sides = (i64::try_from(seen.width).unwrap(), i64::try_from(seen.height).unwrap());
    assert_eq!(size(all[0]), sides);
    assert_eq!(side(all[0], "BitsPerComponent"), 8);
    seen
}

/// Each pixel the mean of four.
fn halved(samples: &[u8], width: usize, each: usize) -> Vec<u8> {
    let rows: Vec<&[u8]> = samples.chunks_exact(width * each).collect();
    let mut half = Vec::new();
    for pair in rows.chunks_exact(2) {
        for x in 0..width / 2 {
            for sample in 0..each {
                let at = |row: &[u8], x: usize| u32::from(row[x * each + sample]);
                let sum = at(pair[0], 2 * x) + at(pair[0], 2 * x + 1) + at(pair[1], 2 * x) + at(pair[1], 2 * x + 1);
                half.push(u8::try_from((sum + 2) / 4).unwrap());
            }
        }
    }
    half
}

fn gray(samples: &[u8]) -> Vec<u8> {
    samples.chunks_exact(3).map(|pixel| pixel[1]).collect()
}

#[test]
fn a_scan_gets_the_resolution_that_is_asked_for_and_looks_the_same() {
    for (dpi, size) in [(150, (300, 400)), (200, (400, 533))] {
        let document = smaller(scan(fine_jpeg()), &at(dpi));
        let seen = only(&document);
        assert_eq!((seen.width, seen.height), size);
        if dpi == 150 {
            let likeness = psnr(&seen.samples, &halved(&drawn(600, 800), 600, 3));
            assert!(likeness > 25.0, "{likeness} dB");
        }
    }
}

#[test]
fn the_unseen_words_of_a_scan_stay() {
    let document = smaller(scan(fine_jpeg()), &at(150));
    assert_eq!(text_of(&document, 1), "Harbour Ironmongery");
}

#[test]
fn a_scan_that_is_coarse_enough_stays() {
    unchanged(scan(fine_jpeg()), &at(300), "at 300 dots per inch");
    unchanged(scan(fine_jpeg()), &at(280), "little more than what is asked for");
}

#[test]
fn gray_stays_gray() {
    let samples = gray(&drawn(600, 800));
    let mut entries = picture(600, 800, "DCTDecode", jpeg(&samples, 600, 800, 90));
    entries.dict.set("ColorSpace", "DeviceGray");
    let document = smaller(scan(entries.clone()), &at(150));
    let seen = only(&document);
    assert!(seen.gray);
    assert!(psnr(&seen.samples, &halved(&samples, 600, 1)) > 25.0);
    let document = smaller(scan(deflated(entries, samples.clone())), &at(150));
    assert!(only(&document).gray);
    assert_eq!(pictures(&document)[0].dict.get(b"ColorSpace").unwrap().as_name().unwrap(), b"DeviceGray");
}

#[test]
fn a_scan_without_loss_becomes_a_jpeg_at_its_own_size_too() {
    let entries = || picture(600, 800, "", vec![]);
    for dpi in [150, 300] {
        let document = smaller(scan(deflated(entries(), drawn(600, 800))), &at(dpi));
        let seen = only(&document);
        if dpi == 300 {
            assert_eq!((seen.width, seen.height), (600, 800));
            assert!(psnr(&seen.samples, &drawn(600, 800)) > 28.0);
        }
    }
    let deep: Vec<u8> = drawn(600, 800).into_iter().flat_map(|sample| [sample, 7]).collect();
    let mut sixteen = entries();
    sixteen.dict.set("BitsPerComponent", 16);
    let seen = only(&smaller(scan(deflated(sixteen, deep)), &at(300)));
    assert!(psnr(&seen.samples, &drawn(600, 800)) > 28.0);
}

#[test]
fn a_scan_of_few_shades_keeps_them() {
    // Four bits a pixel, and an odd width: each row ends within a byte.
    let (width, height) = (601, 800);
    let shade = |x: usize, y: usize| u8::try_from((x * 3 + y * 5 + (x * y) % 7) % 16).unwrap();
    let mut packed = Vec::new();
    let mut samples = Vec::new();
    for y in 0..height {
        for x in (0..width).step_by(2) {
            let low = if x + 1 < width { shade(x + 1, y) } else { 0 };
            packed.push(shade(x, y) << 4 | low);
        }
        samples.extend((0..width).map(|x| shade(x, y) * 17));
    }
    let mut entries = picture(width, height, "", vec![]);
    entries.dict.set("ColorSpace", "DeviceGray");
    entries.dict.set("BitsPerComponent", 4);
    let wish = Shrink { quality: 60, ..at(150) };
    let plain = Stream::new(entries.dict, packed);
    let document = smaller(scan(plain), &wish);
    let seen = only(&document);
    assert_eq!((seen.width, seen.height), (301, 400));
    let mean = |samples: &[u8]| samples.iter().map(|s| usize::from(*s)).sum::<usize>() / samples.len();
    assert!(mean(&seen.samples).abs_diff(mean(&samples)) <= 2);
}

#[test]
fn a_palette_is_resolved() {
    let samples = drawn(600, 800);
    // The six bits that tell most of a colour.
    let place = |pixel: &[u8]| pixel[0] >> 6 << 4 | pixel[1] >> 6 << 2 | pixel[2] >> 6;
    let table: Vec<u8> = (0..64_u8).flat_map(|at| [at >> 4, at >> 2 & 3, at & 3]).map(|two| two * 85).collect();
    let places: Vec<u8> = samples.chunks_exact(3).map(place).collect();
    let resolved = |place: &u8| table[usize::from(*place) * 3..usize::from(*place) * 3 + 3].to_vec();
    let expected: Vec<u8> = places.iter().flat_map(resolved).collect();
    let mut pdf = Pdf::new();
    let mut entries = picture(600, 800, "", vec![]);
    let stored = pdf.document.add_object(Stream::new(dictionary! {}, table.clone()));
    let palette: Vec<Object> = vec!["Indexed".into(), "DeviceRGB".into(), 63.into(), stored.into()];
    entries.dict.set("ColorSpace", palette);
    pdf.scan(PAGE, Stream::new(entries.dict, places), "");
    let document = smaller(pdf.bytes(), &at(150));
    assert_eq!(pictures(&document)[0].dict.get(b"ColorSpace").unwrap().as_name().unwrap(), b"DeviceRGB");
    assert!(psnr(&only(&document).samples, &halved(&expected, 600, 3)) > 20.0);
}

#[test]
fn a_profile_and_the_way_values_are_mapped_stay() {
    let mut pdf = Pdf::new();
    let profile = Stream::new(dictionary! { "N" => 3, "Alternate" => "DeviceRGB" }, b"a profile".to_vec());
    let profile = pdf.document.add_object(profile);
    let mut entries = fine_jpeg();
    entries.dict.set("ColorSpace", vec!["ICCBased".into(), Object::Reference(profile)]);
    let upside_down = [1, 0, 1, 0, 1, 0].map(Object::from).to_vec();
    entries.dict.set("Decode", upside_down.clone());
    pdf.scan(PAGE, entries, "");
    let document = smaller(pdf.bytes(), &at(150));
    let kept = pictures(&document)[0];
    assert_eq!(kept.dict.get(b"Decode").unwrap().as_array().unwrap(), &upside_down);
    let space = kept.dict.get(b"ColorSpace").unwrap().as_array().unwrap();
    let profile = document.get_object(space[1].as_reference().unwrap()).unwrap().as_stream().unwrap();
    assert_eq!(profile.content, b"a profile");
    assert_eq!((only(&document).width, only(&document).height), (300, 400));
}

#[test]
fn a_mask_beside_a_picture_stays() {
    let mut pdf = Pdf::new();
    let mut mask = picture(60, 80, "", vec![]);
    mask.dict.set("ColorSpace", "DeviceGray");
    let mask = pdf.document.add_object(deflated(mask, vec![200; 60 * 80]));
    let mut entries = fine_jpeg();
    entries.dict.set("SMask", mask);
    pdf.scan(PAGE, entries, "");
    let document = smaller(pdf.bytes(), &at(150));
    let all = pictures(&document);
    let picture = all.iter().find(|picture| picture.dict.has(b"SMask")).unwrap();
    assert_eq!(size(picture), (300, 400));
    let mask = picture.dict.get(b"SMask").unwrap().as_reference().unwrap();
    let mask = document.get_object(mask).unwrap().as_stream().unwrap();
    assert_eq!(size(mask), (60, 80));
    assert_eq!(mask.decompressed_content().unwrap(), vec![200; 60 * 80]);
}

#[test]
fn what_a_jpeg_would_spoil_stays() {
    let clear = |key: &str, value: Object| {
        let mut entries = fine_jpeg();
        entries.dict.set(key, value);
        scan(entries)
    };
    let range = [250, 255, 250, 255, 250, 255].map(Object::from).to_vec();
    unchanged(clear("Mask", range.into()), &at(150), "a colour that is clear");
    unchanged(clear("ColorSpace", "DeviceGray".into()), &at(150), "a coding of another colour space");
    unchanged(clear("Width", 599.into()), &at(150), "a coding of another size");
    let mut pdf = Pdf::new();
    let mut mask = picture(600, 800, "", vec![]);
    mask.dict.set("ColorSpace", "DeviceGray");
    mask.dict.set("Matte", vec![0.into(), 0.into(), 0.into()]);
    let mask = pdf.document.add_object(deflated(mask, vec![200; 600 * 800]));
    let mut entries = fine_jpeg();
    entries.dict.set("SMask", mask);
    pdf.scan(PAGE, entries, "");
    unchanged(pdf.bytes(), &at(150), "a picture mixed with its background beforehand");
}

#[test]
fn bilevel_scans_inks_and_pictures_within_a_page_stay() {
    for name in ["scan-g4.pdf", "scan-jbig2.pdf", "scan-cmyk.pdf", "scan-inline.pdf"] {
        let pdf = std::fs::read(folder().join("pdf").join(name)).unwrap();
        unchanged(pdf, &at(36), name);
    }
}

#[test]
fn a_picture_that_is_shown_twice_does_for_the_larger_place() {
    let mut pdf = Pdf::new();
    let shown = pdf.document.add_object(fine_jpeg());
    let resources = || dictionary! { "XObject" => dictionary! { "Scan" => shown } };
    pdf.page((144, 192), resources(), "q 144 0 0 192 0 0 cm /Scan Do Q");
    pdf.page((288, 384), resources(), "q 0 384 -288 0 288 0 cm /Scan Do Q");
    let bytes = pdf.bytes();
    // 150 dots per inch where it is large, and turned: 200 would be more than there are.
    unchanged(bytes.clone(), &at(150), "in its larger place");
    assert_eq!(size(pictures(&smaller(bytes, &at(100)))[0]), (400, 533));
}

#[test]
fn a_larger_unit_makes_a_larger_page() {
    let mut pdf = Pdf::new();
    let page = pdf.scan(PAGE, fine_jpeg(), "");
    pdf.set(page, "UserUnit", 2);
    unchanged(pdf.bytes(), &at(150), "150 dots per inch");
}

#[test]
fn a_picture_in_a_pattern_stays() {
    let mut pdf = Pdf::new();
    let shown = pdf.document.add_object(fine_jpeg());
    let resources = || dictionary! { "XObject" => dictionary! { "Scan" => shown } };
    let tile = Stream::new(
        dictionary! {
            "Type" => "Pattern", "PatternType" => 1, "PaintType" => 1, "TilingType" => 1,
            "BBox" => [0, 0, 144, 192].map(Object::from).to_vec(), "XStep" => 144, "YStep" => 192,
            "Resources" => resources(),
        },
        b"q 144 0 0 192 0 0 cm /Scan Do Q".to_vec(),
    );
    let tile = pdf.document.add_object(tile);
    let mut both = resources();
    both.set("Pattern", dictionary! { "Tile" => tile });
    let content = "/Pattern cs /Tile scn 0 0 144 192 re f q 14 0 0 19 0 0 cm /Scan Do Q";
    pdf.page(PAGE, both, content);
    unchanged(pdf.bytes(), &at(150), "in a pattern");
}

#[test]
fn a_page_of_text_keeps_its_text_while_its_photo_shrinks() {
    let mut pdf = Pdf::new();
    let shown = pdf.document.add_object(fine_jpeg());
    let resources = dictionary! {
        "XObject" => dictionary! { "Photo" => shown },
        "Font" => dictionary! { "Plain" => plain_font() },
    };
    let content = "BT /Plain 12 Tf 72 700 Td (Delivered on Friday) Tj ET q 72 0 0 96 72 72 cm /Photo Do Q";
    pdf.page((595, 842), resources, content);
    let document = smaller(pdf.bytes(), &at(200));
    assert_eq!(text_of(&document, 1), "Delivered on Friday");
    assert_eq!(size(pictures(&document)[0]), (200, 267));
}

#[test]
fn a_photo_on_a_page_of_no_real_size_gets_the_size_of_a_photo() {
    let (width, height) = (1500, 2000);
    let data = jpeg(&drawn(width, height), width, height, 90);
    let mut pdf = Pdf::new();
    pdf.scan((1500, 2000), picture(width, height, "DCTDecode", data), "");
    let wish = Shrink { megapixels: Some(0.75), ..Shrink::default() };
    assert_eq!(size(pictures(&smaller(pdf.bytes(), &wish))[0]), (750, 1000));
}

#[test]
fn nothing_of_no_use_is_kept() {
    let mut pdf = Pdf::new();
    let resources = || dictionary! { "Font" => dictionary! { "Plain" => plain_font() } };
    let line = "BT /Plain 8 Tf 10 100 Td (Oakhaven) Tj ET\n";
    pdf.page(PAGE, resources(), &line.repeat(200));
    pdf.document.add_object(Stream::new(dictionary! {}, b"left over".repeat(1000)).with_compression(false));
    let document = smaller(pdf.bytes(), &at(200));
    assert!(text_of(&document, 1).starts_with("Oakhaven Oakhaven"));
    let content = document.objects.values().filter_map(|object| object.as_stream().ok());
    assert!(content.clone().all(|stream| !stream.content.starts_with(b"left over")));
    let page = document.get_pages()[&1];
    let contents: ObjectId = document.get_page_contents(page)[0];
    assert!(document.get_object(contents).unwrap().as_stream().unwrap().dict.has(b"Filter"));
}

#[test]
fn a_wanted_number_of_bytes_is_reached_where_it_is_legible() {
    let free = small(scan(fine_jpeg()), &at(200)).unwrap().document.content.len();
    let most = u64::try_from(free * 3 / 4).unwrap();
    let shrunk = small(scan(fine_jpeg()), &Shrink { max_bytes: Some(most), ..at(200) }).unwrap();
    assert!(shrunk.smaller);
    assert_eq!(shrunk.note, None);
    assert!(u64::try_from(shrunk.document.content.len()).unwrap() <= most);
    let seen = only(&Document::load_mem(&shrunk.document.content).unwrap());
    assert!(seen.width >= 300, "below 150 dots per inch");

    let shrunk = small(scan(fine_jpeg()), &Shrink { max_bytes: Some(2000), ..at(200) }).unwrap();
    assert!(shrunk.smaller);
    assert!(shrunk.note.is_some());
    assert!(only(&Document::load_mem(&shrunk.document.content).unwrap()).width >= 300);

    // Already within it: there is nothing to give up.
    let bytes = scan(fine_jpeg());
    let most = u64::try_from(bytes.len()).unwrap();
    unchanged(bytes, &Shrink { max_bytes: Some(most), ..at(300) }, "small enough");
}

#[test]
fn a_signed_file_stays_as_it_is() {
    let pdf = std::fs::read(folder().join("pdf/signed.pdf")).unwrap();
    let shrunk = small(pdf.clone(), &at(150)).unwrap();
    assert!(!shrunk.smaller);
    assert!(shrunk.document.content == pdf);
    assert!(shrunk.note.unwrap().contains("signed"));
}

#[test]
fn an_encrypted_file_comes_back_open_or_not_at_all() {
    let mut pdf = Document::load_mem(&scan(fine_jpeg())).unwrap();
    let identifier = || Object::string_literal("0123456789abcdef");
    pdf.trailer.set("ID", vec![identifier(), identifier()]);
    let version = lopdf::EncryptionVersion::V2 {
        document: &pdf,
        owner_password: "oak",
        user_password: "",
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    };
    let state = lopdf::EncryptionState::try_from(version).unwrap();
    pdf.encrypt(&state).unwrap();
    let mut locked = Vec::new();
    pdf.save_to(&mut locked).unwrap();
    let told = inspect(&File::bytes(locked.clone(), None), &budget()).unwrap();
    assert_eq!(told.encrypted, Encryption::EmptyPassword);
    let shrunk = small(locked, &at(150)).unwrap();
    assert!(shrunk.smaller);
    let told = inspect(&File::bytes(shrunk.document.content.clone(), None), &budget()).unwrap();
    assert_eq!(told.encrypted, Encryption::No);
    assert!(psnr(&only(&Document::load_mem(&shrunk.document.content).unwrap()).samples, &halved(&drawn(600, 800), 600, 3)) > 25.0);

    let file = File::open(folder().join("pdf/password-rc4-128.pdf")).unwrap();
    let error = shrink(&file, &at(150), &budget()).unwrap_err();
    assert_eq!(error.code(), "document.encrypted");
}

#[test]
fn no_file_becomes_larger_and_a_second_time_changes_nothing() {
    let mut shrunken = 0;
    for entry in std::fs::read_dir(folder().join("pdf")).unwrap() {
        let path = entry.unwrap().path();
        let limits = Limits { time: Duration::from_secs(20), inflated: 100_000_000, ..Limits::default() };
        let file = File::open(&path).unwrap();
        let Ok(shrunk) = shrink(&file, &at(150), &Budget::new(limits)) else { continue };
        let length = u64::try_from(shrunk.document.content.len()).unwrap();
        if !shrunk.smaller {
            assert_eq!(length, file.length(), "{}", path.display());
            assert!(shrunk.note.is_some(), "{}", path.display());
            continue;
        }
        shrunken += 1;
        assert!(length < file.length(), "{}", path.display());
        let pages = |file: &File| inspect(file, &budget()).unwrap().pages;
        let again = File::bytes(shrunk.document.content.clone(), None);
        assert_eq!(pages(&again), pages(&file), "{}", path.display());
        let second = shrink(&again, &at(150), &budget()).unwrap();
        assert!(!second.smaller, "{} shrinks again", path.display());
        assert!(second.document.content == shrunk.document.content, "{}", path.display());
    }
    assert!(shrunken > 5, "{shrunken} files are too few");
}

#[test]
fn the_name_stays_and_the_file_is_sound() {
    let shrunk = small(scan(fine_jpeg()), &at(150)).unwrap();
    assert_eq!(shrunk.document.filename, "Scan 1.pdf");
    assert_eq!(shrunk.document.media_type, "application/pdf");
    let told = inspect(&File::bytes(shrunk.document.content, None), &budget()).unwrap();
    assert!(!told.damaged);
    assert_eq!(told.text_layer, Some(true));
}

#[test]
fn a_page_that_asks_for_too_much_ends_within_the_limits() {
    let mut pdf = Pdf::new();
    let mut inner = pdf.document.add_object(Stream::new(dictionary! {}, vec![]));
    for _ in 0..14 {
        let entries = dictionary! {
            "Type" => "XObject", "Subtype" => "Form",
            "Resources" => dictionary! { "XObject" => dictionary! { "F" => inner } },
            "BBox" => [0, 0, 600, 800].map(Object::from).to_vec(),
        };
        inner = pdf.document.add_object(Stream::new(entries, b"/F Do ".repeat(10)));
    }
    pdf.page((600, 800), dictionary! { "XObject" => dictionary! { "F" => inner } }, "/F Do");
    let mut bombs = vec![("drawn 10^14 times", pdf.bytes())];
    let vast = picture(65_535, 65_535, "DCTDecode", jpeg(&drawn(20, 20), 20, 20, 90));
    bombs.push(("a picture of 65,535 x 65,535 pixels", scan(vast)));
    for (what, bytes) in bombs {
        let began = Instant::now();
        let limits = Limits { time: Duration::from_secs(5), ..Limits::default() };
        let error = shrink(&File::bytes(bytes, None), &at(150), &Budget::new(limits)).unwrap_err();
        assert_eq!(error.code(), "document.limit", "{what}: {error}");
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
    }
}

#[test]
fn a_truncated_picture_does_no_harm() {
    let whole = jpeg(&drawn(600, 800), 600, 800, 90);
    let cut = whole[..whole.len() / 2].to_vec();
    let bytes = scan(picture(600, 800, "DCTDecode", cut));
    let shrunk = small(bytes, &at(150)).unwrap();
    let document = Document::load_mem(&shrunk.document.content).unwrap();
    assert_eq!(pictures(&document).len(), 1);
}

#[test]
fn sixteen_threads_shrink_at_once_and_get_the_same() {
    let bytes = scan(fine_jpeg());
    let expected = small(bytes.clone(), &at(150)).unwrap();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert_eq!(small(bytes.clone(), &at(150)).unwrap(), expected));
        }
    });
}
