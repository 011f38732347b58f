//! How much the streams of a PDF grow to: found out before it is given to the renderer, which
//! unpacks them without a limit.

use std::io::Read;

use flate2::read::{DeflateDecoder, ZlibDecoder};
use hayro::hayro_syntax::object::dict::keys;
use hayro::hayro_syntax::object::{Array, Dict, Object, Stream};
use hayro::hayro_syntax::{Filter, Pdf};
use weezl::decode::Decoder;
use weezl::{BitOrder, LzwStatus};

use super::{codec, damaged, wide};
use crate::document::Budget;
use crate::error::Error;

/// What is unpacked at a time, in bytes.
const PIECE: usize = 1 << 16;

/// Measures every stream of a file.
pub(crate) fn census(pdf: &Pdf, budget: &Budget) -> Result<(), Error> {
    for object in pdf.objects() {
        budget.objects(1)?;
        if let Object::Stream(stream) = object {
            measure(&stream, budget)?;
        }
    }
    Ok(())
}

/// Measures one stream: what its filters unpack, and the size of the picture in it.
pub(crate) fn measure(stream: &Stream<'_>, budget: &Budget) -> Result<(), Error> {
    let dict = stream.dict();
    let side = |long: &[u8], short: &[u8]| {
        dict.get::<u32>(long)
            .or_else(|| dict.get::<u32>(short))
            .map_or(0, u64::from)
    };
    let height = side(keys::HEIGHT, keys::H);
    budget.pixels(side(keys::WIDTH, keys::W), height)?;
    rows(dict, height, budget)?;
    let filters = stream.filters();
    let mut data = stream.raw_data();
    for (index, filter) in filters.iter().enumerate() {
        let mut grown = Vec::new();
        // Only what another filter reads is kept.
        let keep = (index + 1 < filters.len()).then_some(&mut grown);
        match filter {
            Filter::FlateDecode => inflate(&data, keep, budget)?,
            Filter::LzwDecode => lzw(&data, dict, keep, budget)?,
            // A byte of these stands for less than this many.
            Filter::RunLengthDecode | Filter::AsciiHexDecode | Filter::Ascii85Decode => {
                budget.inflated(wide(data.len()).saturating_mul(64))?;
                if let Some(grown) = keep {
                    *grown = plain(*filter, &data)?;
                }
            }
            Filter::Jbig2Decode => codec::jbig2(&data, budget)?,
            Filter::JpxDecode => codec::jpx(&data, budget)?,
            Filter::DctDecode | Filter::CcittFaxDecode | Filter::Crypt => continue,
        }
        data = grown.into();
    }
    Ok(())
}

/// The length of a row, which is set aside before there is any.
fn rows(dict: &Dict<'_>, height: u64, budget: &Budget) -> Result<(), Error> {
    let own = dict
        .get::<Dict<'_>>(keys::DECODE_PARMS)
        .or_else(|| dict.get(keys::DP));
    let list = dict
        .get::<Array<'_>>(keys::DECODE_PARMS)
        .or_else(|| dict.get(keys::DP));
    let listed = list
        .iter()
        .flat_map(Array::iter::<Dict<'_>>)
        .collect::<Vec<_>>();
    for parameters in own.iter().chain(&listed) {
        let number = |key: &[u8], otherwise: u64| match parameters.get::<Object<'_>>(key) {
            Some(Object::Number(number)) => super::render::whole(number.as_f64()),
            _ => otherwise,
        };
        let columns = number(keys::COLUMNS, 1);
        let row = columns
            .saturating_mul(number(keys::COLORS, 1))
            .saturating_mul(number(keys::BITS_PER_COMPONENT, 8));
        budget.pixels(row, 1)?;
        budget.pixels(columns, height.max(number(keys::ROWS, 1)))?;
    }
    Ok(())
}

/// Passes on what is read, up to the budget; says whether it was read without an error.
fn take(
    mut from: impl Read,
    mut keep: Option<&mut Vec<u8>>,
    budget: &Budget,
) -> Result<bool, Error> {
    let mut piece = vec![0; PIECE];
    loop {
        let Ok(length) = from.read(&mut piece) else {
            return Ok(false);
        };
        if length == 0 {
            return Ok(true);
        }
        budget.inflated(wide(length))?;
        if let Some(grown) = &mut keep {
            grown.extend_from_slice(piece.get(..length).unwrap_or_default());
        }
    }
}

/// As the renderer reads it: where the wrapping is wrong, without.
fn inflate(data: &[u8], keep: Option<&mut Vec<u8>>, budget: &Budget) -> Result<(), Error> {
    if !take(ZlibDecoder::new(data), keep, budget)? {
        let bare = data.get(2..).unwrap_or_default();
        take(DeflateDecoder::new(bare), None, budget)?;
        take(DeflateDecoder::new(data), None, budget)?;
    }
    Ok(())
}

fn lzw(
    data: &[u8],
    dict: &Dict<'_>,
    mut keep: Option<&mut Vec<u8>>,
    budget: &Budget,
) -> Result<(), Error> {
    let late = dict
        .get::<Dict<'_>>(keys::DECODE_PARMS)
        .and_then(|parameters| parameters.get::<u8>(keys::EARLY_CHANGE))
        .is_some_and(|early| early == 0);
    let mut decoder = if late {
        Decoder::new(BitOrder::Msb, 8)
    } else {
        Decoder::with_tiff_size_switch(BitOrder::Msb, 8)
    };
    let mut piece = vec![0; PIECE];
    let mut rest = data;
    loop {
        let done = decoder.decode_bytes(rest, &mut piece);
        budget.inflated(wide(done.consumed_out))?;
        rest = rest.get(done.consumed_in..).unwrap_or_default();
        if let Some(grown) = &mut keep {
            grown.extend_from_slice(piece.get(..done.consumed_out).unwrap_or_default());
        }
        match done.status {
            Ok(LzwStatus::Ok) if done.consumed_out > 0 => {}
            _ => return Ok(()),
        }
    }
}

/// What the filters that do not compress much make, for a filter after them.
fn plain(filter: Filter, data: &[u8]) -> Result<Vec<u8>, Error> {
    let name = match filter {
        Filter::RunLengthDecode => "RunLengthDecode",
        Filter::AsciiHexDecode => "ASCIIHexDecode",
        _ => "ASCII85Decode",
    };
    let dict = lopdf::dictionary! { "Filter" => name };
    lopdf::Stream::new(dict, data.to_vec())
        .decompressed_content()
        .map_err(|error| damaged("A stream of the page cannot be decoded").caused_by(&error))
}
