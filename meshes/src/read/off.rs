//! Object File Format as text: `OFF`, with colours, normals or texture coordinates (`COFF`, `NOFF`, `STOFF`), which
//! are skipped. An own reader, because no crate tells the line of a mistake.

use crate::cursor::{Cursor, show};
use crate::error::MeshError;
use crate::mesh::Mesh;
use std::path::Path;

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    let mut source = Cursor::commented(path, bytes);
    let (points, faces) = header(&mut source)?;
    let mut mesh = Mesh { dimension: 3, ..Mesh::default() };
    mesh.points.reserve(3 * points);
    for _ in 0..points {
        let mut row = source.row("a row of 3 coordinates")?;
        for _ in 0..3 {
            let value = row.coordinate()?;
            mesh.points.push(value);
        }
    }
    let mut nodes = Vec::new();
    for _ in 0..faces {
        let mut row = source.row("a face")?;
        let count = row.count("the number of nodes of a face")?;
        let count = row.room(count, 2, "nodes of a face")?;
        nodes.clear();
        for _ in 0..count {
            let number = row.integer("a node number")?;
            nodes.push(row.node(number, 0, points)?);
        }
        match count {
            0 => return Err(row.wanted("a face of at least 1 node", b"0")),
            // A point of its own.
            1 => {}
            2 => mesh.push_chain(&nodes),
            _ => mesh.push_polygon(&nodes),
        }
    }
    match source.next_word() {
        None => Ok(mesh),
        Some(word) => Err(source.wanted("the end of the file", word)),
    }
}

/// The numbers of points and faces.
fn header(source: &mut Cursor<'_>) -> Result<(usize, usize), MeshError> {
    let mut row = source.row("`OFF`")?;
    let word = row.word("`OFF`")?;
    let prefix = word.strip_suffix(b"OFF").ok_or_else(|| row.wanted("`OFF`", word))?;
    if !matches!(prefix, b"" | b"C" | b"N" | b"CN" | b"ST" | b"STC" | b"STN" | b"STCN") {
        return Err(row.unsupported(format!("the variant `{}`", show(word)), "OFF, COFF, NOFF and STOFF can"));
    }
    let mut ahead = row;
    match ahead.next_word() {
        Some(b"BINARY") => return Err(row.unsupported("binary OFF", "OFF as text can")),
        Some(_) => {}
        None => row = source.row("the numbers of points, faces and edges")?,
    }
    let points = row.count("the number of points")?;
    let faces = row.count("the number of faces")?;
    let points = source.room(points, 6, "points")?;
    Ok((points, source.room(faces, 4, "faces")?))
}
