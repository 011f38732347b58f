//! What drawing a shape takes, in pixels of four bytes that the renderer would hold.
//!
//! The weights are measured, and rounded up. An outlay of as many pixels as the limits allow by
//! default takes some seconds and less than a gigabyte.

use hayro::hayro_interpret::DrawMode;
use hayro::hayro_interpret::shading::{CoonsPatch, ShadingType, TensorProductPatch, Triangle};
use hayro::kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape};

/// A painted area is kept as runs, which take about a byte for each 64 pixels.
pub(super) const AREA: f64 = 1.0 / 256.0;
/// What a step takes however small it is.
pub(super) const STEP: f64 = 4.0;
/// An edge takes about two bytes for each pixel of its length.
const EDGE: f64 = 0.5;
/// A pixel of a mesh is an entry of a table.
const MESH: f64 = 12.0;
/// The table's coordinates have 16 bits, and do not know the edge of the drawing.
const TABLE: Rect = Rect::new(0.0, 0.0, 65_535.0, 65_535.0);

/// A line of this length, where `reach` is how much of any line the drawing can show. The rest
/// counts a little, for a curve is divided by it.
pub(super) fn edge(length: f64, reach: f64) -> f64 {
    if length.is_finite() {
        length.min(reach) * EDGE + length.sqrt() + STEP
    } else {
        reach
    }
}

/// All lines of a path; a curve is as long as the lines between its control points.
pub(super) fn edges(path: &BezPath, place: Affine, reach: f64) -> f64 {
    let mut all = 0.0;
    let mut start = Point::ZERO;
    let mut last = Point::ZERO;
    for element in path.elements() {
        let mut to = |point: Point| {
            let next = place * point;
            all += edge(last.distance(next), reach);
            last = next;
        };
        match *element {
            PathEl::MoveTo(point) => {
                start = point;
                last = place * point;
            }
            PathEl::LineTo(point) => to(point),
            PathEl::QuadTo(by, point) => {
                to(by);
                to(point);
            }
            PathEl::CurveTo(by, then, point) => {
                to(by);
                to(then);
                to(point);
            }
            PathEl::ClosePath => to(start),
        }
    }
    all
}

/// The outline of a stroke: both its sides, and each of its dashes.
pub(super) fn stroke(path: &BezPath, mode: &DrawMode, edges: f64) -> f64 {
    let (DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke)) = mode else {
        return 0.0;
    };
    let period: f64 = stroke.dash_array.iter().copied().map(f64::from).sum();
    let dashes = if period > 0.0 {
        path.perimeter(1.0) / period * 4.0 * STEP
    } else {
        0.0
    };
    edges * 2.0 + dashes
}

/// A mesh of triangles or patches; the other shadings are functions, and take nothing of their own.
pub(super) fn mesh(shading: &ShadingType, place: Affine) -> f64 {
    match shading {
        ShadingType::TriangleMesh { triangles, .. } => area(triangles, place),
        ShadingType::CoonsPatchMesh { patches, .. } => {
            each(patches, place, CoonsPatch::to_triangles)
        }
        ShadingType::TensorProductPatchMesh { patches, .. } => {
            each(patches, place, TensorProductPatch::to_triangles)
        }
        _ => 0.0,
    }
}

fn each<P>(patches: &[P], place: Affine, triangles: impl Fn(&P, &mut Vec<Triangle>)) -> f64 {
    let mut made = Vec::new();
    let patch = |patch: &P| {
        made.clear();
        triangles(patch, &mut made);
        area(&made, place)
    };
    patches.iter().map(patch).sum()
}

fn area(triangles: &[Triangle], place: Affine) -> f64 {
    let area = |one: &Triangle| {
        let [a, b, c] = [&one.p0, &one.p1, &one.p2].map(|corner| place * corner.point);
        TABLE.intersect(Rect::from_points(a, b).union_pt(c)).area() * MESH + STEP
    };
    triangles.iter().map(area).sum()
}
