//! The cells of a VTK file, cut into lines, triangles and tetrahedra.

use crate::cursor::Cursor;
use crate::error::MeshError;
use crate::mesh::Mesh;

const READABLE: &str = "points, lines, triangles, strips, quads, polygons and tetrahedra of first order can";

/// The nodes of cells.
#[derive(Default, Debug)]
pub(super) struct Cells {
    /// The nodes of all cells, one after another.
    pub nodes: Vec<u32>,
    /// The end of the nodes of each cell.
    pub ends: Vec<usize>,
}

impl Cells {
    /// Goes through the cells.
    pub fn each(&self, mut f: impl FnMut(&[u32]) -> Result<(), MeshError>) -> Result<(), MeshError> {
        let mut start = 0;
        for &end in &self.ends {
            f(self.nodes.get(start..end).unwrap_or_default())?;
            start = end;
        }
        Ok(())
    }
}

/// Appends a cell of any type that can be read.
pub(super) fn push(at: &Cursor<'_>, mesh: &mut Mesh, kind: i64, nodes: &[u32]) -> Result<(), MeshError> {
    match (kind, nodes) {
        // Points need no cell.
        (0..=2, _) => Ok(()),
        (3, [_, _]) | (4, _) => push_chain(at, mesh, nodes),
        (5, [_, _, _]) | (9, [_, _, _, _]) | (7, _) => push_polygon(at, mesh, nodes),
        (6, _) => push_strip(at, mesh, nodes),
        // A pixel is a quad in the order of a grid.
        (8, &[a, b, c, d]) => push_polygon(at, mesh, &[a, b, d, c]),
        (10, &[a, b, c, d]) => {
            mesh.tetrahedra.push([a, b, c, d]);
            Ok(())
        }
        (3, _) => Err(number(at, "a line (type 3) of 2 nodes", nodes)),
        (5, _) => Err(number(at, "a triangle (type 5) of 3 nodes", nodes)),
        (8, _) => Err(number(at, "a pixel (type 8) of 4 nodes", nodes)),
        (9, _) => Err(number(at, "a quad (type 9) of 4 nodes", nodes)),
        (10, _) => Err(number(at, "a tetrahedron (type 10) of 4 nodes", nodes)),
        _ => Err(at.unsupported(format!("{} (type {kind})", name(kind)), READABLE)),
    }
}

/// Appends a chain of lines.
pub(super) fn push_chain(at: &Cursor<'_>, mesh: &mut Mesh, nodes: &[u32]) -> Result<(), MeshError> {
    if nodes.len() < 2 {
        return Err(number(at, "a line of at least 2 nodes", nodes));
    }
    mesh.push_chain(nodes);
    Ok(())
}

/// Appends a polygon as a fan.
pub(super) fn push_polygon(at: &Cursor<'_>, mesh: &mut Mesh, nodes: &[u32]) -> Result<(), MeshError> {
    if nodes.len() < 3 {
        return Err(number(at, "a polygon of at least 3 nodes", nodes));
    }
    mesh.push_polygon(nodes);
    Ok(())
}

/// Appends the triangles of a strip; every other one is turned, so that all face the same side.
pub(super) fn push_strip(at: &Cursor<'_>, mesh: &mut Mesh, nodes: &[u32]) -> Result<(), MeshError> {
    if nodes.len() < 3 {
        return Err(number(at, "a strip of at least 3 nodes", nodes));
    }
    let triangles = nodes.windows(3).enumerate();
    mesh.triangles.extend(triangles.map(|(i, t)| if i % 2 == 0 { [t[0], t[1], t[2]] } else { [t[1], t[0], t[2]] }));
    Ok(())
}

fn number(at: &Cursor<'_>, wanted: &str, nodes: &[u32]) -> MeshError {
    at.malformed(format!("{wanted} is wanted, found {} nodes", nodes.len()))
}

/// The name of a type of cell that is not read.
fn name(kind: i64) -> &'static str {
    match kind {
        11 => "a voxel",
        12 => "a hexahedron",
        13 => "a wedge",
        14 => "a pyramid",
        15 => "a pentagonal prism",
        16 => "a hexagonal prism",
        21 => "an edge of second order",
        22 | 34 => "a triangle of second order",
        23 | 28 | 30 => "a quad of second order",
        24 => "a tetrahedron of second order",
        25 | 29 | 33 => "a hexahedron of second order",
        26 | 31 | 32 => "a wedge of second order",
        27 | 37 => "a pyramid of second order",
        35 => "an edge of third order",
        36 => "a polygon of second order",
        41 => "a convex point set",
        42 => "a polyhedron",
        60..=81 => "a cell of higher order",
        _ => "a cell",
    }
}
