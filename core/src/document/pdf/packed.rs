//! Objects in object streams.

use std::collections::HashSet;

use super::ground::Located;
use super::object::Object;
use super::parse::Parser;
use super::places::Place;
use super::reader::{Item, Known, Reader};
use super::stream::LARGEST;
use super::{damaged, index, is_damage, wide};
use crate::error::Error;

/// How much of decoded object streams is kept for the next object, in bytes.
const HELD: usize = 1024 * 1024;

/// A decoded object stream.
pub(super) struct ObjectStream {
    number: u32,
    content: Vec<u8>,
    /// The numbers of its objects, and where each begins.
    places: Vec<(u32, usize)>,
}

impl Reader<'_> {
    pub(super) fn contained(
        &mut self,
        number: u32,
        (stream, at): (u32, u32),
        only: Option<&'static [&'static str]>,
    ) -> Result<Item, Error> {
        self.budget().objects(1)?;
        let deepest = self.budget().deepest();
        let stream = self.object_stream(stream)?;
        let listed = stream
            .places
            .get(index(u64::from(at)))
            .filter(|(known, _)| *known == number);
        let listed = listed.or_else(|| stream.places.iter().find(|(known, _)| *known == number));
        let (_, from) = listed.ok_or_else(|| damaged("An object stream lacks an object"))?;
        let piece = stream.content.get(*from..).unwrap_or_default();
        let object = Parser::new(piece, true, deepest)
            .only(only)
            .object(0)
            .unwrap_or(Object::Null);
        Ok(Item {
            number,
            generation: 0,
            object,
            data: None,
            end: None,
        })
    }

    fn object_stream(&mut self, number: u32) -> Result<&ObjectStream, Error> {
        if let Some(at) = self.held.iter().position(|held| held.number == number) {
            self.held.swap(0, at);
        } else {
            let stream = self.unpack(number)?;
            self.held.push_front(stream);
            let size = |held: &ObjectStream| held.content.len();
            while self.held.len() > 1 && self.held.iter().map(size).sum::<usize>() > HELD {
                self.held.pop_back();
            }
        }
        self.held
            .front()
            .ok_or_else(|| damaged("There is no object stream"))
    }

    fn unpack(&mut self, number: u32) -> Result<ObjectStream, Error> {
        self.must_open()?;
        let broken = || damaged("An object stream cannot be read");
        let place = self.place(number)?;
        let Place::At(offset) = place else {
            return Err(broken());
        };
        let located = self
            .ground
            .object_at(offset)?
            .filter(|located| located.number == number)
            .ok_or_else(broken)?;
        let Located {
            generation,
            object,
            data,
            end,
            ..
        } = located;
        let item = Item {
            number,
            generation,
            object,
            data,
            end: Some(end),
        };
        let Object::Dictionary(dictionary) = &item.object else {
            return Err(broken());
        };
        let whole = |key| {
            dictionary
                .get(key)
                .and_then(Object::as_integer)
                .and_then(|value| usize::try_from(value).ok())
        };
        let (count, first) = whole("N").zip(whole("First")).ok_or_else(broken)?;
        let content = self.decoded(&item, LARGEST)?;
        let head = content.get(..first).ok_or_else(broken)?;
        let mut parser = Parser::new(head, true, 0);
        let mut places = Vec::new();
        for _ in 0..count {
            let (Ok(number), Ok(offset)) = (parser.whole(), parser.whole()) else {
                break;
            };
            let number = u32::try_from(number).map_err(|_| broken())?;
            places.push((number, first.saturating_add(index(offset))));
        }
        Ok(ObjectStream {
            number,
            content,
            places,
        })
    }

    /// The object stream that an object is in.
    pub(crate) fn stream_of(&mut self, number: u32) -> Result<Option<u32>, Error> {
        let place = self.place(number)?;
        Ok(if let Place::In { stream, .. } = place {
            Some(stream)
        } else {
            None
        })
    }

    /// Notes the objects in object streams.
    pub(super) fn list_streams(&mut self) -> Result<(), Error> {
        let streams: Vec<u32> = self
            .found()
            .map(|found| found.streams.clone())
            .unwrap_or_default();
        let mut seen = HashSet::new();
        for stream in streams.into_iter().filter(|stream| seen.insert(*stream)) {
            let numbers: Vec<u32> = match self.object_stream(stream) {
                Ok(stream) => stream.places.iter().map(|(number, _)| *number).collect(),
                Err(error) if is_damage(&error) => continue,
                Err(error) => return Err(error),
            };
            self.budget().objects(wide(numbers.len()))?;
            for (at, number) in (0_u32..).zip(numbers) {
                let object = self
                    .contained(number, (stream, at), None)
                    .map(|item| item.object);
                if let Known::Found(found) = &mut self.known {
                    found.contained(number, stream, at);
                    if found.place(number) == (Place::In { stream, at })
                        && let Ok(object) = object
                    {
                        found.note(number, &object);
                    }
                }
            }
        }
        Ok(())
    }
}
