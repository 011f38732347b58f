//! Fetches the objects of a file one by one.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::crypt::Crypt;
use super::ground::{Ground, Located};
use super::is_damage;
use super::object::{Dictionary, Object};
use super::packed::ObjectStream;
use super::parse::Parser;
use super::places::Place;
use super::scan::{Found, scan};
use super::window::Window;
use super::xref::{self, Told};
use crate::document::{Budget, Encryption, File};
use crate::error::{Error, code};

/// How often one length, or one reference, may lead to another.
pub(super) const MOST_STEPS: u8 = 8;

/// An object, and where its stream is.
#[derive(Debug)]
pub(crate) struct Item {
    pub number: u32,
    pub generation: u16,
    pub object: Object,
    /// Where its stream's data begin in the file, where it has one.
    pub data: Option<u64>,
    /// Where it ends in the file, its stream left out; nothing for what is in an object stream.
    pub end: Option<u64>,
}

/// A PDF whose objects are read where they stand.
pub(crate) struct Reader<'a> {
    pub ground: Ground<'a>,
    /// What the file says at its end: `Root`, `Info`, `ID`.
    pub trailer: Dictionary,
    pub encryption: Encryption,
    pub(super) known: Known,
    rows: Window<'a>,
    pub(super) crypt: Option<Crypt>,
    pub(super) held: VecDeque<ObjectStream>,
    pub(super) steps: u8,
}

pub(super) enum Known {
    Told(Told),
    Found(Box<Found>),
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
        let trailer = told
            .as_ref()
            .map(|told| told.trailer.clone())
            .unwrap_or_default();
        let mut reader = Self {
            ground,
            trailer,
            encryption: Encryption::No,
            known: told.map_or_else(|| Known::Found(Box::default()), Known::Told),
            rows: Window::of(file),
            crypt: None,
            held: VecDeque::new(),
            steps: 0,
        };
        if reader.found().is_some() {
            reader.search()?;
        } else {
            reader.decrypt()?;
            if reader.encryption != Encryption::Password && reader.root()?.is_none() {
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
        let Some(root) = self.trailer.get("Root").cloned() else {
            return Ok(None);
        };
        Ok(match self.resolved(&root)? {
            Object::Dictionary(root) if root.has("Pages") => Some(root),
            _ => None,
        })
    }

    /// Where an object stands.
    pub(super) fn place(&mut self, number: u32) -> Result<Place, Error> {
        match &self.known {
            Known::Found(found) => Ok(found.place(number)),
            Known::Told(told) => told.place(number, &mut self.rows),
        }
    }

    /// The object with this number; null where there is none.
    pub(crate) fn get(&mut self, number: u32) -> Result<Item, Error> {
        self.get_only(number, None)
    }

    /// The same; of a dictionary no more than these entries.
    pub(crate) fn get_only(
        &mut self,
        number: u32,
        only: Option<&'static [&'static str]>,
    ) -> Result<Item, Error> {
        let place = match &self.known {
            Known::Found(found) => found.place(number),
            Known::Told(told) => match told.place(number, &mut self.rows) {
                Err(error) if is_damage(&error) => return self.searched(number, only),
                place => place?,
            },
        };
        match place {
            _ if number == 0 => Ok(nothing(number)),
            Place::Free => Ok(nothing(number)),
            Place::At(offset) => self.standing(number, offset, only),
            Place::In { stream, at } => match self.contained(number, (stream, at), only) {
                Err(error) if is_damage(&error) => self.searched(number, only),
                item => item,
            },
        }
    }

    /// An object again, after a search: the cross-reference was wrong about it.
    fn searched(
        &mut self,
        number: u32,
        only: Option<&'static [&'static str]>,
    ) -> Result<Item, Error> {
        if self.found().is_some() {
            return Ok(nothing(number));
        }
        self.search()?;
        self.get_only(number, only)
    }

    fn standing(
        &mut self,
        number: u32,
        offset: u64,
        only: Option<&'static [&'static str]>,
    ) -> Result<Item, Error> {
        match self.ground.entries_at(offset, only)? {
            Some(Located {
                number: found,
                generation,
                mut object,
                data,
                end,
            }) if found == number => {
                if let Some(crypt) = &self.crypt {
                    crypt.strings(number, generation, &mut object);
                }
                Ok(Item {
                    number,
                    generation,
                    object,
                    data,
                    end: Some(end),
                })
            }
            _ => {
                let head = |parser: &mut Parser<'_>| {
                    let found = parser.whole()?;
                    parser.whole()?;
                    parser.keyword("obj").map(|()| found)
                };
                // The right place with something unreadable at it will not get better by a search.
                let right = self.ground.parse(offset, head)? == Some(u64::from(number));
                if right {
                    Ok(nothing(number))
                } else {
                    self.searched(number, only)
                }
            }
        }
    }

    /// What a value stands for: itself, or the object that it refers to.
    pub(crate) fn followed<'o>(&mut self, object: &'o Object) -> Result<Cow<'o, Object>, Error> {
        let mut object = Cow::Borrowed(object);
        for _ in 0..MOST_STEPS {
            let Object::Reference(number) = *object else {
                return Ok(object);
            };
            object = Cow::Owned(self.get(number)?.object);
        }
        Ok(Cow::Owned(Object::Null))
    }

    /// The same, as a copy.
    pub(crate) fn resolved(&mut self, object: &Object) -> Result<Object, Error> {
        Ok(self.followed(object)?.into_owned())
    }

    /// The entry of a dictionary, references followed.
    pub(crate) fn entry(&mut self, dictionary: &Dictionary, key: &str) -> Result<Object, Error> {
        dictionary
            .get(key)
            .map_or(Ok(Object::Null), |value| self.resolved(value))
    }

    /// Encrypts the strings of an object that is to stand in this file.
    pub(crate) fn encrypted(
        &self,
        number: u32,
        generation: u16,
        object: &mut Object,
    ) -> Result<(), Error> {
        match &self.crypt {
            Some(crypt) => crypt.encrypt_strings(number, generation, object),
            None => Ok(()),
        }
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
        self.encryption = if opens {
            Encryption::EmptyPassword
        } else {
            Encryption::Password
        };
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
        if let (false, Some(encrypt)) = (self.trailer.has("Encrypt"), found.encrypt) {
            self.trailer.set("Encrypt", Object::Reference(encrypt));
        }
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
}

fn nothing(number: u32) -> Item {
    Item {
        number,
        generation: 0,
        object: Object::Null,
        data: None,
        end: None,
    }
}

fn locked() -> Error {
    Error::new(
        code::DOCUMENT_ENCRYPTED,
        "The file needs a password to be opened",
    )
}
