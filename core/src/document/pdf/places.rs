//! The rows of a cross-reference, read one by one.

use bytes::Bytes;

use super::parse::digits;
use super::window::Window;
use super::{damaged, index};
use crate::error::Error;

/// `0000000017 00000 n`, without the end of its line.
pub(crate) const ROW: usize = 18;

/// Where an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nowhere.
    Free,
    /// In the file.
    At(u64),
    /// In an object stream, at this place of its list.
    In { stream: u32, at: u32 },
}

/// Rows for numbers that follow each other. A table's rows stay in the file and are read one by one.
pub(crate) struct Section {
    pub first: u32,
    pub count: u32,
    pub rows: Rows,
    /// A free row says nothing here: a section that follows may know the object.
    pub silent: bool,
}

/// Where rows are.
pub(crate) enum Rows {
    Table { offset: u64, stride: u64 },
    Stream { rows: Bytes, widths: [usize; 3] },
}

impl Section {
    pub(crate) fn place(&self, number: u32, rows: &mut Window<'_>) -> Result<Option<Place>, Error> {
        let Some(row) = number
            .checked_sub(self.first)
            .filter(|row| *row < self.count)
        else {
            return Ok(None);
        };
        let place = match &self.rows {
            Rows::Table { offset, stride } => {
                let offset = offset.saturating_add(u64::from(row).saturating_mul(*stride));
                table_row(rows.look(offset, ROW)?.0)
            }
            Rows::Stream { rows, widths } => stream_row(rows, *widths, row),
        };
        match place {
            Some(Place::Free) if self.silent => Ok(None),
            Some(place) => Ok(Some(place)),
            None => Err(damaged("A row of the cross-reference is no row")),
        }
    }
}

impl Place {
    /// Places are told from the tag.
    pub(crate) fn counted_from(self, tag: u64) -> Self {
        match self {
            Self::At(offset) => Self::At(offset.saturating_add(tag)),
            other => other,
        }
    }
}

pub(crate) fn table_row(row: &[u8]) -> Option<Place> {
    let field = |from, to| row.get(from..to).and_then(digits);
    let offset = field(0, 10)?;
    field(11, 16)?;
    match row.get(17)? {
        b'n' if offset > 0 => Some(Place::At(offset)),
        b'n' | b'f' => Some(Place::Free),
        _ => None,
    }
}

fn stream_row(rows: &[u8], widths: [usize; 3], row: u32) -> Option<Place> {
    let width: usize = widths.iter().sum();
    let mut from = index(u64::from(row)).checked_mul(width)?;
    let fields = widths.map(|width| {
        let bytes = rows.get(from..from.saturating_add(width));
        from = from.saturating_add(width);
        bytes.map(|bytes| {
            bytes
                .iter()
                .fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
        })
    });
    let [kind, second, third] = fields;
    let kind = if widths.first() == Some(&0) { 1 } else { kind? };
    Some(match kind {
        1 if second? > 0 => Place::At(second?),
        2 => Place::In {
            stream: u32::try_from(second?).ok()?,
            at: u32::try_from(third?).unwrap_or(u32::MAX),
        },
        _ => Place::Free,
    })
}
