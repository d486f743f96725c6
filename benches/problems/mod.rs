//! Problems of any size, from the energies of the conformance cases, those of the peers, and one long energy.

mod peers;

use peers::PEERS;
use spadina::builder::{self, Real};
use spadina::{Problem, Term};

const CHAIN: &str = include_str!("../../tests/conformance/chain/energy.wgsl");
const RING: &str = include_str!("../../tests/conformance/ring3d/energy.wgsl");
const GRID: &str = include_str!("../../tests/conformance/grid/energy.wgsl");

/// Makes a problem of about so many elements; gives their number, too.
pub type Make = fn(usize) -> (usize, Problem);

/// The problems by name, with the most elements that make sense.
pub const PROBLEMS: [(&str, usize, Make); 8] = [
    ("chain", 1_000_000, chain),
    ("ring3d", 1_000_000, ring),
    ("grid", 1_000_000, grid),
    ("dirichlet", 1_000_000, |elements| peer(0, (elements as f64 / 2.0).sqrt())),
    ("neo_hookean", 1_000_000, |elements| peer(1, (elements as f64 / 6.0).cbrt())),
    ("springs", 1_000_000, |elements| peer(2, (elements as f64 / 3.0).cbrt() - 0.7)),
    ("hinges", 1_000_000, |elements| peer(3, (elements as f64 / 3.0).sqrt())),
    ("deep", 100_000, deep),
];

fn wave(k: usize) -> f64 {
    (1.3 * k as f64).sin() + 0.3 * (0.7 * k as f64).cos()
}

/// Springs from node to node on a line.
pub fn chain(elements: usize) -> (usize, Problem) {
    let x: Vec<f64> = (0..=elements).map(|k| k as f64 + 0.1 * wave(k)).collect();
    (elements, Problem::new().unknown("x", x).term(Term::energy("chain.wgsl", CHAIN)))
}

/// A closed ring in space over a flat array.
pub fn ring(elements: usize) -> (usize, Problem) {
    let x: Vec<f64> = (0..3 * elements).map(wave).collect();
    let problem = Problem::new().unknown("x", x).indices("n", elements as i32);
    (elements, problem.term(Term::energy("ring3d.wgsl", RING)))
}

/// Two nested loops over a square grid.
pub fn grid(elements: usize) -> (usize, Problem) {
    let side = (elements as f64).sqrt().round() as usize;
    let x: Vec<f64> = (0..side * side).map(wave).collect();
    let problem = Problem::new().unknown("x", x).indices("h", side as i32).indices("w", side as i32);
    (side * side, problem.term(Term::energy("grid.wgsl", GRID)))
}

/// One element; its energy is so many additions deep, and every term of it is another.
pub fn deep(terms: usize) -> (usize, Problem) {
    let energy = builder::energy("deep", move |e| {
        let x = e.node_scalars("x", 2);
        let (a, b) = (x[0], x[1]);
        (0..terms).map(|k| (k as f64 + 0.5) * a * b).sum::<Real>()
    });
    let energy = energy.expect("the energy is right");
    let problem = Problem::new().unknown("x", vec![2.0, 3.0]).indices("e", vec![[0, 1]]);
    (terms, problem.term(Term::built("deep.rs", energy).over("e")))
}

/// A problem of the peers, whose size with about so many elements is `size`.
fn peer(number: usize, size: f64) -> (usize, Problem) {
    let (_, make) = PEERS[number];
    make(size.round().max(1.0) as usize).problem()
}
