//! What a page shows, and what drawing it would take: found out before anything is drawn.
//!
//! The renderer keeps all that a page paints until it is done, and takes neither limit nor deadline.
//! So the page is gone through once with a device that draws nothing: it adds up what would be held
//! and looks at the clock.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::pattern::{Pattern, ShadingPattern, TilingPattern};
use hayro::hayro_interpret::util::x_y_advances;
use hayro::hayro_interpret::{
    BlendMode, CacheKey, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, SoftMask, interpret_page,
};
use hayro::hayro_syntax::object::dict::keys;
use hayro::hayro_syntax::object::{Dict, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point, Rect};

use super::outlay;
use super::render::whole;
use crate::document::Budget;
use crate::document::guard::stop;
use crate::error::Error;

/// What one page shows.
#[derive(Default)]
pub(crate) struct Survey {
    /// Its pictures, in the order in which they are painted; those of masks and patterns as well.
    pub(crate) pictures: Vec<Placed>,
    /// Whether it shows text; the unseen text of a scan that was read does not count.
    pub(crate) text: bool,
}

/// A picture on a page.
pub(crate) struct Placed {
    /// The number of its object; none where it stands within the page's content.
    pub(crate) object: Option<u32>,
    /// Pixels, by its dictionary.
    pub(crate) width: u32,
    /// Pixels, by its dictionary.
    pub(crate) height: u32,
    /// From its pixels to those of the drawing.
    pub(crate) place: Affine,
    /// Whether a mask or a pattern shows it, and not the page itself.
    pub(crate) aside: bool,
}

impl Placed {
    /// The part of the drawing that it takes.
    pub(crate) fn area(&self) -> Rect {
        let own = Rect::new(0.0, 0.0, f64::from(self.width), f64::from(self.height));
        self.place.transform_rect_bbox(own)
    }

    /// How many of its pixels go to one of the drawing, along its rows and along its columns.
    pub(crate) fn density(&self) -> (f64, f64) {
        let [a, b, c, d, ..] = self.place.as_coeffs();
        (a.hypot(b).recip(), c.hypot(d).recip())
    }

    /// Whether its rows stand upright.
    pub(crate) fn stands(&self) -> bool {
        let [a, b, ..] = self.place.as_coeffs();
        a.abs() < b.abs()
    }
}

/// Goes through a page that is to be drawn by `place` on `width` × `height` pixels. To be called
/// within [`guarded`](crate::document::guard::guarded), for it ends by [`stop`].
pub(crate) fn survey<'a>(
    page: &'a Page<'a>,
    place: Affine,
    (width, height): (u32, u32),
    settings: &InterpreterSettings,
    budget: &Budget,
) -> Survey {
    let target = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let cache = InterpreterCache::new();
    let mut context = Context::new(place, target, &cache, page.xref(), settings.clone());
    let mut surveyor = Surveyor {
        budget,
        target,
        held: target.area(),
        masks: HashSet::new(),
        aside: 0,
        survey: Survey::default(),
    };
    interpret_page(page, &mut context, &mut surveyor);
    surveyor.survey
}

/// Pictures up to this many pixels are looked into for what they are painted with.
const SMALL: u64 = 1 << 16;

struct Surveyor<'b> {
    budget: &'b Budget,
    target: Rect,
    /// In pixels of four bytes.
    held: f64,
    /// Soft masks that are drawn already: each is drawn once.
    masks: HashSet<u128>,
    /// How many masks and patterns are around: what they paint is not on the page.
    aside: u32,
    survey: Survey,
}

impl Surveyor<'_> {
    fn hold(&mut self, pixels: f64) {
        // What is not a number is worth a whole page.
        let pixels = if pixels.is_finite() {
            pixels
        } else {
            self.page()
        };
        self.held += pixels.max(0.0) + outlay::STEP;
        self.go_on(self.budget.pixels(whole(self.held), 1));
    }

    fn go_on(&self, may: Result<(), Error>) {
        if let Err(error) = may.and_then(|()| self.budget.time()) {
            stop(error);
        }
    }

    /// Ends the survey where so many times what was done since then would take too long.
    fn foresee(&self, began: Instant, times: f64) {
        let seconds = began.elapsed().as_secs_f64() * times;
        let step = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        self.go_on(self.budget.foresee(step));
    }

    fn page(&self) -> f64 {
        self.target.area()
    }

    fn painted(&self, area: Rect) -> f64 {
        self.target.intersect(area).area() * outlay::AREA
    }

    /// How much of a line the drawing can show.
    fn reach(&self) -> f64 {
        self.target.width() + self.target.height()
    }

    fn paint(&mut self, props: &DrawProps<'_>, area: Rect, stroked: bool) {
        if let Some(mask) = &props.soft_mask {
            self.mask(mask);
        }
        if let Paint::Pattern(pattern) = &props.paint {
            let area = self.target.intersect(area);
            match &**pattern {
                Pattern::Shading(shading) => self.shading(shading, area),
                Pattern::Tiling(tiling) => self.tiling(tiling, area, stroked),
            }
        }
    }

    /// A shading is a function that is asked for each pixel: a few are asked here.
    fn shading(&mut self, shading: &ShadingPattern, area: Rect) {
        const SAMPLES: u32 = 64;
        self.hold(area.area() + outlay::mesh(&shading.shading.shading_type, shading.matrix));
        let encoded = shading.encode();
        let began = Instant::now();
        for sample in 0..SAMPLES {
            let along = f64::from(sample) / f64::from(SAMPLES);
            let at = Point::new(
                area.x0 + area.width() * along,
                area.y0 + area.height() * along,
            );
            let _ = encoded.sample(encoded.base_transform * at);
        }
        self.foresee(began, area.area() / f64::from(SAMPLES));
    }

    /// The cell of a tiling is drawn once for each of its copies that may overlap.
    fn tiling(&mut self, tiling: &TilingPattern<'_>, area: Rect, stroked: bool) {
        let shown = tiling.matrix.inverse().transform_rect_bbox(area);
        let copies = |cell: f64, step: f32, shown: f64| {
            let step = f64::from(step.abs());
            let shown = if shown < step { shown } else { 0.0 };
            ((cell + shown) / step).ceil() + 2.0
        };
        let times = copies(tiling.bbox.width(), tiling.x_step, shown.width())
            * copies(tiling.bbox.height(), tiling.y_step, shown.height());
        let (x, y) = x_y_advances(&tiling.matrix);
        let place = Affine::scale_non_uniform(x.length(), y.length())
            * Affine::translate((-tiling.bbox.x0, -tiling.bbox.y0));
        let (before, began) = (self.held, Instant::now());
        self.hold(0.0);
        self.aside(|surveyor| {
            tiling.interpret(surveyor, place, stroked);
        });
        self.hold((self.held - before) * times + area.area() * 2.0);
        self.foresee(began, times);
    }

    fn mask(&mut self, mask: &SoftMask<'_>) {
        if self.masks.insert(mask.cache_key()) {
            self.hold(self.page());
            self.aside(|surveyor| mask.interpret(surveyor));
        }
    }

    /// What is painted into a mask or a pattern. Masks within it are drawn anew.
    fn aside(&mut self, look: impl FnOnce(&mut Self)) {
        let masks = std::mem::take(&mut self.masks);
        self.aside += 1;
        look(self);
        self.aside -= 1;
        self.masks = masks;
    }

    /// Painted with a pattern, a stencil takes a page of its own, however small it is.
    fn stencil(&mut self, image: &Image<'_, '_>) {
        let Image::Stencil(stencil) = image else {
            return;
        };
        let pixels = u64::from(image.width()).saturating_mul(u64::from(image.height()));
        let mut patterned = pixels > SMALL;
        if !patterned {
            let look = |_, paint: &Paint<'_>| patterned = matches!(paint, Paint::Pattern(_));
            stencil.with_stencil(look, None);
        }
        self.hold(if patterned { self.page() } else { 0.0 });
    }
}

impl<'a> Device<'a> for Surveyor<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let area = props.transform.transform_rect_bbox(path.control_box());
        let edges = outlay::edges(path, props.transform, self.reach());
        let stroke = outlay::stroke(path, mode, edges);
        self.hold(edges + stroke + self.painted(area));
        self.paint(&props, area, stroke > 0.0);
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        let edges = outlay::edges(&clip.path, Affine::IDENTITY, self.reach());
        self.hold(edges + self.painted(clip.path.control_box()));
    }

    fn push_transparency_group(&mut self, _: f32, mask: Option<SoftMask<'a>>, _: BlendMode) {
        self.hold(0.0);
        if let Some(mask) = mask {
            self.mask(&mask);
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.hold(0.0);
        if matches!(mode, DrawMode::Invisible) {
            return;
        }
        self.survey.text |= self.aside == 0 && !run.glyphs().is_empty();
        let mut all: Option<Rect> = None;
        for glyph in run.glyphs() {
            match &**glyph {
                Glyph::Outline(_) => {
                    // Outlines are in thousandths.
                    let em = Rect::new(0.0, -500.0, 1000.0, 1000.0);
                    let area = (props.transform * glyph.transform()).transform_rect_bbox(em);
                    let edge = outlay::edge(area.width() + area.height(), self.reach());
                    self.hold(edge * 4.0 + self.painted(area));
                    all = Some(all.map_or(area, |all| all.union(area)));
                }
                Glyph::Type3(drawn) => {
                    drawn.interpret(self, props.transform, glyph.transform(), &props.paint);
                }
            }
        }
        self.paint(
            &props,
            all.unwrap_or(Rect::ZERO),
            matches!(mode, DrawMode::Stroke(_)),
        );
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (width, height) = (image.width(), image.height());
        self.go_on(self.budget.pixels(width.into(), height.into()));
        let stream = match &image {
            Image::Raster(raster) => raster.stream(),
            Image::Stencil(stencil) => stencil.stream(),
        };
        let masks = beside(stream.dict(), keys::SMASK) + beside(stream.dict(), keys::MASK);
        self.hold(f64::from(width) * f64::from(height) + masks);
        let object = Some(stream.obj_id().obj_number).filter(|number| *number > 0);
        let (place, aside) = (props.transform, self.aside > 0);
        self.survey.pictures.push(Placed {
            object,
            width,
            height,
            place,
            aside,
        });
        if let Some(mask) = &props.soft_mask {
            self.mask(mask);
        }
        self.stencil(&image);
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

/// The pixels of a mask that stands beside a picture.
fn beside(picture: &Dict<'_>, key: &[u8]) -> f64 {
    let pixels = |mask: Stream<'_>| {
        let side = |key: &[u8]| mask.dict().get::<u32>(key).map_or(0.0, f64::from);
        side(keys::WIDTH) * side(keys::HEIGHT)
    };
    picture.get::<Stream<'_>>(key).map_or(0.0, pixels)
}
