//! Faces, edges and neighbours that follow from elements. Results depend on the elements and their order only.

/// Outward faces of a tetrahedron of positive volume.
fn faces([a, b, c, d]: [u32; 4]) -> [[u32; 3]; 4] {
    [[a, c, b], [a, b, d], [a, d, c], [b, c, d]]
}

/// The faces that belong to exactly one tetrahedron, in the order of the tetrahedra. Around tetrahedra of positive
/// volume they face outward: seen from outside, their nodes run counter-clockwise.
pub fn boundary(tetrahedra: &[[u32; 4]]) -> Vec<[u32; 3]> {
    // Nothing else is held beside this list, which is the largest that meshes lead to.
    let mut sorted: Vec<([u32; 3], usize)> = Vec::with_capacity(4 * tetrahedra.len());
    sorted.extend(tetrahedra.iter().flat_map(|&t| faces(t)).map(ascending).zip(0..));
    sorted.sort_unstable();
    let single = sorted.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() == 1);
    let mut single: Vec<usize> = single.flatten().map(|&(_, index)| index).collect();
    single.sort_unstable();
    let face = |index: usize| tetrahedra.get(index / 4).map(|&t| faces(t)[index % 4]);
    single.into_iter().filter_map(face).collect()
}

/// The same nodes in ascending order: a key for elements regardless of orientation.
pub(super) fn ascending<const N: usize>(mut nodes: [u32; N]) -> [u32; N] {
    nodes.sort_unstable();
    nodes
}

/// The edges of tetrahedra: each once, the smaller node first, ascending. An edge from a node to itself is left out.
pub fn edges_of_tetrahedra(tetrahedra: &[[u32; 4]]) -> Vec<[u32; 2]> {
    let sides = |&[a, b, c, d]: &[u32; 4]| [[a, b], [a, c], [a, d], [b, c], [b, d], [c, d]];
    unique(6 * tetrahedra.len(), tetrahedra.iter().flat_map(sides))
}

/// The edges of triangles: each once, the smaller node first, ascending. An edge from a node to itself is left out.
pub fn edges_of_triangles(triangles: &[[u32; 3]]) -> Vec<[u32; 2]> {
    unique(3 * triangles.len(), triangles.iter().flat_map(|&[a, b, c]| [[a, b], [b, c], [a, c]]))
}

/// Lines as edges: each once, the smaller node first, ascending. A line from a node to itself is left out.
pub fn edges_of_lines(lines: &[[u32; 2]]) -> Vec<[u32; 2]> {
    unique(lines.len(), lines.iter().copied())
}

/// Edges, at most so many, each once.
fn unique(most: usize, all: impl Iterator<Item = [u32; 2]>) -> Vec<[u32; 2]> {
    let mut edges: Vec<[u32; 2]> = Vec::with_capacity(most);
    edges.extend(all.filter(|[a, b]| a != b).map(ascending));
    edges.sort_unstable();
    edges.dedup();
    edges.shrink_to_fit();
    edges
}

/// The neighbours of each of `nodes` nodes along edges. The neighbours of node `i` are
/// `neighbours[row_ptr[i]..row_ptr[i + 1]]`, ascending; `row_ptr` has `nodes + 1` entries. Each edge should come once,
/// as from [`edges_of_triangles`]; edges with a node beyond the last are left out.
///
/// ```
/// let (row_ptr, neighbours) = spadina_meshes::one_rings(3, &[[0, 1], [1, 2]]);
/// assert_eq!(row_ptr, [0, 1, 3, 4]);
/// assert_eq!(neighbours, [1, 0, 2, 1]);
/// ```
pub fn one_rings(nodes: usize, edges: &[[u32; 2]]) -> (Vec<u32>, Vec<u32>) {
    let inside = |[a, b]: &[u32; 2]| (*a as usize) < nodes && (*b as usize) < nodes;
    let mut directed: Vec<[u32; 2]> = edges.iter().filter(|e| inside(e)).flat_map(|&[a, b]| [[a, b], [b, a]]).collect();
    directed.sort_unstable();
    let mut row_ptr = Vec::with_capacity(nodes + 1);
    let mut end = 0;
    row_ptr.push(0);
    for node in 0..nodes {
        while directed.get(end).is_some_and(|edge| edge[0] as usize == node) {
            end += 1;
        }
        row_ptr.push(end as u32);
    }
    (row_ptr, directed.into_iter().map(|[_, to]| to).collect())
}
