//! PDFs of one scan, made smaller, and what they show then.
#![allow(dead_code, reason = "each test uses its part")]

use lopdf::{Document, Object, Stream};
use mindee_core::Error;
use mindee_core::document::{Budget, File, Limits, Shrink, Shrunk, shrink};

use crate::document_pdfs::{Pdf, Seen, drawn, jpeg, picture};

/// Two inches by two and two thirds, so that a picture of 600 x 800 has 300 dots per inch.
pub(crate) const PAGE: (i64, i64) = (144, 192);
pub(crate) const WORDS: &str = "BT 3 Tr /Plain 8 Tf 10 100 Td (Harbour Ironmongery) Tj ET";

pub(crate) fn budget() -> Budget {
    Budget::new(Limits::default())
}

pub(crate) fn at(dpi: u32) -> Shrink {
    Shrink {
        dpi,
        ..Shrink::default()
    }
}

pub(crate) fn small(pdf: Vec<u8>, wish: &Shrink) -> Result<Shrunk, Error> {
    shrink(&File::bytes(pdf, Some("Scan 1.pdf")), wish, &budget())
}

/// Made smaller, which it must be, and opened by another reader.
pub(crate) fn smaller(pdf: Vec<u8>, wish: &Shrink) -> Document {
    let before = pdf.len();
    let shrunk = small(pdf, wish).unwrap();
    assert!(shrunk.smaller, "{:?}", shrunk.note);
    assert!(shrunk.document.content.len() < before);
    Document::load_mem(&shrunk.document.content).unwrap()
}

/// Left byte for byte, with a reason.
pub(crate) fn unchanged(pdf: &[u8], wish: &Shrink, what: &str) {
    let shrunk = small(pdf.to_vec(), wish).unwrap();
    assert!(!shrunk.smaller, "{what}");
    assert!(shrunk.document.content == *pdf, "{what}");
    assert!(shrunk.note.is_some(), "{what}");
}

pub(crate) fn fine_jpeg() -> Stream {
    picture(600, 800, "DCTDecode", jpeg(&drawn(600, 800), 600, 800, 90))
}

/// Deflated, as scanners without a JPEG coder write it.
pub(crate) fn deflated(mut entries: Stream, samples: Vec<u8>) -> Stream {
    entries.dict.remove(b"Filter");
    entries.dict.remove(b"Length");
    let mut stream = Stream::new(entries.dict, samples);
    stream.compress().unwrap();
    stream
}

pub(crate) fn scan(picture: Stream) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.scan(PAGE, picture, WORDS);
    pdf.bytes()
}

/// The pictures of a file, in the order of their objects.
pub(crate) fn pictures(document: &Document) -> Vec<&Stream> {
    let is_picture = |stream: &&Stream| {
        stream.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Image")
    };
    document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter(is_picture)
        .collect()
}

pub(crate) fn side(picture: &Stream, key: &str) -> i64 {
    picture.dict.get(key.as_bytes()).unwrap().as_i64().unwrap()
}

pub(crate) fn size(picture: &Stream) -> (i64, i64) {
    (side(picture, "Width"), side(picture, "Height"))
}

/// The only picture of a file as its coding says it is; the dictionary must say the same.
pub(crate) fn only(document: &Document) -> Seen {
    let all = pictures(document);
    assert_eq!(all.len(), 1);
    assert_eq!(
        all[0].dict.get(b"Filter").unwrap().as_name().unwrap(),
        b"DCTDecode"
    );
    let seen = Seen::of(&all[0].content);
    let sides = (
        i64::try_from(seen.width).unwrap(),
        i64::try_from(seen.height).unwrap(),
    );
    assert_eq!(size(all[0]), sides);
    assert_eq!(side(all[0], "BitsPerComponent"), 8);
    seen
}

/// Each pixel the mean of four.
pub(crate) fn halved(samples: &[u8], width: usize, each: usize) -> Vec<u8> {
    let rows: Vec<&[u8]> = samples.chunks_exact(width * each).collect();
    let mut half = Vec::new();
    for pair in rows.chunks_exact(2) {
        for x in 0..width / 2 {
            for sample in 0..each {
                let at = |row: &[u8], x: usize| u32::from(row[x * each + sample]);
                let sum = at(pair[0], 2 * x)
                    + at(pair[0], 2 * x + 1)
                    + at(pair[1], 2 * x)
                    + at(pair[1], 2 * x + 1);
                half.push(u8::try_from((sum + 2) / 4).unwrap());
            }
        }
    }
    half
}

pub(crate) fn gray(samples: &[u8]) -> Vec<u8> {
    samples.chunks_exact(3).map(|pixel| pixel[1]).collect()
}
