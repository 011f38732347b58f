//! What a split or crop result asks to be cut: read with care, for it may come from anywhere.

use serde_json::Value;

use super::Budget;
use crate::error::{Error, code};
use crate::lenient::read_json;

/// The most corners that a place has; Mindee gives four.
const MOST_CORNERS: usize = 1000;
/// How far from the page a corner may lie, in widths of the page: further out it is none of a page.
const NEAR: f64 = 1.0;

/// The parts that a result names, in its order.
#[derive(Debug, PartialEq)]
pub(super) enum Wanted {
    Ranges(Vec<Range>),
    Crops(Vec<Crop>),
}

/// First and last page, from 0, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) first: u64,
    pub(super) last: u64,
}

/// A part of a page, in widths and heights of the page from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Crop {
    /// Its place in the result, from 1, for messages.
    pub(super) number: usize,
    pub(super) page: u64,
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Wanted {
    /// Reads an answer of Mindee, with or without its envelope.
    pub(super) fn read(result: &[u8], budget: &Budget) -> Result<Self, Error> {
        let answer: Value = read_json(result)
            .map_err(|error| unfit(format!("The result is no JSON that can be read: {error}")))?;
        let inference = answer.get("inference").unwrap_or(&answer);
        let result = inference.get("result").unwrap_or(&Value::Null);
        if let Some(splits) = result.get("splits") {
            let splits = items(splits, "splits")?;
            let read = |(index, split)| {
                budget.objects(1)?;
                range(split).map_err(|why| item("split", index, why))
            };
            return splits
                .iter()
                .enumerate()
                .map(read)
                .collect::<Result<_, _>>()
                .map(Self::Ranges);
        }
        if let Some(crops) = result.get("crops") {
            let crops = items(crops, "crops")?;
            let read = |(index, place)| {
                budget.objects(1)?;
                crop(place, index).map_err(|why| item("crop", index, why))
            };
            return crops
                .iter()
                .enumerate()
                .map(read)
                .collect::<Result<_, _>>()
                .map(Self::Crops);
        }
        Err(unfit(
            "The result has no `inference.result` with `splits` or `crops`",
        ))
    }
}

fn items<'a>(list: &'a Value, name: &str) -> Result<&'a [Value], Error> {
    list.as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| unfit(format!("`{name}` is no list")))
}

fn range(split: &Value) -> Result<Range, String> {
    let pages = split
        .get("page_range")
        .and_then(Value::as_array)
        .map(Vec::as_slice);
    let Some([first, last]) = pages else {
        return Err("`page_range` is not a first and a last page".to_owned());
    };
    let (first, last) = (whole(first, "page_range")?, whole(last, "page_range")?);
    if first > last {
        return Err(format!(
            "its last page, {last}, is before its first, {first}"
        ));
    }
    Ok(Range { first, last })
}

fn crop(crop: &Value, index: usize) -> Result<Crop, String> {
    let location = crop.get("location").ok_or("it has no `location`")?;
    let page = whole(
        location.get("page").unwrap_or(&Value::Null),
        "location.page",
    )?;
    let corners = location.get("polygon").and_then(Value::as_array);
    let corners = corners.ok_or("`location.polygon` is no list of corners")?;
    if !(3..=MOST_CORNERS).contains(&corners.len()) {
        return Err(format!(
            "its polygon has {} corners, not 3 to {MOST_CORNERS}",
            corners.len()
        ));
    }
    let mut found = Crop {
        number: index.saturating_add(1),
        page,
        left: 1.0,
        top: 1.0,
        right: 0.0,
        bottom: 0.0,
    };
    for corner in corners {
        let (x, y) = point(corner)?;
        found.left = found.left.min(x);
        found.right = found.right.max(x);
        found.top = found.top.min(y);
        found.bottom = found.bottom.max(y);
    }
    if found.left >= found.right || found.top >= found.bottom {
        return Err("its polygon covers nothing of the page".to_owned());
    }
    Ok(found)
}

/// A corner, moved onto the page where it lies a little outside.
fn point(corner: &Value) -> Result<(f64, f64), String> {
    let numbers = corner.as_array().map(Vec::as_slice);
    let Some([x, y]) = numbers else {
        return Err("a corner of its polygon is not two numbers".to_owned());
    };
    let side = |number: &Value| match number.as_f64() {
        Some(number) if (-NEAR..=1.0 + NEAR).contains(&number) => Ok(number.clamp(0.0, 1.0)),
        Some(number) => Err(format!(
            "a corner of its polygon is at {number:e}, and a page is from 0 to 1"
        )),
        None => Err("a corner of its polygon is not two numbers".to_owned()),
    };
    Ok((side(x)?, side(y)?))
}

fn whole(number: &Value, name: &str) -> Result<u64, String> {
    number
        .as_u64()
        .ok_or_else(|| format!("`{name}` is not a page's number from 0"))
}

/// An error about one item, by its place in the result.
pub(super) fn item(kind: &str, index: usize, why: impl std::fmt::Display) -> Error {
    unfit(format!(
        "The {kind} {} of the result cannot be cut: {why}",
        index.saturating_add(1)
    ))
}

fn unfit(why: impl Into<String>) -> Error {
    Error::new(code::DOCUMENT_RESULT_UNFIT, why)
}
