//! The pictures on a document's pages, and how fine each is where it is shown largest.

use std::collections::BTreeMap;

use super::render::{Canvas, POINTS};
use crate::document::shrink::Shrink;
use crate::error::Error;

/// The least part of a page that a scan of it covers.
pub(super) const SCAN: f64 = 0.5;
/// A scan of fewer dots per inch is none.
const LEAST_DPI: f64 = 100.0;
/// A page that is longer than A3, in inches.
const LONG: f64 = 17.0;

/// A picture as the pages use it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Dots per inch along its rows and along its columns, where it is shown largest.
    dpi: (f64, f64),
    /// Whether it makes up a page.
    pub(super) whole: bool,
    /// Whether it is a photo on a page whose size in inches means nothing, at so many pixels a point.
    photo: bool,
}

impl Scan {
    /// The size that it gets.
    pub(super) fn size(&self, dpi: u32, wish: &Shrink) -> (u32, u32) {
        if self.photo {
            return wish.size(self.width, self.height);
        }
        // What is a little finer is not worth a loss.
        let tolerance = 1.1;
        let (across, down) = self.dpi;
        let most = f64::from(dpi);
        if across <= most * tolerance && down <= most * tolerance {
            return (self.width, self.height);
        }
        let side = |side: u32, dpi: f64| {
            let part = (f64::from(side) * (most / dpi).min(1.0)).round();
            u32::try_from(super::render::whole(part))
                .unwrap_or(side)
                .clamp(1, side.max(1))
        };
        (side(self.width, across), side(self.height, down))
    }

    /// The same picture in another place: it must do for both.
    fn and(self, other: Self) -> Self {
        Self {
            dpi: (self.dpi.0.min(other.dpi.0), self.dpi.1.min(other.dpi.1)),
            whole: self.whole || other.whole,
            photo: self.photo && other.photo,
            ..self
        }
    }
}

/// The pictures that pages show, by their numbers. Those that a mask or a pattern shows too are left
/// out: how fine they are there is not known.
pub(super) fn scans(canvas: &Canvas<'_>) -> Result<BTreeMap<u32, Scan>, Error> {
    let mut scans: BTreeMap<u32, Scan> = BTreeMap::new();
    let mut hidden = Vec::new();
    for index in 0..canvas.pages() {
        let (survey, page) = canvas.survey(index)?;
        let inches = page.points.width().max(page.points.height()) * page.unit / POINTS;
        for shown in survey.pictures {
            let Some(object) = shown.object else { continue };
            if shown.aside {
                hidden.push(object);
                continue;
            }
            let (across, down) = shown.density();
            let to_inches = POINTS / page.unit;
            let dpi = (across * to_inches, down * to_inches);
            let whole = page.points.intersect(shown.area()).area() >= page.points.area() * SCAN;
            let photo = whole && inches > LONG && dpi.0.max(dpi.1) < LEAST_DPI;
            let scan = Scan {
                width: shown.width,
                height: shown.height,
                dpi,
                whole,
                photo,
            };
            scans
                .entry(object)
                .and_modify(|known| *known = known.and(scan))
                .or_insert(scan);
        }
    }
    for object in hidden {
        scans.remove(&object);
    }
    Ok(scans)
}
