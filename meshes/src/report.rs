//! The content of a mesh, and its likely faults.

use super::connect::ascending;
use super::hinge::{first_bad_edges, hinges};
use super::measure::{area, longest, volume};
use super::mesh::Mesh;
use std::fmt;

/// Volumes and areas below this fraction of the longest edge, cubed or squared, count as zero.
const FLAT: f64 = 1e-12;

/// The number of times something was found, and the first.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Finding {
    /// The number of times.
    pub count: usize,
    /// The number of the first element or node, from zero.
    pub first: Option<usize>,
}

impl Finding {
    fn of(numbers: impl Iterator<Item = usize>) -> Finding {
        numbers.fold(Finding::default(), |finding, number| Finding {
            count: finding.count + 1,
            first: Some(finding.first.map_or(number, |first| first.min(number))),
        })
    }
}

/// Problems of the elements of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Elements {
    /// The number of elements.
    pub count: usize,
    /// Elements that use a node which does not exist.
    pub outside: Finding,
    /// Elements that use a node twice.
    pub repeated: Finding,
    /// Elements on the same nodes as an earlier one, in whatever order.
    pub duplicate: Finding,
    /// Elements without extent: a volume of at most 1e-12 times the cube of the longest edge, an area of at most 1e-12
    /// times its square, a length of zero. Elements that use a node twice are not counted here.
    pub flat: Finding,
    /// Elements of negative volume; in 2 dimensions, of negative area.
    pub inverted: Finding,
}

/// Counts of a mesh. In print: a sentence for each problem, a line each, nothing for a clean mesh.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Report {
    /// Points.
    pub nodes: usize,
    /// Lines.
    pub lines: Elements,
    /// Triangles.
    pub triangles: Elements,
    /// Tetrahedra.
    pub tetrahedra: Elements,
    /// Edges of more than two triangles of the surface.
    pub non_manifold_edges: usize,
    /// The first of them.
    pub first_non_manifold: Option<[u32; 2]>,
    /// Edges of the surface at which neighbouring triangles face opposite sides.
    pub inconsistent_edges: usize,
    /// The first of them.
    pub first_inconsistent: Option<[u32; 2]>,
    /// Nodes that no element uses.
    pub unused_nodes: Finding,
}

impl Mesh {
    /// Counts, and what looks wrong.
    pub fn report(&self) -> Report {
        report(self)
    }
}

/// Examines a mesh.
fn report(mesh: &Mesh) -> Report {
    let (dimension, points) = (mesh.dimension, mesh.points.as_slice());
    let surface = mesh.surface();
    let hinges = hinges(&surface);
    let [first_non_manifold, first_inconsistent] = first_bad_edges(&surface);
    let mut used = vec![false; mesh.nodes()];
    let all = mesh.lines.iter().flatten().chain(mesh.triangles.iter().flatten());
    for &node in all.chain(mesh.tetrahedra.iter().flatten()) {
        if let Some(used) = used.get_mut(node as usize) {
            *used = true;
        }
    }
    let area_of = |triangle| {
        let area = area(dimension, points, triangle);
        (area, FLAT * longest(dimension, points, triangle).powi(2), dimension == 2)
    };
    let volume_of = |tetrahedron| {
        let volume = volume(dimension, points, tetrahedron);
        (volume, FLAT * longest(dimension, points, tetrahedron).powi(3), true)
    };
    Report {
        nodes: mesh.nodes(),
        lines: elements(&mesh.lines, mesh.nodes(), |line| (longest(dimension, points, line), 0.0, false)),
        triangles: elements(&mesh.triangles, mesh.nodes(), area_of),
        tetrahedra: elements(&mesh.tetrahedra, mesh.nodes(), volume_of),
        non_manifold_edges: hinges.non_manifold,
        first_non_manifold,
        inconsistent_edges: hinges.inconsistent,
        first_inconsistent,
        unused_nodes: Finding::of(used.iter().enumerate().filter(|(_, used)| !**used).map(|(node, _)| node)),
    }
}

/// Examines elements by their size, what counts as zero, and whether the size has a sign.
fn elements<const N: usize>(all: &[[u32; N]], nodes: usize, size: impl Fn([u32; N]) -> (f64, f64, bool)) -> Elements {
    let mut sorted: Vec<([u32; N], usize)> = all.iter().map(|&e| ascending(e)).zip(0..).collect();
    let outside = |e: &[u32; N]| e.iter().any(|&node| node as usize >= nodes);
    let repeated = |e: &[u32; N]| ascending(*e).windows(2).any(|pair| pair[0] == pair[1]);
    let with = |problem: &dyn Fn(&[u32; N]) -> bool| {
        Finding::of(all.iter().enumerate().filter(|(_, e)| problem(e)).map(|(number, _)| number))
    };
    let sized = |e: &[u32; N]| !outside(e) && !repeated(e);
    sorted.sort_unstable();
    Elements {
        count: all.len(),
        outside: with(&outside),
        repeated: with(&repeated),
        duplicate: Finding::of(
            sorted.chunk_by(|a, b| a.0 == b.0).flat_map(|same| same.iter().skip(1)).map(|&(_, number)| number),
        ),
        flat: with(&|e| {
            let (value, zero, _) = size(*e);
            sized(e) && value.abs() <= zero
        }),
        inverted: with(&|e| {
            let (value, zero, signed) = size(*e);
            sized(e) && signed && value < -zero
        }),
    }
}

impl Report {
    /// Returns true if there is nothing to warn of.
    pub fn is_clean(&self) -> bool {
        self.warnings().is_empty()
    }

    /// A sentence for each problem, with its count and the number of the first element or node, from zero.
    pub fn warnings(&self) -> Vec<String> {
        let mut out = Vec::new();
        let kinds = [
            ("tetrahedron", "tetrahedra", &self.tetrahedra, "has no volume", "have no volume"),
            ("triangle", "triangles", &self.triangles, "has no area", "have no area"),
            ("line", "lines", &self.lines, "has no length", "have no length"),
        ];
        for (one, many, found, no_extent, no_extents) in kinds {
            let problems = [
                (found.outside, "uses a node that does not exist", "use nodes that do not exist"),
                (found.inverted, "is inverted", "are inverted"),
                (found.flat, no_extent, no_extents),
                (found.repeated, "uses a node twice", "use a node twice"),
                (found.duplicate, "repeats an earlier one", "repeat an earlier one"),
            ];
            for (finding, is, are) in problems {
                out.extend(sentence(finding, found.count, one, many, is, are));
            }
        }
        let edges = [
            (self.non_manifold_edges, self.first_non_manifold, "belong to more than two triangles"),
            (self.inconsistent_edges, self.first_inconsistent, "lie between triangles that face opposite sides"),
        ];
        for (count, first, are) in edges {
            if let Some([a, b]) = first {
                out.push(format!("Of the edges, {count} {are}, first the one between nodes {a} and {b}."));
            }
        }
        out.extend(sentence(
            self.unused_nodes,
            self.nodes,
            "node",
            "nodes",
            "belongs to no element",
            "belong to no element",
        ));
        out
    }
}

fn sentence(finding: Finding, total: usize, one: &str, many: &str, is: &str, are: &str) -> Option<String> {
    let first = finding.first?;
    Some(match finding.count {
        1 => format!("Of {total} {many}, 1 {is}: {one} {first}."),
        count => format!("Of {total} {many}, {count} {are}, first {one} {first}."),
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.warnings().join("\n"))
    }
}
