//! Finds the objects of a file that does not say where they are, or says it wrong.

use std::collections::BTreeMap;

use super::ending::Row;
use super::ground::{Ground, Located};
use super::object::{Dictionary, Object, is_regular};
use super::places::Place;
use super::wide;
use crate::error::Error;

/// `4294967295 65535 ` in front of `obj`, and one byte more.
const BEFORE: u64 = 20;

/// What was found.
#[derive(Default)]
pub(crate) struct Found {
    /// Where each object stands last.
    places: BTreeMap<u32, Last>,
    /// The entries of all trailers, the last of each.
    pub trailer: Dictionary,
    /// The object streams, in the order of the file.
    pub streams: Vec<u32>,
    /// The last catalog.
    pub catalog: Option<u32>,
    /// The last dictionary that looks like one of encryption.
    pub encrypt: Option<u32>,
    /// The pages, in the order of the file.
    pub pages: Vec<u32>,
    /// Where the last whole object ends.
    pub end: u64,
    /// Whether an object is cut off, or the file does not say that it is over.
    pub broken_off: bool,
}

#[derive(Clone, Copy)]
struct Last {
    /// Of the object, or of the object stream that it is in: decides what is last.
    offset: u64,
    place: Place,
    generation: u16,
}

impl Found {
    pub(crate) fn place(&self, number: u32) -> Place {
        self.places
            .get(&number)
            .map_or(Place::Free, |last| last.place)
    }

    /// Every object that was found, in the order of their numbers.
    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = Row> + '_ {
        self.places.iter().map(|(number, last)| Row {
            number: *number,
            place: last.place,
            generation: last.generation,
        })
    }

    /// Notes an object of an object stream, unless a later one stands in the file.
    pub(crate) fn contained(&mut self, number: u32, stream: u32, at: u32) {
        let offset = self.places.get(&stream).map_or(0, |last| last.offset);
        let known = self.places.get(&number).map(|last| last.offset);
        if number != stream && number > 0 && known.is_none_or(|known| known < offset) {
            let place = Place::In { stream, at };
            self.places.insert(
                number,
                Last {
                    offset,
                    place,
                    generation: 0,
                },
            );
        }
    }

    /// Notes what an object is, where that helps to find the pages.
    pub(crate) fn note(&mut self, number: u32, object: &Object) {
        let Some(dictionary) = object.as_dictionary() else {
            return;
        };
        if dictionary.is("Type", "Catalog") {
            self.catalog = Some(number);
        } else if dictionary.is("Type", "Page") {
            self.pages.push(number);
        } else if dictionary.is("Filter", "Standard") && dictionary.has("O") && dictionary.has("U")
        {
            self.encrypt = Some(number);
        }
    }

    fn merge(&mut self, trailer: &Dictionary) {
        for key in ["Root", "Info", "ID", "Encrypt"] {
            if let Some(value) = trailer.get(key) {
                self.trailer.set(key, value.clone());
            }
        }
    }
}

/// Goes through the whole file. Streams are passed over, so that nothing in them is taken for an object.
pub(crate) fn scan(ground: &mut Ground<'_>) -> Result<Found, Error> {
    let mut found = Found::default();
    let length = ground.window.length();
    let mut at = ground.tag;
    let mut between = at;
    while let Some(word) = ground.window.find(b"obj", at, length, ground.budget)? {
        at = word.saturating_add(3);
        let Some(start) = header(ground, word)? else {
            continue;
        };
        trailers(ground, between, start, &mut found)?;
        let located = ground.object_at(start)?;
        between = at;
        let Some(located) = located else { continue };
        match end(ground, &located)? {
            Some(end) => {
                at = end;
                between = end;
                found.end = end;
                take(&located, start, &mut found);
            }
            None => found.broken_off = true,
        }
    }
    trailers(ground, between, length, &mut found)?;
    let marked = ground
        .window
        .find(b"%%EOF", found.end, length, ground.budget)?;
    found.broken_off |= marked.is_none();
    Ok(found)
}

fn take(located: &Located, start: u64, found: &mut Found) {
    // The head of the list of free numbers is no object's.
    if located.number == 0 {
        return;
    }
    let is_stream = located.data.is_some();
    match located.object.as_dictionary() {
        // Of an older cross-reference no more than its trailer is of use.
        Some(dictionary) if is_stream && dictionary.is("Type", "XRef") => {
            return found.merge(dictionary);
        }
        Some(dictionary) if is_stream && dictionary.is("Type", "ObjStm") => {
            found.streams.push(located.number);
        }
        _ => {}
    }
    let last = Last {
        offset: start,
        place: Place::At(start),
        generation: located.generation,
    };
    found.places.insert(located.number, last);
    found.note(located.number, &located.object);
}

/// Where `12 0 obj` begins, when the word `obj` stands there.
fn header(ground: &mut Ground<'_>, word: u64) -> Result<Option<u64>, Error> {
    let from = word.saturating_sub(BEFORE);
    let least = usize::try_from(word - from).unwrap_or(0);
    let (before, _) = ground.window.look(from, least)?;
    let before = before.get(..least).unwrap_or(before);
    let whole_number = |text: &[u8]| {
        text.iter()
            .rev()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let trimmed = before.trim_ascii_end();
    let generation = whole_number(trimmed);
    let rest = trimmed
        .get(..trimmed.len().saturating_sub(generation))
        .unwrap_or_default();
    let spaced = rest.trim_ascii_end();
    let number = whole_number(spaced);
    if generation == 0 || number == 0 || spaced.len() == rest.len() {
        return Ok(None);
    }
    let begin = spaced.len().saturating_sub(number);
    let joined = begin
        .checked_sub(1)
        .and_then(|place| spaced.get(place))
        .is_some_and(|byte| is_regular(*byte));
    Ok((!joined).then(|| from.saturating_add(wide(begin))))
}

/// Where an object ends, its stream and `endobj` included; nothing where its stream does not end.
fn end(ground: &mut Ground<'_>, located: &Located) -> Result<Option<u64>, Error> {
    let mut end = located.end;
    if let Some(data) = located.data {
        let declared = located
            .object
            .as_dictionary()
            .and_then(|dictionary| dictionary.get("Length"));
        let declared = declared
            .and_then(Object::as_integer)
            .and_then(|length| u64::try_from(length).ok());
        let Some(extent) = ground.stream_length(data, declared)? else {
            return Ok(None);
        };
        end = data.saturating_add(extent.length);
    }
    for keyword in ["endstream", "endobj"] {
        let after = ground.parse(end, |parser| {
            parser.keyword(keyword)?;
            Ok(parser.at())
        })?;
        end = end.saturating_add(after.map_or(0, wide));
    }
    Ok(Some(end))
}

/// Takes up the trailers between two objects.
fn trailers(ground: &mut Ground<'_>, from: u64, to: u64, found: &mut Found) -> Result<(), Error> {
    let mut at = from;
    while let Some(place) = ground.window.find(b"trailer", at, to, ground.budget)? {
        at = place.saturating_add(7);
        if let Some(Object::Dictionary(trailer)) = ground.parse(at, |parser| parser.object(0))? {
            found.merge(&trailer);
        }
    }
    Ok(())
}
