//! Large JPEGs made smaller: by halves and planes at the same time, and as if they were not.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a test ends by panicking"
)]

use jpeg_decoder::Decoder;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use mindee_core::document::{Budget, File, Limits, Shrink, shrink};

/// What is seen at a place, each from 0 to 1: colours that change everywhere, and slowly.
fn colour(x: f64, y: f64) -> [f64; 3] {
    let hill = (1.0 - (2.0 * x - 1.0).abs()) * (1.0 - (2.0 * y - 1.0).abs());
    [30.0 + 190.0 * x, 40.0 + 180.0 * y, 60.0 + 120.0 * hill]
}

/// The samples of a picture, red, green and blue.
fn large((width, height): (u16, u16)) -> Vec<u8> {
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let seen = colour(
                (f64::from(x) + 0.5) / f64::from(width),
                (f64::from(y) + 0.5) / f64::from(height),
            );
            samples.extend(seen.map(|value| value.round() as u8));
        }
    }
    samples
}

fn jpeg(samples: &[u8], size: (u16, u16), coded: SamplingFactor) -> Vec<u8> {
    turned(samples, size, coded, 1)
}

/// A JPEG that is to be seen turned as EXIF says.
fn turned(
    samples: &[u8],
    (width, height): (u16, u16),
    coded: SamplingFactor,
    orientation: u8,
) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 95);
    encoder.set_sampling_factor(coded);
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    encoder.add_app_segment(1, exif).unwrap();
    encoder
        .encode(samples, width, height, ColorType::Rgb)
        .unwrap();
    jpeg
}

/// The largest distance of a sample, of some in each row, from what is to be seen there.
fn apart(jpeg: &[u8], (width, height): (u16, u16)) -> f64 {
    let mut decoder = Decoder::new(jpeg);
    let samples = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    assert_eq!((info.width, info.height), (width, height));
    let (pixels, rest) = samples.as_chunks::<3>();
    assert_eq!(
        (pixels.len(), rest.len()),
        (usize::from(width) * usize::from(height), 0)
    );
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let some = places.zip(pixels).step_by(5);
    let differences = some.flat_map(|((x, y), seen)| {
        let wanted = colour(
            (f64::from(x) + 0.5) / f64::from(width),
            (f64::from(y) + 0.5) / f64::from(height),
        );
        [0, 1, 2].map(|channel| (wanted[channel] - f64::from(seen[channel])).abs())
    });
    differences.fold(0.0, f64::max)
}

#[test]
fn every_part_of_a_large_picture_is_where_it_was() {
    let size = (1601, 1067);
    let samples = large(size);
    for coded in [
        SamplingFactor::F_1_1,
        SamplingFactor::F_2_1,
        SamplingFactor::F_1_2,
        SamplingFactor::F_2_2,
    ] {
        let file = File::bytes(jpeg(&samples, size, coded), Some("large.jpg"));
        // To a part that is decoded smaller, to one that is not, and to odd sides.
        for (width, height) in [(501, 334), (1281, 854)] {
            let wish = Shrink {
                max_width: Some(width.into()),
                ..Shrink::default()
            };
            let made = shrink(&file, &wish, &Budget::new(Limits::default())).unwrap();
            assert!(made.smaller);
            let apart = apart(&made.document.content, (width, height));
            assert!(apart < 12.0, "{coded:?} to {width} is off by {apart}");
        }
    }
}

#[test]
fn a_mirrored_picture_has_its_colours_where_its_light_is() {
    let (width, height) = (801, 403);
    let red = |x: u16| (x / 9).is_multiple_of(2);
    let row = || (0..width).flat_map(|x| if red(x) { [200, 60, 60] } else { [60, 60, 200] });
    let samples: Vec<u8> = (0..height).flat_map(|_| row()).collect();
    let wish = Shrink {
        max_width: Some(699),
        ..Shrink::default()
    };
    let seen = |orientation| {
        let jpeg = turned(
            &samples,
            (width, height),
            SamplingFactor::F_2_2,
            orientation,
        );
        let file = File::bytes(jpeg, Some("stripes.jpg"));
        let made = shrink(&file, &wish, &Budget::new(Limits::default())).unwrap();
        Decoder::new(made.document.content.as_ref())
            .decode()
            .unwrap()
    };
    let (upright, mirrored) = (seen(1), seen(2));
    let (upright, _) = upright.as_chunks::<3>();
    let (mirrored, _) = mirrored.as_chunks::<3>();
    assert_eq!(upright.len(), mirrored.len());
    let rows = upright.chunks(699).zip(mirrored.chunks(699));
    let pairs = rows.flat_map(|(row, other)| row.iter().zip(other.iter().rev()));
    let differences = pairs.flat_map(|(one, other)| [0, 2].map(|c| one[c].abs_diff(other[c])));
    let differences: Vec<f64> = differences.map(f64::from).collect();
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    // Colours that lie for two pixels each are 9 off where they lie for others; a whole pixel is 21.
    assert!(mean < 14.0, "colours are off by {mean} on average");
}
