//! The tracks of an image sequence: how many pictures they show (ISO/IEC 14496-12; 23008-12, 7).

use super::super::super::{Budget, File};
use super::{number, open};
use crate::error::Error;

/// Where the content of a box is.
pub(super) type Place = (u64, u64);

/// How many pictures the longest track of pictures has; those of alpha and of sound are none.
pub(super) fn pictures(file: &File, movie: Place, budget: &Budget) -> Result<u64, Error> {
    let mut most = 0;
    for (kind, track) in children(file, movie, budget)? {
        if &kind == b"trak" {
            most = samples(file, track, budget)?.unwrap_or(0).max(most);
        }
    }
    budget.pages(most)?;
    Ok(most)
}

/// The samples of a track, where it is one of pictures.
fn samples(file: &File, track: Place, budget: &Budget) -> Result<Option<u64>, Error> {
    let child = |parent: Option<Place>, kind: &[u8; 4]| -> Result<Option<Place>, Error> {
        let Some(parent) = parent else {
            return Ok(None);
        };
        let all = children(file, parent, budget)?;
        Ok(all
            .into_iter()
            .find(|(found, _)| found == kind)
            .map(|(_, place)| place))
    };
    let media = child(Some(track), b"mdia")?;
    let handler = child(media, b"hdlr")?;
    let table = child(child(media, b"minf")?, b"stbl")?;
    let (sizes, compact) = (child(table, b"stsz")?, child(table, b"stz2")?);
    let (Some(handler), Some(sizes)) = (handler, sizes.or(compact)) else {
        return Ok(None);
    };
    // In both, four bytes of version and flags and four of their own are in front.
    if file.range(handler.0.saturating_add(8), 4)?.as_ref() != b"pict" {
        return Ok(None);
    }
    let count = number(&file.range(sizes.0.saturating_add(8), 4)?);
    // A count beyond what can be there is no count: each sample has a byte, or half of one in the list.
    Ok((count <= file.length().saturating_mul(2)).then_some(count))
}

/// The boxes in a box.
fn children(
    file: &File,
    (mut at, end): Place,
    budget: &Budget,
) -> Result<Vec<([u8; 4], Place)>, Error> {
    let mut all = Vec::new();
    while at < end {
        budget.objects(1)?;
        let Some((kind, data, next)) = open(&file.range(at, 16)?, at, end) else {
            break;
        };
        all.push((kind, (data, next.min(end))));
        at = next;
    }
    Ok(all)
}
