//! Numbers at elements.

/// A number for each element of a geometry; NaN where there is none.
#[derive(Clone, PartialEq, Debug)]
pub struct ElementValues {
    /// The name of the numbers.
    pub name: String,
    /// Those of the lines.
    pub lines: Vec<f64>,
    /// Those of the triangles.
    pub triangles: Vec<f64>,
    /// Those of the tetrahedra.
    pub tetrahedra: Vec<f64>,
}

impl ElementValues {
    /// The numbers in the order of a file's cells, which has either the tetrahedra or the surface.
    pub(super) fn cells(&self, surface: bool) -> Vec<f64> {
        let second = if surface { &self.triangles } else { &self.tetrahedra };
        self.lines.iter().chain(second).copied().collect()
    }

    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        self.lines.iter_mut().chain(&mut self.triangles).chain(&mut self.tetrahedra)
    }
}
