//! Meshes: read from files, generated, checked, written; and what follows from their elements: edges, boundaries,
//! hinges, volumes and masses.
//!
//! ```
//! use spadina::mesh::{Mesh, Shape};
//! let mesh = Mesh::generate(&Shape::Box { cells: [2, 1, 1], size: [2.0, 1.0, 1.0] })?;
//! assert_eq!((mesh.nodes(), mesh.tetrahedra.len()), (12, 12));
//! assert_eq!(mesh.surface().len(), 20);
//! assert!(mesh.report().is_clean());
//! # Ok::<(), spadina::mesh::MeshError>(())
//! ```

mod binary;
mod connect;
mod error;
mod generate;
mod hinge;
mod measure;
mod read;
mod report;
mod shape;
mod source;
mod text;
mod write;

pub use connect::{boundary, edges_of_lines, edges_of_tetrahedra, edges_of_triangles, one_rings};
pub use error::{MeshError, Place, Position};
pub use hinge::{Hinges, boundary_edges, boundary_loops, hinges};
pub use measure::{area, area_shares, length, length_shares, volume, volume_shares};
pub use report::{Elements, Finding, Report};
pub use shape::Shape;
pub use write::{Field, View, VtkEncoding, write_obj, write_ply, write_vtk};

use std::path::Path;

/// The extensions that [`Mesh::read`] knows.
pub(crate) const EXTENSIONS: &str = ".obj, .ply, .stl, .off, .msh, .vtk, .node, .ele";

/// Points and the elements between them. Nodes are numbered from zero.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Mesh {
    /// Coordinates of a point, 2 or 3.
    pub dimension: usize,
    /// Coordinates, shape `(nodes, dimension)` in C order, in the unit of length of the file.
    pub points: Vec<f64>,
    /// The lines of the file; chains of lines are cut into their parts.
    pub lines: Vec<[u32; 2]>,
    /// The triangles of the file; polygons are cut into fans around their first node.
    pub triangles: Vec<[u32; 3]>,
    /// The tetrahedra of the file.
    pub tetrahedra: Vec<[u32; 4]>,
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
        read::read(path.as_ref())
    }

    /// Like [`read`](Self::read), of the bytes of a file. The path is for messages, and its extension says the format; of
    /// `.node` there are the points alone.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), except for the file system's.
    pub fn from_bytes(path: impl AsRef<Path>, bytes: &[u8]) -> Result<Mesh, MeshError> {
        read::from_bytes(path.as_ref(), bytes)
    }

    /// Makes a mesh of a simple shape.
    ///
    /// # Errors
    /// Sizes that are not positive and finite, counts of zero, more nodes than `i32` can number.
    pub fn generate(shape: &Shape) -> Result<Mesh, MeshError> {
        generate::generate(shape)
    }

    /// The number of points.
    pub fn nodes(&self) -> usize {
        self.points.len() / self.dimension.max(1)
    }

    /// The edges of the tetrahedra; without any, of the triangles; without any, the lines. Each edge once, the smaller
    /// node first, ascending.
    pub fn edges(&self) -> Vec<[u32; 2]> {
        if !self.tetrahedra.is_empty() {
            edges_of_tetrahedra(&self.tetrahedra)
        } else if !self.triangles.is_empty() {
            edges_of_triangles(&self.triangles)
        } else {
            edges_of_lines(&self.lines)
        }
    }

    /// The triangles of the file; without any, the boundary of the tetrahedra.
    pub fn surface(&self) -> Vec<[u32; 3]> {
        if self.triangles.is_empty() { boundary(&self.tetrahedra) } else { self.triangles.clone() }
    }

    /// The hinges of [`surface`](Mesh::surface).
    pub fn hinges(&self) -> Hinges {
        hinges(&self.surface())
    }

    /// Mass of each node at density one: equal shares of the volumes of the tetrahedra; without any, of the areas of
    /// the triangles; without any, of the lengths of the lines. Inverted elements count like others.
    pub fn lumped_masses(&self) -> Vec<f64> {
        if !self.tetrahedra.is_empty() {
            volume_shares(self.dimension, &self.points, &self.tetrahedra)
        } else if !self.triangles.is_empty() {
            area_shares(self.dimension, &self.points, &self.triangles)
        } else {
            length_shares(self.dimension, &self.points, &self.lines)
        }
    }

    /// Counts, and what looks wrong.
    pub fn report(&self) -> Report {
        report::report(self)
    }

    /// Appends a polygon as a fan around its first node.
    fn push_polygon(&mut self, nodes: &[u32]) {
        if let [first, others @ ..] = nodes {
            self.triangles.extend(others.windows(2).map(|pair| [*first, pair[0], pair[1]]));
        }
    }

    /// Appends a chain of lines.
    fn push_chain(&mut self, nodes: &[u32]) {
        self.lines.extend(nodes.windows(2).map(|pair| [pair[0], pair[1]]));
    }
}

#[cfg(test)]
mod tests;
