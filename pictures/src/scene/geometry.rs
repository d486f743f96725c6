//! The nodes of a problem and the elements between them.

use super::four::Four;
use super::values::ElementValues;
use spadina::Problem;
use spadina::Tensor;
use spadina::mesh::{Field, View, boundary};
use std::collections::HashSet;
use std::ops::Range;

/// Names under which index arrays are elements, even if no term is summed over them.
const NAMES: [&str; 6] = ["lines", "edges", "triangles", "faces", "tetrahedra", "tets"];

/// The nodes of a problem and the elements between them.
///
/// Positions are those of the first unknown with two or three numbers for each node; without one, the points of the mesh.
/// Elements are those of the mesh; without one, the index arrays that terms are summed over, and those of the names `lines`,
/// `edges`, `triangles`, `faces`, `tetrahedra` and `tets`: two columns are lines, three triangles, and four tetrahedra, quads
/// or hinges. Which of them is told by `tet`, `quad`, `face`, `patch`, `hinge` or `bend` in the name, or else by where the nodes
/// are. Quads are drawn as two triangles, and hinges where there are no others.
#[derive(Clone, PartialEq, Debug)]
pub struct Geometry {
    /// Coordinates of a node, 2 or 3.
    pub dimension: usize,
    /// The place in the global vector at which the positions begin, if they are unknowns.
    pub first: Option<usize>,
    /// The positions at the start, or of the mesh.
    pub rest: Vec<f64>,
    /// Lines.
    pub lines: Vec<[u32; 2]>,
    /// Triangles; for tetrahedra without others their boundary.
    pub triangles: Vec<[u32; 3]>,
    /// Tetrahedra.
    pub tetrahedra: Vec<[u32; 4]>,
    /// The shape at rest, with its coordinates of a node: the points of the mesh; without one the array `X`, if it has a row
    /// for each node, or else the positions at the start.
    pub undeformed: (usize, Vec<f64>),
    /// Unknowns with one number for each node: name, and where in the global vector they begin.
    scalars: Vec<(String, usize)>,
}

impl Geometry {
    /// The geometry of a problem; `None` if nothing of it has a position.
    pub fn of(problem: &Problem) -> Option<Geometry> {
        let mesh = problem.mesh.as_deref();
        let nodes = mesh.map(spadina::mesh::Mesh::nodes);
        let mut first = 0;
        let (mut positions, mut scalars) = (None, Vec::new());
        for (name, tensor) in &problem.unknowns {
            let rows = tensor.shape.first().copied().unwrap_or(0);
            match tensor.shape[..] {
                [_, 2 | 3] if positions.is_none() && nodes.is_none_or(|n| n == rows) => {
                    positions = Some((first, tensor))
                }
                [_] | [_, 1] => scalars.push((name.clone(), first, rows)),
                _ => {}
            }
            first += tensor.data.len();
        }
        let (first, dimension, rest) = match (positions, mesh) {
            (Some((first, tensor)), _) => (Some(first), tensor.shape[1], tensor.data.clone()),
            (None, Some(mesh)) => (None, mesh.dimension, mesh.points.clone()),
            (None, None) => return None,
        };
        let count = rest.len() / dimension;
        let scalars = scalars.into_iter().filter(|(.., rows)| *rows == count).map(|(name, at, _)| (name, at)).collect();
        let undeformed = undeformed(problem, count).unwrap_or_else(|| (dimension, rest.clone()));
        let (lines, triangles, tetrahedra) = (vec![], vec![], vec![]);
        let none = Geometry { dimension, first, rest, lines, triangles, tetrahedra, undeformed, scalars };
        Some(match mesh {
            Some(mesh) => Geometry {
                triangles: mesh.surface(),
                tetrahedra: mesh.tetrahedra.clone(),
                lines: if mesh.triangles.is_empty() && mesh.tetrahedra.is_empty() { mesh.edges() } else { vec![] },
                ..none
            },
            None => none.with_tables(problem),
        })
    }

    /// Takes elements from index arrays.
    fn with_tables(mut self, problem: &Problem) -> Geometry {
        let (count, points) = (self.nodes(), self.start());
        let mut hinges = Vec::new();
        let used = |name: &str| NAMES.contains(&name) || problem.terms.iter().any(|t| t.over.as_deref() == Some(name));
        for (name, table) in problem.indices.iter().filter(|(name, _)| used(name)) {
            match table.shape[..] {
                [_, 2] => rows(table, count, &mut self.lines),
                [_, 3] => rows(table, count, &mut self.triangles),
                [_, 4] => {
                    let mut four = Vec::new();
                    rows(table, count, &mut four);
                    match Four::of(name, &four, &points) {
                        Four::Tetrahedron => self.tetrahedra.extend(four),
                        Four::Quad => self.triangles.extend(four.into_iter().flat_map(|row| Four::Quad.triangles(row))),
                        Four::Hinge => hinges.extend(four.into_iter().flat_map(|row| Four::Hinge.triangles(row))),
                    }
                }
                _ => {}
            }
        }
        if self.triangles.is_empty() && self.tetrahedra.is_empty() {
            // Each triangle of a surface has up to three hinges.
            let mut seen = HashSet::new();
            hinges.retain(|triangle| {
                let mut nodes = *triangle;
                nodes.sort_unstable();
                seen.insert(nodes)
            });
            self.triangles = hinges;
        }
        if self.triangles.is_empty() {
            self.triangles = boundary(&self.tetrahedra);
        }
        self
    }

    /// True if there are lines, triangles or tetrahedra.
    pub fn has_elements(&self) -> bool {
        !(self.lines.is_empty() && self.triangles.is_empty() && self.tetrahedra.is_empty())
    }

    /// The number of nodes.
    pub fn nodes(&self) -> usize {
        self.rest.len() / self.dimension
    }

    /// The entries of the global vector that are a node's position; `None` if positions are no unknowns or there is no such
    /// node.
    pub fn unknowns(&self, node: usize) -> Option<Range<usize>> {
        let first = self.first.filter(|_| node < self.nodes())? + node * self.dimension;
        Some(first..first + self.dimension)
    }

    /// The lines that are to be seen: between nodes of the surface they would only cover it.
    pub fn free_lines(&self) -> Vec<[u32; 2]> {
        let surface: HashSet<u32> = self.triangles.iter().flatten().copied().collect();
        let covers = |line: &[u32; 2]| line.iter().all(|node| surface.contains(node));
        self.lines.iter().filter(|line| !covers(line)).copied().collect()
    }

    /// The positions at a global vector, flat.
    pub fn positions<'a>(&'a self, vector: &'a [f64]) -> &'a [f64] {
        match self.first {
            Some(first) => &vector[first..first + self.rest.len()],
            None => &self.rest,
        }
    }

    /// The positions in three coordinates.
    pub fn points(&self, vector: &[f64]) -> Vec<[f32; 3]> {
        in_space(self.positions(vector), self.dimension)
    }

    /// The positions at the start in three coordinates.
    fn start(&self) -> Vec<[f32; 3]> {
        in_space(&self.rest, self.dimension)
    }

    /// The distance of each node from its position at rest.
    pub fn displacements(&self, vector: &[f64]) -> Vec<f64> {
        let (now, rest) = (self.positions(vector).chunks_exact(self.dimension), self.rest.chunks_exact(self.dimension));
        now.zip(rest)
            .map(|(now, rest)| now.iter().zip(rest).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt())
            .collect()
    }

    /// A number for each node that says most about a result, with its name: a scalar unknown, or the displacement.
    pub fn field(&self, vector: &[f64]) -> (String, Vec<f64>) {
        match (self.first, self.scalars.first()) {
            (None, Some((name, at))) => (name.clone(), vector[*at..at + self.nodes()].to_vec()),
            _ => ("displacement".into(), self.displacements(vector)),
        }
    }

    /// Calls `write` with the geometry at a global vector, and its fields: displacements and scalar unknowns. Of tetrahedra
    /// either they or their surface are there.
    pub fn view<T>(&self, vector: &[f64], surface: bool, write: impl FnOnce(&View<'_>) -> T) -> T {
        self.view_with(vector, surface, &[], write)
    }

    /// Calls `write` as [`view`](Self::view) does, with values at the elements, too.
    pub fn view_with<T>(
        &self,
        vector: &[f64],
        surface: bool,
        values: &[ElementValues],
        write: impl FnOnce(&View<'_>) -> T,
    ) -> T {
        let (now, count) = (self.positions(vector), self.nodes());
        let moved: Vec<f64> = now.iter().zip(&self.rest).map(|(a, b)| a - b).collect();
        let mut fields = vec![Field { name: "displacement", components: self.dimension, values: &moved }];
        for (name, at) in &self.scalars {
            fields.push(Field { name, components: 1, values: &vector[*at..at + count] });
        }
        let surface = surface || self.tetrahedra.is_empty();
        let numbers: Vec<Vec<f64>> = values.iter().map(|own| own.cells(surface)).collect();
        let named = values.iter().zip(&numbers);
        let cells: Vec<Field<'_>> =
            named.map(|(own, values)| Field { name: &own.name, components: 1, values }).collect();
        write(&View {
            dimension: self.dimension,
            points: now,
            lines: &self.lines,
            triangles: if surface { &self.triangles } else { &[] },
            tetrahedra: if surface { &[] } else { &self.tetrahedra },
            point_fields: &fields,
            cell_fields: &cells,
        })
    }
}

/// Points in three coordinates.
fn in_space(numbers: &[f64], dimension: usize) -> Vec<[f32; 3]> {
    let point = |p: &[f64]| [p[0] as f32, p[1] as f32, p.get(2).map_or(0.0, |&z| z as f32)];
    numbers.chunks_exact(dimension).map(point).collect()
}

/// The points of a mesh, or the array `X`, for so many nodes.
fn undeformed(problem: &Problem, count: usize) -> Option<(usize, Vec<f64>)> {
    if let Some(mesh) = problem.mesh.as_deref().filter(|mesh| mesh.nodes() == count) {
        return Some((mesh.dimension, mesh.points.clone()));
    }
    let (_, tensor) = problem.arrays.iter().find(|(name, _)| name == "X")?;
    match tensor.shape[..] {
        [rows, width @ (2 | 3)] if rows == count => Some((width, tensor.data.clone())),
        _ => None,
    }
}

/// Appends the rows of a table that name nodes there are.
fn rows<const K: usize>(table: &Tensor<i32>, count: usize, to: &mut Vec<[u32; K]>) {
    let node = |&value: &i32| u32::try_from(value).ok().filter(|&node| (node as usize) < count);
    for row in table.data.chunks_exact(K) {
        let nodes: Option<Vec<u32>> = row.iter().map(node).collect();
        if let Some(row) = nodes.and_then(|nodes| <[u32; K]>::try_from(nodes).ok()) {
            to.push(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spadina::Term;

    #[test]
    fn elements_are_what_terms_are_summed_over() {
        let text = "fn energy(x: array<vec2f, 2>) -> f32 { return length(x[1] - x[0]); }";
        let problem = Problem::new()
            .unknown("p", vec![1.0, 2.0])
            .unknown("x", vec![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]])
            .indices("springs", vec![[0, 1], [2, 3], [2, -1]])
            .indices("other", vec![[0, 1]])
            .indices("triangles", vec![[0, 1, 2]])
            .term(Term::energy("spring.wgsl", text).over("springs"));
        let geometry = Geometry::of(&problem).unwrap();
        assert_eq!((geometry.first, geometry.dimension, geometry.nodes()), (Some(2), 2, 4));
        assert_eq!((geometry.unknowns(2), geometry.unknowns(4)), (Some(6..8), None));
        assert_eq!((&geometry.lines[..], &geometry.free_lines()[..]), (&[[0, 1], [2, 3]][..], &[[2, 3]][..]));
        let vector: Vec<f64> = problem.unknowns.iter().flat_map(|(_, tensor)| tensor.data.clone()).collect();
        assert_eq!(geometry.points(&vector)[1..3], [[2.0, 3.0, 0.0], [4.0, 5.0, 0.0]]);
        assert!(Geometry::of(&Problem::new().unknown("p", vec![1.0, 2.0])).is_none());
    }

    #[test]
    fn tables_of_four_nodes_are_faces() {
        let text = "fn energy(x: array<vec3f, 4>) -> f32 { return length(x[1] + x[3] - x[0] - x[2]); }";
        let square = vec![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [2.0, 0.0, 0.5]];
        let with = |name: &str, rows: Vec<[i32; 4]>| {
            let problem = Problem::new().unknown("x", square.clone()).indices(name, rows);
            Geometry::of(&problem.term(Term::energy("four.wgsl", text).over(name))).unwrap()
        };
        assert_eq!(with("cells", vec![[0, 1, 2, 3]]).triangles, [[0, 1, 2], [0, 2, 3]]);
        // Each triangle is drawn once, though two hinges share it.
        let hinges = with("hinges", vec![[0, 2, 1, 3], [1, 2, 0, 4]]);
        assert_eq!((hinges.triangles, hinges.tetrahedra.len()), (vec![[0, 2, 1], [2, 0, 3], [2, 1, 4]], 0));
        assert_eq!(with("tets", vec![[0, 1, 2, 4]]).tetrahedra, [[0, 1, 2, 4]]);
    }
}
