//! Lengths, areas and volumes, and what of them falls to each node.

/// The position of a node, filled up with zeros to 3 coordinates. Not a number if there is no such node.
fn position(dimension: usize, points: &[f64], node: u32) -> [f64; 3] {
    let start = (node as usize).saturating_mul(dimension);
    match points.get(start..start.saturating_add(dimension)) {
        Some(&[x]) => [x, 0.0, 0.0],
        Some(&[x, y]) => [x, y, 0.0],
        Some(&[x, y, z, ..]) => [x, y, z],
        _ => [f64::NAN; 3],
    }
}

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn norm(a: [f64; 3]) -> f64 {
    a[0].hypot(a[1]).hypot(a[2])
}

/// The length of a line between points of shape `(nodes, dimension)`. Not a number if a node does not exist.
pub fn length(dimension: usize, points: &[f64], [a, b]: [u32; 2]) -> f64 {
    norm(minus(position(dimension, points, b), position(dimension, points, a)))
}

/// The area of a triangle between points of shape `(nodes, dimension)`. In 2 dimensions it is signed: negative if the
/// nodes run clockwise. Not a number if a node does not exist.
pub fn area(dimension: usize, points: &[f64], [a, b, c]: [u32; 3]) -> f64 {
    let [a, b, c] = [a, b, c].map(|node| position(dimension, points, node));
    let normal = cross(minus(b, a), minus(c, a));
    if dimension == 2 { normal[2] / 2.0 } else { norm(normal) / 2.0 }
}

/// The volume of a tetrahedron between points of shape `(nodes, dimension)`, signed: positive if the last node lies on
/// the side from which the first three run clockwise. Not a number if a node does not exist.
pub fn volume(dimension: usize, points: &[f64], [a, b, c, d]: [u32; 4]) -> f64 {
    let [a, b, c, d] = [a, b, c, d].map(|node| position(dimension, points, node));
    dot(cross(minus(b, a), minus(c, a)), minus(d, a)) / 6.0
}

/// The longest distance between two of these nodes.
pub(super) fn longest<const N: usize>(dimension: usize, points: &[f64], nodes: [u32; N]) -> f64 {
    let at = nodes.map(|node| position(dimension, points, node));
    let pairs = at.iter().enumerate().flat_map(|(i, &a)| at.iter().skip(i + 1).map(move |&b| norm(minus(a, b))));
    pairs.fold(0.0, f64::max)
}

/// For each node, a half of the lengths of its lines.
pub fn length_shares(dimension: usize, points: &[f64], lines: &[[u32; 2]]) -> Vec<f64> {
    shares(dimension, points, lines, |line| length(dimension, points, line))
}

/// For each node, a third of the areas of its triangles, whatever their sign.
pub fn area_shares(dimension: usize, points: &[f64], triangles: &[[u32; 3]]) -> Vec<f64> {
    shares(dimension, points, triangles, |triangle| area(dimension, points, triangle).abs())
}

/// For each node, a quarter of the volumes of its tetrahedra, whatever their sign.
pub fn volume_shares(dimension: usize, points: &[f64], tetrahedra: &[[u32; 4]]) -> Vec<f64> {
    shares(dimension, points, tetrahedra, |tetrahedron| volume(dimension, points, tetrahedron).abs())
}

fn shares<const N: usize>(
    dimension: usize,
    points: &[f64],
    elements: &[[u32; N]],
    size: impl Fn([u32; N]) -> f64,
) -> Vec<f64> {
    let mut out = vec![0.0; points.len() / dimension.max(1)];
    for &element in elements {
        let share = size(element) / N as f64;
        for node in element {
            if let Some(sum) = out.get_mut(node as usize) {
                *sum += share;
            }
        }
    }
    out
}
