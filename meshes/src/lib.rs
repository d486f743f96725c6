//! Meshes: read from files, generated, checked, written; and what follows from their elements: edges, boundaries,
//! hinges, volumes and masses.
//!
//! ```
//! use spadina_meshes::{Mesh, Shape};
//! let mesh = Mesh::generate(&Shape::Box { cells: [2, 1, 1], size: [2.0, 1.0, 1.0] })?;
//! assert_eq!((mesh.nodes(), mesh.tetrahedra.len()), (12, 12));
//! assert_eq!(mesh.surface().len(), 20);
//! assert!(mesh.report().is_clean());
//! # Ok::<(), spadina_meshes::MeshError>(())
//! ```

mod binary;
mod bytes;
mod connect;
mod cursor;
mod error;
mod generate;
mod hinge;
mod measure;
pub mod memory;
mod mesh;
mod number;
mod read;
mod report;
mod shape;
mod text;
mod write;

pub use connect::{boundary, edges_of_lines, edges_of_tetrahedra, edges_of_triangles, one_rings};
pub use error::{FilePlace, MeshError, Position};
pub use hinge::{Hinges, boundary_edges, boundary_loops, hinges};
pub use measure::{area, area_shares, length, length_shares, volume, volume_shares};
pub use mesh::Mesh;
pub use report::{Elements, Finding, Report};
pub use shape::Shape;
pub use write::{Field, View, VtkEncoding, write_obj, write_obj_map, write_ply, write_vtk};

#[cfg(test)]
mod tests;
