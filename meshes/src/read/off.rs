//! Object File Format as text: `OFF`, with colours, normals or texture coordinates (`COFF`, `NOFF`, `STOFF`), which
//! are skipped. An own reader, because no crate tells the line of a mistake.

use super::layout::{Layout, first_fit};
use crate::cursor::{Cursor, show};
use crate::error::MeshError;
use crate::mesh::Mesh;
use crate::number::whole;
use std::path::Path;

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    let mut source = Cursor::commented(path, bytes)?;
    let counts = header(&mut source)?;
    first_fit(&[Layout::Lines, Layout::Spread, Layout::Packed], |layout| body(source, counts, layout))
}

/// The numbers of a header.
#[derive(Clone, Copy)]
struct Counts {
    points: usize,
    faces: usize,
}

fn body(mut source: Cursor<'_>, Counts { points, faces }: Counts, layout: Layout) -> Result<Mesh, MeshError> {
    let mut mesh = Mesh { dimension: 3, ..Mesh::default() };
    mesh.points.reserve(3 * points);
    for _ in 0..points {
        let mut row = layout.begin(&mut source, "a row of 3 coordinates")?;
        for _ in 0..3 {
            let value = row.coordinate()?;
            mesh.points.push(value);
        }
        layout.end(&mut source, row)?;
    }
    let mut nodes = Vec::new();
    for _ in 0..faces {
        let mut row = layout.begin(&mut source, "a face")?;
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
        layout.end(&mut source, row)?;
    }
    source.end()?;
    Ok(mesh)
}

/// The numbers of points and faces. The number of edges, which is of no use, stands behind them, or is left out.
fn header(source: &mut Cursor<'_>) -> Result<Counts, MeshError> {
    keyword(source)?;
    let points = source.count("the number of points")?;
    let line = source.line;
    let faces = source.count("the number of faces")?;
    let over_lines = source.line != line;
    let mut row = { *source }.rest_of_row();
    if over_lines || row.next_word().is_some() {
        source.count("the number of edges")?;
    }
    let points = source.room(points, 6, "points")?;
    Ok(Counts { points, faces: source.room(faces, 4, "faces")? })
}

/// Reads the word that names the variant. It may be missing, and the first number may follow at once.
fn keyword(source: &mut Cursor<'_>) -> Result<(), MeshError> {
    let before = *source;
    let word = source.word("`OFF`")?;
    if whole(word).is_some() {
        *source = before;
        return Ok(());
    }
    let digits = word.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (name, number) = word.split_at(word.len() - digits);
    let name = if name == b"off" { b"OFF" } else { name };
    let prefix = name.strip_suffix(b"OFF").ok_or_else(|| source.wanted("`OFF`", word))?;
    if !matches!(prefix, b"" | b"C" | b"N" | b"CN" | b"ST" | b"STC" | b"STN" | b"STCN") {
        return Err(source.unsupported(format!("the variant `{}`", show(name)), "OFF, COFF, NOFF and STOFF can"));
    }
    source.at -= number.len();
    let mut ahead = *source;
    match ahead.next_word() {
        Some(b"BINARY") => Err(source.unsupported("binary OFF", "OFF as text can")),
        _ => Ok(()),
    }
}
