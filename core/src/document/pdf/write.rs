//! Writes a new file, object by object.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::object::{Dictionary, Object, quoted};
use super::xref::Place;
use super::{damaged, wide};
use crate::error::Error;

/// How many objects go into one object stream.
const PACK: usize = 100;

/// A file in the making.
pub(crate) struct Output {
    pub bytes: Vec<u8>,
    /// Where each object stands, by its number.
    places: Vec<Place>,
    /// Objects that wait to be packed, where the file packs them.
    pack: Option<Pack>,
}


#[derive(Default)]
struct Pack {
    numbers: Vec<(u32, usize)>,
    content: Vec<u8>,
}

impl Output {
    /// `version` such as `1.7`. `packed`: small objects go into object streams.
    pub(crate) fn new(version: &[u8], packed: bool) -> Self {
        let mut bytes = b"%PDF-".to_vec();
        bytes.extend_from_slice(version);
        // Bytes past ASCII tell that the file is not text.
        bytes.extend_from_slice(b"\n%\xE2\xE3\xCF\xD3\n");
        Self { bytes, places: vec![Place::Free], pack: packed.then(Pack::default) }
    }

    /// A number for an object that is still to come.
    pub(crate) fn reserve(&mut self) -> Result<u32, Error> {
        let number = u32::try_from(self.places.len()).map_err(|_| damaged("The file has too many objects"))?;
        self.places.push(Place::Free);
        Ok(number)
    }

    fn here(&mut self, number: u32, place: Place) {
        if let Some(known) = usize::try_from(number).ok().and_then(|at| self.places.get_mut(at)) {
            *known = place;
        }
    }

    fn begin(&mut self, number: u32) {
        self.here(number, Place::At(wide(self.bytes.len())));
        self.bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    }

    pub(crate) fn object(&mut self, number: u32, object: &Object) -> Result<(), Error> {
        let Some(pack) = &mut self.pack else {
            self.begin(number);
            object.write(&mut self.bytes);
            self.bytes.extend_from_slice(b"\nendobj\n");
            return Ok(());
        };
        pack.numbers.push((number, pack.content.len()));
        object.write(&mut pack.content);
        pack.content.push(b'\n');
        if pack.numbers.len() >= PACK { self.flush() } else { Ok(()) }
    }

    /// Everything of a stream but its data, which are `length` bytes that the caller adds.
    pub(crate) fn begin_stream(&mut self, number: u32, mut dictionary: Dictionary, length: u64) {
        dictionary.set("Length", Object::Integer(i64::try_from(length).unwrap_or(i64::MAX)));
        self.begin(number);
        dictionary.write(&mut self.bytes);
        self.bytes.extend_from_slice(b"\nstream\n");
    }

    pub(crate) fn end_stream(&mut self) {
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
    }

    /// Writes the objects that wait into an object stream.
    fn flush(&mut self) -> Result<(), Error> {
        let Some(pack) = self.pack.as_mut().map(std::mem::take) else { return Ok(()) };
        if pack.numbers.is_empty() {
            return Ok(());
        }
        let stream = self.reserve()?;
        let mut content = Vec::with_capacity(pack.content.len().saturating_add(PACK * 12));
        for (at, (number, offset)) in (0_u32..).zip(&pack.numbers) {
            content.extend_from_slice(format!("{number} {offset} ").as_bytes());
            self.here(*number, Place::In { stream, at });
        }
        let first = content.len();
        content.extend_from_slice(&pack.content);
        let dictionary = Dictionary::from_iter([
            ("Type", Object::name("ObjStm")),
            ("N", Object::count(pack.numbers.len())),
            ("First", Object::count(first)),
        ]);
        let packed = deflated(&content)?;
        self.begin_stream(stream, with_filter(dictionary), wide(packed.len()));
        self.bytes.extend_from_slice(&packed);
        self.end_stream();
        Ok(())
    }

    /// The file, with its cross-reference.
    pub(crate) fn finish(mut self, trailer: Dictionary) -> Result<Vec<u8>, Error> {
        self.flush()?;
        let row = |(number, place): (u32, &Place)| {
            let free = *place == Place::Free;
            Row { number, place: *place, generation: if number == 0 { u16::MAX } else { u16::from(free) } }
        };
        let rows = (0_u32..).zip(&self.places).map(row).collect();
        write_xref(&mut self.bytes, rows, trailer, self.pack.is_some())?;
        Ok(self.bytes)
    }
}

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
    let next = rows.last().map_or(Some(0), |last| last.number.checked_add(1));
    let next = next.ok_or_else(|| damaged("The file has too many objects"))?;
    let least = trailer.get("Size").and_then(Object::as_integer).and_then(|size| u32::try_from(size).ok());
    let next = next.max(least.unwrap_or(0));
    if packed {
        rows.push(Row { number: next, place: Place::At(start), generation: 0 });
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
        for Row { place, generation, .. } in run {
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

fn write_stream(bytes: &mut Vec<u8>, number: u32, rows: &[Row], trailer: Dictionary) -> Result<(), Error> {
    /// Bytes of the two larger fields: any place in a file, and any place in an object stream.
    const SECOND: usize = 5;
    const THIRD: usize = 4;
    let mut content = Vec::with_capacity(rows.len().saturating_mul(1 + SECOND + THIRD));
    for Row { place, generation, .. } in rows {
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
    dictionary.set("W", Object::Array([1, SECOND, THIRD].map(Object::count).to_vec()));
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

fn with_filter(mut dictionary: Dictionary) -> Dictionary {
    dictionary.set("Filter", Object::name("FlateDecode"));
    dictionary
}

fn deflated(content: &[u8]) -> Result<Vec<u8>, Error> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(content).and_then(|()| encoder.finish());
    packed.map_err(|error| damaged("A stream cannot be packed").caused_by(&error))
}

/// A file's two identifiers: what it came from, and what it is now.
pub(crate) fn identifiers(before: Option<Vec<u8>>, now: &[u8]) -> Object {
    let now = quoted(now);
    let before = before.map_or_else(|| now.clone(), |bytes| quoted(&bytes));
    Object::Array(vec![before, now])
}
