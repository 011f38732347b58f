//! Fetches the objects of a file one by one.

use std::collections::{HashSet, VecDeque};

use super::crypt::Crypt;
use super::ground::{Extent, Ground, Located};
use super::object::{Dictionary, Object};
use super::parse::Parser;
use super::scan::{Found, scan};
use super::stream::{self, Want};
use super::window::Window;
use super::xref::{self, Place, Told};
use super::{damaged, index, is_damage, wide};
use crate::document::{Budget, Encryption, File};
use crate::error::{Error, code};

/// How much of decoded object streams is kept for the next object, in bytes.
const HELD: usize = 1024 * 1024;
/// How often one length, or one reference, may lead to another.
const MOST_STEPS: u8 = 8;

/// An object, and where its stream is.
#[derive(Debug)]
pub(crate) struct Item {
    pub number: u32,
    pub generation: u16,
    pub object: Object,
    /// Where its stream's data begin in the file, where it has one.
    pub data: Option<u64>,
}

/// A PDF whose objects are read where they stand.
pub(crate) struct Reader<'a> {
    pub ground: Ground<'a>,
    /// What the file says at its end: `Root`, `Info`, `ID`.
    pub trailer: Dictionary,
    pub encryption: Encryption,
    known: Known,
    rows: Window<'a>,
    crypt: Option<Crypt>,
    held: VecDeque<ObjectStream>,
    steps: u8,
}

enum Known {
    Told(Told),
    Found(Box<Found>),
}

struct ObjectStream {
    number: u32,
    content: Vec<u8>,
    /// The numbers of its objects, and where each begins.
    places: Vec<(u32, usize)>,
}

impl<'a> Reader<'a> {
    /// Opens a file by its cross-reference, or else by searching it.
    pub(crate) fn open(file: &'a File, budget: &'a Budget) -> Result<Self, Error> {
        let mut ground = Ground::of(file, budget)?;
        let told = match xref::read(&mut ground) {
            Ok(told) => Some(told),
            Err(error) if is_damage(&error) => None,
            Err(error) => return Err(error),
        };
        let trailer = told.as_ref().map(|told| told.trailer.clone()).unwrap_or_default();
        let mut reader = Self {
            ground,
            trailer,
            encryption: Encryption::No,
            known: told.map_or_else(|| Known::Found(Box::default()), Known::Told),
            rows: Window::of(file)?,
            crypt: None,
            held: VecDeque::new(),
            steps: 0,
        };
        if reader.found().is_some() {
            reader.search()?;
        } else {
            reader.decrypt()?;
            if reader.root()?.is_none() {
                reader.search()?;
            }
        }
        Ok(reader)
    }

    pub(crate) fn budget(&self) -> &'a Budget {
        self.ground.budget
    }

    /// What a search found, where the cross-reference was of no use.
    pub(crate) fn found(&self) -> Option<&Found> {
        match &self.known {
            Known::Told(_) => None,
            Known::Found(found) => Some(found),
        }
    }

    /// What the file's own cross-reference says, where it is of use.
    pub(crate) fn told(&self) -> Option<&Told> {
        match &self.known {
            Known::Told(told) => Some(told),
            Known::Found(_) => None,
        }
    }

    /// Whether the file keeps objects in object streams.
    pub(crate) fn is_packed(&self) -> bool {
        match &self.known {
            Known::Told(told) => told.streams,
            Known::Found(found) => !found.streams.is_empty(),
        }
    }

    /// An error where a password is needed to read what the file shows.
    pub(crate) fn must_open(&self) -> Result<(), Error> {
        if self.encryption == Encryption::Password {
            return Err(locked());
        }
        Ok(())
    }

    /// The catalog, where there is one.
    pub(crate) fn root(&mut self) -> Result<Option<Dictionary>, Error> {
        let Some(root) = self.trailer.get("Root").cloned() else { return Ok(None) };
        Ok(match self.resolved(&root)? {
            Object::Dictionary(root) if root.has("Pages") => Some(root),
            _ => None,
        })
    }

    /// The object with this number; null where there is none.
    pub(crate) fn get(&mut self, number: u32) -> Result<Item, Error> {
        self.get_only(number, None)
    }

    /// The same; of a dictionary no more than these entries.
    pub(crate) fn get_only(&mut self, number: u32, only: Option<&'static [&'static str]>) -> Result<Item, Error> {
        let place = match &self.known {
            Known::Found(found) => found.place(number),
            Known::Told(told) => match told.place(number, &mut self.rows) {
                Err(error) if is_damage(&error) => return self.searched(number, only),
                place => place?,
            },
        };
        match place {
            Place::Free => Ok(nothing(number)),
            Place::At(offset) => self.standing(number, offset, only),
            Place::In { stream, at } => match self.contained(number, (stream, at), only) {
                Err(error) if is_damage(&error) => self.searched(number, only),
                item => item,
            },
        }
    }

    /// An object again, after a search: the cross-reference was wrong about it.
    fn searched(&mut self, number: u32, only: Option<&'static [&'static str]>) -> Result<Item, Error> {
        if self.found().is_some() {
            return Ok(nothing(number));
        }
        self.search()?;
        self.get_only(number, only)
    }

    fn standing(&mut self, number: u32, offset: u64, only: Option<&'static [&'static str]>) -> Result<Item, Error> {
        match self.ground.entries_at(offset, only)? {
            Some(Located { number: found, generation, mut object, data, .. }) if found == number => {
                if let Some(crypt) = &self.crypt {
                    crypt.strings(number, generation, &mut object);
                }
                Ok(Item { number, generation, object, data })
            }
            _ => {
                let head = |parser: &mut Parser<'_>| {
                    let found = parser.whole()?;
                    parser.whole()?;
                    parser.keyword("obj").map(|()| found)
                };
                // The right place with something unreadable at it will not get better by a search.
                let right = self.ground.parse(offset, head)? == Some(u64::from(number));
                if right { Ok(nothing(number)) } else { self.searched(number, only) }
            }
        }
    }

    fn contained(
        &mut self,
        number: u32,
        (stream, at): (u32, u32),
        only: Option<&'static [&'static str]>,
    ) -> Result<Item, Error> {
        self.budget().objects(1)?;
        let deepest = self.budget().deepest();
        let stream = self.object_stream(stream)?;
        let listed = stream.places.get(index(u64::from(at))).filter(|(known, _)| *known == number);
        let listed = listed.or_else(|| stream.places.iter().find(|(known, _)| *known == number));
        let (_, from) = listed.ok_or_else(|| damaged("An object stream lacks an object"))?;
        let piece = stream.content.get(*from..).unwrap_or_default();
        let object = Parser::new(piece, true, deepest).only(only).object(0).unwrap_or(Object::Null);
        Ok(Item { number, generation: 0, object, data: None })
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
        self.held.front().ok_or_else(|| damaged("There is no object stream"))
    }

    fn unpack(&mut self, number: u32) -> Result<ObjectStream, Error> {
        self.must_open()?;
        let broken = || damaged("An object stream cannot be read");
        let place = match &self.known {
            Known::Found(found) => found.place(number),
            Known::Told(told) => told.place(number, &mut self.rows)?,
        };
        let Place::At(offset) = place else { return Err(broken()) };
        let located = self.ground.object_at(offset)?.filter(|located| located.number == number).ok_or_else(broken)?;
        let Located { generation, object, data, .. } = located;
        let item = Item { number, generation, object, data };
        let Object::Dictionary(dictionary) = &item.object else { return Err(broken()) };
        let whole = |key| dictionary.get(key).and_then(Object::as_integer).and_then(|value| usize::try_from(value).ok());
        let (count, first) = whole("N").zip(whole("First")).ok_or_else(broken)?;
        let content = self.decoded(&item)?;
        let head = content.get(..first).ok_or_else(broken)?;
        let mut parser = Parser::new(head, true, 0);
        let mut places = Vec::new();
        for _ in 0..count {
            let (Ok(number), Ok(offset)) = (parser.whole(), parser.whole()) else { break };
            let number = u32::try_from(number).map_err(|_| broken())?;
            places.push((number, first.saturating_add(index(offset))));
        }
        Ok(ObjectStream { number, content, places })
    }

    /// What a value stands for: itself, or the object that it refers to.
    pub(crate) fn resolved(&mut self, object: &Object) -> Result<Object, Error> {
        let mut object = object.clone();
        for _ in 0..MOST_STEPS {
            let Object::Reference(number) = object else { return Ok(object) };
            object = self.get(number)?.object;
        }
        Ok(Object::Null)
    }

    /// The entry of a dictionary, references followed.
    pub(crate) fn entry(&mut self, dictionary: &Dictionary, key: &str) -> Result<Object, Error> {
        dictionary.get(key).map_or(Ok(Object::Null), |value| self.resolved(value))
    }

    /// How long an object's stream is; nothing where it has none, or none that ends.
    pub(crate) fn extent(&mut self, item: &Item) -> Result<Option<Extent>, Error> {
        let (Some(data), Object::Dictionary(dictionary)) = (item.data, &item.object) else {
            return Ok(None);
        };
        let mut length = dictionary.get("Length").cloned().unwrap_or(Object::Null);
        // A length may be an object of a stream whose length is again an object.
        if matches!(length, Object::Reference(_)) {
            if self.steps >= MOST_STEPS {
                length = Object::Null;
            } else {
                self.steps = self.steps.saturating_add(1);
                let resolved = self.resolved(&length);
                self.steps = self.steps.saturating_sub(1);
                length = resolved?;
            }
        }
        let declared = length.as_integer().and_then(|length| u64::try_from(length).ok());
        self.ground.stream_length(data, declared)
    }

    /// The data of an object's stream as they stand in the file, or decrypted.
    pub(crate) fn raw(&mut self, item: &Item, out: &mut Vec<u8>) -> Result<(), Error> {
        let Some((data, extent)) = item.data.zip(self.extent(item)?) else { return Ok(()) };
        match (&self.crypt, &item.object) {
            (Some(crypt), Object::Dictionary(dictionary)) => {
                let mut raw = Vec::new();
                self.ground.window.copy(data, extent.length, &mut raw)?;
                out.append(&mut crypt.stream(item.number, item.generation, dictionary, raw)?);
                Ok(())
            }
            _ => self.ground.window.copy(data, extent.length, out),
        }
    }

    /// All of a stream's data, decoded.
    pub(crate) fn decoded(&mut self, item: &Item) -> Result<Vec<u8>, Error> {
        let mut raw = Vec::new();
        self.raw(item, &mut raw)?;
        let filters = self.filters(item)?;
        stream::decoded(raw, &filters, self.budget())
    }

    /// A stream's data, decoded piece by piece where that can be done. Whether it went well.
    pub(crate) fn pieces(&mut self, item: &Item, take: &mut dyn FnMut(&[u8]) -> Want) -> Result<bool, Error> {
        let filters = self.filters(item)?;
        let inflates = filters.is("Filter", "FlateDecode") && !filters.has("DecodeParms");
        if inflates && self.crypt.is_none() {
            let Some((data, extent)) = item.data.zip(self.extent(item)?) else { return Ok(false) };
            return stream::inflate(&mut self.ground, data, extent.length, take);
        }
        match self.decoded(item) {
            Ok(content) => {
                take(&content);
                Ok(true)
            }
            Err(error) if is_damage(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The filters of a stream without references; the one that is done with by now left out.
    pub(crate) fn filters(&mut self, item: &Item) -> Result<Dictionary, Error> {
        let mut filters = Dictionary::default();
        let Object::Dictionary(dictionary) = &item.object else { return Ok(filters) };
        for key in ["Filter", "DecodeParms"] {
            let mut value = self.entry(dictionary, key)?;
            if let Object::Array(items) = &mut value {
                for item in items.iter_mut() {
                    *item = self.resolved(item)?;
                }
                if let [only] = items.as_slice() {
                    value = only.clone();
                }
            }
            if value != Object::Null {
                filters.set(key, value);
            }
        }
        without_crypt(&mut filters);
        Ok(filters)
    }

    fn decrypt(&mut self) -> Result<(), Error> {
        self.crypt = None;
        self.encryption = Encryption::No;
        let Object::Dictionary(mut encrypt) = self.entry(&self.trailer.clone(), "Encrypt")? else {
            return Ok(());
        };
        for (_, value) in &mut encrypt.0 {
            *value = self.resolved(value)?;
        }
        let identifiers = match self.entry(&self.trailer.clone(), "ID")? {
            Object::Null => None,
            found => Some(found),
        };
        self.crypt = Crypt::open(&encrypt, identifiers.as_ref());
        let opens = self.crypt.is_some();
        self.encryption = if opens { Encryption::EmptyPassword } else { Encryption::Password };
        Ok(())
    }

    /// Looks for every object in the file itself.
    pub(crate) fn search(&mut self) -> Result<(), Error> {
        let mut found = scan(&mut self.ground)?;
        for key in ["Root", "Info", "ID", "Encrypt"] {
            if let (false, Some(value)) = (found.trailer.has(key), self.trailer.get(key)) {
                found.trailer.set(key, value.clone());
            }
        }
        self.trailer = found.trailer.clone();
        self.known = Known::Found(Box::new(found));
        self.held.clear();
        self.decrypt()?;
        if self.encryption != Encryption::Password {
            self.list_streams()?;
        }
        if self.root()?.is_none()
            && let Some(catalog) = self.found().and_then(|found| found.catalog)
        {
            self.trailer.set("Root", Object::Reference(catalog));
        }
        Ok(())
    }

    /// Notes the objects in object streams.
    fn list_streams(&mut self) -> Result<(), Error> {
        let streams: Vec<u32> = self.found().map(|found| found.streams.clone()).unwrap_or_default();
        let mut seen = HashSet::new();
        for stream in streams.into_iter().filter(|stream| seen.insert(*stream)) {
            let numbers: Vec<u32> = match self.object_stream(stream) {
                Ok(stream) => stream.places.iter().map(|(number, _)| *number).collect(),
                Err(error) if is_damage(&error) => continue,
                Err(error) => return Err(error),
            };
            self.budget().objects(wide(numbers.len()))?;
            for (at, number) in (0_u32..).zip(numbers) {
                let object = self.contained(number, (stream, at), None).map(|item| item.object);
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

fn without_crypt(filters: &mut Dictionary) {
    if filters.is("Filter", "Crypt") {
        *filters = Dictionary::default();
    }
    if let Some(Object::Array(names)) = filters.get("Filter")
        && names.first().and_then(Object::as_name) == Some(b"Crypt")
    {
        let rest = |object: &Object| object.as_array().map(|items| items.iter().skip(1).cloned().collect());
        for key in ["Filter", "DecodeParms"] {
            let left = filters.get(key).and_then(rest).map(Object::Array);
            filters.put(key, left);
        }
    }
}

fn nothing(number: u32) -> Item {
    Item { number, generation: 0, object: Object::Null, data: None }
}

fn locked() -> Error {
    Error::new(code::DOCUMENT_ENCRYPTED, "The file needs a password to be opened")
}
