//! Minimisers and simulations against answers that are known.

mod convergence;
mod known;
mod problems;
mod starts;
mod threads;

use spadina::mesh::{Mesh, Shape};
use spadina::minimize::{Iteration, Report, Settings, minimize};
use spadina::{Options, Problem, System, Term};

const NEO_HOOKEAN: &str = include_str!("../../examples/energies/neo_hookean.wgsl");
const WEIGHT: &str = include_str!("../../examples/energies/weight.wgsl");
const DIRICHLET: &str = include_str!("../../examples/energies/symmetric_dirichlet.wgsl");

/// A box of soft tetrahedra.
fn soft_box(cells: [usize; 3], size: [f64; 3], (mu, lambda): (f64, f64)) -> Problem {
    let mesh = Mesh::generate(&Shape::Box { cells, size }).unwrap();
    let points = spadina::Tensor::new([mesh.nodes(), 3], mesh.points.clone()).unwrap();
    Problem::new()
        .with_mesh(mesh)
        .unknown("x", points)
        .array("mu", mu)
        .array("lambda", lambda)
        .term(Term::energy("neo_hookean.wgsl", NEO_HOOKEAN).over("tetrahedra"))
}

/// Minimises with the settings' own options.
fn solve(problem: Problem, held: &[bool], settings: Settings) -> (Report, System) {
    let mut system = System::build(problem, settings.options(Options::default())).unwrap();
    let report = minimize(&mut system, held, settings, |_: &Iteration| true).unwrap();
    (report, system)
}

/// A number in [-1, 1] that looks random.
fn noise(seed: usize, k: usize) -> f64 {
    let mut z = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(k as u64).wrapping_add(1);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) as f64 / u64::MAX as f64 * 2.0 - 1.0
}
