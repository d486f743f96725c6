//! Remarks on a problem: what is no error, but should be known.

use super::data::Problem;

impl Problem {
    /// Sentences about what is easily overlooked: quads that were cut, parts of a mesh file that were left out, terms
    /// over tables without rows.
    pub fn remarks(&self) -> Vec<String> {
        #[cfg(feature = "meshes")]
        let of_mesh: Vec<String> = self.mesh.iter().flat_map(|mesh| mesh.remarks()).collect();
        #[cfg(not(feature = "meshes"))]
        let of_mesh: Vec<String> = Vec::new();
        let empty = self.terms.iter().filter_map(|term| {
            let over = term.over.as_ref()?;
            let (_, table) = self.indices.iter().find(|(name, _)| name == over)?;
            let (place, file) = (&term.over_place, term.path.display());
            (table.shape.first() == Some(&0)).then(|| format!("{place}: `{over}` has no rows: {file} has no elements."))
        });
        of_mesh.into_iter().map(|remark| format!("mesh: {remark}")).chain(empty).collect()
    }
}
