//! The fields of a form that show on kept pages.

use super::copy::Copy;
use crate::document::pdf::object::{Dictionary, Object, quoted};
use crate::error::Error;

/// What a field takes from the fields above it.
const INHERITED: [&str; 8] = ["FT", "V", "DV", "Ff", "DA", "Q", "MaxLen", "Opt"];
/// What of a form holds for any of its fields.
const OF_THE_FORM: [&str; 4] = ["DR", "DA", "Q", "NeedAppearances"];

impl Copy<'_> {
    /// Notes the fields above an annotation.
    pub(super) fn find_fields(&mut self, annotation: u32) -> Result<(), Error> {
        let mut number = annotation;
        for _ in 0..self.reader.budget().deepest() {
            let Object::Dictionary(field) = self.reader.get(number)?.object else {
                return Ok(());
            };
            if number == annotation && !field.is("Subtype", "Widget") {
                return Ok(());
            }
            let Some(above) = field.get("Parent").and_then(Object::as_reference) else {
                return Ok(());
            };
            if self.fates.contains_key(&above)
                || self.annotations.contains_key(&above)
                || !self.fields.insert(above)
            {
                return Ok(());
            }
            number = above;
        }
        Ok(())
    }

    fn is_kept_field(&self, object: &Object) -> bool {
        let number = object.as_reference();
        number.is_some_and(|number| {
            self.fields.contains(&number) || self.annotations.contains_key(&number)
        })
    }

    /// A field above others, with those that are kept.
    pub(super) fn field(&mut self, field: &Dictionary) -> Result<Object, Error> {
        let mut field = field.clone();
        if let Object::Array(mut kids) = self.reader.entry(&field, "Kids")? {
            kids.retain(|kid| self.is_kept_field(kid));
            field.set("Kids", Object::Array(kids));
        }
        self.drop_signature(&mut field)?;
        self.copied(&Object::Dictionary(field))
    }

    /// A signature is of the whole file, so its value goes; the field stays and looks the same.
    pub(super) fn drop_signature(&mut self, field: &mut Dictionary) -> Result<(), Error> {
        if let Object::Dictionary(value) = self.reader.entry(field, "V")?
            && (value.has("ByteRange") || value.is("Type", "Sig"))
        {
            field.remove("V");
        }
        Ok(())
    }

    /// Makes the widget on a page's second copy a field of its own, whose number is `new`: two fields
    /// may not have one name, and one that is in no form is not shown by every reader.
    pub(super) fn own_field(&mut self, widget: &mut Dictionary, new: u32) -> Result<(), Error> {
        if !widget.is("Subtype", "Widget") {
            return Ok(());
        }
        let mut name = widget.remove("T");
        let mut above = widget.remove("Parent");
        for _ in 0..self.reader.budget().deepest() {
            let Some(Object::Reference(number)) = above else {
                break;
            };
            let Object::Dictionary(field) = self.reader.get(number)?.object else {
                break;
            };
            for key in INHERITED {
                if let (false, Some(value)) = (widget.has(key), field.get(key)) {
                    widget.set(key, value.clone());
                }
            }
            name = name.or_else(|| field.get("T").cloned());
            above = field.get("Parent").cloned();
        }
        if !widget.has("FT") {
            return Ok(());
        }
        self.own_fields.push(new);
        let name = name.and_then(|name| name.as_bytes()).unwrap_or_default();
        widget.set("T", another_name(name, self.own_fields.len()));
        Ok(())
    }

    /// The form, where a field of it is kept.
    pub(super) fn form(&mut self, catalog: &Dictionary) -> Result<Option<Object>, Error> {
        let Object::Dictionary(form) = self.reader.entry(catalog, "AcroForm")? else {
            return Ok(None);
        };
        let mut new = Dictionary::default();
        for key in ["Fields", "CO"] {
            let Object::Array(mut fields) = self.reader.entry(&form, key)? else {
                continue;
            };
            fields.retain(|field| self.is_kept_field(field));
            let Object::Array(mut fields) = self.copied(&Object::Array(fields))? else {
                continue;
            };
            if key == "Fields" {
                fields.extend(self.own_fields.drain(..).map(Object::Reference));
            }
            new.set(key, Object::Array(fields));
        }
        if new
            .get("Fields")
            .and_then(Object::as_array)
            .is_none_or(<[Object]>::is_empty)
        {
            return Ok(None);
        }
        for key in OF_THE_FORM {
            if let Some(value) = form.get(key) {
                let value = self.copied(value)?;
                new.put(key, Some(value));
            }
        }
        Ok(Some(Object::Dictionary(new)))
    }
}

/// A name with a number behind it, in the name's own encoding.
fn another_name(mut name: Vec<u8>, number: usize) -> Object {
    let is_wide = name.starts_with(b"\xFE\xFF");
    for byte in format!(" ({number})").into_bytes() {
        if is_wide {
            name.push(0);
        }
        name.push(byte);
    }
    quoted(&name)
}
