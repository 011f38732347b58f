//! Results of a split and of a crop, and what is cut by them.
#![allow(dead_code, reason = "each test uses its part")]

use std::path::Path;

use mindee_core::Error;
use mindee_core::document::{Budget, CutOptions, Document, File, Limits, cut};
use serde_json::{Value, json};

/// Left, top, right, bottom, in parts of the page.
pub(crate) type Place = [f64; 4];

/// The corners, clockwise from the upper left.
pub(crate) const CORNERS: [Place; 4] = [
    [0.0, 0.0, 0.08, 0.06],
    [0.92, 0.0, 1.0, 0.06],
    [0.92, 0.94, 1.0, 1.0],
    [0.0, 0.94, 0.08, 1.0],
];

pub(crate) fn crop([left, top, right, bottom]: Place, page: u64) -> Value {
    let polygon = json!([[left, top], [right, top], [right, bottom], [left, bottom]]);
    json!({"object_type": "slip", "location": {"page": page, "polygon": polygon}})
}

pub(crate) fn crops(crops: &[Value]) -> Value {
    json!({"inference": {"id": "x", "result": {"crops": crops}}})
}

pub(crate) fn splits(ranges: &[(u64, u64)]) -> Value {
    let split =
        |(first, last): &(u64, u64)| json!({"page_range": [first, last], "document_type": "slip"});
    json!({"inference": {"id": "x", "result": {"splits": ranges.iter().map(split).collect::<Vec<_>>()}}})
}

pub(crate) fn budget() -> Budget {
    Budget::new(Limits::default())
}

pub(crate) fn made(file: &File, result: &Value) -> Result<Vec<Document>, Error> {
    made_with(
        file,
        result,
        CutOptions {
            quality: 95,
            ..CutOptions::default()
        },
    )
}

pub(crate) fn made_with(
    file: &File,
    result: &Value,
    options: CutOptions,
) -> Result<Vec<Document>, Error> {
    cut(file, result.to_string().as_bytes(), &options, &budget())
}

pub(crate) fn open(name: &str) -> File {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents");
    File::open(folder.join(name)).unwrap()
}
