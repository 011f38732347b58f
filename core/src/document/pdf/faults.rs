//! Objects that are not written as they should be.

use std::collections::HashSet;

use super::object::Object;
use super::reader::Reader;
use crate::error::Error;

/// What was found of them.
#[derive(Default)]
pub(crate) struct Faulty {
    /// Streams that are longer or shorter than they say.
    pub lengths: Vec<u32>,
    /// Objects without an end.
    pub open: Vec<u32>,
}

/// Looks at the pages, and all that the file leads to. A place that is told wrong is noticed on the
/// way, and the file is searched.
pub(crate) fn faulty_objects(reader: &mut Reader<'_>, pages: &[u32]) -> Result<Faulty, Error> {
    let mut faulty = Faulty::default();
    let mut seen: HashSet<u32> = pages.iter().copied().collect();
    let mut waiting = pages.to_vec();
    for key in ["Root", "Info"] {
        references(reader.trailer.get(key), &mut seen, &mut waiting);
    }
    while let Some(number) = waiting.pop() {
        let item = reader.get(number)?;
        references(Some(&item.object), &mut seen, &mut waiting);
        waiting.extend(
            reader
                .stream_of(number)?
                .filter(|stream| seen.insert(*stream)),
        );
        let Some(mut end) = item.end else { continue };
        if let Some(data) = item.data {
            match reader.extent(&item)? {
                Some(extent) if extent.as_declared => end = data.saturating_add(extent.length),
                _ => {
                    faulty.lengths.push(number);
                    continue;
                }
            }
        }
        if !reader.ground.is_closed(end)? {
            faulty.open.push(number);
        }
    }
    Ok(faulty)
}

fn references(object: Option<&Object>, seen: &mut HashSet<u32>, waiting: &mut Vec<u32>) {
    match object {
        Some(Object::Reference(number)) if seen.insert(*number) => waiting.push(*number),
        Some(Object::Array(items)) => items
            .iter()
            .for_each(|item| references(Some(item), seen, waiting)),
        Some(Object::Dictionary(dictionary)) => {
            dictionary
                .0
                .iter()
                .for_each(|(_, value)| references(Some(value), seen, waiting));
        }
        _ => {}
    }
}
