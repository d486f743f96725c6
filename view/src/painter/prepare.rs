//! The fixed parts of a mesh: triangles and lines, and the corners around each node.

use crate::scene::Item;
use spadina_pictures::render::Around;

/// The most triangles of a mesh: their corners are numbered, and normals hold nine numbers for each.
const MOST: usize = (u32::MAX / 9) as usize;

/// Triangles and lines without those that name a node that is not there.
pub(super) struct Connectivity {
    pub(super) triangles: Vec<[u32; 3]>,
    pub(super) lines: Vec<[u32; 2]>,
    /// The place in `around` at which the corners of each node begin.
    pub(super) starts: Vec<u32>,
    /// Four times the triangle plus the corner.
    pub(super) around: Vec<u32>,
}

impl Connectivity {
    pub(super) fn new(item: &Item<'_>, nodes: usize) -> Connectivity {
        let there = |&node: &u32| (node as usize) < nodes;
        let triangles = item.object.triangles.iter().filter(|t| t.iter().all(there)).copied().take(MOST);
        let triangles: Vec<[u32; 3]> = triangles.collect();
        let lines = item.object.lines.iter().filter(|l| l.iter().all(there)).copied().collect();
        let around = Around::new(nodes, &triangles);
        let corners = around.all().iter().map(|&(triangle, corner)| 4 * triangle + u32::from(corner));
        Connectivity { lines, starts: around.starts().to_vec(), around: corners.collect(), triangles }
    }
}
