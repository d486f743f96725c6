//! Wavefront OBJ: points, faces, lines. Normals, textures, groups and materials are skipped.
//!
//! Not by `tobj`: it numbers the points anew by first use in each group and drops unused ones, whereas data beside the
//! mesh refers to the points of the file; it makes no difference between lines and faces, and cannot say the line.

use crate::cursor::Cursor;
use crate::error::MeshError;
use crate::mesh::Mesh;
use crate::text::whole;
use std::path::Path;

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    let mut source = Cursor { continued: true, ..Cursor::commented(path, bytes) };
    let mut mesh = Mesh { dimension: 3, ..Mesh::default() };
    // Rows that use points which come later; they are checked once all points are known.
    let mut ahead = Vec::new();
    let mut nodes = Vec::new();
    while let Some(mut row) = source.next_row() {
        match row.next_word().unwrap_or_default() {
            b"v" => {
                for _ in 0..3 {
                    let value = row.coordinate()?;
                    mesh.points.push(value);
                }
            }
            b"f" => {
                corners(&mut row, &mesh, &mut nodes, &mut ahead)?;
                if nodes.len() < 3 {
                    return Err(row.ends("a face of at least 3 nodes"));
                }
                mesh.push_polygon(&nodes);
            }
            b"l" => {
                corners(&mut row, &mesh, &mut nodes, &mut ahead)?;
                if nodes.len() < 2 {
                    return Err(row.ends("a line of at least 2 nodes"));
                }
                mesh.push_chain(&nodes);
            }
            word @ (b"curv" | b"curv2" | b"surf") => {
                let what = format!("a free-form curve or surface (`{}`)", String::from_utf8_lossy(word));
                return Err(row.unsupported(what, "points, lines and faces can"));
            }
            _ => {}
        }
    }
    for (row, number) in ahead {
        row.node(number, 1, mesh.nodes())?;
    }
    Ok(mesh)
}

/// The nodes of a face or line. A corner is `v`, `v/vt`, `v//vn` or `v/vt/vn`; negative numbers count back from the
/// last point so far.
fn corners<'a>(
    row: &mut Cursor<'a>,
    mesh: &Mesh,
    nodes: &mut Vec<u32>,
    ahead: &mut Vec<(Cursor<'a>, i64)>,
) -> Result<(), MeshError> {
    nodes.clear();
    let count = mesh.nodes();
    while let Some(word) = row.next_word() {
        let number = word.split(|&byte| byte == b'/').next().and_then(whole);
        let number = number.filter(|&n| n != 0).ok_or_else(|| row.wanted("a node number from 1", word))?;
        let index = if number < 0 { number.saturating_add(count as i64) } else { number - 1 };
        if index < 0 {
            return Err(row.malformed(format!("node {number} does not exist; {count} points came before")));
        }
        if index as usize >= count {
            ahead.push((*row, number));
        }
        // A number beyond 32 bits is among those ahead, which are checked.
        nodes.push(u32::try_from(index).unwrap_or(u32::MAX));
    }
    Ok(())
}
