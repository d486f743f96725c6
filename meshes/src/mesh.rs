//! Points and the elements between them.

use super::connect::{boundary, edges_of_lines, edges_of_tetrahedra, edges_of_triangles};
use super::hinge::{Hinges, hinges};
use super::measure::{area_shares, length_shares, volume_shares};

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
    /// The quads of the file, each of which is among the triangles, too, as two of them.
    pub quads: Vec<[u32; 4]>,
    /// The tetrahedra of the file.
    pub tetrahedra: Vec<[u32; 4]>,
    /// The number of polygons of the file of more than 4 nodes, of which there are the triangles alone.
    pub polygons: usize,
    /// The parts of the file that the reader left out, a sentence each, with the place.
    pub notes: Vec<String>,
}

impl Mesh {
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

    /// Sentences about what became of the file: quads and polygons that were cut, and what was left out.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = self.notes.clone();
        let one_of =
            |count, one: &str, many: &str| if count == 1 { one.to_string() } else { format!("{count} {many}") };
        if !self.quads.is_empty() {
            let which = one_of(self.quads.len(), "A quad is", "quads are");
            remarks.push(format!("{which} in `quads`, and cut into two triangles each in `triangles`."));
        }
        if self.polygons > 0 {
            let which = one_of(self.polygons, "A polygon", "polygons");
            remarks.push(format!("{which} of more than 4 nodes: `triangles` has a fan around the first node of each."));
        }
        remarks
    }

    /// Appends a polygon as a fan around its first node.
    pub(crate) fn push_polygon(&mut self, nodes: &[u32]) {
        match *nodes {
            [a, b, c, d] => {
                self.quads.push([a, b, c, d]);
                self.triangles.extend(self.halves([a, b, c, d]));
                return;
            }
            _ => self.polygons += usize::from(nodes.len() > 4),
        }
        if let [first, others @ ..] = nodes {
            self.triangles.extend(others.windows(2).map(|pair| [*first, pair[0], pair[1]]));
        }
    }

    /// The triangles of a quad, cut along the diagonal that is inside of it.
    fn halves(&self, [a, b, c, d]: [u32; 4]) -> [[u32; 3]; 2] {
        let point = |node: u32| {
            let first = node as usize * self.dimension;
            std::array::from_fn::<f64, 3, _>(|k| match k < self.dimension {
                true => self.points.get(first + k).copied().unwrap_or(f64::NAN),
                false => 0.0,
            })
        };
        let normal = |[a, b, c]: [u32; 3]| {
            let [a, b, c] = [a, b, c].map(point);
            let [u, v]: [[f64; 3]; 2] = [b, c].map(|p| std::array::from_fn(|k| p[k] - a[k]));
            [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
        };
        let agree = |pair: [[u32; 3]; 2]| {
            let [m, n] = pair.map(normal);
            m.iter().zip(n).map(|(m, n)| m * n).sum::<f64>()
        };
        let (fan, other) = ([[a, b, c], [a, c, d]], [[b, c, d], [b, d, a]]);
        // A concave quad, whose corner at b or d points inwards.
        if agree(fan) < 0.0 && agree(other) > 0.0 { other } else { fan }
    }

    /// Appends a chain of lines.
    pub(crate) fn push_chain(&mut self, nodes: &[u32]) {
        self.lines.extend(nodes.windows(2).map(|pair| [pair[0], pair[1]]));
    }
}

#[cfg(test)]
mod tests {
    use super::Mesh;

    #[test]
    fn concave_quads_are_cut_inside() {
        // A corner at (1/2, 1/2) points inwards.
        let points = vec![2.0, 0.5, 0.5, 0.5, 0.5, 2.0, 0.0, 0.0];
        for turned in 0..4 {
            let mut mesh = Mesh { dimension: 2, points: points.clone(), ..Mesh::default() };
            let mut quad = [0, 1, 2, 3];
            quad.rotate_left(turned);
            mesh.push_polygon(&quad);
            let area = |[a, b, c]: [u32; 3]| {
                let [a, b, c] = [a, b, c].map(|node| [points[2 * node as usize], points[2 * node as usize + 1]]);
                0.5 * ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
            };
            let areas: Vec<f64> = mesh.triangles.iter().map(|&nodes| area(nodes)).collect();
            assert!(areas.iter().all(|area| area * areas[0] > 0.0), "{turned}: {areas:?}");
            assert!((areas.iter().sum::<f64>().abs() - 0.75).abs() < 1e-12, "{turned}: {areas:?}");
        }
    }
}
