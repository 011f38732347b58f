//! A PDF written anew, with some of its pictures exchanged.

use std::collections::BTreeMap;
use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::object::{Dictionary, Object};
use super::reader::{Item, Reader};
use super::recode::{Colours, Recoded};
use super::write::Output;
use super::{damaged, wide};
use crate::document::{Budget, File};
use crate::error::Error;

/// Streams that are longer, in bytes, are packed if they are not.
const WORTH_PACKING: usize = 128;

/// Writes a file that was written here, object by object under the same numbers. Small objects are
/// packed together, and streams that are not compressed are.
pub(super) fn rewritten(
    content: &Bytes,
    exchanged: &BTreeMap<u32, Recoded>,
    budget: &Budget,
) -> Result<Vec<u8>, Error> {
    let file = File::bytes(content.clone(), None);
    let mut reader = Reader::open(&file, budget)?;
    let mut trailer = reader.trailer.clone();
    let size = trailer
        .get("Size")
        .and_then(Object::as_integer)
        .and_then(|size| u32::try_from(size).ok());
    let numbers = 1..size.ok_or_else(|| damaged("The file's objects are not counted"))?;
    let mut out = Output::new(version(content), true, budget);
    for _ in numbers.clone() {
        out.reserve()?;
    }
    for number in numbers {
        let item = reader.get(number)?;
        match (&item.object, item.data) {
            (Object::Dictionary(dictionary), Some(_)) => {
                // The file's own structure is made anew.
                if dictionary.is("Type", "ObjStm") || dictionary.is("Type", "XRef") {
                    continue;
                }
                stream(
                    &mut reader,
                    &item,
                    dictionary,
                    exchanged.get(&number),
                    &mut out,
                )?;
            }
            (Object::Null, _) => {}
            (object, _) => out.object(number, object)?,
        }
    }
    for key in [
        "Size",
        "Prev",
        "XRefStm",
        "Type",
        "W",
        "Index",
        "Filter",
        "DecodeParms",
        "Length",
    ] {
        trailer.remove(key);
    }
    out.finish(trailer)
}

/// As in the file's first line, and what packed objects need.
fn version(content: &[u8]) -> &[u8] {
    content
        .get(5..8)
        .filter(|version| *version > b"1.5".as_slice())
        .unwrap_or(b"1.5")
}

fn stream(
    reader: &mut Reader<'_>,
    item: &Item,
    dictionary: &Dictionary,
    exchanged: Option<&Recoded>,
    out: &mut Output<'_>,
) -> Result<(), Error> {
    let mut dictionary = dictionary.clone();
    let mut data = Vec::new();
    if let Some(recoded) = exchanged {
        describe(reader, &mut dictionary, recoded)?;
        data.extend_from_slice(&recoded.jpeg);
    } else {
        reader.raw(item, &mut data)?;
        // Metadata is to be found by programs that know no PDF.
        let plain = !dictionary.has("Filter") && !dictionary.is("Type", "Metadata");
        if plain && data.len() > WORTH_PACKING {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            let packed = encoder.write_all(&data).and_then(|()| encoder.finish());
            let packed =
                packed.map_err(|error| damaged("A stream cannot be packed").caused_by(&error))?;
            if packed.len() < data.len() {
                data = packed;
                dictionary.remove("DecodeParms");
                dictionary.set("Filter", Object::name("FlateDecode"));
            }
        }
    }
    out.stream(item.number, dictionary, wide(data.len()), |bytes| {
        bytes.append(&mut data);
        Ok(())
    })
}

/// Makes a picture's dictionary fit what is in its place now.
fn describe(
    reader: &mut Reader<'_>,
    dictionary: &mut Dictionary,
    recoded: &Recoded,
) -> Result<(), Error> {
    for key in ["DecodeParms", "Alternates", "OPI"] {
        dictionary.remove(key);
    }
    dictionary.set("Width", Object::Integer(recoded.width.into()));
    dictionary.set("Height", Object::Integer(recoded.height.into()));
    dictionary.set("BitsPerComponent", Object::Integer(8));
    dictionary.set("Filter", Object::name("DCTDecode"));
    match recoded.colours {
        Colours::Same => {}
        Colours::Named(name) => dictionary.set("ColorSpace", Object::name(name)),
        Colours::OfPalette => {
            let palette = reader.entry(dictionary, "ColorSpace")?;
            let base = palette.as_array().and_then(|items| items.get(1)).cloned();
            dictionary.put("ColorSpace", base);
        }
    }
    Ok(())
}
