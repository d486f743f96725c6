//! Which primitive each sample of a strip of the picture shows. Only the nearest is kept; light comes later.

use std::ops::Range;

/// No primitive.
pub(super) const NONE: u32 = u32::MAX;

/// A linear function of the position in the picture: `c + a x + b y`, in pixels.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Plane {
    pub(super) c: f64,
    pub(super) a: f64,
    pub(super) b: f64,
}

impl Plane {
    pub(super) fn at(&self, x: f64, y: f64) -> f64 {
        self.c + self.a * x + self.b * y
    }

    /// The plane with these values at three positions; none if they lie on a line.
    pub(super) fn through(at: [[f32; 2]; 3], values: [f64; 3]) -> Option<Plane> {
        let [p, q, r] = at.map(|p| p.map(f64::from));
        let (ux, uy, vx, vy) = (q[0] - p[0], q[1] - p[1], r[0] - p[0], r[1] - p[1]);
        let area = ux * vy - uy * vx;
        let (du, dv) = (values[1] - values[0], values[2] - values[0]);
        let (a, b) = ((du * vy - dv * uy) / area, (dv * ux - du * vx) / area);
        let c = values[0] - a * p[0] - b * p[1];
        (area != 0.0 && a.is_finite() && b.is_finite() && c.is_finite()).then_some(Plane { c, a, b })
    }
}

/// A triangle in the picture, or a part of one that was cut at the near plane.
#[derive(Clone, Debug)]
pub(super) struct Triangle {
    /// The corners in pixels.
    pub(super) at: [[f32; 2]; 3],
    /// The weights of the three points of the whole triangle, each times the depth; their sum is the depth.
    pub(super) weights: [Plane; 3],
    /// The object, and the triangle in it.
    pub(super) object: u32,
    pub(super) index: u32,
}

/// A line of constant width with round ends, or a disc where both ends are the same.
#[derive(Clone, Debug)]
pub(super) struct Ribbon {
    /// The ends in pixels.
    pub(super) at: [[f32; 2]; 2],
    /// The depths at the ends.
    pub(super) depth: [f32; 2],
    /// The places of the ends on the whole line, from zero to one.
    pub(super) span: [f32; 2],
    /// Half the width in pixels.
    pub(super) radius: f32,
    /// The object, and the points in it.
    pub(super) object: u32,
    pub(super) points: [u32; 2],
}

#[derive(Clone, Debug)]
pub(super) enum Primitive {
    Triangle(Triangle),
    Ribbon(Ribbon),
}

impl Primitive {
    /// The first and the last height in pixels.
    pub(super) fn rows(&self) -> (f32, f32) {
        match self {
            Primitive::Triangle(t) => bounds(t.at.map(|p| p[1]), 0.0),
            Primitive::Ribbon(r) => bounds(r.at.map(|p| p[1]), r.radius),
        }
    }
}

fn bounds<const N: usize>(values: [f32; N], more: f32) -> (f32, f32) {
    let low = values.iter().copied().fold(f32::INFINITY, f32::min);
    (low - more, values.iter().copied().fold(f32::NEG_INFINITY, f32::max) + more)
}

/// The lift of lines before surfaces of the same depth, as a factor of the depth.
const LINE_LIFT: f32 = 1.002;

/// A strip of the picture, some rows of pixels high, with what its samples show.
pub(super) struct Strip {
    /// Samples in a row.
    columns: usize,
    /// Rows of samples, counted from the top of the picture.
    rows: Range<usize>,
    /// Samples along each side of a pixel.
    side: f64,
    depth: Vec<f32>,
    shown: Vec<u32>,
}

impl Strip {
    pub(super) fn new() -> Strip {
        Strip { columns: 0, rows: 0..0, side: 1.0, depth: Vec::new(), shown: Vec::new() }
    }

    /// Starts again with nothing in it, for some rows of pixels.
    pub(super) fn reset(&mut self, width: u32, rows: Range<u32>, side: u32) {
        self.columns = width as usize * side as usize;
        self.rows = rows.start as usize * side as usize..rows.end as usize * side as usize;
        self.side = f64::from(side);
        let count = self.columns * self.rows.len();
        self.depth.clear();
        self.depth.resize(count, 0.0);
        self.shown.clear();
        self.shown.resize(count, NONE);
    }

    /// The primitive that a sample shows, and its depth, by the sample's column and by its row in the strip.
    pub(super) fn shown(&self, column: usize, row: usize) -> (u32, f32) {
        let at = row * self.columns + column;
        (self.shown[at], self.depth[at])
    }

    pub(super) fn draw(&mut self, id: u32, primitive: &Primitive) {
        match primitive {
            Primitive::Triangle(triangle) => self.triangle(id, triangle),
            Primitive::Ribbon(ribbon) => self.ribbon(id, ribbon),
        }
    }

    /// The position of a sample in pixels.
    fn position(&self, sample: usize) -> f64 {
        (sample as f64 + 0.5) / self.side
    }

    /// The samples from `low` to `high` pixels, ends included, cut to the picture.
    fn samples(&self, low: f64, high: f64, within: &Range<usize>) -> Range<usize> {
        // Conversions of floats stop at the ends of the integers, and NaN becomes zero.
        let first = (low * self.side - 0.5).ceil().max(0.0) as usize;
        let end = ((high * self.side - 0.5).floor() + 1.0).max(0.0) as usize;
        first.max(within.start)..end.min(within.end)
    }

    fn triangle(&mut self, id: u32, triangle: &Triangle) {
        let edges = edges(triangle.at);
        let depth = sum(triangle.weights);
        let (top, bottom) = bounds(triangle.at.map(|p| p[1]), 0.0);
        let (left, right) = bounds(triangle.at.map(|p| p[0]), 0.0);
        let step = (depth.a / self.side) as f32;
        for row in self.samples(top.into(), bottom.into(), &self.rows) {
            let y = self.position(row);
            let (mut from, mut to) = (f64::from(left), f64::from(right));
            for edge in edges {
                let rest = edge.c + edge.b * y;
                let crossing = -rest / edge.a;
                if edge.a > 0.0 {
                    from = from.max(crossing);
                } else if edge.a < 0.0 {
                    to = to.min(crossing);
                } else if rest < 0.0 {
                    to = f64::NEG_INFINITY;
                }
            }
            let span = self.samples(from, to, &(0..self.columns));
            if span.is_empty() {
                continue;
            }
            let start = depth.at(self.position(span.start), y) as f32;
            let at = (row - self.rows.start) * self.columns;
            let cells = at + span.start..at + span.end;
            let samples = self.depth[cells.clone()].iter_mut().zip(&mut self.shown[cells]);
            for (i, (nearest, shown)) in samples.enumerate() {
                let here = start + step * i as f32;
                if here > *nearest {
                    (*nearest, *shown) = (here, id);
                }
            }
        }
    }

    fn ribbon(&mut self, id: u32, ribbon: &Ribbon) {
        let (top, bottom) = bounds(ribbon.at.map(|p| p[1]), ribbon.radius);
        for row in self.samples(top.into(), bottom.into(), &self.rows) {
            let y = self.position(row) as f32;
            let (left, right) = ribbon.reach(y);
            for column in self.samples(left.into(), right.into(), &(0..self.columns)) {
                let (along, across) = ribbon.place([self.position(column) as f32, y]);
                if across[0] * across[0] + across[1] * across[1] > ribbon.radius * ribbon.radius {
                    continue;
                }
                let here = (ribbon.depth[0] + (ribbon.depth[1] - ribbon.depth[0]) * along) * LINE_LIFT;
                let at = (row - self.rows.start) * self.columns + column;
                if here > self.depth[at] {
                    (self.depth[at], self.shown[at]) = (here, id);
                }
            }
        }
    }
}

impl Ribbon {
    /// The nearest place on the middle line, from zero to one in the picture, and the way from there.
    pub(super) fn place(&self, at: [f32; 2]) -> (f32, [f32; 2]) {
        let [p, q] = self.at;
        let (ux, uy, vx, vy) = (q[0] - p[0], q[1] - p[1], at[0] - p[0], at[1] - p[1]);
        let length = ux * ux + uy * uy;
        let t = if length > 0.0 { ((ux * vx + uy * vy) / length).clamp(0.0, 1.0) } else { 0.0 };
        (t, [vx - t * ux, vy - t * uy])
    }

    /// From where to where it may be found at a height, in pixels.
    fn reach(&self, y: f32) -> (f32, f32) {
        let [p, q] = self.at;
        let (dx, dy) = (q[0] - p[0], q[1] - p[1]);
        let part = |y: f32| if dy == 0.0 { f32::NAN } else { ((y - p[1]) / dy).clamp(0.0, 1.0) };
        let ends = [part(y - self.radius), part(y + self.radius)].map(|t| p[0] + t * dx);
        if ends.iter().all(|x| x.is_finite()) { bounds(ends, self.radius) } else { bounds([p[0], q[0]], self.radius) }
    }

    /// The turn of the surface to the side at some way from the middle line, in parts of the radius. Bars turn only
    /// across their length, also at their ends: where one follows another, no bead is to be seen.
    pub(super) fn tilt(&self, way: [f32; 2]) -> [f32; 2] {
        let [p, q] = self.at;
        let (ux, uy) = (q[0] - p[0], q[1] - p[1]);
        let length = ux * ux + uy * uy;
        let lengthwise = if length > 0.0 { (way[0] * ux + way[1] * uy) / length } else { 0.0 };
        [(way[0] - lengthwise * ux) / self.radius, (way[1] - lengthwise * uy) / self.radius]
    }
}

fn sum(planes: [Plane; 3]) -> Plane {
    planes.iter().fold(Plane::default(), |s, p| Plane { c: s.c + p.c, a: s.a + p.a, b: s.b + p.b })
}

/// Functions that are positive inside, one for each side.
fn edges(at: [[f32; 2]; 3]) -> [Plane; 3] {
    let points = at.map(|p| p.map(f64::from));
    let area = line(points[0], points[1]).at(points[2][0], points[2][1]);
    std::array::from_fn(|i| {
        let (p, q) = (points[i], points[(i + 1) % 3]);
        // Both triangles at a side must find the very same function, up to its sign, or samples fall in between.
        let (edge, turned) = if p < q { (line(p, q), false) } else { (line(q, p), true) };
        let sign = if turned == (area > 0.0) { -1.0 } else { 1.0 };
        Plane { c: sign * edge.c, a: sign * edge.a, b: sign * edge.b }
    })
}

fn line(p: [f64; 2], q: [f64; 2]) -> Plane {
    let (a, b) = (p[1] - q[1], q[0] - p[0]);
    Plane { c: -(a * p[0] + b * p[1]), a, b }
}
