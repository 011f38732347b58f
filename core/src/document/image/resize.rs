//! Pictures at another size, on two threads where that is worth it.

use std::panic::resume_unwind;
use std::thread;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use super::super::Budget;
use super::picture::{Picture, Plane, WORTH_A_THREAD, length, unfit};
use crate::error::Error;

/// Rows of the result that are made at a time: the clock is asked between, and no copy of the whole
/// picture is needed on the way.
const BAND: u32 = 512;

/// Some rows of a plane that is to be resized.
struct Band<'a> {
    from: Plane,
    source: &'a [u8],
    /// Where the rows are in the source, in its pixels: left is 0.
    top: f64,
    wide: f64,
    tall: f64,
    to: Plane,
    rows: &'a mut [u8],
}

impl Picture {
    /// The picture at another size, in place of the one that it was.
    pub(crate) fn resized(self, width: u32, height: u32, budget: &Budget) -> Result<Self, Error> {
        if (width, height) == (self.width(), self.height())
            && self.space() == self.space().resized()
        {
            Ok(self)
        } else {
            self.resize(width, height, budget)
        }
    }

    /// The picture at another size, by a Lanczos filter of three lobes.
    pub(crate) fn resize(&self, width: u32, height: u32, budget: &Budget) -> Result<Self, Error> {
        budget.pixels(width.into(), height.into())?;
        let space = self.space().resized();
        let mut samples = vec![0; space.size(width, height)?];
        let bands = self.bands((width, height), &mut samples);
        if self.samples().len() < WORTH_A_THREAD {
            resize_bands(bands, budget)?;
        } else {
            // Two halves at a time: decoding, which is most of the work, knows no second thread.
            let (mut even, mut odd) = (Vec::new(), Vec::new());
            for (index, band) in bands.into_iter().enumerate() {
                let half = if index % 2 == 0 { &mut even } else { &mut odd };
                half.push(band);
            }
            thread::scope(|scope| {
                let other = scope.spawn(|| resize_bands(odd, budget));
                resize_bands(even, budget)?;
                other.join().unwrap_or_else(|panic| resume_unwind(panic))
            })?;
        }
        Self::new(width, height, space, samples)
    }

    /// The bands of the picture at another size, an even number for each plane.
    fn bands<'a>(&'a self, (width, height): (u32, u32), samples: &'a mut [u8]) -> Vec<Band<'a>> {
        let mut rest = samples;
        let mut bands = Vec::new();
        let from = self.space().planes(self.width(), self.height());
        let to = self.space().resized().planes(width, height);
        for ((from, source), to) in from.into_iter().zip(self.planes()).zip(to) {
            let (plane, others) = rest.split_at_mut(to.size().min(rest.len()));
            rest = others;
            // In samples of the source for one of this plane.
            let step = |from: (u32, u32), to: (u32, u32)| {
                let of_picture = f64::from(from.0) / f64::from(to.0.max(1));
                of_picture * f64::from(to.1) / f64::from(from.1.max(1))
            };
            let across = step((self.width(), from.across), (width, to.across));
            let down = step((self.height(), from.down), (height, to.down));
            let count = to.height.div_ceil(2 * BAND).max(1) * 2;
            let rows = to.height.div_ceil(count).max(1);
            let wide = (f64::from(to.width) * across).min(from.width.into());
            let row = to.size() / length(to.height).max(1);
            for (index, band) in (0..).zip(plane.chunks_mut(length(rows) * row.max(1))) {
                let (first, tall) = (
                    index * rows,
                    to.height.saturating_sub(index * rows).min(rows),
                );
                let top = f64::from(first) * down;
                bands.push(Band {
                    from,
                    source,
                    top,
                    wide,
                    // The filter reaches past the edges of this box where the picture goes on.
                    tall: (f64::from(tall) * down).min(f64::from(from.height) - top),
                    to: Plane { height: tall, ..to },
                    rows: band,
                });
            }
        }
        bands
    }
}

fn resize_bands(bands: Vec<Band<'_>>, budget: &Budget) -> Result<(), Error> {
    let filter = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    let mut resizer = Resizer::new();
    for band in bands {
        budget.time()?;
        let Plane {
            width,
            height,
            pixel,
            ..
        } = band.from;
        let source =
            ImageRef::new(width, height, band.source, pixel).map_err(|error| unfit(&error))?;
        let mut rows = Image::from_slice_u8(band.to.width, band.to.height, band.rows, pixel)
            .map_err(|error| unfit(&error))?;
        let filter = filter.crop(0.0, band.top, band.wide, band.tall);
        resizer
            .resize(&source, &mut rows, &filter)
            .map_err(|error| unfit(&error))?;
    }
    Ok(())
}
