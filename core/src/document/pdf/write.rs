//! Writes a new file, object by object.

use super::ending::{Row, deflated, with_another_filter, with_filter, write_xref};
use super::object::{Dictionary, Object, quoted};
use super::places::Place;
use super::{damaged, wide};
use crate::document::Budget;
use crate::error::Error;

/// What a stream's data stand between. Readers that search a damaged file take it for that wherever
/// it stands, so it is written nowhere else.
const KEYWORD: &[u8] = b"stream";

/// How many objects go into one object stream, and about how many bytes.
const PACK: usize = 100;
const PACK_BYTES: usize = 256 * 1024;

/// A file in the making.
pub(crate) struct Output<'a> {
    pub bytes: Vec<u8>,
    /// Where each object stands, by its number.
    places: Vec<Place>,
    /// Objects that wait to be packed, where the file packs them.
    pack: Option<Pack>,
    budget: &'a Budget,
}

#[derive(Default)]
struct Pack {
    numbers: Vec<(u32, usize)>,
    content: Vec<u8>,
}

impl<'a> Output<'a> {
    /// `version` such as `1.7`. `packed`: small objects go into object streams.
    pub(crate) fn new(version: &[u8], packed: bool, budget: &'a Budget) -> Self {
        let mut bytes = b"%PDF-".to_vec();
        bytes.extend_from_slice(version);
        // Bytes past ASCII tell that the file is not text.
        bytes.extend_from_slice(b"\n%\xE2\xE3\xCF\xD3\n");
        Self {
            bytes,
            places: vec![Place::Free],
            pack: packed.then(Pack::default),
            budget,
        }
    }

    /// A number for an object that is still to come.
    pub(crate) fn reserve(&mut self) -> Result<u32, Error> {
        let number = u32::try_from(self.places.len())
            .map_err(|_| damaged("The file has too many objects"))?;
        self.places.push(Place::Free);
        Ok(number)
    }

    fn here(&mut self, number: u32, place: Place) {
        if let Some(known) = usize::try_from(number)
            .ok()
            .and_then(|at| self.places.get_mut(at))
        {
            *known = place;
        }
    }

    fn begin(&mut self, number: u32) {
        self.here(number, Place::At(wide(self.bytes.len())));
        self.bytes
            .extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    }

    /// What is written counts as inflated: a small file may say the same for each of many pages.
    pub(crate) fn object(&mut self, number: u32, object: &Object) -> Result<(), Error> {
        let Some(pack) = &mut self.pack else {
            self.begin(number);
            let before = self.bytes.len();
            object.write(&mut self.bytes);
            self.bytes.extend_from_slice(b"\nendobj\n");
            return self
                .budget
                .inflated(wide(self.bytes.len().saturating_sub(before)));
        };
        let before = pack.content.len();
        pack.numbers.push((number, before));
        object.write(&mut pack.content);
        pack.content.push(b'\n');
        self.budget
            .inflated(wide(pack.content.len().saturating_sub(before)))?;
        let full = pack.numbers.len() >= PACK || pack.content.len() >= PACK_BYTES;
        if full { self.flush() } else { Ok(()) }
    }

    /// A stream whose data are `length` bytes that `add` appends. Its filters are no references.
    pub(crate) fn stream(
        &mut self,
        number: u32,
        dictionary: Dictionary,
        length: u64,
        add: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let start = self.bytes.len();
        let data = self.begin_stream(number, &dictionary, length);
        add(&mut self.bytes)?;
        if holds_keyword(self.bytes.get(data..).unwrap_or_default()) {
            let packed = deflated(&self.bytes.split_off(data))?;
            self.budget.time()?;
            if holds_keyword(&packed) {
                return Err(damaged(
                    "The data of a stream look like the file around them",
                ));
            }
            self.bytes.truncate(start);
            self.begin_stream(number, &with_another_filter(dictionary), wide(packed.len()));
            self.bytes.extend_from_slice(&packed);
        }
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
        Ok(())
    }

    /// Everything in front of a stream's data; gives where they begin.
    fn begin_stream(&mut self, number: u32, dictionary: &Dictionary, length: u64) -> usize {
        let mut dictionary = dictionary.clone();
        dictionary.set(
            "Length",
            Object::Integer(i64::try_from(length).unwrap_or(i64::MAX)),
        );
        self.begin(number);
        dictionary.write(&mut self.bytes);
        self.bytes.push(b'\n');
        self.bytes.extend_from_slice(KEYWORD);
        self.bytes.push(b'\n');
        self.bytes.len()
    }

    /// Writes the objects that wait into an object stream.
    fn flush(&mut self) -> Result<(), Error> {
        let Some(pack) = self.pack.as_mut().map(std::mem::take) else {
            return Ok(());
        };
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
        let length = wide(packed.len());
        self.stream(stream, with_filter(dictionary), length, |bytes| {
            bytes.extend_from_slice(&packed);
            Ok(())
        })
    }

    /// The file, with its cross-reference.
    pub(crate) fn finish(mut self, trailer: Dictionary) -> Result<Vec<u8>, Error> {
        self.flush()?;
        let row = |(number, place): (u32, &Place)| {
            let free = *place == Place::Free;
            Row {
                number,
                place: *place,
                generation: if number == 0 {
                    u16::MAX
                } else {
                    u16::from(free)
                },
            }
        };
        let rows = (0_u32..).zip(&self.places).map(row).collect();
        write_xref(&mut self.bytes, rows, trailer, self.pack.is_some())?;
        Ok(self.bytes)
    }
}

/// Whether bytes could be taken for the beginning or the end of a stream.
pub(super) fn holds_keyword(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, KEYWORD).is_some()
}

/// A file's two identifiers: what it came from, and what it is now.
pub(crate) fn identifiers(before: Option<Vec<u8>>, now: &[u8]) -> Object {
    let now = quoted(now);
    let before = before.map_or_else(|| now.clone(), |bytes| quoted(&bytes));
    Object::Array(vec![before, now])
}
