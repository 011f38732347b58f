//! The cross-reference: where each object stands, as the file itself says.

use std::collections::HashSet;

use bytes::Bytes;

use super::ground::Ground;
use super::object::{Dictionary, Object};
use super::parse::{Fault, Parser};
use super::places::{Place, ROW, Rows, Section, table_row};
use super::window::Window;
use super::{damaged, index, stream, wide};
use crate::error::Error;

/// How far from the end `startxref` is looked for, in bytes.
const TAIL: u64 = 2048;
/// The most sections: a file that was changed more often is read by searching it.
const MOST_SECTIONS: usize = 100_000;
/// What a file says of itself.
pub(crate) struct Told {
    /// The newest first.
    pub sections: Vec<Section>,
    pub trailer: Dictionary,
    /// Whether objects may stand in object streams.
    pub streams: bool,
    /// Where the tag stands, from which places are told.
    tag: u64,
    /// Where the newest section stands, as told.
    pub start: u64,
}

impl Told {
    /// Where an object stands by the newest section that knows it.
    pub(crate) fn place(&self, number: u32, rows: &mut Window<'_>) -> Result<Place, Error> {
        for section in &self.sections {
            if let Some(place) = section.place(number, rows)? {
                return Ok(place.counted_from(self.tag));
            }
        }
        Ok(Place::Free)
    }
}

/// Reads what the file says of itself, from its end; damaged where that leads nowhere. Places count
/// from the tag: in a file whose writer counted the junk in front of it they lead nowhere.
pub(crate) fn read(ground: &mut Ground<'_>) -> Result<Told, Error> {
    let start = start(ground)?;
    chain(ground, start)
}

/// The number after the last `startxref`.
fn start(ground: &mut Ground<'_>) -> Result<u64, Error> {
    let from = ground.window.length().saturating_sub(TAIL);
    let (tail, _) = ground.window.look(from, index(TAIL))?;
    let place = memchr::memmem::rfind(tail, b"startxref");
    let after = place.and_then(|place| tail.get(place.saturating_add(9)..));
    let number = after.and_then(|after| Parser::new(after, true, 0).whole().ok());
    number.ok_or_else(|| damaged("There is no `startxref` at the end"))
}

fn chain(ground: &mut Ground<'_>, start: u64) -> Result<Told, Error> {
    let mut told = Told {
        sections: Vec::new(),
        trailer: Dictionary::default(),
        streams: false,
        tag: ground.tag,
        start,
    };
    let mut seen = HashSet::new();
    let mut next = Some(start);
    while let Some(offset) = next {
        if !seen.insert(offset) {
            return Err(damaged("The cross-reference leads back to itself"));
        }
        ground.budget.objects(1)?;
        let at = offset.saturating_add(ground.tag);
        let trailer = section(ground, at, &mut told)?;
        if let Some(hybrid) = whole(trailer.get("XRefStm"))
            && seen.insert(hybrid)
        {
            section(ground, hybrid.saturating_add(ground.tag), &mut told)?;
        }
        next = whole(trailer.get("Prev"));
        for (key, value) in trailer.0 {
            if !told.trailer.0.iter().any(|(known, _)| *known == key) {
                told.trailer.0.push((key, value));
            }
        }
    }
    if told
        .trailer
        .get("Root")
        .and_then(Object::as_reference)
        .is_none()
    {
        return Err(damaged("The trailer names no catalog"));
    }
    Ok(told)
}

fn section(ground: &mut Ground<'_>, offset: u64, told: &mut Told) -> Result<Dictionary, Error> {
    let table = ground.parse(offset, |parser| {
        parser.keyword("xref")?;
        Ok(parser.at())
    })?;
    match table {
        Some(after) => read_table(ground, offset.saturating_add(wide(after)), told),
        None => read_stream(ground, offset, told),
    }
}

fn read_table(ground: &mut Ground<'_>, offset: u64, told: &mut Told) -> Result<Dictionary, Error> {
    let before = told.sections.len();
    let mut at = offset;
    loop {
        ground.budget.time()?;
        let trailer = ground.parse(at, |parser| {
            parser.keyword("trailer")?;
            parser.object(0)
        })?;
        if let Some(trailer) = trailer {
            let Object::Dictionary(trailer) = trailer else {
                return Err(damaged("A trailer is no dictionary"));
            };
            let silent = trailer.has("XRefStm");
            for section in told.sections.iter_mut().skip(before) {
                section.silent = silent;
            }
            return Ok(trailer);
        }
        let (section, after) = subsection(ground, at)?;
        at = after;
        if section.count > 0 {
            push(told, section)?;
        }
    }
}

fn subsection(ground: &mut Ground<'_>, at: u64) -> Result<(Section, u64), Error> {
    let head = ground.parse(at, |parser| {
        let first = u32::try_from(parser.whole()?).map_err(|_| Fault::Bad)?;
        let count = u32::try_from(parser.whole()?).map_err(|_| Fault::Bad)?;
        parser.skip_space();
        Ok((first, count, parser.at()))
    })?;
    let (mut first, count, begin) =
        head.ok_or_else(|| damaged("The cross-reference table is broken off"))?;
    let offset = at.saturating_add(wide(begin));
    let (row, _) = ground.window.look(offset, ROW.saturating_add(4))?;
    if count > 0 && table_row(row).is_none() {
        return Err(damaged("The cross-reference table has no rows"));
    }
    // A table that begins with the head of the free list begins with 0, even if it says 1.
    if first == 1 && row.starts_with(b"0000000000 65535 f") {
        first = 0;
    }
    let after_row = row.get(ROW..).unwrap_or_default();
    let spaces = after_row
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let stride = wide(ROW.saturating_add(spaces));
    let after = offset.saturating_add(stride.saturating_mul(u64::from(count)));
    let rows = Rows::Table { offset, stride };
    Ok((
        Section {
            first,
            count,
            rows,
            silent: false,
        },
        after,
    ))
}

fn read_stream(ground: &mut Ground<'_>, offset: u64, told: &mut Told) -> Result<Dictionary, Error> {
    let broken = || damaged("There is no cross-reference where the file says it is");
    let located = ground.object_at(offset)?.ok_or_else(broken)?;
    let (Object::Dictionary(dictionary), Some(data)) = (located.object, located.data) else {
        return Err(broken());
    };
    if !dictionary.is("Type", "XRef") {
        return Err(broken());
    }
    let extent = ground.stream_length(data, whole(dictionary.get("Length")))?;
    let extent = extent
        .filter(|extent| extent.as_declared)
        .ok_or_else(broken)?;
    let mut raw = Vec::new();
    ground.window.copy(data, extent.length, &mut raw)?;
    let rows = Bytes::from(stream::decoded(
        raw,
        &dictionary,
        stream::LARGEST,
        ground.budget,
    )?);
    let numbers = |key: &str| -> Option<Vec<u64>> {
        dictionary
            .get(key)?
            .as_array()?
            .iter()
            .map(|number| whole(Some(number)))
            .collect()
    };
    let widths = numbers("W").ok_or_else(broken)?;
    let [first, second, third, ..] = widths.as_slice() else {
        return Err(broken());
    };
    let widths = [index(*first), index(*second), index(*third)];
    let width = widths
        .iter()
        .fold(0_usize, |sum, width| sum.saturating_add(*width));
    if width == 0 || widths.iter().any(|width| *width > 8) {
        return Err(broken());
    }
    let all = vec![0, whole(dictionary.get("Size")).unwrap_or(0)];
    let mut used = 0_usize;
    for pair in numbers("Index").unwrap_or(all).chunks_exact(2) {
        let [first, count] = pair else { continue };
        let left = rows.len().saturating_sub(used) / width;
        let count = index(*count).min(left);
        let to = used.saturating_add(count.saturating_mul(width));
        let rows = Rows::Stream {
            rows: rows.slice(used..to),
            widths,
        };
        used = to;
        let first = u32::try_from(*first).map_err(|_| broken())?;
        let count = u32::try_from(count).map_err(|_| broken())?;
        push(
            told,
            Section {
                first,
                count,
                rows,
                silent: false,
            },
        )?;
    }
    told.streams = true;
    Ok(dictionary)
}

fn push(told: &mut Told, section: Section) -> Result<(), Error> {
    if told.sections.len() >= MOST_SECTIONS {
        return Err(damaged("The cross-reference has too many sections"));
    }
    told.sections.push(section);
    Ok(())
}

fn whole(object: Option<&Object>) -> Option<u64> {
    object
        .and_then(Object::as_integer)
        .and_then(|number| u64::try_from(number).ok())
}
