//! Pictures made smaller: how small they become, in pixels and in bytes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a test ends by panicking"
)]

mod document_images;

use document_images::{at_most, budget, folder, jpeg, jpeg_of_noise, long, png, see, small};
use mindee_core::document::{File, Shrink, inspect};
use proptest::prelude::*;

#[test]
fn a_picture_gets_the_size_that_was_asked_for_and_keeps_its_shape() {
    let file = || File::bytes(jpeg(600, 400, 90), Some("photo.jpg"));
    let size = |wish: Shrink| see(&small(&file(), &wish).unwrap().document.content).sides();
    let none = Shrink::default();
    assert_eq!(size(at_most(300, 300)), (300, 200));
    assert_eq!(size(at_most(5000, 100)), (150, 100));
    assert_eq!(
        size(Shrink {
            max_width: Some(301),
            ..none
        }),
        (301, 201)
    );
    assert_eq!(
        size(Shrink {
            max_height: Some(133),
            ..none
        }),
        (200, 133)
    );
    assert_eq!(
        size(Shrink {
            megapixels: Some(0.06),
            ..none
        }),
        (300, 200)
    );
    assert_eq!(
        size(Shrink {
            megapixels: Some(0.06),
            max_width: Some(150),
            ..none
        }),
        (150, 100)
    );
    assert_eq!(
        size(Shrink {
            max_width: Some(0),
            ..none
        }),
        (1, 1)
    );
}

#[test]
fn a_picture_lying_on_its_side_is_measured_as_it_is_seen() {
    let shrunk = small(
        &long("jpeg/orientation-6.jpg"),
        &Shrink {
            max_width: Some(60),
            ..Shrink::default()
        },
    );
    assert_eq!(see(&shrunk.unwrap().document.content).sides(), (60, 80));
}

#[test]
fn four_megapixels_are_the_limit_where_none_is_given() {
    let file = File::bytes(jpeg(3000, 2000, 90), None);
    assert_eq!(
        see(&small(&file, &Shrink::default()).unwrap().document.content).sides(),
        (2449, 1633)
    );
}

#[test]
fn the_name_follows_the_content() {
    let name = |from: &str, file: &str| {
        let mut content = std::fs::read(folder().join(file)).unwrap();
        content.resize(content.len() + 60_000, 0);
        let shrunk = small(&File::bytes(content, Some(from)), &at_most(60, 60)).unwrap();
        (shrunk.document.filename, shrunk.document.media_type)
    };
    let jpeg = |name: &str| (name.to_owned(), "image/jpeg");
    assert_eq!(name("x.png", "png/rgb-8.png"), jpeg("x.jpg"));
    assert_eq!(name("X.HEIC", "heif/single.heic"), jpeg("X.jpg"));
    assert_eq!(
        name("scan.2026-04", "png/rgb-8.png"),
        jpeg("scan.2026-04.jpg")
    );
    assert_eq!(name("photo.JPEG", "jpeg/420.jpg"), jpeg("photo.JPEG"));
    assert_eq!(name("page.tiff", "tiff/lzw.tiff"), jpeg("page.jpg"));
    let shrunk = small(
        &File::bytes(jpeg_of_noise(300, 300), None),
        &at_most(60, 60),
    )
    .unwrap();
    assert_eq!(shrunk.document.filename, "document.jpg");
}

#[test]
fn what_would_not_become_smaller_stays_as_it_is() {
    let content = std::fs::read(folder().join("png/gray-1.png")).unwrap();
    let shrunk = small(
        &File::bytes(content.clone(), Some("a.png")),
        &Shrink::default(),
    )
    .unwrap();
    assert!(!shrunk.smaller && shrunk.note.is_some());
    assert!(shrunk.document.content == content);
    assert_eq!(
        (
            shrunk.document.filename.as_str(),
            shrunk.document.media_type
        ),
        ("a.png", "image/png")
    );
}

#[test]
fn a_number_of_bytes_is_met_by_quality_first_and_then_by_size() {
    let content = jpeg_of_noise(900, 600);
    let length = content.len() as u64;
    let bytes = |max_bytes: u64| {
        let wish = Shrink {
            max_bytes: Some(max_bytes),
            ..Shrink::default()
        };
        let shrunk = small(&File::bytes(content.clone(), None), &wish).unwrap();
        assert!(
            shrunk.document.content.len() as u64 <= max_bytes,
            "{max_bytes}: {:?}",
            shrunk.note
        );
        (see(&shrunk.document.content).sides(), shrunk)
    };
    assert!(
        bytes(length).1.document.content == content,
        "it is within them already"
    );
    assert_eq!(bytes(length * 6 / 10).0, (900, 600), "quality is enough");
    let (sides, shrunk) = bytes(length / 8);
    assert!(sides.0 < 900 && sides.0 * 2 / 3 == sides.1, "{sides:?}");
    assert!(
        shrunk.document.content.len() as u64 * 3 > length / 8,
        "it is not made far too small"
    );
}

#[test]
fn bytes_that_no_picture_has_are_said_to_be_too_few() {
    let wish = Shrink {
        max_bytes: Some(20),
        ..Shrink::default()
    };
    let shrunk = small(&File::bytes(jpeg_of_noise(200, 200), None), &wish).unwrap();
    assert!(shrunk.smaller && shrunk.note.unwrap().contains("20 bytes"));
}

#[test]
fn each_page_of_a_tiff_is_made_smaller_and_stays_in_its_place() {
    for name in [
        "tiff/4-pages.tiff",
        "tiff/4-pages-big.tiff",
        "tiff/3-pages-mixed.tiff",
    ] {
        let before = inspect(&long(name), &budget()).unwrap();
        let shrunk = small(&long(name), &at_most(30, 40)).unwrap();
        let document = shrunk.document;
        assert!(shrunk.smaller, "{name}");
        assert_eq!(
            (document.media_type, document.filename.as_str()),
            ("image/tiff", name.trim_start_matches("tiff/"))
        );
        let after = inspect(&File::bytes(document.content.clone(), None), &budget()).unwrap();
        assert_eq!(
            (after.pages, after.damaged),
            (before.pages, false),
            "{name}"
        );
        assert!(
            after.width <= Some(30) && after.height <= Some(40),
            "{name}: {after:?}"
        );
        let again = small(
            &File::bytes(document.content.clone(), None),
            &at_most(30, 40),
        )
        .unwrap();
        assert!(again.document.content == document.content, "{name}");
    }
}

#[test]
fn a_page_that_would_not_become_smaller_is_kept_as_it_is() {
    let name = "tiff/12-pages.tiff";
    let content = std::fs::read(folder().join(name)).unwrap();
    let shrunk = small(&File::bytes(content.clone(), None), &Shrink::default()).unwrap();
    assert!(!shrunk.smaller);
    assert!(shrunk.document.content == content);
}

#[test]
fn the_fast_way_is_nearly_as_good() {
    let file = File::bytes(jpeg(1600, 1200, 92), None);
    let wish = at_most(500, 500);
    let sharp = see(&small(&file, &wish).unwrap().document.content);
    let fast = see(&small(&file, &Shrink { fast: true, ..wish })
        .unwrap()
        .document
        .content);
    assert_eq!(fast.sides(), sharp.sides());
    let difference: u64 = fast
        .samples
        .iter()
        .zip(&sharp.samples)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    assert!(difference / (fast.samples.len() as u64) < 4, "{difference}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn shrinking_never_enlarges_keeps_the_shape_and_is_done_once(
        width in 1..400_u32,
        height in 1..400_u32,
        as_png in any::<bool>(),
        made_with in 1..=100_u8,
        quality in 1..=100_u8,
        max_width in proptest::option::of(1..500_u32),
        max_height in proptest::option::of(1..500_u32),
        megapixels in proptest::option::of(0.001..0.2_f64),
        max_bytes in proptest::option::of(200..60_000_u64),
        fast in any::<bool>(),
    ) {
        let content = if as_png { png(width, height) } else { jpeg(width, height, made_with) };
        let wish = Shrink { max_width, max_height, megapixels, max_bytes, quality, fast, ..Shrink::default() };
        let once = small(&File::bytes(content.clone(), None), &wish).unwrap();
        let made = once.document.content.clone();
        prop_assert!(made.len() <= content.len());
        prop_assert_eq!(once.smaller, made.len() < content.len());
        if !once.smaller {
            prop_assert!(made == content);
            return Ok(());
        }
        let (w, h) = see(&made).sides();
        let (w, h) = (w as u64, h as u64);
        prop_assert!(w <= u64::from(width) && h <= u64::from(height));
        prop_assert!(max_width.is_none_or(|most| w <= u64::from(most)));
        prop_assert!(max_height.is_none_or(|most| h <= u64::from(most)));
        prop_assert!(megapixels.is_none_or(|most| (w * h) as f64 <= most * 1e6 || w * h == 1));
        // The shorter side is less than a pixel from where the longer one puts it.
        let (long, short, w, h) = if width >= height { (width, height, w, h) } else { (height, width, h, w) };
        let (long, short) = (u64::from(long), u64::from(short));
        let off = (h * long).abs_diff(w * short);
        prop_assert!(off <= long || h == 1, "{}x{} became {}x{}", width, height, w, h);
        let twice = small(&File::bytes(made.clone(), None), &wish).unwrap();
        if once.note.is_none() {
            prop_assert!(!twice.smaller, "{:?}: {} then {}", wish, made.len(), twice.document.content.len());
        }
    }
}
