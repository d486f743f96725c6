//! Pairs of triangles that share an edge, and edges that belong to one triangle only.

use super::error::MeshError;
use std::collections::BTreeMap;

/// Pairs of triangles that share an edge.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Hinges {
    /// Shape `(hinges, 4)`: the two nodes of the edge, in the direction in which the earlier triangle runs through it;
    /// the opposite node of that triangle; the opposite node of the other one. By ascending edge, smaller node first.
    pub hinges: Vec<[u32; 4]>,
    /// Edges of more than two triangles, which are left out.
    pub non_manifold: usize,
    /// Hinges of which both triangles run through the edge in the same direction: one of them faces the other side.
    pub inconsistent: usize,
}

/// A side of a triangle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Side {
    /// The edge, the smaller node first.
    edge: [u32; 2],
    /// The number of the triangle.
    triangle: usize,
    /// The node that the triangle comes to first.
    from: u32,
    /// The node opposite to the edge.
    opposite: u32,
}

impl Side {
    fn directed(&self) -> [u32; 2] {
        let [a, b] = self.edge;
        if self.from == a { [a, b] } else { [b, a] }
    }
}

/// The sides of all triangles with three different nodes, by edge, then by triangle.
fn sides(triangles: &[[u32; 3]]) -> Vec<Side> {
    let proper = triangles.iter().enumerate().filter(|(_, [a, b, c])| a != b && b != c && a != c);
    let mut sides: Vec<Side> = proper
        .flat_map(|(triangle, &[a, b, c])| {
            let side =
                |from: u32, to: u32, opposite| Side { edge: [from.min(to), from.max(to)], triangle, from, opposite };
            [side(a, b, c), side(b, c, a), side(c, a, b)]
        })
        .collect();
    sides.sort_unstable();
    sides
}

/// The hinges of a surface: where exactly two triangles share an edge. Triangles that use a node twice are left out.
pub fn hinges(triangles: &[[u32; 3]]) -> Hinges {
    let mut out = Hinges::default();
    for same in sides(triangles).chunk_by(|a, b| a.edge == b.edge) {
        match same {
            [_] => {}
            [one, other] => {
                let [a, b] = one.directed();
                out.hinges.push([a, b, one.opposite, other.opposite]);
                out.inconsistent += usize::from(one.from == other.from);
            }
            _ => out.non_manifold += 1,
        }
    }
    out
}

/// The first edge of more than two triangles, and the first that two triangles run through in the same direction.
pub(super) fn first_bad_edges(triangles: &[[u32; 3]]) -> [Option<[u32; 2]>; 2] {
    let sides = sides(triangles);
    let mut groups = sides.chunk_by(|a, b| a.edge == b.edge);
    let non_manifold = groups.clone().find(|same| same.len() > 2);
    let inconsistent = groups.find(|same| matches!(same, [one, other] if one.from == other.from));
    [non_manifold, inconsistent].map(|same| same.and_then(<[Side]>::first).map(|side| side.edge))
}

/// The edges that belong to exactly one triangle, in the direction in which it runs through them, by ascending edge
/// (smaller node first). Triangles that use a node twice are left out.
pub fn boundary_edges(triangles: &[[u32; 3]]) -> Vec<[u32; 2]> {
    let sides = sides(triangles);
    let single = sides.chunk_by(|a, b| a.edge == b.edge).filter(|same| same.len() == 1);
    single.flatten().map(Side::directed).collect()
}

/// The boundary of a surface as closed loops of nodes, in the direction of the triangles. Each loop begins with its
/// smallest node; loops are in the order of these. A closed surface has none.
///
/// # Errors
/// [`MeshError::Boundary`] if boundary edges do not pass through every one of their nodes exactly once: two parts of
/// the boundary meet in a node, or neighbouring triangles face opposite sides.
pub fn boundary_loops(triangles: &[[u32; 3]]) -> Result<Vec<Vec<u32>>, MeshError> {
    let edges = boundary_edges(triangles);
    let mut degrees: BTreeMap<u32, [usize; 2]> = BTreeMap::new();
    for &[a, b] in &edges {
        degrees.entry(a).or_default()[0] += 1;
        degrees.entry(b).or_default()[1] += 1;
    }
    if let Some((&node, &[outgoing, incoming])) = degrees.iter().find(|(_, degree)| **degree != [1, 1]) {
        return Err(MeshError::Boundary { node, incoming, outgoing });
    }
    let mut next: BTreeMap<u32, u32> = edges.iter().map(|&[a, b]| (a, b)).collect();
    let mut loops = Vec::new();
    while let Some((start, mut node)) = next.pop_first() {
        let mut nodes = vec![start];
        while let Some(after) = next.remove(&node) {
            nodes.push(node);
            node = after;
        }
        loops.push(nodes);
    }
    Ok(loops)
}
