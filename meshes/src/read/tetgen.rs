//! The `.node` and `.ele` files of TetGen and Triangle, by an own reader that tells the line of a mistake.

use super::points::check_points;
use crate::cursor::Cursor;
use crate::error::MeshError;
use crate::mesh::Mesh;
use std::path::Path;

/// A file and its content.
type Loaded<'a> = (&'a Path, &'a [u8]);

/// Reads the points, and the elements if there is a file of them.
pub(super) fn read(nodes: Loaded<'_>, elements: Option<Loaded<'_>>) -> Result<Mesh, MeshError> {
    let (mesh, first) = read_nodes(Cursor::commented(nodes.0, nodes.1)?)?;
    let mut mesh = check_points(nodes.0, mesh)?;
    if let Some((path, bytes)) = elements {
        read_elements(Cursor::commented(path, bytes)?, &mut mesh, first)?;
    }
    Ok(mesh)
}

/// Reads the points alone.
pub(super) fn read_points(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    read((path, bytes), None)
}

/// The points, and the number of the first.
fn read_nodes(mut source: Cursor<'_>) -> Result<(Mesh, i64), MeshError> {
    let mut header = source.row("the number of points")?;
    let count = header.count("the number of points")?;
    let dimension = match header.count("the dimension, 2 or 3,")? {
        2 => 2,
        3 => 3,
        other => return Err(header.wanted("the dimension, 2 or 3,", other.to_string().as_bytes())),
    };
    let count = source.room(count, 2 * dimension + 2, "points")?;
    let mut mesh = Mesh { dimension, points: Vec::with_capacity(count * dimension), ..Mesh::default() };
    let mut first = 0;
    for index in 0..count as i64 {
        let mut row = source.row("a point")?;
        let number = row.integer("the number of a point")?;
        if index == 0 && matches!(number, 0 | 1) {
            first = number;
        }
        check_number(&row, number, first + index)?;
        for _ in 0..dimension {
            let value = row.coordinate()?;
            mesh.points.push(value);
        }
    }
    source.end()?;
    Ok((mesh, first))
}

fn read_elements(mut source: Cursor<'_>, mesh: &mut Mesh, first: i64) -> Result<(), MeshError> {
    let mut header = source.row("the number of elements")?;
    let count = header.count("the number of elements")?;
    let corners = header.count("the number of nodes of an element")?;
    let count = source.room(count, 8, "elements")?;
    let points = mesh.nodes();
    match (mesh.dimension, corners) {
        (_, 3) => mesh.triangles.reserve(count),
        (3, 4) => mesh.tetrahedra.reserve(count),
        _ => {
            let what = format!("elements of {corners} nodes in {} dimensions", mesh.dimension);
            return Err(header.unsupported(what, "triangles of 3 nodes and, in 3 dimensions, tetrahedra of 4 can"));
        }
    }
    let mut base = first;
    for index in 0..count as i64 {
        let mut row = source.row("an element")?;
        let number = row.integer("the number of an element")?;
        if index == 0 && matches!(number, 0 | 1) {
            base = number;
        }
        check_number(&row, number, base + index)?;
        let mut nodes = [0; 4];
        for node in nodes.iter_mut().take(corners as usize) {
            let number = row.integer("a node number")?;
            *node = row.node(number, first, points)?;
        }
        match nodes {
            [a, b, c, _] if corners == 3 => mesh.triangles.push([a, b, c]),
            tetrahedron => mesh.tetrahedra.push(tetrahedron),
        }
    }
    source.end()
}

fn check_number(row: &Cursor<'_>, number: i64, wanted: i64) -> Result<(), MeshError> {
    if number == wanted {
        return Ok(());
    }
    Err(row.wanted(format!("number {wanted}, in order from 0 or 1,"), number.to_string().as_bytes()))
}
