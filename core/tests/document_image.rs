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

mod document_images;

use document_images::{BLACK, COLOURS, WHITE, at_most, budget, folder, long, see, small};
use mindee_core::document::{File, Shrink, inspect};

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

/// The corners of a HEIC whose colours are told by these primaries and this curve, after ITU-T H.273.
fn told_by(primaries: u8, curve: u8) -> [[u8; 3]; 4] {
    let mut content = std::fs::read(folder().join("heif/single.heic")).unwrap();
    let told = memchr::memmem::find(&content, b"nclx").unwrap();
    content[told + 5] = primaries;
    content[told + 7] = curve;
    content.resize(content.len() + 60_000, 0);
    let small = small(&File::bytes(content, None), &at_most(88, 118)).unwrap();
    see(&small.document.content).corners()
}

#[test]
fn a_heic_is_read_as_viewers_do_whose_phone_names_the_curve_of_video() {
    assert!(far(told_by(1, 1), told_by(1, 13)) <= 3);
}

#[test]
fn wide_colours_that_a_heic_tells_without_a_profile_are_brought_to_srgb() {
    assert!(far(told_by(12, 13), COLOURS) > 16);
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
fn a_jpeg_whose_lines_are_garbled_is_an_error_and_no_picture_with_a_gray_half() {
    for name in ["jpeg/baseline.jpg", "jpeg/progressive.jpg", "jpeg/gray.jpg"] {
        let mut content = std::fs::read(folder().join(name)).unwrap();
        let middle = content.len() * 2 / 3;
        // Ones alone are no code.
        for pair in content[middle..middle + 400].chunks_exact_mut(2) {
            pair.copy_from_slice(&[0xff, 0x00]);
        }
        let error = small(&File::bytes(content, None), &at_most(88, 118)).unwrap_err();
        assert_eq!(error.code(), "document.damaged", "{name}: {error}");
    }
}

#[test]
fn a_jpeg_with_bytes_between_its_segments_is_read_as_other_readers_do() {
    let mut content = std::fs::read(folder().join("jpeg/baseline.jpg")).unwrap();
    let first = 4 + usize::from(u16::from_be_bytes([content[4], content[5]]));
    content.splice(first..first, *b"junk");
    let expected = see(&small(&long("jpeg/baseline.jpg"), &at_most(88, 118))
        .unwrap()
        .document
        .content);
    content.resize(content.len() + 60_000, 0);
    let file = File::bytes(content, None);
    assert!(inspect(&file, &budget()).unwrap().width.is_some());
    let seen = see(&small(&file, &at_most(88, 118)).unwrap().document.content);
    assert!(far(seen.corners(), expected.corners()) <= 4);
}
