//! Encryption with the standard handler, opened with the empty user password.

use lopdf::encryption::EncryptionState;

use super::damaged;
use super::object::{Dictionary, Object, quoted};
use crate::error::Error;

/// The number under which the library finds the dictionary that it is given.
const NUMBER: lopdf::ObjectId = (1, 0);

/// The key of a file.
pub(crate) struct Crypt(EncryptionState);

impl Crypt {
    /// Nothing where the file needs a password, or a handler that is not the standard one.
    /// The dictionary must be direct; so must the file's identifiers.
    pub(crate) fn open(encrypt: &Dictionary, identifiers: Option<&Object>) -> Option<Self> {
        let mut encrypt = converted_dictionary(encrypt);
        mend_length(&mut encrypt);
        let none = lopdf::Object::Array(vec![lopdf::Object::string_literal(""); 2]);
        let mut document = lopdf::Document::new();
        document
            .objects
            .insert(NUMBER, lopdf::Object::Dictionary(encrypt));
        document
            .trailer
            .set("Encrypt", lopdf::Object::Reference(NUMBER));
        document
            .trailer
            .set("ID", identifiers.map_or(none, converted));
        EncryptionState::decode(&document, "").ok().map(Self)
    }

    /// Decrypts all strings of an object; what cannot be decrypted stays as it is.
    pub(crate) fn strings(&self, number: u32, generation: u16, object: &mut Object) {
        let filter = self.0.get_string_filter();
        if let Ok(key) = filter.compute_key(self.0.file_encryption_key(), (number, generation)) {
            each_string(object, &mut |bytes| filter.decrypt(&key, bytes).ok());
        }
    }

    /// Encrypts them.
    pub(crate) fn encrypt_strings(
        &self,
        number: u32,
        generation: u16,
        object: &mut Object,
    ) -> Result<(), Error> {
        let filter = self.0.get_string_filter();
        let failed = |error| damaged("A string of the file cannot be encrypted").caused_by(&error);
        let key = filter
            .compute_key(self.0.file_encryption_key(), (number, generation))
            .map_err(failed)?;
        let mut first = None;
        each_string(object, &mut |bytes| {
            filter
                .encrypt(&key, bytes)
                .map_err(|error| first = Some(error))
                .ok()
        });
        first.map_or(Ok(()), |error| Err(failed(error)))
    }

    /// Decrypts the data of a stream.
    pub(crate) fn stream(
        &self,
        number: u32,
        generation: u16,
        dictionary: &Dictionary,
        raw: Vec<u8>,
    ) -> Result<Vec<u8>, Error> {
        let metadata = dictionary.is("Type", "Metadata") && !self.0.encrypt_metadata();
        if dictionary.is("Type", "XRef") || metadata {
            return Ok(raw);
        }
        let filter = match own_filter(dictionary) {
            None => self.0.get_stream_filter(),
            Some(name) => match self.0.crypt_filters().get(name) {
                Some(filter) => filter.clone(),
                None => return Ok(raw),
            },
        };
        let key = filter.compute_key(self.0.file_encryption_key(), (number, generation));
        let plain = key.and_then(|key| filter.decrypt(&key, &raw));
        plain.map_err(|error| damaged("A stream of the file cannot be decrypted").caused_by(&error))
    }
}

fn each_string(object: &mut Object, change: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>) {
    match object {
        Object::Text(_) => {
            let bytes = object.as_bytes().unwrap_or_default();
            if let Some(changed) = change(&bytes) {
                *object = quoted(&changed);
            }
        }
        Object::Array(items) => items.iter_mut().for_each(|item| each_string(item, change)),
        Object::Dictionary(dictionary) => {
            dictionary
                .0
                .iter_mut()
                .for_each(|(_, value)| each_string(value, change));
        }
        _ => {}
    }
}

/// The crypt filter that a stream names for itself; without a name it is none.
fn own_filter(dictionary: &Dictionary) -> Option<&[u8]> {
    let first = |key| match dictionary.get(key) {
        Some(Object::Array(items)) => items.first(),
        other => other,
    };
    if first("Filter").and_then(Object::as_name) != Some(b"Crypt") {
        return None;
    }
    let parameters = first("DecodeParms").and_then(Object::as_dictionary);
    Some(
        parameters
            .and_then(|p| p.get("Name"))
            .and_then(Object::as_name)
            .unwrap_or(b"Identity"),
    )
}

/// Readers pass over a key length that does not belong to the version.
fn mend_length(encrypt: &mut lopdf::Dictionary) {
    let number = |key: &[u8]| encrypt.get(key).and_then(lopdf::Object::as_i64).ok();
    let length = match (number(b"V"), number(b"Length")) {
        (Some(1), _) => Some(40),
        (Some(4), _) => Some(128),
        (Some(5), _) => Some(256),
        // Some writers count it in bytes.
        (_, Some(bytes @ 5..=16)) => Some(bytes * 8),
        (_, other) => other,
    };
    if let Some(length) = length {
        encrypt.set("Length", lopdf::Object::Integer(length));
    }
}

fn converted_dictionary(dictionary: &Dictionary) -> lopdf::Dictionary {
    let mut entries = lopdf::Dictionary::new();
    for (key, value) in &dictionary.0 {
        entries.set(key.clone(), converted(value));
    }
    entries
}

fn converted(object: &Object) -> lopdf::Object {
    match object {
        Object::Bool(value) => lopdf::Object::Boolean(*value),
        Object::Integer(number) => lopdf::Object::Integer(*number),
        Object::Name(name) => lopdf::Object::Name(name.clone()),
        Object::Text(_) => {
            let bytes = object.as_bytes().unwrap_or_default();
            lopdf::Object::String(bytes, lopdf::StringFormat::Hexadecimal)
        }
        Object::Array(items) => lopdf::Object::Array(items.iter().map(converted).collect()),
        Object::Dictionary(dictionary) => {
            lopdf::Object::Dictionary(converted_dictionary(dictionary))
        }
        Object::Null | Object::Real(_) | Object::Reference(_) => lopdf::Object::Null,
    }
}
