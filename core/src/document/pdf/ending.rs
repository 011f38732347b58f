//! The end of a file that is written: its cross-reference.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::object::{Dictionary, Object};
use super::places::Place;
use super::{damaged, wide};
use crate::error::Error;

/// Where an object stands, for a cross-reference.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub number: u32,
    pub place: Place,
    pub generation: u16,
}

/// Ends a file with a cross-reference of these objects, in the order of their numbers. `packed`: as a
/// stream, which alone can tell of objects in object streams. A `Size` in the trailer is the least.
pub(crate) fn write_xref(
    bytes: &mut Vec<u8>,
    mut rows: Vec<Row>,
    mut trailer: Dictionary,
    packed: bool,
) -> Result<(), Error> {
    let start = wide(bytes.len());
    let next = rows
        .last()
        .map_or(Some(0), |last| last.number.checked_add(1));
    let next = next.ok_or_else(|| damaged("The file has too many objects"))?;
    let least = trailer
        .get("Size")
        .and_then(Object::as_integer)
        .and_then(|size| u32::try_from(size).ok());
    let next = next.max(least.unwrap_or(0));
    if packed {
        rows.push(Row {
            number: next,
            place: Place::At(start),
            generation: 0,
        });
        trailer.set("Size", Object::Integer(i64::from(next).saturating_add(1)));
        write_stream(bytes, next, &rows, trailer)?;
    } else {
        trailer.set("Size", Object::Integer(i64::from(next)));
        write_table(bytes, &rows, &trailer);
    }
    bytes.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
    Ok(())
}

/// Rows whose numbers follow each other.
fn runs(rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    rows.chunk_by(|before, after| before.number.checked_add(1) == Some(after.number))
}

fn write_table(bytes: &mut Vec<u8>, rows: &[Row], trailer: &Dictionary) {
    bytes.extend_from_slice(b"xref\n");
    for run in runs(rows) {
        let first = run.first().map_or(0, |first| first.number);
        bytes.extend_from_slice(format!("{first} {}\n", run.len()).as_bytes());
        for Row {
            place, generation, ..
        } in run
        {
            let (offset, kind) = match place {
                Place::At(offset) => (*offset, 'n'),
                Place::Free | Place::In { .. } => (0, 'f'),
            };
            bytes.extend_from_slice(format!("{offset:010} {generation:05} {kind} \n").as_bytes());
        }
    }
    bytes.extend_from_slice(b"trailer\n");
    trailer.write(bytes);
    bytes.push(b'\n');
}

fn write_stream(
    bytes: &mut Vec<u8>,
    number: u32,
    rows: &[Row],
    trailer: Dictionary,
) -> Result<(), Error> {
    /// Bytes of the two larger fields: any place in a file, and any place in an object stream.
    const SECOND: usize = 5;
    const THIRD: usize = 4;
    let mut content = Vec::with_capacity(rows.len().saturating_mul(1 + SECOND + THIRD));
    for Row {
        place, generation, ..
    } in rows
    {
        let (kind, second, third) = match *place {
            Place::Free => (0, 0, u32::from(*generation)),
            Place::At(offset) => (1, offset, u32::from(*generation)),
            Place::In { stream, at } => (2, u64::from(stream), at),
        };
        content.push(kind);
        content.extend(second.to_be_bytes().iter().skip(8 - SECOND));
        content.extend(third.to_be_bytes().iter().skip(4 - THIRD));
    }
    let index = runs(rows).flat_map(|run| {
        let first = run.first().map_or(0, |first| i64::from(first.number));
        [Object::Integer(first), Object::count(run.len())]
    });
    let mut dictionary = trailer;
    dictionary.set("Type", Object::name("XRef"));
    dictionary.set(
        "W",
        Object::Array([1, SECOND, THIRD].map(Object::count).to_vec()),
    );
    dictionary.set("Index", Object::Array(index.collect()));
    let packed = deflated(&content)?;
    dictionary.set("Length", Object::count(packed.len()));
    bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    with_filter(dictionary).write(bytes);
    bytes.extend_from_slice(b"\nstream\n");
    bytes.extend_from_slice(&packed);
    bytes.extend_from_slice(b"\nendstream\nendobj\n");
    Ok(())
}

pub(crate) fn with_filter(mut dictionary: Dictionary) -> Dictionary {
    dictionary.set("Filter", Object::name("FlateDecode"));
    dictionary
}

/// The same, where filters may be there already: what they make is what this one packs.
pub(crate) fn with_another_filter(mut dictionary: Dictionary) -> Dictionary {
    for (key, first) in [
        ("DecodeParms", Object::Null),
        ("Filter", Object::name("FlateDecode")),
    ] {
        let others = match dictionary.remove(key) {
            Some(Object::Array(others)) => others,
            Some(other) => vec![other],
            None if key == "DecodeParms" => continue,
            None => Vec::new(),
        };
        let all = std::iter::once(first).chain(others).collect();
        dictionary.set(key, Object::Array(all));
    }
    dictionary
}

pub(crate) fn deflated(content: &[u8]) -> Result<Vec<u8>, Error> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(content).and_then(|()| encoder.finish());
    packed.map_err(|error| damaged("A stream cannot be packed").caused_by(&error))
}
