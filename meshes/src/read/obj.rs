//! Wavefront OBJ: points, faces, lines. Normals, textures, groups and materials are skipped, by the list of their
//! keywords: what is not on it may be a point, without which all faces would use other points.
//!
//! Not by `tobj`: it numbers the points anew by first use in each group and drops unused ones, whereas data beside the
//! mesh refers to the points of the file; it makes no difference between lines and faces, and cannot say the line.

use crate::cursor::{Cursor, show};
use crate::error::MeshError;
use crate::mesh::Mesh;
use crate::number::{real, whole};
use std::path::Path;

/// Keywords of lines that have nothing to do with points and elements: attributes of points, groups, materials, display,
/// and what belongs to curves and surfaces.
const SKIPPED: [&[u8]; 39] = [
    b"vt",
    b"vn",
    b"vp",
    b"p",
    b"g",
    b"s",
    b"o",
    b"mg",
    b"usemtl",
    b"mtllib",
    b"usemap",
    b"maplib",
    b"bevel",
    b"c_interp",
    b"d_interp",
    b"lod",
    b"shadow_obj",
    b"trace_obj",
    b"ctech",
    b"stech",
    b"cstype",
    b"deg",
    b"bmat",
    b"step",
    b"parm",
    b"trim",
    b"hole",
    b"scrv",
    b"sp",
    b"end",
    b"con",
    b"bsp",
    b"bzp",
    b"cdc",
    b"cdp",
    b"res",
    b"matlib",
    b"usemat",
    b"vc",
];

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    let mut source = Cursor { continued: true, ..Cursor::commented(path, bytes)? };
    let mut mesh = Mesh { dimension: 3, ..Mesh::default() };
    // Rows that use points which come later; they are checked once all points are known.
    let mut ahead = Vec::new();
    let mut nodes = Vec::new();
    while let Some(mut row) = source.next_row() {
        match row.next_word().unwrap_or_default() {
            b"v" => point(&mut row, &mut mesh)?,
            // An old name of faces.
            b"f" | b"fo" => {
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
            word => skipped(&row, word)?,
        }
    }
    for (row, number) in ahead {
        row.node(number, 1, mesh.nodes())?;
    }
    Ok(mesh)
}

/// A point: 3 coordinates; a weight or a colour may follow.
fn point(row: &mut Cursor<'_>, mesh: &mut Mesh) -> Result<(), MeshError> {
    for _ in 0..3 {
        let value = row.coordinate()?;
        mesh.points.push(value);
    }
    while let Some(word) = row.next_word() {
        if real(word).is_none() {
            return Err(row.wanted("a weight or a colour in numbers", word));
        }
    }
    Ok(())
}

/// A line that is neither point nor element.
fn skipped(row: &Cursor<'_>, word: &[u8]) -> Result<(), MeshError> {
    match word {
        _ if SKIPPED.contains(&word) => Ok(()),
        b"curv" | b"curv2" | b"surf" => {
            let what = format!("a free-form curve or surface (`{}`)", show(word));
            Err(row.unsupported(what, "points, lines and faces can"))
        }
        b"call" | b"csh" => {
            let what = format!("what another file or program adds (`{}`)", show(word));
            Err(row.unsupported(what, "points, lines and faces of this file can"))
        }
        _ => Err(row.wanted("a keyword of OBJ (v, vt, vn, f, l, g, o, ...), or # before a comment,", word)),
    }
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
        let mut parts = word.split(|&byte| byte == b'/');
        let number = parts.next().and_then(whole);
        if !parts.clone().all(|part| part.is_empty() || whole(part).is_some()) || parts.count() > 2 {
            return Err(row.wanted("a corner (v, v/vt, v//vn or v/vt/vn)", word));
        }
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
