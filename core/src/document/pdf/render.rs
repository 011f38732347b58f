//! A page as a picture.
//!
//! The page is first cut out of its file: what the renderer is given was written here, so it meets
//! no damaged cross-reference, no encryption and no page tree of someone else's. Then its streams
//! are measured ([`census`](super::census)) and the page is gone through without drawing
//! ([`survey`](super::survey)).

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use hayro::hayro_interpret::{InterpreterSettings, TransformExt};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::dict::keys;
use hayro::hayro_syntax::object::{ObjectIdentifier, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};

use super::scans::SCAN;
use super::survey::{Placed, Survey, survey};
use super::{census, damaged};
use crate::document::Budget;
use crate::document::guard::{guarded, stop};
use crate::document::image::{Picture, Space};
use crate::error::{Error, code};

/// Points to an inch: the unit of a page.
pub(crate) const POINTS: f64 = 72.0;

/// A PDF that was written here, opened to be drawn.
pub(crate) struct Canvas<'a> {
    pdf: &'a Pdf,
    settings: InterpreterSettings,
    budget: &'a Budget,
}

/// Opens a PDF that was written here, and does something with it. Everything of the renderer
/// happens within, on a thread of its own.
pub(crate) fn with_canvas<T: Send>(
    content: &Bytes,
    budget: &Budget,
    work: impl FnOnce(&Canvas<'_>) -> Result<T, Error> + Send,
) -> Result<T, Error> {
    guarded("The page", budget, || {
        let watched = Watched {
            content: content.clone(),
            deadline: budget.deadline(),
        };
        let pdf = Pdf::new(Arc::new(watched)).map_err(|_| damaged("The page cannot be drawn"))?;
        census::census(&pdf, budget)?;
        work(&Canvas {
            pdf: &pdf,
            settings: InterpreterSettings::default(),
            budget,
        })
    })
}

/// The bytes of a file, which end the work when they are asked for after the deadline. The renderer
/// asks for them whenever it follows a reference, so it does not run on within a loop of those.
struct Watched {
    content: Bytes,
    deadline: Option<Instant>,
}

impl AsRef<[u8]> for Watched {
    fn as_ref(&self) -> &[u8] {
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() > deadline)
        {
            stop(Error::new(
                code::DOCUMENT_LIMIT,
                "The file passes `limit_time`",
            ));
        }
        &self.content
    }
}

impl Canvas<'_> {
    fn page(&self, index: usize) -> Result<&Page<'_>, Error> {
        self.pdf
            .pages()
            .get(index)
            .ok_or_else(|| damaged("A page is missing"))
    }

    /// How many pages there are.
    pub(crate) fn pages(&self) -> usize {
        self.pdf.pages().len()
    }

    /// The stream of an object.
    pub(crate) fn stream(&self, number: u32) -> Option<Stream<'_>> {
        self.pdf.xref().get(ObjectIdentifier::new(number, 0))
    }

    /// What the page shows, where a pixel is a point, and its size.
    pub(crate) fn survey(&self, index: usize) -> Result<(Survey, Sheet), Error> {
        let page = self.page(index)?;
        let (wide, high) = page.render_dimensions();
        let points = Rect::new(0.0, 0.0, f64::from(wide), f64::from(high));
        let unit = page
            .raw()
            .get::<f64>(keys::USER_UNIT)
            .filter(|unit| unit.is_finite() && *unit > 0.0);
        let size = Size::of(points, POINTS, self.budget)?;
        let place = page.initial_transform(true).to_kurbo();
        Ok((
            self.look(page, size, place),
            Sheet {
                points,
                unit: unit.unwrap_or(1.0),
            },
        ))
    }

    fn look(&self, page: &Page<'_>, size: Size, place: Affine) -> Survey {
        survey(
            page,
            place,
            (size.width, size.height),
            &self.settings,
            self.budget,
        )
    }

    /// The page as it is to be seen: its crop box, turned as it says. At so many dots per inch, or
    /// at the resolution of the scan that it consists of where that is higher.
    pub(crate) fn draw(&self, index: usize, dpi: u32) -> Result<Picture, Error> {
        let page = self.page(index)?;
        let (shown, Sheet { points, .. }) = self.survey(index)?;
        let size = match self.scanned(&shown, points, dpi) {
            Some(size) => size,
            None => Size::of(points, f64::from(dpi), self.budget)?,
        };
        let place = Affine::scale_non_uniform(
            f64::from(size.width) / points.width(),
            f64::from(size.height) / points.height(),
        ) * page.initial_transform(true).to_kurbo();
        self.look(page, size, place);
        let (wide, high) = size.sides()?;
        let mut context = RenderContext::new(wide, high);
        let cache = RenderCache::new();
        render_into(
            page,
            &cache,
            &self.settings,
            &RenderSettings::default(),
            &mut context,
            place,
        );
        context.flush();
        self.budget.time()?;
        let mut pixels = Pixmap::new(wide, high);
        let settings = RasterizerSettings {
            target_init: TargetInit::Clear(WHITE),
            ..Default::default()
        };
        context.render_with(&mut pixels, &mut Resources::default(), settings);
        self.budget.time()?;
        picture(size, pixels.data_as_u8_slice())
    }

    /// The size at which the scan that makes up the page keeps its own pixels.
    fn scanned(&self, shown: &Survey, points: Rect, dpi: u32) -> Option<Size> {
        let part = |scan: &Placed| points.intersect(scan.area()).area() / points.area();
        let scans = shown.pictures.iter().filter(|picture| !picture.aside);
        let scan = scans.max_by(|one, other| part(one).total_cmp(&part(other)))?;
        let (row, column) = scan.density();
        let (across, down) = if scan.stands() {
            (column, row)
        } else {
            (row, column)
        };
        let most = across.max(down);
        if part(scan) < SCAN || most * POINTS <= f64::from(dpi) || !most.is_finite() {
            return None;
        }
        // Exactly its pixels, but square ones: a fax has others.
        let (across, down) = if (across - down).abs() < most * 0.01 {
            (across, down)
        } else {
            (most, most)
        };
        let size = Size::new(points.width() * across, points.height() * down)?;
        self.budget
            .pixels(size.width.into(), size.height.into())
            .is_ok()
            .then_some(size)
    }
}

/// The size of a page.
pub(crate) struct Sheet {
    /// As it is to be seen, in points.
    pub(crate) points: Rect,
    /// How large a point is, in usual ones.
    pub(crate) unit: f64,
}

/// The size of a page in pixels.
#[derive(Debug, Clone, Copy)]
struct Size {
    width: u32,
    height: u32,
}

impl Size {
    fn of(points: Rect, dpi: f64, budget: &Budget) -> Result<Self, Error> {
        // A part of a pixel is a pixel, but not where it comes of the arithmetic.
        let side = |points: f64| (points * dpi / POINTS - 1e-3).ceil();
        let (width, height) = (side(points.width()), side(points.height()));
        budget.pixels(whole(width), whole(height))?;
        Self::new(width, height).ok_or_else(too_large)
    }

    fn new(width: f64, height: f64) -> Option<Self> {
        let side = |side: f64| u32::try_from(whole(side.round()).max(1)).ok();
        Some(Self {
            width: side(width)?,
            height: side(height)?,
        })
    }

    fn sides(self) -> Result<(u16, u16), Error> {
        let side = |side: u32| u16::try_from(side).map_err(|_| too_large());
        Ok((side(self.width)?, side(self.height)?))
    }
}

/// The opaque pixels of a drawing, as gray where no colour is in them.
fn picture(size: Size, drawn: &[u8]) -> Result<Picture, Error> {
    let (pixels, _) = drawn.as_chunks::<4>();
    let gray = pixels
        .iter()
        .all(|[red, green, blue, _]| red == green && green == blue);
    let (space, samples) = if gray {
        (
            Space::Gray,
            pixels.iter().map(|[light, ..]| *light).collect(),
        )
    } else {
        (
            Space::Rgb,
            pixels
                .iter()
                .flat_map(|[red, green, blue, _]| [*red, *green, *blue])
                .collect(),
        )
    };
    Picture::new(size.width, size.height, space, samples)
}

fn too_large() -> Error {
    Error::new(
        code::DOCUMENT_LIMIT,
        "The page has more than 65,535 pixels a side at this resolution",
    )
}

/// A whole number; what is beyond all bounds is the largest, what is no number is none.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from a float this ends at the bounds, which is what is wanted"
)]
pub(crate) fn whole(value: f64) -> u64 {
    value as u64
}
