//! An answer without its long parts, for wrappers: they read the rest when it is asked for.

use std::fmt::Write as _;

use serde::de::IgnoredAny;

use super::in_place::Place;
use super::{AnyResult, Inference};

/// An answer shorter than this, in bytes, is read as quickly whole.
const SHORT: usize = 4_000;

impl Inference<AnyResult> {
    /// The answer's JSON, where each field of an extraction and the full text are replaced by the
    /// places of their own JSON in [`raw`](Self::raw): `[begin, end]` in bytes. Nothing for an
    /// answer that is short, or is no extraction, or is written in an unusual way.
    pub fn outline(&self) -> Option<String> {
        let AnyResult::Extraction(result) = &self.result else {
            return None;
        };
        if self.raw.len() < SHORT || self.members.is_empty() {
            return None;
        }
        let mut holes = Vec::new();
        let mut members = self.members.iter().peekable();
        while let Some((name, place)) = members.next() {
            let end = match members.peek() {
                Some((_, next)) => self.end_before(next.before, b",")?,
                None => self.begin(place)? + length(&place.value)?,
            };
            match name.as_str() {
                "raw_text" => holes.push((self.begin(place)?, end)),
                "fields" => {
                    let mut places = result.fields.places()?.into_iter().peekable();
                    while let Some(place) = places.next() {
                        let end = match places.peek() {
                            Some(next) => self.end_before(next.before, b",")?,
                            None => self.end_before(end, b"}")?,
                        };
                        holes.push((self.begin(place)?, end));
                    }
                }
                _ => {}
            }
        }
        self.with_holes(&holes)
    }

    fn begin(&self, place: &Place) -> Option<usize> {
        self.raw.len().checked_sub(place.value.len())
    }

    /// Where a value ends that a mark follows, and then what begins at `at`.
    fn end_before(&self, at: usize, mark: &[u8]) -> Option<usize> {
        let before = self.raw.get(..at)?.trim_ascii_end();
        Some(before.strip_suffix(mark)?.trim_ascii_end().len())
    }

    fn with_holes(&self, holes: &[(usize, usize)]) -> Option<String> {
        let text = std::str::from_utf8(&self.raw).ok()?;
        let (mut outline, mut at) = (String::new(), 0);
        for &(begin, end) in holes {
            // Members that come twice may be in another order than their places.
            if begin > end {
                return None;
            }
            outline += text.get(at..begin)?;
            write!(outline, "[{begin},{end}]").ok()?;
            at = end;
        }
        outline += text.get(at..)?;
        Some(outline.trim_start_matches('\u{feff}').to_owned())
    }
}

/// The length of the JSON value that some text begins with.
fn length(text: &[u8]) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(values.byte_offset())
}
