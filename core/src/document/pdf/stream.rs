//! The data of streams, decoded.

use flate2::{Decompress, FlushDecompress, Status};

use super::ground::Ground;
use super::object::{Dictionary, Object};
use super::{damaged, index, wide};
use crate::document::Budget;
use crate::error::Error;

/// The most that is decoded in one piece, in bytes: far more than a cross-reference needs.
pub(crate) const LARGEST: usize = 64 * 1024 * 1024;
/// How much is decoded at once where pieces are enough, in bytes.
const PIECE: usize = 16 * 1024;

/// All of a stream's data, if they are at most so long. The dictionary's filters and their parameters must be direct.
pub(crate) fn decoded(
    raw: Vec<u8>,
    dictionary: &Dictionary,
    most: usize,
    budget: &Budget,
) -> Result<Vec<u8>, Error> {
    let mut filters = lopdf::Dictionary::new();
    for key in ["Filter", "DecodeParms"] {
        if let Some(value) = dictionary.get(key).and_then(converted) {
            filters.set(key, value);
        }
    }
    if filters.get(b"Filter").is_err() {
        return Ok(raw);
    }
    let most = index(budget.inflated_left()).min(most);
    let stream = lopdf::Stream::new(filters, raw);
    match stream.decompressed_content_with_limit(most) {
        Ok(content) => {
            budget.inflated(wide(content.len()))?;
            Ok(content)
        }
        Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. })) => {
            budget.inflated(wide(most).saturating_add(1))?;
            Err(damaged("A stream of the file grows past all measure"))
        }
        Err(error) => Err(damaged("A stream of the file cannot be decoded").caused_by(&error)),
    }
}

/// What the filters need: names and small numbers.
fn converted(object: &Object) -> Option<lopdf::Object> {
    Some(match object {
        Object::Name(name) => lopdf::Object::Name(name.clone()),
        // More columns, colours or bits than any picture has.
        Object::Integer(number) => lopdf::Object::Integer((*number).clamp(0, 1 << 24)),
        Object::Bool(value) => lopdf::Object::Boolean(*value),
        Object::Array(items) => {
            let item = |item| converted(item).unwrap_or(lopdf::Object::Null);
            lopdf::Object::Array(items.iter().map(item).collect())
        }
        Object::Dictionary(dictionary) => {
            let mut entries = lopdf::Dictionary::new();
            for (key, value) in &dictionary.0 {
                if let Some(value) = converted(value) {
                    entries.set(key.clone(), value);
                }
            }
            lopdf::Object::Dictionary(entries)
        }
        _ => return None,
    })
}

/// What is still wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    More,
    Enough,
}

/// Inflates a stream piece by piece. Whether it went well to its end, or as far as was wanted.
pub(crate) fn inflate(
    ground: &mut Ground<'_>,
    data: u64,
    length: u64,
    take: &mut dyn FnMut(&[u8]) -> Want,
) -> Result<bool, Error> {
    let end = data.saturating_add(length);
    let mut inflater = Decompress::new(true);
    let mut out = vec![0; PIECE];
    let mut at = data;
    loop {
        let (input, _) = ground.window.look(at, PIECE)?;
        let input = input
            .get(..index(end.saturating_sub(at)).min(PIECE))
            .unwrap_or(input);
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let Ok(status) = inflater.decompress(input, &mut out, FlushDecompress::None) else {
            return Ok(false);
        };
        let (read, written) = (inflater.total_in() - read, inflater.total_out() - written);
        ground.budget.inflated(written)?;
        if take(out.get(..index(written)).unwrap_or_default()) == Want::Enough
            || status == Status::StreamEnd
        {
            return Ok(true);
        }
        if read == 0 && written == 0 {
            return Ok(false);
        }
        at = at.saturating_add(read);
    }
}
