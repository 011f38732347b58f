//! Pictures made smaller: what is seen stays what it was, whatever the file is like.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a test ends by panicking"
)]

use std::path::{Path, PathBuf};

use jpeg_decoder::PixelFormat;
use mindee_core::Error;
use mindee_core::document::{Budget, File, Limits, Shrink, Shrunk, inspect, shrink};
use proptest::prelude::*;

/// The corners of the picture that most files of the corpus show, clockwise from the upper left.
const COLOURS: [[u8; 3]; 4] = [[205, 40, 45], [30, 144, 70], [242, 192, 28], [38, 76, 190]];
const WHITE: [u8; 3] = [255, 255, 255];
const BLACK: [u8; 3] = [0, 0, 0];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents")
}

/// A file of the corpus with zeros behind its end, so that a JPEG is always smaller.
fn long(name: &str) -> File {
    let mut content = std::fs::read(folder().join(name)).unwrap();
    content.resize(content.len() + 60_000, 0);
    File::bytes(content, Path::new(name).file_name().unwrap().to_str())
}

fn budget() -> Budget {
    Budget::new(Limits::default())
}

fn small(file: &File, wish: &Shrink) -> Result<Shrunk, Error> {
    shrink(file, wish, &budget())
}

fn at_most(width: u32, height: u32) -> Shrink {
    Shrink {
        max_width: Some(width),
        max_height: Some(height),
        ..Shrink::default()
    }
}

/// A JPEG, read by another decoder than the one that is tested.
struct Seen {
    width: usize,
    height: usize,
    gray: bool,
    samples: Vec<u8>,
}

fn see(jpeg: &[u8]) -> Seen {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    let samples = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    Seen {
        width: info.width.into(),
        height: info.height.into(),
        gray: info.pixel_format == PixelFormat::L8,
        samples,
    }
}

impl Seen {
    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let pixel = y * self.width + x;
        if self.gray {
            [self.samples[pixel]; 3]
        } else {
            std::array::from_fn(|colour| self.samples[pixel * 3 + colour])
        }
    }

    /// The colours in its corners, clockwise from the upper left.
    fn corners(&self) -> [[u8; 3]; 4] {
        let (left, right) = (self.width / 24, self.width - 1 - self.width / 24);
        let (top, bottom) = (self.height / 24, self.height - 1 - self.height / 24);
        [
            self.at(left, top),
            self.at(right, top),
            self.at(right, bottom),
            self.at(left, bottom),
        ]
    }

    fn sides(&self) -> (usize, usize) {
        (self.width, self.height)
    }
}

fn far(one: [[u8; 3]; 4], other: [[u8; 3]; 4]) -> u8 {
    let pairs = one.iter().flatten().zip(other.iter().flatten());
    pairs
        .map(|(one, other)| one.abs_diff(*other))
        .max()
        .unwrap()
}

fn looks(name: &str, corners: [[u8; 3]; 4], tolerance: u8) {
    let shrunk = small(&long(name), &at_most(88, 118)).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert!(shrunk.smaller, "{name}: {:?}", shrunk.note);
    let seen = see(&shrunk.document.content);
    let far = far(seen.corners(), corners);
    assert!(
        far <= tolerance,
        "{name} is off by {far}: {:?}",
        seen.corners()
    );
}

/// The light of a colour.
fn gray([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let light = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    [(light / 1000) as u8; 3]
}

#[test]
fn pictures_that_lie_on_their_side_are_set_up() {
    let jpegs = (1..=8).map(|turn| format!("jpeg/orientation-{turn}.jpg"));
    let others = [
        "jpeg/thumbnail.jpg",
        "png/orientation-6.png",
        "png/orientation-6-last.png",
        "webp/orientation-6.webp",
        "tiff/orientation-3.tiff",
        "tiff/orientation-6.tiff",
        "tiff/orientation-7.tiff",
        "heif/orientation-3.heic",
        "heif/orientation-5.heic",
        "heif/orientation-6.heic",
        "heif/orientation-8.heic",
    ];
    for name in jpegs.chain(others.map(str::to_owned)) {
        let shrunk = small(&long(&name), &at_most(88, 118)).unwrap();
        let seen = see(&shrunk.document.content);
        assert_eq!(seen.sides(), (88, 117), "{name}");
        assert!(
            far(seen.corners(), COLOURS) <= 24,
            "{name}: {:?}",
            seen.corners()
        );
        let file = File::bytes(shrunk.document.content, None);
        let told = inspect(&file, &budget()).unwrap();
        assert_eq!(told.orientation, None, "{name}: it would be turned twice");
    }
}

#[test]
fn an_exif_turn_is_not_heeded_in_a_container_that_turns_by_itself() {
    looks("heif/exif-alone.heic", COLOURS, 24);
}

#[test]
fn each_kind_of_coding_shows_the_same_picture() {
    for name in [
        "jpeg/420.jpg",
        "jpeg/422.jpg",
        "jpeg/444.jpg",
        "jpeg/baseline.jpg",
        "jpeg/progressive.jpg",
        "jpeg/restarts.jpg",
        "jpeg/odd-420.jpg",
        "jpeg/odd-422.jpg",
        "jpeg/odd-444.jpg",
        "jpeg/rgb.jpg",
        "jpeg/cmyk.jpg",
        "jpeg/cmyk-progressive.jpg",
        "jpeg/ycck.jpg",
        "jpeg/two-pictures.jpg",
        "jpeg/junk-after.jpg",
        "jpeg/exif-broken.jpg",
        "jpeg/orientation-9.jpg",
        "jpeg/profile-broken.jpg",
        "png/rgb-8.png",
        "png/rgb-16.png",
        "png/interlaced.png",
        "webp/lossy.webp",
        "webp/lossless.webp",
        "webp/odd.webp",
        "tiff/plain.tiff",
        "tiff/lzw.tiff",
        "tiff/deflate.tiff",
        "tiff/packbits.tiff",
        "tiff/jpeg.tiff",
        "tiff/tiled.tiff",
        "tiff/planar.tiff",
        "tiff/big.tiff",
        "tiff/rgb-16-big-endian.tiff",
        "tiff/cmyk.tiff",
        "heif/single.heic",
        "heif/single.heif",
        "heif/444.heic",
        "heif/odd.heic",
        "heif/grid.heic",
        "heif/thumbnail.heic",
        "heif/two-pictures.heic",
    ] {
        looks(name, COLOURS, 24);
    }
    // These have few colours.
    for name in ["png/palette-8.png", "tiff/palette.tiff"] {
        looks(name, COLOURS, 76);
    }
}

#[test]
fn gray_pictures_stay_gray_and_as_light_as_they_were() {
    let light = COLOURS.map(gray);
    for name in [
        "jpeg/gray.jpg",
        "jpeg/gray-progressive.jpg",
        "png/gray-8.png",
        "png/gray-16.png",
        "tiff/gray-8.tiff",
        "tiff/gray-16.tiff",
        "tiff/white-is-zero.tiff",
    ] {
        looks(name, light, 16);
        let shrunk = small(&long(name), &at_most(88, 118)).unwrap();
        assert!(see(&shrunk.document.content).gray, "{name}");
    }
    looks("heif/gray.heic", light, 16);
    looks("png/gray-4.png", light, 24);
    looks("png/gray-2.png", light, 60);
}

#[test]
fn black_and_white_pictures_keep_black_and_white_apart() {
    for name in [
        "png/gray-1.png",
        "png/interlaced-gray-1.png",
        "tiff/gray-1.tiff",
        "tiff/g3.tiff",
        "tiff/g4.tiff",
    ] {
        let shrunk = small(&long(name), &at_most(88, 118)).unwrap();
        let seen = see(&shrunk.document.content);
        assert!(seen.gray, "{name}");
        assert!(
            far([seen.corners()[0]; 4], [BLACK; 4]) <= 16,
            "{name}: {:?}",
            seen.corners()
        );
        let paper = seen.at(seen.width / 2, seen.height * 93 / 100);
        assert!(paper[0] >= 239, "{name}: paper is {paper:?}");
    }
}

#[test]
fn what_is_clear_shows_white_paper() {
    for name in [
        "png/rgba-8.png",
        "png/rgba-16.png",
        "tiff/rgba.tiff",
        "webp/lossy-alpha.webp",
        "webp/lossless-alpha.webp",
        "heif/alpha.heic",
    ] {
        let shrunk = small(&long(name), &at_most(88, 118)).unwrap();
        let seen = see(&shrunk.document.content).corners();
        // Clear at the left, opaque at the right.
        let clear = [seen[0], seen[3], seen[0], seen[3]];
        assert!(far(clear, [WHITE; 4]) <= 30, "{name}: {seen:?}");
        let opaque = [seen[1], seen[2], seen[1], seen[2]];
        let colours = [COLOURS[1], COLOURS[2], COLOURS[1], COLOURS[2]];
        assert!(far(opaque, colours) <= 40, "{name}: {seen:?}");
    }
    for name in ["png/gray-alpha-8.png", "png/gray-alpha-16.png"] {
        let seen = see(&small(&long(name), &at_most(88, 118))
            .unwrap()
            .document
            .content);
        assert!(
            seen.gray && far([seen.corners()[0]; 4], [WHITE; 4]) <= 30,
            "{name}"
        );
    }
    for name in ["png/rgb-see-through.png", "png/gray-see-through.png"] {
        let seen = see(&small(&long(name), &at_most(88, 118))
            .unwrap()
            .document
            .content);
        let paper = seen.at(seen.width / 2, seen.height * 93 / 100);
        assert!(paper[0] >= 250, "{name}: paper is {paper:?}");
    }
}

#[test]
fn colours_are_those_that_the_profile_means() {
    for name in [
        "jpeg/profile-wide.jpg",
        "jpeg/profile-wider.jpg",
        "png/profile-wide.png",
        "webp/profile-wide.webp",
        "tiff/profile-wide.tiff",
        "heif/profile-wide.heic",
    ] {
        looks(name, COLOURS, 16);
    }
}

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
fn a_broken_picture_is_an_error_and_no_picture_with_a_gray_half() {
    for name in [
        "jpeg/truncated.jpg",
        "jpeg/truncated-header.jpg",
        "jpeg/no-pixels.jpg",
        "png/truncated.png",
        "png/no-end.png",
        "webp/truncated.webp",
        "tiff/truncated-pixels.tiff",
        "heif/truncated.heic",
    ] {
        let error = small(
            &File::open(folder().join(name)).unwrap(),
            &Shrink::default(),
        )
        .unwrap_err();
        assert_eq!(error.code(), "document.damaged", "{name}: {error}");
    }
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

/// A picture of soft waves and sharp stripes.
fn waves(width: u32, height: u32) -> Vec<u8> {
    let wave = |place: u32, length: u32| u8::try_from((place * 255 / length.max(1)) % 256).unwrap();
    let rows = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    rows.flat_map(|(x, y)| {
        [
            wave(x, width),
            wave(y, height),
            if (x / 9 + y / 9) % 2 == 0 { 40 } else { 210 },
        ]
    })
    .collect()
}

fn encoded(width: u32, height: u32, quality: u8, samples: &[u8]) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, quality);
    let (width, height) = (width.try_into().unwrap(), height.try_into().unwrap());
    encoder
        .encode(samples, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    jpeg
}

fn jpeg(width: u32, height: u32, quality: u8) -> Vec<u8> {
    encoded(width, height, quality, &waves(width, height))
}

/// A picture that is hard to compress, always the same.
fn jpeg_of_noise(width: u32, height: u32) -> Vec<u8> {
    let mut state = 7_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let samples: Vec<u8> = (0..width * height * 3).map(|_| noise()).collect();
    encoded(width, height, 90, &samples)
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut content = Vec::new();
    let mut encoder = png::Encoder::new(&mut content, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::NoCompression);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&waves(width, height)).unwrap();
    writer.finish().unwrap();
    content
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
