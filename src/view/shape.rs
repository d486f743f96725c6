//! What of a problem can be drawn: the nodes of an unknown, and the elements between them.

use super::{Scene, ViewError};
use crate::problem::Problem;
use crate::tensor::Tensor;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Names under which index arrays are elements, even if no term is summed over them.
const NAMES: [&str; 6] = ["triangles", "faces", "edges", "lines", "tetrahedra", "tets"];

/// Surfaces of more triangles are drawn without their edges.
const MOST_EDGES: usize = 20_000;

/// The corners of the sides of a tetrahedron.
const SIDES: [[usize; 3]; 4] = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]];

/// The drawing of a problem.
pub(super) struct Shape {
    /// Where the unknown begins in the global vector.
    pub(super) first: usize,
    /// Numbers of a node, 2 or 3.
    pub(super) components: usize,
    pub(super) nodes: usize,
    pub(super) triangles: Vec<[u32; 3]>,
    pub(super) lines: Vec<[u32; 2]>,
}

impl Shape {
    /// Finds the first unknown with two or three components for each node, and the elements.
    pub(super) fn of(problem: &Problem) -> Result<Shape, ViewError> {
        let mut first = 0;
        for (_, tensor) in &problem.unknowns {
            if let &[nodes, components @ (2 | 3)] = &tensor.shape[..] {
                let mut shape = Shape { first, components, nodes, triangles: Vec::new(), lines: Vec::new() };
                shape.find_elements(problem);
                return Ok(shape);
            }
            first += tensor.data.len();
        }
        Err(ViewError::Animation("no unknown has 2 or 3 components for each node: there is nothing to draw".into()))
    }

    fn find_elements(&mut self, problem: &Problem) {
        let over: HashSet<&str> = problem.terms.iter().filter_map(|term| term.over.as_deref()).collect();
        for (name, table) in &problem.indices {
            if !over.contains(&name[..]) && !NAMES.contains(&&name[..]) {
                continue;
            }
            match table.shape[..] {
                [_, 2] => self.lines.extend(self.elements::<2>(table)),
                [_, 3] => self.triangles.extend(self.elements::<3>(table)),
                [_, 4] if name.starts_with("tet") => self.triangles.extend(boundary(&self.elements::<4>(table))),
                _ => {}
            }
        }
        // Lines between nodes of the surface would only cover it.
        let surface: HashSet<u32> = self.triangles.iter().flatten().copied().collect();
        self.lines.retain(|line| !line.iter().all(|node| surface.contains(node)));
    }

    /// The rows of a table that are elements of nodes which are there.
    fn elements<const N: usize>(&self, table: &Tensor<i32>) -> Vec<[u32; N]> {
        let node = |&node: &i32| u32::try_from(node).ok().filter(|&node| (node as usize) < self.nodes);
        let element = |row: &[i32]| row.iter().map(node).collect::<Option<Vec<u32>>>()?.try_into().ok();
        table.data.chunks_exact(N).filter_map(element).collect()
    }

    /// The scene, but for the positions.
    pub(super) fn scene(&self) -> Scene<'_> {
        let edges = self.triangles.len() <= MOST_EDGES;
        Scene { triangles: &self.triangles, lines: &self.lines, edges, ..Scene::default() }
    }

    /// A node's entries of the global vector.
    pub(super) fn unknowns(&self, node: usize) -> Range<usize> {
        let first = self.first + node * self.components;
        first..first + self.components
    }

    /// The positions of the nodes.
    pub(super) fn points(&self, vector: &[f64]) -> Vec<[f32; 3]> {
        let own = vector.get(self.first..self.first + self.nodes * self.components).unwrap_or_default();
        let point = |row: &[f64]| std::array::from_fn(|i| row.get(i).copied().unwrap_or(0.0) as f32);
        own.chunks_exact(self.components).map(point).collect()
    }
}

/// The sides that only one tetrahedron has.
fn boundary(tetrahedra: &[[u32; 4]]) -> Vec<[u32; 3]> {
    let sides = || tetrahedra.iter().flat_map(|nodes| SIDES.map(|side| side.map(|k| nodes[k])));
    let key = |mut side: [u32; 3]| {
        side.sort_unstable();
        side
    };
    let mut count: HashMap<[u32; 3], u32> = HashMap::new();
    for side in sides() {
        *count.entry(key(side)).or_default() += 1;
    }
    sides().filter(|&side| count.get(&key(side)) == Some(&1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Term;

    #[test]
    fn elements_are_what_terms_are_summed_over() {
        let text = "fn energy(x: array<vec2f, 2>) -> f32 { return length(x[1] - x[0]); }";
        let problem = Problem::new()
            .unknown("p", vec![1.0, 2.0])
            .unknown("x", vec![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
            .indices("springs", vec![[0, 1], [1, 2], [2, -1]])
            .indices("other", vec![[0, 1]])
            .term(Term::energy("spring.wgsl", text).over("springs"));
        let shape = Shape::of(&problem).unwrap();
        assert_eq!((shape.first, shape.components, shape.unknowns(2)), (2, 2, 6..8));
        assert_eq!(shape.lines, [[0, 1], [1, 2]]);
        let vector: Vec<f64> = problem.unknowns.iter().flat_map(|(_, tensor)| tensor.data.clone()).collect();
        assert_eq!(shape.points(&vector), [[0.0, 1.0, 0.0], [2.0, 3.0, 0.0], [4.0, 5.0, 0.0]]);
        let bare = Problem::new().unknown("p", vec![1.0, 2.0]);
        assert!(Shape::of(&bare).is_err());
    }

    #[test]
    fn only_sides_without_a_neighbour_are_drawn() {
        assert_eq!(boundary(&[[0, 1, 2, 3]]).len(), 4);
        let two = boundary(&[[0, 1, 2, 3], [1, 2, 3, 4]]);
        assert_eq!(two.len(), 6);
        assert!(two.iter().all(|side| side.iter().any(|&node| node == 0 || node == 4)));
    }
}
