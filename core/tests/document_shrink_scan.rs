//! Smaller PDFs: scans get the resolution that reading needs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

mod document_pdfs;
mod document_scans;

use document_pdfs::{Pdf, drawn, folder, jpeg, picture, plain_font, psnr, text_of};
use document_scans::{
    PAGE, at, deflated, fine_jpeg, gray, halved, only, pictures, scan, size, small, smaller,
    unchanged,
};
use lopdf::{Document, Object, Stream, dictionary};
use mindee_core::document::Shrink;

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
fn a_scan_that_is_coarse_enough_stays() {
    unchanged(&scan(fine_jpeg()), &at(300), "at 300 dots per inch");
    unchanged(
        &scan(fine_jpeg()),
        &at(280),
        "little more than what is asked for",
    );
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
    assert_eq!(
        pictures(&document)[0]
            .dict
            .get(b"ColorSpace")
            .unwrap()
            .as_name()
            .unwrap(),
        b"DeviceGray"
    );
}

#[test]
fn a_scan_without_loss_becomes_a_jpeg_at_its_own_size_too() {
    let entries = || picture(600, 800, "", vec![]);
    let coarse = |dpi| Shrink {
        quality: 60,
        ..at(dpi)
    };
    for dpi in [150, 300] {
        let document = smaller(scan(deflated(entries(), drawn(600, 800))), &coarse(dpi));
        let seen = only(&document);
        if dpi == 300 {
            assert_eq!((seen.width, seen.height), (600, 800));
            assert!(psnr(&seen.samples, &drawn(600, 800)) > 28.0);
        }
    }
    let deep: Vec<u8> = drawn(600, 800)
        .into_iter()
        .flat_map(|sample| [sample, 7])
        .collect();
    let mut sixteen = entries();
    sixteen.dict.set("BitsPerComponent", 16);
    let seen = only(&smaller(scan(deflated(sixteen, deep)), &coarse(300)));
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
    let wish = Shrink {
        quality: 60,
        ..at(150)
    };
    let plain = Stream::new(entries.dict, packed);
    let document = smaller(scan(plain), &wish);
    let seen = only(&document);
    assert_eq!((seen.width, seen.height), (300, 400));
    let mean =
        |samples: &[u8]| samples.iter().map(|s| usize::from(*s)).sum::<usize>() / samples.len();
    assert!(mean(&seen.samples).abs_diff(mean(&samples)) <= 2);
}

#[test]
fn a_palette_is_resolved() {
    let samples = drawn(600, 800);
    // The six bits that tell most of a colour.
    let place = |pixel: &[u8]| pixel[0] >> 6 << 4 | pixel[1] >> 6 << 2 | pixel[2] >> 6;
    let table: Vec<u8> = (0..64_u8)
        .flat_map(|at| [at >> 4, at >> 2 & 3, at & 3])
        .map(|two| two * 85)
        .collect();
    let places: Vec<u8> = samples.chunks_exact(3).map(place).collect();
    let resolved =
        |place: &u8| table[usize::from(*place) * 3..usize::from(*place) * 3 + 3].to_vec();
    let expected: Vec<u8> = places.iter().flat_map(resolved).collect();
    let mut pdf = Pdf::new();
    let mut entries = picture(600, 800, "", vec![]);
    let stored = pdf
        .document
        .add_object(Stream::new(dictionary! {}, table.clone()));
    let palette: Vec<Object> = vec![
        "Indexed".into(),
        "DeviceRGB".into(),
        63.into(),
        stored.into(),
    ];
    entries.dict.set("ColorSpace", palette);
    pdf.scan(PAGE, Stream::new(entries.dict, places), "");
    let document = smaller(pdf.bytes(), &at(150));
    assert_eq!(
        pictures(&document)[0]
            .dict
            .get(b"ColorSpace")
            .unwrap()
            .as_name()
            .unwrap(),
        b"DeviceRGB"
    );
    assert!(psnr(&only(&document).samples, &halved(&expected, 600, 3)) > 20.0);
}

#[test]
fn a_profile_and_the_way_values_are_mapped_stay() {
    let mut pdf = Pdf::new();
    let profile = Stream::new(
        dictionary! { "N" => 3, "Alternate" => "DeviceRGB" },
        b"a profile".to_vec(),
    );
    let profile = pdf.document.add_object(profile);
    let mut entries = fine_jpeg();
    entries.dict.set(
        "ColorSpace",
        vec!["ICCBased".into(), Object::Reference(profile)],
    );
    let upside_down = [1, 0, 1, 0, 1, 0].map(Object::from).to_vec();
    entries.dict.set("Decode", upside_down.clone());
    pdf.scan(PAGE, entries, "");
    let document = smaller(pdf.bytes(), &at(150));
    let kept = pictures(&document)[0];
    assert_eq!(
        kept.dict.get(b"Decode").unwrap().as_array().unwrap(),
        &upside_down
    );
    let space = kept.dict.get(b"ColorSpace").unwrap().as_array().unwrap();
    let profile = document
        .get_object(space[1].as_reference().unwrap())
        .unwrap()
        .as_stream()
        .unwrap();
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
    let picture = all
        .iter()
        .find(|picture| picture.dict.has(b"SMask"))
        .unwrap();
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
    unchanged(
        &clear("Mask", range.into()),
        &at(150),
        "a colour that is clear",
    );
    unchanged(
        &clear("ColorSpace", "DeviceGray".into()),
        &at(150),
        "a coding of another colour space",
    );
    unchanged(
        &clear("Width", 599.into()),
        &at(150),
        "a coding of another size",
    );
    let mut pdf = Pdf::new();
    let mut mask = picture(600, 800, "", vec![]);
    mask.dict.set("ColorSpace", "DeviceGray");
    mask.dict.set("Matte", vec![0.into(), 0.into(), 0.into()]);
    let mask = pdf
        .document
        .add_object(deflated(mask, vec![200; 600 * 800]));
    let mut entries = fine_jpeg();
    entries.dict.set("SMask", mask);
    pdf.scan(PAGE, entries, "");
    unchanged(
        &pdf.bytes(),
        &at(150),
        "a picture mixed with its background beforehand",
    );
}

#[test]
fn bilevel_scans_inks_and_pictures_within_a_page_stay() {
    for name in ["scan-g4.pdf", "scan-jbig2.pdf", "scan-cmyk.pdf"] {
        let pdf = std::fs::read(folder().join("pdf").join(name)).unwrap();
        unchanged(&pdf, &at(36), name);
    }
    // What is around the picture takes fewer bytes afterwards.
    let pdf = std::fs::read(folder().join("pdf/scan-inline.pdf")).unwrap();
    let content = |document: &Document| document.get_page_content(document.get_pages()[&1]);
    let before = content(&Document::load_mem(&pdf).unwrap());
    assert!(before.windows(2).any(|word| word == b"BI"));
    assert_eq!(content(&smaller(pdf, &at(36))), before);
}

#[test]
fn a_picture_that_is_shown_twice_does_for_the_larger_place() {
    let mut pdf = Pdf::new();
    let shown = pdf.document.add_object(fine_jpeg());
    let resources = || dictionary! { "XObject" => dictionary! { "Scan" => shown } };
    pdf.page((144, 192), resources(), "q 144 0 0 192 0 0 cm /Scan Do Q");
    pdf.page(
        (384, 288),
        resources(),
        "q 0 288 -384 0 384 0 cm /Scan Do Q",
    );
    let bytes = pdf.bytes();
    // 150 dots per inch where it is large, and turned: 200 would be more than there are.
    unchanged(&bytes, &at(150), "in its larger place");
    assert_eq!(size(pictures(&smaller(bytes, &at(100)))[0]), (400, 533));
}

#[test]
fn a_larger_unit_makes_a_larger_page() {
    let mut pdf = Pdf::new();
    let page = pdf.scan(PAGE, fine_jpeg(), "");
    pdf.set(page, "UserUnit", 2);
    unchanged(&pdf.bytes(), &at(150), "150 dots per inch");
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
    unchanged(&pdf.bytes(), &at(150), "in a pattern");
}

#[test]
fn a_page_of_text_keeps_its_text_while_its_photo_shrinks() {
    let mut pdf = Pdf::new();
    let shown = pdf.document.add_object(fine_jpeg());
    let resources = dictionary! {
        "XObject" => dictionary! { "Photo" => shown },
        "Font" => dictionary! { "Plain" => plain_font() },
    };
    let content =
        "BT /Plain 12 Tf 72 700 Td (Delivered on Friday) Tj ET q 72 0 0 96 72 72 cm /Photo Do Q";
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
    let wish = Shrink {
        megapixels: Some(0.75),
        ..Shrink::default()
    };
    assert_eq!(size(pictures(&smaller(pdf.bytes(), &wish))[0]), (750, 1000));
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
