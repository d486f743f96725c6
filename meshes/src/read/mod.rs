//! Files of meshes: which reader takes which, and what they have in common.
//!
//! Each format has a small reader here. The crates there are, tried or read, cannot tell the line of a mistake, number
//! the points anew, or refuse or misread what programs write; each reader says more.

mod gmsh;
mod layout;
mod obj;
mod off;
mod ply;
mod ply_header;
mod points;
mod stl;
mod tetgen;
mod vtk;
mod vtk_cells;

use crate::error::MeshError;
use crate::memory;
use crate::mesh::Mesh;
use points::check_points;
use std::fs;
use std::path::Path;

/// Reads the bytes of a file; the path is for messages.
type Reader = fn(&Path, &[u8]) -> Result<Mesh, MeshError>;

/// The formats: extensions, and what reads them. A format is a file of this folder and a line here.
const FORMATS: [(&str, Reader); 8] = [
    ("obj", obj::read),
    ("ply", ply::read),
    ("stl", stl::read),
    ("off", off::read),
    ("msh", gmsh::read),
    ("vtk", vtk::read),
    ("node", tetgen::read_points),
    ("ele", tetgen::read_points),
];

/// The extension of a path as it stands in the list, and its reader.
fn format_of(path: &Path) -> Result<(&'static str, Reader), MeshError> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let unknown = || {
        let known: Vec<String> = FORMATS.iter().map(|(extension, _)| format!(".{extension}")).collect();
        MeshError::Extension { path: path.to_path_buf(), known: known.join(", ") }
    };
    FORMATS.into_iter().find(|(known, _)| extension.eq_ignore_ascii_case(known)).ok_or_else(unknown)
}

impl Mesh {
    /// Reads a mesh. The extension says the format, in capitals or not: `.obj`, `.ply`, `.stl`, `.off`, `.msh` (Gmsh 2
    /// and 4.1), `.vtk` (legacy), `.node` and `.ele` (TetGen, Triangle: of either, the other is read too).
    ///
    /// Text and binary forms are read. Node numbers of the result are the order of the points in the file; equal
    /// points are merged in `.stl` only, which has no node numbers.
    ///
    /// # Errors
    /// A file that is missing, cut off, contradicts its format or itself, has elements of other kinds than lines,
    /// triangles, polygons and tetrahedra, or has no points. The message names the line, or the byte in binary files.
    pub fn read(path: impl AsRef<Path>) -> Result<Mesh, MeshError> {
        read(path.as_ref())
    }

    /// Like [`read`](Self::read), of the bytes of a file. The path is for messages, and its extension says the format; of
    /// `.node` there are the points alone.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), except for the file system's.
    pub fn from_bytes(path: impl AsRef<Path>, bytes: &[u8]) -> Result<Mesh, MeshError> {
        let path = path.as_ref();
        parse(format_of(path)?.1, path, bytes)
    }
}

/// Reads a file by its extension.
fn read(path: &Path) -> Result<Mesh, MeshError> {
    let (format, reader) = format_of(path)?;
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let shouted = extension.chars().all(|c| !c.is_ascii_lowercase());
    let other = |lower: &str| path.with_extension(if shouted { lower.to_uppercase() } else { lower.to_string() });
    match format {
        "node" => {
            let elements = other("ele");
            let bytes = elements.is_file().then(|| load(&elements)).transpose()?;
            tetgen::read((path, &load(path)?), bytes.as_deref().map(|bytes| (&*elements, bytes)))
        }
        "ele" => {
            let nodes = other("node");
            tetgen::read((&nodes, &load(&nodes)?), Some((path, &load(path)?)))
        }
        _ => parse(reader, path, &load(path)?),
    }
}

/// Reads one file from memory. The path is for messages.
fn parse(reader: Reader, path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    check_points(path, reader(path, bytes)?)
}

/// Reads a file of the format with an extension. The path is for messages.
#[cfg(test)]
pub(super) fn parse_as(format: &str, path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    parse(format_of(Path::new(&format!("m.{format}")))?.1, path, bytes)
}

/// Reads points and elements from memory. The paths are for messages.
#[cfg(test)]
pub(super) fn parse_pair(nodes: (&Path, &[u8]), elements: (&Path, &[u8])) -> Result<Mesh, MeshError> {
    tetgen::read(nodes, Some(elements))
}

fn load(path: &Path) -> Result<Vec<u8>, MeshError> {
    let io = |source| MeshError::Io { path: path.to_path_buf(), source };
    // Asked before opening: opening a pipe would wait for a writer.
    let about = fs::metadata(path).map_err(io)?;
    if !about.is_file() {
        return Err(MeshError::NotAFile { path: path.to_path_buf() });
    }
    // The mesh takes about as much as its file.
    memory::check(about.len().saturating_mul(2), || path.display().to_string(), "take a smaller mesh")?;
    fs::read(path).map_err(io)
}
