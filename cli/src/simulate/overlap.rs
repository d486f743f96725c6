//! Two surfaces that pass through each other.

use std::fmt;

/// Bodies that are nearer than this, in terms of the extent of what they share, touch but do not overlap.
const TOUCHES: f64 = 1e-9;

/// The elements of a body.
#[derive(Default, Debug)]
pub struct Surface {
    pub edges: Vec<[u32; 2]>,
    pub triangles: Vec<[u32; 3]>,
    pub tetrahedra: Vec<[u32; 4]>,
}

/// The place at which two bodies overlap.
#[derive(PartialEq, Debug)]
pub enum Crossing {
    /// An edge of one goes through a triangle of the other.
    Through([u32; 2], [u32; 3]),
    /// Edges cross in the plane.
    Edges([u32; 2], [u32; 2]),
    /// A node is inside a tetrahedron, or inside a triangle in the plane.
    Inside(u32, Vec<u32>),
}

impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Crossing::Through([a, b], [c, d, e]) => {
                write!(f, "the edge of nodes {a}, {b} goes through the triangle of nodes {c}, {d}, {e}")
            }
            Crossing::Edges([a, b], [c, d]) => write!(f, "the edges of nodes {a}, {b} and of nodes {c}, {d} cross"),
            Crossing::Inside(node, nodes) => {
                let element = if nodes.len() == 4 { "tetrahedron" } else { "triangle" };
                let nodes = nodes.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
                write!(f, "node {node} is inside the {element} of nodes {nodes}")
            }
        }
    }
}

type Point = [f64; 3];

/// A box along the axes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    low: Point,
    high: Point,
}

impl Bounds {
    fn of(nodes: impl IntoIterator<Item = u32>, points: &[Point]) -> Bounds {
        let mut bounds = Bounds { low: [f64::INFINITY; 3], high: [f64::NEG_INFINITY; 3] };
        for node in nodes {
            for (k, &v) in points[node as usize].iter().enumerate() {
                (bounds.low[k], bounds.high[k]) = (bounds.low[k].min(v), bounds.high[k].max(v));
            }
        }
        bounds
    }

    /// The intersection of two boxes, if there is one.
    pub fn shared(&self, other: &Bounds) -> Option<Bounds> {
        let low = [0, 1, 2].map(|k| self.low[k].max(other.low[k]));
        let high = [0, 1, 2].map(|k| self.high[k].min(other.high[k]));
        (0..3).all(|k| low[k] <= high[k]).then_some(Bounds { low, high })
    }

    fn size(&self, k: usize) -> f64 {
        self.high[k] - self.low[k]
    }

    /// The axis along which the box is longest.
    fn axis(&self) -> usize {
        (0..3).max_by(|&a, &b| self.size(a).total_cmp(&self.size(b))).unwrap_or(0)
    }
}

impl Surface {
    /// Adds the edges of its triangles.
    pub fn complete(&mut self) {
        self.edges.extend(self.triangles.iter().flat_map(|&[a, b, c]| [[a, b], [b, c], [c, a]]));
        self.edges.iter_mut().for_each(|edge| edge.sort_unstable());
        self.edges.sort_unstable();
        self.edges.dedup();
    }

    /// The box around it.
    pub fn bounds(&self, points: &[Point]) -> Bounds {
        Bounds::of(self.edges.iter().flatten().copied(), points)
    }
}

/// The place at which one of two bodies passes into the other; `shared` is what their boxes share.
pub fn crossing(bodies: [&Surface; 2], points: &[Point], shared: &Bounds, flat: bool) -> Option<Crossing> {
    let [a, b] = bodies;
    let at = |node: u32| points[node as usize];
    if flat {
        let crosses = |p: [u32; 2], q: [u32; 2]| edges_cross(p.map(at), q.map(at)).then_some(Crossing::Edges(p, q));
        if let Some(found) = pairs(&a.edges, &b.edges, points, shared, crosses) {
            return Some(found);
        }
    } else {
        let goes = |p: [u32; 2], t: [u32; 3]| goes_through(p.map(at), t.map(at)).then_some(Crossing::Through(p, t));
        for [edges, triangles] in [[a, b], [b, a]] {
            if let Some(found) = pairs(&edges.edges, &triangles.triangles, points, shared, goes) {
                return Some(found);
            }
        }
    }
    // Surfaces that do not cross are apart, or one is inside as a whole.
    [[a, b], [b, a]].into_iter().find_map(|[inner, outer]| {
        let node = inner.edges.first()?[0];
        let within = |nodes: &[u32]| inside(at(node), &nodes.iter().map(|&n| at(n)).collect::<Vec<_>>());
        let tetrahedron = outer.tetrahedra.iter().find(|nodes| within(&nodes[..])).map(|nodes| nodes.to_vec());
        let triangle = || outer.triangles.iter().find(|nodes| flat && within(&nodes[..])).map(|nodes| nodes.to_vec());
        Some(Crossing::Inside(node, tetrahedron.or_else(triangle)?))
    })
}

/// The first pair of elements near each other, in what the boxes share, for which `test` finds something.
fn pairs<const P: usize, const Q: usize>(
    first: &[[u32; P]],
    second: &[[u32; Q]],
    points: &[Point],
    shared: &Bounds,
    test: impl Fn([u32; P], [u32; Q]) -> Option<Crossing>,
) -> Option<Crossing> {
    let axis = shared.axis();
    let mut near: Vec<(Bounds, [u32; Q])> = within(second, points, shared).collect();
    near.sort_by(|(a, _), (b, _)| a.low[axis].total_cmp(&b.low[axis]));
    let longest = near.iter().map(|(own, _)| own.size(axis)).fold(0.0, f64::max);
    within(first, points, shared).find_map(|(own, p)| {
        let begin = near.partition_point(|(other, _)| other.low[axis] < own.low[axis] - longest);
        let ahead = near[begin..].iter().take_while(|(other, _)| other.low[axis] <= own.high[axis]);
        ahead.filter(|(other, _)| own.shared(other).is_some()).find_map(|(_, q)| test(p, *q))
    })
}

/// The elements whose boxes share something with a box.
fn within<'a, const K: usize>(
    elements: &'a [[u32; K]],
    points: &'a [Point],
    shared: &'a Bounds,
) -> impl Iterator<Item = (Bounds, [u32; K])> + 'a {
    let own = |nodes: &[u32; K]| (Bounds::of(nodes.iter().copied(), points), *nodes);
    elements.iter().map(own).filter(|(own, _)| own.shared(shared).is_some())
}

fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Point, b: Point) -> Point {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The shares of a point in the corners of a triangle, in its plane; `None` if the triangle has no area.
fn shares(point: Point, [a, b, c]: [Point; 3]) -> Option<[f64; 3]> {
    let normal = cross(minus(b, a), minus(c, a));
    let area = dot(normal, normal);
    let share = |p: Point, q: Point| dot(normal, cross(minus(p, point), minus(q, point))) / area;
    (area > 0.0).then(|| [share(b, c), share(c, a), share(a, b)])
}

/// True if an edge goes through a triangle, and does not only touch it.
fn goes_through([p, q]: [Point; 2], triangle: [Point; 3]) -> bool {
    let [a, b, c] = triangle;
    let normal = cross(minus(b, a), minus(c, a));
    let length = dot(normal, normal).sqrt();
    let way = minus(q, p);
    let (from, to) = (dot(normal, minus(p, a)) / length, dot(normal, minus(q, a)) / length);
    let deep = TOUCHES * (dot(way, way).sqrt() + length.sqrt());
    if !(from * to < 0.0 && from.abs().min(to.abs()) > deep) {
        return false;
    }
    let share = from / (from - to);
    let meets = [0, 1, 2].map(|k| p[k] + share * way[k]);
    shares(meets, triangle).is_some_and(|shares| shares.iter().all(|share| *share > TOUCHES))
}

/// True if two edges cross in the plane, and do not only touch.
fn edges_cross([a, b]: [Point; 2], [c, d]: [Point; 2]) -> bool {
    let turn = |a: Point, b: Point, p: Point| cross(minus(b, a), minus(p, a))[2];
    let (p, q) = (minus(b, a), minus(d, c));
    let least = TOUCHES * (dot(p, p) + dot(q, q));
    let apart = |x: f64, y: f64| x * y < 0.0 && x.abs().min(y.abs()) > least;
    apart(turn(a, b, c), turn(a, b, d)) && apart(turn(c, d, a), turn(c, d, b))
}

/// True if a point is inside a tetrahedron, or inside a triangle in the plane.
fn inside(point: Point, corners: &[Point]) -> bool {
    match *corners {
        [a, b, c] => shares(point, [a, b, c]).is_some_and(|shares| shares.iter().all(|share| *share > TOUCHES)),
        [a, b, c, d] => {
            let volume = |a: Point, b: Point, c: Point, d: Point| dot(minus(b, a), cross(minus(c, a), minus(d, a)));
            let whole = volume(a, b, c, d);
            let parts =
                [volume(point, b, c, d), volume(a, point, c, d), volume(a, b, point, d), volume(a, b, c, point)];
            whole != 0.0 && parts.iter().all(|part| part / whole > TOUCHES)
        }
        _ => false,
    }
}
