//! Files of meshes: which reader takes which, and what they have in common.
//!
//! PLY is taken apart by a crate. The other formats have small readers here, for reasons given in each.

mod gmsh;
mod obj;
mod off;
mod ply;
mod stl;
mod tetgen;
mod vtk;
mod vtk_cells;

use super::source::MAX_POINTS;
use super::{Mesh, MeshError};
use std::fs;
use std::path::Path;

/// A format, by its extension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    Obj,
    Ply,
    Stl,
    Off,
    Gmsh,
    Vtk,
    Node,
    Ele,
}

/// The format that an extension says.
fn format_of(path: &Path) -> Result<Format, MeshError> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    Ok(match extension.to_ascii_lowercase().as_str() {
        "obj" => Format::Obj,
        "ply" => Format::Ply,
        "stl" => Format::Stl,
        "off" => Format::Off,
        "msh" => Format::Gmsh,
        "vtk" => Format::Vtk,
        "node" => Format::Node,
        "ele" => Format::Ele,
        _ => return Err(MeshError::Extension { path: path.to_path_buf() }),
    })
}

/// Reads a mesh from memory; the extension of a path that is only for messages says the format.
pub(super) fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    parse(format_of(path)?, path, bytes)
}

/// Reads a file by its extension.
pub(super) fn read(path: &Path) -> Result<Mesh, MeshError> {
    let format = format_of(path)?;
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let shouted = extension.chars().all(|c| !c.is_ascii_lowercase());
    let other = |lower: &str| path.with_extension(if shouted { lower.to_uppercase() } else { lower.to_string() });
    match format {
        Format::Node => {
            let elements = other("ele");
            let bytes = elements.is_file().then(|| load(&elements)).transpose()?;
            tetgen::read((path, &load(path)?), bytes.as_deref().map(|bytes| (&*elements, bytes)))
        }
        Format::Ele => {
            let nodes = other("node");
            tetgen::read((&nodes, &load(&nodes)?), Some((path, &load(path)?)))
        }
        _ => parse(format, path, &load(path)?),
    }
}

/// Reads one file from memory. The path is for messages.
pub(super) fn parse(format: Format, path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    let mesh = match format {
        Format::Obj => obj::read(path, bytes),
        Format::Ply => ply::read(path, bytes),
        Format::Stl => stl::read(path, bytes),
        Format::Off => off::read(path, bytes),
        Format::Gmsh => gmsh::read(path, bytes),
        Format::Vtk => vtk::read(path, bytes),
        Format::Node | Format::Ele => tetgen::read((path, bytes), None),
    }?;
    check_points(path, mesh)
}

/// Reads points and elements from memory. The paths are for messages.
#[cfg(test)]
pub(super) fn parse_pair(nodes: (&Path, &[u8]), elements: (&Path, &[u8])) -> Result<Mesh, MeshError> {
    tetgen::read(nodes, Some(elements))
}

/// A mesh that has points, and not too many.
fn check_points(path: &Path, mesh: Mesh) -> Result<Mesh, MeshError> {
    if mesh.nodes() == 0 {
        return Err(MeshError::NoPoints { path: path.to_path_buf() });
    }
    if mesh.nodes() > MAX_POINTS {
        let at = super::Place { path: path.to_path_buf(), position: super::Position::Byte(0) };
        let (count, room) = (mesh.nodes() as u64, MAX_POINTS as u64);
        return Err(MeshError::Count { at, what: "points".into(), count, room });
    }
    Ok(mesh)
}

fn load(path: &Path) -> Result<Vec<u8>, MeshError> {
    let io = |source| MeshError::Io { path: path.to_path_buf(), source };
    // Asked before opening: opening a pipe would wait for a writer.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err(MeshError::NotAFile { path: path.to_path_buf() });
    }
    fs::read(path).map_err(io)
}
