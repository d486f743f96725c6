//! Problems of any size, from the energies of the conformance cases, and one long energy.

use spadina::builder::{self, Real};
use spadina::{Problem, Tensor, Term};

const CHAIN: &str = include_str!("../../tests/conformance/chain/energy.wgsl");
const RING: &str = include_str!("../../tests/conformance/ring3d/energy.wgsl");
const GRID: &str = include_str!("../../tests/conformance/grid/energy.wgsl");
const NEO_HOOKEAN: &str = include_str!("../../tests/conformance/neo_hookean/energy.wgsl");

/// Makes a problem of about so many elements; gives their number, too.
pub type Make = fn(usize) -> (usize, Problem);

/// The problems by name, with the most elements that make sense.
pub const PROBLEMS: [(&str, usize, Make); 5] = [
    ("chain", 1_000_000, chain),
    ("ring3d", 1_000_000, ring),
    ("grid", 1_000_000, grid),
    ("neo_hookean", 1_000_000, neo_hookean),
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

/// A box of tetrahedra, six to a cell.
pub fn neo_hookean(elements: usize) -> (usize, Problem) {
    let n = (elements as f64 / 6.0).cbrt().round().max(1.0) as usize;
    let (nodes, spacing) = (n + 1, 1.0 / n as f64);
    let rest: Vec<[f64; 3]> = (0..nodes * nodes * nodes)
        .map(|v| [v % nodes, v / nodes % nodes, v / (nodes * nodes)].map(|k| k as f64 * spacing))
        .collect();
    let moved = |(k, p): (usize, &[f64; 3])| std::array::from_fn(|c| p[c] + 0.08 * spacing * wave(3 * k + c));
    let x: Vec<[f64; 3]> = rest.iter().enumerate().map(moved).collect();
    let tetrahedra = box_tetrahedra(n);
    let count = tetrahedra.len();
    let problem = Problem::new().unknown("x", x).array("X", rest).array("mu", 1.0).array("lambda", 4.0);
    let problem = problem.indices("tetrahedra", Tensor::from(tetrahedra));
    (count, problem.term(Term::energy("neo_hookean.wgsl", NEO_HOOKEAN).over("tetrahedra")))
}

/// The Kuhn subdivision of a box of `n³` cells.
fn box_tetrahedra(n: usize) -> Vec<[i32; 4]> {
    let nodes = n + 1;
    let stride = [1, nodes, nodes * nodes];
    let orders = [
        ([0, 1, 2], true),
        ([1, 2, 0], true),
        ([2, 0, 1], true),
        ([0, 2, 1], false),
        ([2, 1, 0], false),
        ([1, 0, 2], false),
    ];
    let mut tetrahedra = Vec::with_capacity(6 * n * n * n);
    for cell in 0..n * n * n {
        let a = (cell / (n * n) * nodes + cell / n % n) * nodes + cell % n;
        for (axes, even) in orders {
            let b = a + stride[axes[0]];
            let c = b + stride[axes[1]];
            let d = c + stride[axes[2]];
            let nodes = if even { [a, b, c, d] } else { [a, c, b, d] };
            tetrahedra.push(nodes.map(|v| v as i32));
        }
    }
    tetrahedra
}
