//! The arrays of a mesh.

use super::data::Problem;
use super::place::{Place, Section};
use crate::tensor::Tensor;
use spadina_meshes::{Mesh, hinges};
use std::sync::Arc;

impl Problem {
    /// Adds the points of a mesh as array `X`, (n, 2) or (n, 3), and its elements as index arrays: `edges` (m, 2),
    /// `triangles` (m, 3), `tetrahedra` (m, 4), `hinges` (m, 4) and `quads` (m, 4). Elements that it has not are arrays
    /// without rows, and give way to an array of the problem that has their name.
    ///
    /// `triangles` are those of the mesh, or the boundary of its tetrahedra; `edges` those of the tetrahedra, or of the
    /// triangles, or the lines of the mesh. A hinge is the two nodes of an edge that two triangles share, then the two
    /// opposite ones. Quads are those of a file; each is among the triangles, too, as two of them.
    pub fn with_mesh(self, mesh: Mesh) -> Problem {
        self.with_mesh_at(mesh, &Place::Api)
    }

    pub(crate) fn with_mesh_at(mut self, mesh: Mesh, place: &Place) -> Problem {
        let points = Tensor { shape: vec![mesh.nodes(), mesh.dimension], data: mesh.points.clone() };
        self.arrays.push(("X".into(), points));
        self.places.entry((Section::Arrays, "X".into())).or_insert_with(|| place.clone());
        // One after another: what they are found by is large.
        let edges = table(&mesh.edges());
        let surface = mesh.surface();
        let hinges = table(&hinges(&surface).hinges);
        let (triangles, tetrahedra, quads) = (table(&surface), table(&mesh.tetrahedra), table(&mesh.quads));
        let tables = [
            ("edges", edges),
            ("triangles", triangles),
            ("tetrahedra", tetrahedra),
            ("hinges", hinges),
            ("quads", quads),
        ];
        for (name, table) in tables {
            if table.data.is_empty() && self.has_name(name) {
                continue;
            }
            self.indices.push((name.into(), table));
            self.places.entry((Section::Indices, name.into())).or_insert_with(|| place.clone());
        }
        self.mesh = Some(Arc::new(mesh));
        self
    }

    fn has_name(&self, name: &str) -> bool {
        let reals = self.unknowns.iter().chain(&self.arrays).map(|(own, _)| own);
        reals.chain(self.indices.iter().map(|(own, _)| own)).any(|own| own == name)
    }

    /// Removes a table without rows that came with the mesh, before an array of the problem gets its name.
    pub(crate) fn give_way(&mut self, name: &str) {
        const TABLES: [&str; 5] = ["edges", "triangles", "tetrahedra", "hinges", "quads"];
        if self.mesh.is_some() && TABLES.contains(&name) {
            self.indices.retain(|(own, table)| own != name || !table.data.is_empty());
        }
    }
}

/// Node numbers fit: meshes have fewer than 2³¹ nodes.
fn table<const K: usize>(rows: &[[u32; K]]) -> Tensor<i32> {
    Tensor { shape: vec![rows.len(), K], data: rows.iter().flatten().map(|&node| node as i32).collect() }
}
