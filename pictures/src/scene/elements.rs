//! Numbers at the elements of a result: their energies and their distortion.

use super::distortion::{Positions, distortion};
use super::geometry::Geometry;
use super::values::ElementValues;
use spadina::{Error, System};
use std::collections::HashMap;

impl ElementValues {
    /// No number for any element of a geometry.
    fn none(name: impl Into<String>, geometry: &Geometry) -> ElementValues {
        let none = |count| vec![f64::NAN; count];
        ElementValues {
            name: name.into(),
            lines: none(geometry.lines.len()),
            triangles: none(geometry.triangles.len()),
            tetrahedra: none(geometry.tetrahedra.len()),
        }
    }

    /// The mean of the finite numbers around each node; NaN where there is none.
    pub fn at_nodes(&self, geometry: &Geometry) -> Vec<f64> {
        let mut sums = vec![(0.0, 0usize); geometry.nodes()];
        let mut add = |nodes: &[u32], value: f64| {
            for &node in nodes.iter().filter(|_| value.is_finite()) {
                let sum = &mut sums[node as usize];
                *sum = (sum.0 + value, sum.1 + 1);
            }
        };
        geometry.lines.iter().zip(&self.lines).for_each(|(nodes, value)| add(nodes, *value));
        geometry.triangles.iter().zip(&self.triangles).for_each(|(nodes, value)| add(nodes, *value));
        geometry.tetrahedra.iter().zip(&self.tetrahedra).for_each(|(nodes, value)| add(nodes, *value));
        sums.into_iter().map(|(sum, count)| if count > 0 { sum / count as f64 } else { f64::NAN }).collect()
    }
}

impl Geometry {
    /// The [`distortion`] of each element at a global vector, from the undeformed shape.
    pub fn distortions(&self, vector: &[f64]) -> ElementValues {
        let rest = Positions { dimension: self.undeformed.0, numbers: &self.undeformed.1 };
        let now = Positions { dimension: self.dimension, numbers: self.positions(vector) };
        ElementValues {
            name: "distortion".into(),
            lines: self.lines.iter().map(|nodes| distortion(rest, now, nodes)).collect(),
            triangles: match self.tetrahedra.is_empty() {
                true => self.triangles.iter().map(|nodes| distortion(rest, now, nodes)).collect(),
                // The surface of a solid is coloured by what is below.
                false => vec![f64::NAN; self.triangles.len()],
            },
            tetrahedra: self.tetrahedra.iter().map(|nodes| distortion(rest, now, nodes)).collect(),
        }
    }

    /// The energies of the elements that are those of terms: of each such term, and first of all of them together, `energy`.
    /// Empty where no term is summed over elements of the geometry.
    pub fn energies(&self, system: &mut System) -> Result<Vec<ElementValues>, Error> {
        let places = self.places();
        let mut all = vec![ElementValues::none("energy", self)];
        for term in 0..system.problem().terms.len() {
            let Some((name, rows)) = stencils(system, term) else { continue };
            let Some(energies) = system.element_energies(term)? else { continue };
            let mut own = ElementValues::none(format!("energy of {name}"), self);
            let mut found = false;
            for (nodes, energy) in rows.iter().zip(energies) {
                let Some(&place) = places.get(&sorted(nodes)) else { continue };
                found = true;
                for values in [&mut own, &mut all[0]] {
                    if let Some(value) = values.numbers().nth(place) {
                        *value = if value.is_nan() { energy } else { *value + energy };
                    }
                }
            }
            if found {
                all.push(own);
            }
        }
        all.truncate(if all.len() > 1 { all.len() } else { 0 });
        Ok(all)
    }

    /// The energy of each node: equal shares of the energies of all elements that it belongs to. `None` where no term is
    /// summed over nodes.
    pub fn node_energies(&self, system: &mut System) -> Result<Option<Vec<f64>>, Error> {
        let (mut shares, mut any) = (vec![0.0; self.nodes()], false);
        for term in 0..system.problem().terms.len() {
            let Some((_, rows)) = stencils(system, term) else { continue };
            let Some(energies) = system.element_energies(term)? else { continue };
            for (nodes, energy) in rows.iter().zip(energies) {
                if nodes.iter().all(|&node| (node as usize) < shares.len()) {
                    nodes.iter().for_each(|&node| shares[node as usize] += energy / nodes.len() as f64);
                    any = true;
                }
            }
        }
        Ok(any.then_some(shares))
    }

    /// The places of the elements in the list of lines, triangles and tetrahedra, by their nodes.
    fn places(&self) -> HashMap<Vec<u32>, usize> {
        let lines = self.lines.iter().map(|nodes| sorted(nodes));
        let triangles = self.triangles.iter().map(|nodes| sorted(nodes));
        let tetrahedra = self.tetrahedra.iter().map(|nodes| sorted(nodes));
        lines.chain(triangles).chain(tetrahedra).enumerate().map(|(place, nodes)| (nodes, place)).collect()
    }
}

fn sorted(nodes: &[u32]) -> Vec<u32> {
    let mut nodes = nodes.to_vec();
    nodes.sort_unstable();
    nodes
}

/// The name of a term's energy and the nodes of its elements; nothing for a program.
fn stencils(system: &System, term: usize) -> Option<(String, Vec<Vec<u32>>)> {
    let problem = system.problem();
    let term = &problem.terms[term];
    let over = term.over.as_ref()?;
    let (_, table) = problem.indices.iter().find(|(name, _)| name == over)?;
    let width = table.shape.get(1).copied().unwrap_or(1).max(1);
    let row = |row: &[i32]| row.iter().map(|&node| u32::try_from(node).unwrap_or(u32::MAX)).collect();
    let name = term.path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Some((name, table.data.chunks_exact(width).map(row).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use spadina::{Options, Problem, Term};

    #[test]
    fn energies_and_distortion_are_those_of_elements() {
        let text = "fn energy(x: array<vec2f, 3>) -> f32 { return dot(x[1], x[1]); }";
        let weight = "fn energy(x: array<vec2f, 1>) -> f32 { return x[0].y; }";
        let problem = Problem::new()
            .unknown("x", vec![[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])
            .array("X", vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
            .indices("triangles", vec![[0, 1, 2], [1, 3, 2]])
            .indices("nodes", vec![[0], [1], [2], [3]])
            .term(Term::energy("area.wgsl", text).over("triangles"))
            .term(Term::energy("weight.wgsl", weight).over("nodes"));
        let geometry = Geometry::of(&problem).unwrap();
        let mut system = System::build(problem, Options::default()).unwrap();
        let found = geometry.energies(&mut system).unwrap();
        let names: Vec<&str> = found.iter().map(|own| &own.name[..]).collect();
        assert_eq!(names, ["energy", "energy of area"]);
        assert!(found.iter().all(|own| own.triangles == [4.0, 8.0]), "{found:?}");
        let nodes = geometry.node_energies(&mut system).unwrap().unwrap();
        let wanted = [4.0 / 3.0, 4.0, 6.0, 8.0 / 3.0 + 2.0];
        assert!(nodes.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{nodes:?}");
        let distortions = geometry.distortions(&system.vector());
        assert!(distortions.triangles.iter().all(|d| (d - 2.125).abs() < 1e-12), "{distortions:?}");
        assert!(distortions.at_nodes(&geometry).iter().all(|d| (d - 2.125).abs() < 1e-12));
        let written = geometry.view_with(&system.vector(), false, &found, |view| {
            let mut text = Vec::new();
            spadina::mesh::write_vtk(&mut text, view, "", spadina::mesh::VtkEncoding::Ascii).map(|()| text)
        });
        let text = String::from_utf8(written.unwrap()).unwrap();
        assert!(text.contains("CELL_DATA 2") && text.contains("energy_of_area"), "{text}");
    }
}
