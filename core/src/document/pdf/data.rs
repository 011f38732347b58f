//! The data of objects' streams.

use super::ground::Extent;
use super::is_damage;
use super::object::{Dictionary, Object};
use super::reader::{Item, MOST_STEPS, Reader};
use super::stream::{self, Want};
use crate::error::Error;

impl Reader<'_> {
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
        let declared = length
            .as_integer()
            .and_then(|length| u64::try_from(length).ok());
        self.ground.stream_length(data, declared)
    }

    /// The data of an object's stream as they stand in the file, or decrypted.
    pub(crate) fn raw(&mut self, item: &Item, out: &mut Vec<u8>) -> Result<(), Error> {
        let Some((data, extent)) = item.data.zip(self.extent(item)?) else {
            return Ok(());
        };
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

    /// All of a stream's data, decoded, if they are at most so long.
    pub(crate) fn decoded(&mut self, item: &Item, most: usize) -> Result<Vec<u8>, Error> {
        let mut raw = Vec::new();
        self.raw(item, &mut raw)?;
        let filters = self.filters(item)?;
        stream::decoded(raw, &filters, most, self.budget())
    }

    /// A stream's data, decoded piece by piece where that can be done, or else at once if they are at most
    /// so long. Whether it went well.
    pub(crate) fn pieces(
        &mut self,
        item: &Item,
        most: usize,
        take: &mut dyn FnMut(&[u8]) -> Want,
    ) -> Result<bool, Error> {
        let filters = self.filters(item)?;
        let inflates = filters.is("Filter", "FlateDecode") && !filters.has("DecodeParms");
        if inflates && self.crypt.is_none() {
            let Some((data, extent)) = item.data.zip(self.extent(item)?) else {
                return Ok(false);
            };
            return stream::inflate(&mut self.ground, data, extent.length, take);
        }
        match self.decoded(item, most) {
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
        let Object::Dictionary(dictionary) = &item.object else {
            return Ok(filters);
        };
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
}

fn without_crypt(filters: &mut Dictionary) {
    if filters.is("Filter", "Crypt") {
        *filters = Dictionary::default();
    }
    if let Some(Object::Array(names)) = filters.get("Filter")
        && names.first().and_then(Object::as_name) == Some(b"Crypt")
    {
        let rest = |object: &Object| {
            object
                .as_array()
                .map(|items| items.iter().skip(1).cloned().collect())
        };
        for key in ["Filter", "DecodeParms"] {
            let left = filters.get(key).and_then(rest).map(Object::Array);
            filters.put(key, left);
        }
    }
}
