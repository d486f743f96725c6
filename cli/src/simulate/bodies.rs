//! Bodies: the parts of a problem that nothing connects, and the word that is said where two of them overlap.

use super::overlap::{Crossing, Surface, crossing};
use spadina::Problem;
use spadina::simulate::Setup;
use spadina_pictures::scene::Geometry;
use std::collections::BTreeMap;
use std::fmt;

/// The bodies of a problem: connected components of its elements and stencils.
#[derive(Debug)]
pub struct Bodies(Vec<Body>);

/// A body.
#[derive(Debug)]
struct Body {
    /// Its first node.
    node: u32,
    surface: Surface,
    /// True if none of its nodes can move.
    fixed: bool,
}

/// Two bodies that overlap.
#[derive(Debug)]
pub struct Overlap {
    /// Their numbers and their first nodes.
    bodies: [(usize, u32); 2],
    crossing: Crossing,
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [(a, first), (b, second)] = self.bodies;
        write!(f, "bodies {a} (of node {first}) and {b} (of node {second}) overlap: {}", self.crossing)
    }
}

impl Bodies {
    /// The bodies, if there are several, and something of them moves.
    pub fn of(problem: &Problem, setup: &Setup, geometry: &Geometry) -> Option<Bodies> {
        let first = geometry.first?;
        // Programs may connect what they like.
        let stencils: Option<Vec<&String>> = problem.terms.iter().map(|term| term.over.as_ref()).collect();
        let mut parts = Parts::new(geometry.nodes());
        geometry.lines.iter().for_each(|nodes| parts.join(nodes));
        geometry.triangles.iter().for_each(|nodes| parts.join(nodes));
        geometry.tetrahedra.iter().for_each(|nodes| parts.join(nodes));
        for name in stencils? {
            let Some((_, table)) = problem.indices.iter().find(|(own, _)| own == name) else { continue };
            let width = table.shape.get(1).copied().unwrap_or(1).max(1);
            for row in table.data.chunks_exact(width) {
                let nodes: Vec<u32> = row.iter().filter_map(|&node| u32::try_from(node).ok()).collect();
                parts.join(&nodes);
            }
        }
        let mut bodies = Found::default();
        for nodes in &geometry.lines {
            bodies.at(parts.root(nodes[0])).edges.push(*nodes);
        }
        for nodes in &geometry.triangles {
            bodies.at(parts.root(nodes[0])).triangles.push(*nodes);
        }
        for nodes in &geometry.tetrahedra {
            bodies.at(parts.root(nodes[0])).tetrahedra.push(*nodes);
        }
        for node in 0..geometry.nodes() {
            let entries = first + node * geometry.dimension..first + (node + 1) * geometry.dimension;
            let moves = setup.held.get(entries).is_some_and(|held| held.contains(&false));
            if let Some(body) = bodies.0.get_mut(&parts.root(node as u32)).filter(|_| moves) {
                body.fixed = false;
            }
        }
        let mut bodies: Vec<Body> = bodies.0.into_values().collect();
        bodies.iter_mut().for_each(|body| body.surface.complete());
        let moving = bodies.iter().filter(|body| !body.fixed).count();
        (bodies.len() > 1 && moving > 0).then_some(Bodies(bodies))
    }

    /// Two bodies that overlap at some positions, if there are any.
    pub fn overlap(&self, geometry: &Geometry, positions: &[f64]) -> Option<Overlap> {
        let point = |p: &[f64]| [p[0], p[1], p.get(2).copied().unwrap_or(0.0)];
        let points: Vec<[f64; 3]> = positions.chunks_exact(geometry.dimension).map(point).collect();
        let bounds: Vec<_> = self.0.iter().map(|body| body.surface.bounds(&points)).collect();
        for (b, body) in self.0.iter().enumerate() {
            for (a, other) in self.0[..b].iter().enumerate().filter(|(_, other)| !(body.fixed && other.fixed)) {
                let Some(shared) = bounds[a].shared(&bounds[b]) else { continue };
                let flat = geometry.dimension == 2;
                if let Some(crossing) = crossing([&other.surface, &body.surface], &points, &shared, flat) {
                    return Some(Overlap { bodies: [(a, other.node), (b, body.node)], crossing });
                }
            }
        }
        None
    }
}

/// Bodies by their first nodes, as they are found.
#[derive(Default)]
struct Found(BTreeMap<u32, Body>);

impl Found {
    /// The surface of the body that begins with a node.
    fn at(&mut self, node: u32) -> &mut Surface {
        &mut self.0.entry(node).or_insert_with(|| Body { node, surface: Surface::default(), fixed: true }).surface
    }
}

/// Nodes in parts that are joined: a forest whose roots are the first nodes of the parts.
struct Parts(Vec<u32>);

impl Parts {
    fn new(nodes: usize) -> Parts {
        Parts((0..nodes as u32).collect())
    }

    /// The first node of a node's part.
    fn root(&mut self, mut node: u32) -> u32 {
        while self.0[node as usize] != node {
            self.0[node as usize] = self.0[self.0[node as usize] as usize];
            node = self.0[node as usize];
        }
        node
    }

    /// Makes the parts of nodes one. Those that are not there are left out.
    fn join(&mut self, nodes: &[u32]) {
        let count = self.0.len();
        let mut nodes = nodes.iter().copied().filter(|&node| (node as usize) < count);
        let Some(mut first) = nodes.next().map(|node| self.root(node)) else { return };
        for node in nodes {
            let own = self.root(node);
            let (low, high) = (first.min(own), first.max(own));
            self.0[high as usize] = low;
            first = low;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spadina::Term;

    const TEXT: &str =
        "fn energy(x: array<vec3f, 4>) -> f32 { return dot(x[1] - x[0], cross(x[2] - x[0], x[3] - x[0])); }";

    /// Two tetrahedra, the second one shifted.
    fn two(shift: [f64; 3]) -> Problem {
        let corners = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let second = corners.map(|p| [p[0] + shift[0], p[1] + shift[1], p[2] + shift[2]]);
        Problem::new()
            .unknown("x", [corners, second].concat())
            .indices("tetrahedra", vec![[0, 1, 2, 3], [4, 5, 6, 7]])
            .term(Term::energy("volume.wgsl", TEXT).over("tetrahedra"))
    }

    fn found(problem: &Problem, held: Vec<bool>) -> Option<String> {
        let geometry = Geometry::of(problem)?;
        let setup = Setup::new("x", vec![1.0; geometry.nodes()]).held(held);
        let vector = &problem.unknowns[0].1.data;
        Some(Bodies::of(problem, &setup, &geometry)?.overlap(&geometry, vector)?.to_string())
    }

    #[test]
    fn bodies_that_overlap_have_numbers_and_nodes() {
        let free = || vec![false; 24];
        let text = found(&two([0.2, 0.2, -0.5]), free()).unwrap();
        assert!(text.starts_with("bodies 0 (of node 0) and 1 (of node 4) overlap: the edge of nodes "), "{text}");
        // They touch, or are apart though their bounds are not.
        assert_eq!(found(&two([0.0, 0.0, 1.0]), free()), None);
        assert_eq!(found(&two([1.0, 0.0, 0.0]), free()), None);
        assert_eq!(found(&two([0.6, 0.6, 0.0]), free()), None);
        // Nothing moves.
        assert_eq!(found(&two([0.2, 0.2, -0.5]), vec![true; 24]), None);
        // What is connected is one body.
        let connected = two([0.2, 0.2, -0.5]).indices("contact", vec![[0, 4, 5, 6]]);
        let connected = connected.term(Term::energy("contact.wgsl", TEXT).over("contact"));
        assert_eq!(found(&connected, free()), None);
    }

    #[test]
    fn one_body_may_be_within_another() {
        let mut problem = two([0.0; 3]);
        problem.unknowns[0].1.data[12..].iter_mut().for_each(|v| *v = 0.1 + 0.2 * *v);
        let text = found(&problem, vec![false; 24]).unwrap();
        assert!(text.ends_with("node 4 is inside the tetrahedron of nodes 0, 1, 2, 3"), "{text}");
    }

    #[test]
    fn in_the_plane_edges_cross() {
        let text = "fn energy(x: array<vec2f, 3>) -> f32 { return dot(x[1] - x[0], x[2] - x[0]); }";
        let at = |x: f64| {
            Problem::new()
                .unknown("x", vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [x, 0.2], [x + 1.0, 0.2], [x, 1.2]])
                .indices("triangles", vec![[0, 1, 2], [3, 4, 5]])
                .term(Term::energy("area.wgsl", text).over("triangles"))
        };
        let text = found(&at(0.5), vec![false; 12]).unwrap();
        assert!(text.contains("the edges of nodes "), "{text}");
        assert_eq!(found(&at(0.9), vec![false; 12]), None);
    }
}
