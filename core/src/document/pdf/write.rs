//! Writes a new file, object by object.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::object::{Dictionary, Object, quoted};
use super::{damaged, wide};
use crate::error::Error;

/// How many objects go into one object stream.
const PACK: usize = 100;

/// A file in the making.
pub(crate) struct Output {
    pub bytes: Vec<u8>,
    /// Where each object stands, by its number.
    spots: Vec<Spot>,
    /// Objects that wait to be packed, where the file packs them.
    pack: Option<Pack>,
}

#[derive(Clone, Copy)]
enum Spot {
    Nowhere,
    At(u64),
    In { stream: u32, at: u32 },
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
        Self { bytes, spots: vec![Spot::Nowhere], pack: packed.then(Pack::default) }
    }

    /// A number for an object that is still to come.
    pub(crate) fn reserve(&mut self) -> Result<u32, Error> {
        let number = u32::try_from(self.spots.len()).map_err(|_| damaged("The file has too many objects"))?;
        self.spots.push(Spot::Nowhere);
        Ok(number)
    }

    fn here(&mut self, number: u32, spot: Spot) {
        if let Some(known) = usize::try_from(number).ok().and_then(|at| self.spots.get_mut(at)) {
            *known = spot;
        }
    }

    fn begin(&mut self, number: u32) {
        self.here(number, Spot::At(wide(self.bytes.len())));
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

    fn deflated(&mut self, number: u32, mut dictionary: Dictionary, content: &[u8]) -> Result<(), Error> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        let packed = encoder.write_all(content).and_then(|()| encoder.finish());
        let packed = packed.map_err(|error| damaged("An object stream cannot be packed").caused_by(&error))?;
        dictionary.set("Filter", Object::name("FlateDecode"));
        self.begin_stream(number, dictionary, wide(packed.len()));
        self.bytes.extend_from_slice(&packed);
        self.end_stream();
        Ok(())
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
            self.here(*number, Spot::In { stream, at });
        }
        let first = content.len();
        content.extend_from_slice(&pack.content);
        let dictionary = Dictionary::from_iter([
            ("Type", Object::name("ObjStm")),
            ("N", Object::count(pack.numbers.len())),
            ("First", Object::count(first)),
        ]);
        self.deflated(stream, dictionary, &content)
    }

    /// The file, with its cross-reference.
    pub(crate) fn finish(mut self, mut trailer: Dictionary) -> Result<Vec<u8>, Error> {
        self.flush()?;
        let start = if self.pack.is_some() {
            let number = self.reserve()?;
            let start = wide(self.bytes.len());
            self.here(number, Spot::At(start));
            let (dictionary, rows) = self.rows(trailer);
            self.deflated(number, dictionary, &rows)?;
            start
        } else {
            let start = wide(self.bytes.len());
            let size = self.spots.len();
            trailer.set("Size", Object::count(size));
            self.bytes.extend_from_slice(format!("xref\n0 {size}\n").as_bytes());
            for (number, spot) in self.spots.iter().enumerate() {
                let row = match spot {
                    Spot::At(offset) => format!("{offset:010} 00000 n \n"),
                    _ if number == 0 => "0000000000 65535 f \n".to_owned(),
                    _ => "0000000000 00001 f \n".to_owned(),
                };
                self.bytes.extend_from_slice(row.as_bytes());
            }
            self.bytes.extend_from_slice(b"trailer\n");
            trailer.write(&mut self.bytes);
            self.bytes.push(b'\n');
            start
        };
        self.bytes.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        Ok(self.bytes)
    }

    fn rows(&self, trailer: Dictionary) -> (Dictionary, Vec<u8>) {
        let rows = self.spots.iter().enumerate().map(|(number, spot)| match *spot {
            Spot::Nowhere => Row { kind: 0, second: 0, third: if number == 0 { 65535 } else { 1 } },
            Spot::At(offset) => Row { kind: 1, second: offset, third: 0 },
            Spot::In { stream, at } => Row { kind: 2, second: u64::from(stream), third: u64::from(at) },
        });
        let (widths, content) = written(&rows.collect::<Vec<_>>());
        let mut dictionary = trailer;
        dictionary.set("Type", Object::name("XRef"));
        dictionary.set("W", widths);
        dictionary.set("Size", Object::count(self.spots.len()));
        (dictionary, content)
    }
}

/// A row of a cross-reference stream.
pub(crate) struct Row {
    pub kind: u8,
    pub second: u64,
    pub third: u64,
}

/// The widths of the fields, and the rows.
pub(crate) fn written(rows: &[Row]) -> (Object, Vec<u8>) {
    const SECOND: usize = 5;
    const THIRD: usize = 4;
    let mut content = Vec::with_capacity(rows.len().saturating_mul(1 + SECOND + THIRD));
    for row in rows {
        content.push(row.kind);
        content.extend(row.second.to_be_bytes().iter().skip(8 - SECOND));
        content.extend(row.third.to_be_bytes().iter().skip(8 - THIRD));
    }
    let widths = [1, SECOND, THIRD].map(Object::count);
    (Object::Array(widths.to_vec()), content)
}

/// A file's two identifiers: what it came from, and what it is now.
pub(crate) fn identifiers(before: Option<Vec<u8>>, now: &[u8]) -> Object {
    let now = quoted(now);
    let before = before.map_or_else(|| now.clone(), |bytes| quoted(&bytes));
    Object::Array(vec![before, now])
}
