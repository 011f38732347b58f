//! Pictures that the tests make or open, and what they see in the results.
#![allow(dead_code, reason = "each test uses its part")]

use std::path::{Path, PathBuf};

use jpeg_decoder::PixelFormat;
use mindee_core::Error;
use mindee_core::document::{Budget, File, Limits, Shrink, Shrunk, shrink};

/// The corners of the picture that most files of the corpus show, clockwise from the upper left.
pub(crate) const COLOURS: [[u8; 3]; 4] =
    [[205, 40, 45], [30, 144, 70], [242, 192, 28], [38, 76, 190]];
pub(crate) const WHITE: [u8; 3] = [255, 255, 255];
pub(crate) const BLACK: [u8; 3] = [0, 0, 0];

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents")
}

/// A file of the corpus with zeros behind its end, so that a JPEG is always smaller.
pub(crate) fn long(name: &str) -> File {
    let mut content = std::fs::read(folder().join(name)).unwrap();
    content.resize(content.len() + 60_000, 0);
    File::bytes(content, Path::new(name).file_name().unwrap().to_str())
}

pub(crate) fn budget() -> Budget {
    Budget::new(Limits::default())
}

pub(crate) fn small(file: &File, wish: &Shrink) -> Result<Shrunk, Error> {
    shrink(file, wish, &budget())
}

pub(crate) fn at_most(width: u32, height: u32) -> Shrink {
    Shrink {
        max_width: Some(width),
        max_height: Some(height),
        ..Shrink::default()
    }
}

/// A JPEG, read by another decoder than the one that is tested.
pub(crate) struct Seen {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) gray: bool,
    pub(crate) samples: Vec<u8>,
}

pub(crate) fn see(jpeg: &[u8]) -> Seen {
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
    pub(crate) fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let pixel = y * self.width + x;
        if self.gray {
            [self.samples[pixel]; 3]
        } else {
            std::array::from_fn(|colour| self.samples[pixel * 3 + colour])
        }
    }

    /// The colours in its corners, clockwise from the upper left.
    pub(crate) fn corners(&self) -> [[u8; 3]; 4] {
        let (left, right) = (self.width / 24, self.width - 1 - self.width / 24);
        let (top, bottom) = (self.height / 24, self.height - 1 - self.height / 24);
        [
            self.at(left, top),
            self.at(right, top),
            self.at(right, bottom),
            self.at(left, bottom),
        ]
    }

    pub(crate) fn sides(&self) -> (usize, usize) {
        (self.width, self.height)
    }
}

/// A picture of soft waves and sharp stripes.
pub(crate) fn waves(width: u32, height: u32) -> Vec<u8> {
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

pub(crate) fn encoded(width: u32, height: u32, quality: u8, samples: &[u8]) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, quality);
    let (width, height) = (width.try_into().unwrap(), height.try_into().unwrap());
    encoder
        .encode(samples, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    jpeg
}

pub(crate) fn jpeg(width: u32, height: u32, quality: u8) -> Vec<u8> {
    encoded(width, height, quality, &waves(width, height))
}

/// A picture that is hard to compress, always the same.
pub(crate) fn jpeg_of_noise(width: u32, height: u32) -> Vec<u8> {
    let mut state = 7_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let samples: Vec<u8> = (0..width * height * 3).map(|_| noise()).collect();
    encoded(width, height, 90, &samples)
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut content = Vec::new();
    let mut encoder = png::Encoder::new(&mut content, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::NoCompression);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&waves(width, height)).unwrap();
    writer.finish().unwrap();
    content
}
