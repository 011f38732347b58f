//! PDFs that the tests make, and what they see in the results.
#![allow(
    dead_code,
    clippy::as_conversions,
    reason = "each test uses its part; a place in a picture is small"
)]

use std::path::{Path, PathBuf};

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

/// The corners of the picture that most files of the corpus show, clockwise from the upper left.
pub(crate) const COLOURS: [[u8; 3]; 4] =
    [[205, 40, 45], [30, 144, 70], [242, 192, 28], [38, 76, 190]];

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents")
}

/// Paper is never quite even, nor uneven in any order that deflate would find.
fn grain(x: usize, y: usize) -> u8 {
    let mixed = (x as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (y as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    u8::try_from((mixed >> 33) % 13).unwrap()
}

/// Samples of a picture with coloured corners, and lines of letters' size between them.
pub(crate) fn drawn(width: usize, height: usize) -> Vec<u8> {
    let mut samples = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let corner = match (x * 10 / width, y * 10 / height) {
                (0, 0) => Some(0),
                (9, 0) => Some(1),
                (9, 9) => Some(2),
                (0, 9) => Some(3),
                _ => None,
            };
            let ink = (y / 9 % 3 == 0 && (x / 7 + y / 27) % 5 != 0).then_some([40, 42, 50]);
            let grain = grain(x, y);
            let paper = [240 + grain, 238 + grain, 230 + grain];
            samples.extend(corner.map(|at| COLOURS[at]).or(ink).unwrap_or(paper));
        }
    }
    samples
}

pub(crate) fn jpeg(samples: &[u8], width: usize, height: usize, quality: u8) -> Vec<u8> {
    let gray = samples.len() == width * height;
    let colours = if gray {
        jpeg_encoder::ColorType::Luma
    } else {
        jpeg_encoder::ColorType::Rgb
    };
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, quality);
    let (wide, high) = (
        u16::try_from(width).unwrap(),
        u16::try_from(height).unwrap(),
    );
    encoder.encode(samples, wide, high, colours).unwrap();
    jpeg
}

/// A picture as an object, with this coding.
pub(crate) fn picture(width: usize, height: usize, coding: &str, data: Vec<u8>) -> Stream {
    let side = |side: usize| i64::try_from(side).unwrap();
    let entries = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => side(width),
        "Height" => side(height),
        "ColorSpace" => "DeviceRGB",
        "BitsPerComponent" => 8,
        "Filter" => coding,
    };
    Stream::new(entries, data).with_compression(false)
}

/// A PDF in the making.
pub(crate) struct Pdf {
    pub(crate) document: Document,
    tree: ObjectId,
    pages: Vec<Object>,
}

impl Pdf {
    pub(crate) fn new() -> Self {
        let mut document = Document::with_version("1.7");
        let tree = document.new_object_id();
        Self {
            document,
            tree,
            pages: Vec::new(),
        }
    }

    /// A page of this size in points with these resources and this content.
    pub(crate) fn page(
        &mut self,
        size: (i64, i64),
        resources: Dictionary,
        content: &str,
    ) -> ObjectId {
        let content = self
            .document
            .add_object(Stream::new(dictionary! {}, content.into()));
        let page = self.document.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => self.tree,
            "MediaBox" => vec![0.into(), 0.into(), size.0.into(), size.1.into()],
            "Resources" => resources,
            "Contents" => content,
        });
        self.pages.push(page.into());
        page
    }

    /// A page that is one picture, with this written over it.
    pub(crate) fn scan(&mut self, size: (i64, i64), picture: Stream, over: &str) -> ObjectId {
        let picture = self.document.add_object(picture);
        let resources = dictionary! {
            "XObject" => dictionary! { "Scan" => picture },
            "Font" => dictionary! { "Plain" => plain_font() },
        };
        let content = format!("q {} 0 0 {} 0 0 cm /Scan Do Q {over}", size.0, size.1);
        self.page(size, resources, &content)
    }

    pub(crate) fn set(&mut self, object: ObjectId, key: &str, value: impl Into<Object>) {
        let object = self.document.get_object_mut(object).unwrap();
        let entries = match object {
            Object::Stream(stream) => &mut stream.dict,
            other => other.as_dict_mut().unwrap(),
        };
        entries.set(key, value);
    }

    pub(crate) fn bytes(mut self) -> Vec<u8> {
        let count = i64::try_from(self.pages.len()).unwrap();
        let entries = dictionary! { "Type" => "Pages", "Kids" => self.pages, "Count" => count };
        self.document.objects.insert(self.tree, entries.into());
        let catalog = dictionary! { "Type" => "Catalog", "Pages" => self.tree };
        let catalog = self.document.add_object(catalog);
        self.document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        self.document.save_to(&mut bytes).unwrap();
        bytes
    }
}

pub(crate) fn plain_font() -> Dictionary {
    dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" }
}

/// A decoded picture.
pub(crate) struct Seen {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) gray: bool,
    pub(crate) samples: Vec<u8>,
}

impl Seen {
    /// A JPEG, read by another decoder than the one that is tested.
    pub(crate) fn of(jpeg: &[u8]) -> Self {
        let mut decoder = jpeg_decoder::Decoder::new(jpeg);
        let samples = decoder.decode().unwrap();
        let info = decoder.info().unwrap();
        let gray = info.pixel_format == jpeg_decoder::PixelFormat::L8;
        Self {
            width: info.width.into(),
            height: info.height.into(),
            gray,
            samples,
        }
    }

    /// The mean colour of its middle.
    pub(crate) fn colour(&self) -> [u8; 3] {
        let each = if self.gray { 1 } else { 3 };
        let mut sums = [0_usize; 3];
        let (top, left) = (self.height / 4, self.width / 4);
        let (high, wide) = ((self.height / 2).max(1), (self.width / 2).max(1));
        for y in top..top + high {
            for x in left..left + wide {
                let at = (y * self.width + x) * each;
                for (place, sum) in sums.iter_mut().enumerate() {
                    *sum += usize::from(self.samples[at + place % each]);
                }
            }
        }
        sums.map(|sum| u8::try_from(sum / (wide * high)).unwrap())
    }
}

/// Whether two colours are alike, lossy coding and colours kept coarse considered.
pub(crate) fn alike(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter()
        .zip(other)
        .all(|(one, other)| one.abs_diff(other) <= 30)
}

/// How well a picture is kept, in decibels.
pub(crate) fn psnr(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let square = |(one, other): (&u8, &u8)| f64::from(one.abs_diff(*other)).powi(2);
    let all: f64 = one.iter().zip(other).map(square).sum();
    let mean = all / f64::from(u32::try_from(one.len()).unwrap());
    10.0 * (255.0_f64.powi(2) / mean.max(1e-9)).log10()
}

/// The text that a page's content shows, painted or not.
pub(crate) fn text_of(document: &Document, page: u32) -> String {
    let id = document.get_pages()[&page];
    let content = Content::decode(&document.get_page_content(id)).unwrap();
    let shown =
        |operation: &Operation| match (operation.operator.as_str(), operation.operands.first()) {
            ("Tj", Some(Object::String(text, _))) => {
                Some(String::from_utf8_lossy(text).into_owned())
            }
            _ => None,
        };
    content
        .operations
        .iter()
        .filter_map(shown)
        .collect::<Vec<_>>()
        .join(" ")
}
