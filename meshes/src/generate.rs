//! The meshes of simple shapes.

use super::connect::edges_of_triangles;
use super::error::MeshError;
use super::mesh::Mesh;
use super::shape::Shape;
use std::f64::consts::TAU;

impl Mesh {
    /// Makes a mesh of a simple shape.
    ///
    /// # Errors
    /// Sizes that are not positive and finite, counts of zero, more nodes than `i32` can number, more than fits into
    /// memory.
    pub fn generate(shape: &Shape) -> Result<Mesh, MeshError> {
        generate(shape)
    }
}

/// Makes a shape.
fn generate(shape: &Shape) -> Result<Mesh, MeshError> {
    shape.check()?;
    shape.check_memory()?;
    Ok(match *shape {
        Shape::Box { cells, size } => {
            let at = |index: [usize; 3]| [0, 1, 2].map(|k| size[k] * fraction(index[k], cells[k]));
            solid(cells, at, |_| [false; 3])
        }
        Shape::Grid { cells, size } => {
            Mesh { dimension: 2, ..sheet(cells, |[s, t]| [size[0] * s, size[1] * t], <[f64; 2]>::into) }
        }
        Shape::Cloth { cells, size } => {
            let at = |[s, t]: [f64; 2]| [size[0] * (s - 0.5), size[1] * (t - 0.5), 0.0];
            Mesh { dimension: 3, ..sheet(cells, at, <[f64; 3]>::into) }
        }
        Shape::Sphere { subdivisions, radius } => sphere(subdivisions, radius),
        Shape::Ball { cells, radius } => ball(cells, radius),
        Shape::Torus { around, across, radius, tube } => torus([around, across], radius, tube),
    })
}

fn fraction(index: usize, cells: usize) -> f64 {
    index as f64 / cells as f64
}

/// The corners that the six tetrahedra of a cell pass on their ways from one corner of the cell to the opposite one,
/// as bits: 4 for x, 2 for y, 1 for z. Those after an odd order of the axes are turned, to have positive volume.
const PATHS: [[usize; 4]; 6] = [[0, 4, 6, 7], [0, 2, 3, 7], [0, 1, 5, 7], [0, 2, 7, 6], [0, 4, 7, 5], [0, 1, 7, 3]];

/// A box of cells. In each cell the tetrahedra share a diagonal, which begins at the lower end of each axis, or at the
/// upper end where `mirrored` says so. Neighbours fit as long as they agree on the axes of their common face.
fn solid(cells: [usize; 3], at: impl Fn([usize; 3]) -> [f64; 3], mirrored: impl Fn([usize; 3]) -> [bool; 3]) -> Mesh {
    let [nx, ny, nz] = cells;
    let mut mesh = Mesh { dimension: 3, ..Mesh::default() };
    mesh.points.reserve(3 * (nx + 1) * (ny + 1) * (nz + 1));
    for index in indices([nx + 1, ny + 1, nz + 1]) {
        mesh.points.extend(at(index));
    }
    mesh.tetrahedra.reserve(6 * nx * ny * nz);
    for cell in indices(cells) {
        let flip = mirrored(cell);
        let flips = usize::from(flip[0]) * 4 + usize::from(flip[1]) * 2 + usize::from(flip[2]);
        let corner = |bits: usize| {
            let bits = bits ^ flips;
            let [i, j, k] = [cell[0] + (bits >> 2), cell[1] + (bits >> 1 & 1), cell[2] + (bits & 1)];
            ((i * (ny + 1) + j) * (nz + 1) + k) as u32
        };
        for path in PATHS {
            let [a, b, c, d] = path.map(corner);
            // A mirror image of a tetrahedron has the opposite sign.
            mesh.tetrahedra.push(if flips.count_ones() % 2 == 0 { [a, b, c, d] } else { [a, b, d, c] });
        }
    }
    mesh
}

/// All indices below these extents, the last running fastest.
fn indices([nx, ny, nz]: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..nx).flat_map(move |i| (0..ny).flat_map(move |j| (0..nz).map(move |k| [i, j, k])))
}

/// A rectangle of cells; positions go by fractions of the extents.
fn sheet<P>([nx, ny]: [usize; 2], at: impl Fn([f64; 2]) -> P, list: impl Fn(P) -> Vec<f64>) -> Mesh {
    let mut mesh = Mesh::default();
    for [i, j, _] in indices([nx + 1, ny + 1, 1]) {
        mesh.points.extend(list(at([fraction(i, nx), fraction(j, ny)])));
    }
    mesh.triangles.reserve(2 * nx * ny);
    for [i, j, _] in indices([nx, ny, 1]) {
        let node = |i: usize, j: usize| (i * (ny + 1) + j) as u32;
        let [a, b, c, d] = [node(i, j), node(i + 1, j), node(i + 1, j + 1), node(i, j + 1)];
        let pair = if (i + j) % 2 == 0 { [[a, b, c], [a, c, d]] } else { [[a, b, d], [b, c, d]] };
        mesh.triangles.extend(pair);
    }
    mesh
}

/// A vector of this length in the same direction.
fn scaled(p: [f64; 3], length: f64) -> [f64; 3] {
    let norm = p[0].hypot(p[1]).hypot(p[2]);
    p.map(|x| if norm > 0.0 { x / norm * length } else { 0.0 })
}

fn sphere(subdivisions: usize, radius: f64) -> Mesh {
    let g = (1.0 + 5f64.sqrt()) / 2.0;
    // Corners of three golden rectangles.
    let corners = [(-1.0, g), (1.0, g), (-1.0, -g), (1.0, -g)];
    let mut points: Vec<[f64; 3]> = Vec::new();
    points.extend(corners.map(|(a, b)| [a, b, 0.0]));
    points.extend(corners.map(|(a, b)| [0.0, a, b]));
    points.extend(corners.map(|(a, b)| [b, 0.0, a]));
    for point in &mut points {
        *point = scaled(*point, 1.0);
    }
    let mut triangles = icosahedron(&points);
    for _ in 0..subdivisions {
        triangles = split(&mut points, &triangles);
    }
    let points = points.iter().flat_map(|&p| p.map(|x| x * radius)).collect();
    Mesh { dimension: 3, points, triangles, ..Mesh::default() }
}

/// The faces of an icosahedron: all triples of neighbours, turned outward.
fn icosahedron(points: &[[f64; 3]]) -> Vec<[u32; 3]> {
    let near = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2] > 0.4;
    let mut triangles = Vec::new();
    for (i, &a) in points.iter().enumerate() {
        for (j, &b) in points.iter().enumerate().skip(i + 1).filter(|(_, b)| near(a, **b)) {
            for (k, &c) in points.iter().enumerate().skip(j + 1).filter(|(_, c)| near(a, **c) && near(b, **c)) {
                let normal = [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]];
                let outward = a[0] * normal[0] + a[1] * normal[1] + a[2] * normal[2] > 0.0;
                let [i, j, k] = [i as u32, j as u32, k as u32];
                triangles.push(if outward { [i, j, k] } else { [i, k, j] });
            }
        }
    }
    triangles
}

/// Cuts each triangle into four, with new points on the unit sphere above the middles of the edges, in their order.
fn split(points: &mut Vec<[f64; 3]>, triangles: &[[u32; 3]]) -> Vec<[u32; 3]> {
    let edges = edges_of_triangles(triangles);
    let old = points.len() as u32;
    for &[a, b] in &edges {
        let [a, b] = [points[a as usize], points[b as usize]];
        points.push(scaled([a[0] + b[0], a[1] + b[1], a[2] + b[2]], 1.0));
    }
    // Every edge is in the list.
    let middle = |a: u32, b: u32| old + edges.partition_point(|edge| *edge < [a.min(b), a.max(b)]) as u32;
    let cut = |&[a, b, c]: &[u32; 3]| {
        let [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
        [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]
    };
    triangles.iter().flat_map(cut).collect()
}

/// A cube whose concentric shells are made spheres. The diagonals of its cells point away from the centre: so every
/// tetrahedron keeps a node below the surface, and none becomes flat where the edges of the cube were.
fn ball(cells: usize, radius: f64) -> Mesh {
    let middle = cells / 2;
    let along = |i: usize| match i.checked_sub(middle) {
        _ if middle == 0 => 2.0 * i as f64 - 1.0,
        Some(above) => above as f64 / (cells - middle) as f64,
        None => -fraction(middle - i, middle),
    };
    let at = |index: [usize; 3]| {
        let p = index.map(along);
        let shell = p.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        // Steps of equal angle instead of equal length make the cells more alike.
        let bent = p.map(|x| if shell > 0.0 { (x / shell * std::f64::consts::FRAC_PI_4).tan() } else { 0.0 });
        scaled(bent, shell * radius)
    };
    solid([cells; 3], at, |cell| cell.map(|i| middle > 0 && i < middle))
}

fn torus([around, across]: [usize; 2], radius: f64, tube: f64) -> Mesh {
    let mut mesh = Mesh { dimension: 3, ..Mesh::default() };
    for [i, j, _] in indices([around, across, 1]) {
        let ((sin, cos), (up, out)) = ((TAU * fraction(i, around)).sin_cos(), (TAU * fraction(j, across)).sin_cos());
        let distance = radius + tube * out;
        mesh.points.extend([distance * cos, distance * sin, tube * up]);
        let node = |i: usize, j: usize| (i % around * across + j % across) as u32;
        let [a, b, c, d] = [node(i, j), node(i + 1, j), node(i + 1, j + 1), node(i, j + 1)];
        mesh.triangles.extend([[a, b, c], [a, c, d]]);
    }
    mesh
}
