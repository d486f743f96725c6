//! The check of the number of points, for every file.

use crate::cursor::MAX_POINTS;
use crate::error::{FilePlace, MeshError, Position};
use crate::mesh::Mesh;
use std::path::Path;

/// A mesh that has points, and not too many.
pub(super) fn check_points(path: &Path, mesh: Mesh) -> Result<Mesh, MeshError> {
    if mesh.nodes() == 0 {
        return Err(MeshError::NoPoints { path: path.to_path_buf() });
    }
    if mesh.nodes() > MAX_POINTS {
        let at = FilePlace { path: path.to_path_buf(), position: Position::Byte(0) };
        let (count, room) = (mesh.nodes() as u64, MAX_POINTS as u64);
        return Err(MeshError::Count { at, what: "points".into(), count, room });
    }
    Ok(mesh)
}
