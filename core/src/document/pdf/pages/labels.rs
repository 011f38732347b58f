//! The labels of pages: `iv`, `A-3`.

use super::copy::Copy;
use crate::document::pdf::object::{Dictionary, Object};
use crate::error::Error;

impl Copy<'_> {
    /// Labels that leave each kept page its own.
    pub(super) fn labels(&mut self, catalog: &Dictionary) -> Result<Option<Object>, Error> {
        let Some(tree) = catalog.get("PageLabels") else {
            return Ok(None);
        };
        let mut pairs = Vec::new();
        self.leaves(tree, "Nums", &mut pairs)?;
        let mut ranges = Vec::new();
        for (start, range) in pairs {
            let start = start
                .as_integer()
                .and_then(|start| usize::try_from(start).ok());
            if let (Some(start), Object::Dictionary(range)) = (start, self.reader.resolved(&range)?)
            {
                ranges.push((start, range));
            }
        }
        ranges.sort_by_key(|(start, _)| *start);
        let mut labels = Vec::new();
        let mut expected = None;
        for (place, kept) in self.kept.iter().enumerate() {
            let range = ranges
                .partition_point(|(start, _)| *start <= kept.place)
                .checked_sub(1);
            let (start, of_range) = range
                .and_then(|range| ranges.get(range))
                .map_or((0, None), |(start, range)| (*start, Some(range)));
            let first = of_range
                .and_then(|range| range.get("St"))
                .and_then(Object::as_integer)
                .unwrap_or(1);
            let further = i64::try_from(kept.place.saturating_sub(start)).unwrap_or(0);
            let number = first.saturating_add(further);
            if expected != Some((range, number)) {
                let mut label = Dictionary::default();
                for key in ["S", "P"] {
                    label.put(key, of_range.and_then(|range| range.get(key)).cloned());
                }
                label.set("St", Object::Integer(number.max(1)));
                labels.push(Object::count(place));
                labels.push(Object::Dictionary(label));
            }
            expected = Some((range, number.saturating_add(1)));
        }
        let list = Dictionary::from_iter([("Nums", Object::Array(labels))]);
        self.copied(&Object::Dictionary(list)).map(Some)
    }
}
