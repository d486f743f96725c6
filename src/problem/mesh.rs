//! The arrays of a mesh.

use super::data::Problem;
use super::place::{Place, Section};
use crate::tensor::Tensor;
use spadina_meshes::Mesh;
use std::sync::Arc;

impl Problem {
    /// Adds the points of a mesh as array `X`, (n, 2) or (n, 3), and its elements as index arrays: `edges` (m, 2),
    /// `triangles` (m, 3), `tetrahedra` (m, 4) and `hinges` (m, 4), those that it has.
    ///
    /// `triangles` are those of the mesh, or the boundary of its tetrahedra; `edges` those of the tetrahedra, or of the
    /// triangles, or the lines of the mesh. A hinge is the two nodes of an edge that two triangles share, then the two
    /// opposite ones.
    pub fn with_mesh(self, mesh: Mesh) -> Problem {
        self.with_mesh_at(mesh, &Place::Api)
    }

    pub(crate) fn with_mesh_at(mut self, mesh: Mesh, place: &Place) -> Problem {
        let points = Tensor { shape: vec![mesh.nodes(), mesh.dimension], data: mesh.points.clone() };
        self.arrays.push(("X".into(), points));
        self.places.entry((Section::Arrays, "X".into())).or_insert_with(|| place.clone());
        let tables = [
            ("edges", table(&mesh.edges())),
            ("triangles", table(&mesh.surface())),
            ("tetrahedra", table(&mesh.tetrahedra)),
            ("hinges", table(&mesh.hinges().hinges)),
        ];
        for (name, table) in tables.into_iter().filter(|(_, table)| !table.data.is_empty()) {
            self.indices.push((name.into(), table));
            self.places.entry((Section::Indices, name.into())).or_insert_with(|| place.clone());
        }
        self.mesh = Some(Arc::new(mesh));
        self
    }
}

/// Node numbers fit: meshes have fewer than 2³¹ nodes.
fn table<const K: usize>(rows: &[[u32; K]]) -> Tensor<i32> {
    Tensor { shape: vec![rows.len(), K], data: rows.iter().flatten().map(|&node| node as i32).collect() }
}
