//! Four energies that other tools are measured by, on grids of any size: `A` the symmetric Dirichlet energy of triangles,
//! `B` neo-Hookean tetrahedra, `C` springs in space, `D` hinges of a sheet. All data are written from rest positions.

use spadina::{Problem, Tensor, Term};
use std::f64::consts::PI;

const DIRICHLET: &str = include_str!("dirichlet.wgsl");
const NEO_HOOKEAN: &str = include_str!("../../tests/conformance/neo_hookean/energy.wgsl");
const SPRINGS: &str = include_str!("springs.wgsl");
const HINGES: &str = include_str!("hinges.wgsl");

/// A problem before it is bound: what is written to files as it is.
pub struct Peer {
    /// The unknowns `x`, by nodes.
    pub x: Tensor<f64>,
    /// Arrays by name.
    pub arrays: Vec<(&'static str, Tensor<f64>)>,
    /// Name and rows of the stencils.
    pub over: (&'static str, Tensor<i32>),
    /// Text of the energy.
    pub energy: &'static str,
}

/// Makes a peer of a size.
pub type Make = fn(usize) -> Peer;

/// The energies by letter: 2 n² triangles, 6 n³ tetrahedra, 3 n (n + 1)² springs, 3 n² - 2 n hinges.
pub const PEERS: [(&str, Make); 4] = [("A", triangles), ("B", tetrahedra), ("C", springs), ("D", hinges)];

impl Peer {
    /// The problem, and its number of elements.
    pub fn problem(self) -> (usize, Problem) {
        let (over, stencils) = self.over;
        let elements = stencils.shape[0];
        let problem = Problem::new().unknown("x", self.x).indices(over, stencils);
        let problem = self.arrays.into_iter().fold(problem, |p, (name, array)| p.array(name, array));
        (elements, problem.term(Term::energy("energy.wgsl", self.energy).over(over)))
    }
}

/// Position of node (i, j) or (i, j, k) of a grid, moved by `amount` times this.
fn sway([i, j, k]: [f64; 3]) -> [f64; 3] {
    let cosine = |phase: f64| (phase + 0.5 * PI).sin();
    [(1.3 * i + 2.1 * j + 0.7 * k).sin(), cosine(1.9 * i - 0.7 * j + 1.1 * k), (0.6 * i + 1.7 * j - 1.5 * k).sin()]
}

fn tensor<T: Copy, const D: usize>(rows: &[[T; D]]) -> Tensor<T> {
    let data: Vec<T> = rows.iter().flatten().copied().collect();
    Tensor::new(vec![rows.len(), D], data).expect("as many numbers as the shape says")
}

fn plane(n: usize) -> impl Iterator<Item = [f64; 2]> {
    (0..(n + 1) * (n + 1)).map(move |v| [v % (n + 1), v / (n + 1)].map(|c| c as f64))
}

fn space(n: usize) -> impl Iterator<Item = [f64; 3]> {
    let side = n + 1;
    (0..side * side * side).map(move |v| [v % side, v / side % side, v / (side * side)].map(|c| c as f64))
}

fn triangles(n: usize) -> Peer {
    let (h, side) = (1.0 / n as f64, n as i32 + 1);
    let rest: Vec<[f64; 2]> = plane(n).map(|p| p.map(|c| c * h)).collect();
    let moved = |[i, j]: [f64; 2]| {
        let [u, v, _] = sway([i, j, 0.0]);
        [(i + 0.1 * u) * h, (j + 0.1 * v) * h]
    };
    let x: Vec<[f64; 2]> = plane(n).map(moved).collect();
    let cells = (0..n as i32).flat_map(|j| (0..n as i32).map(move |i| j * side + i));
    let stencils: Vec<[i32; 3]> = cells.flat_map(|c| [[c, c + 1, c + side + 1], [c, c + side + 1, c + side]]).collect();
    let arrays = vec![("X", tensor(&rest))];
    Peer { x: tensor(&x), arrays, over: ("triangles", tensor(&stencils)), energy: DIRICHLET }
}

/// Rest and moved positions of a cube's nodes.
fn cube(n: usize) -> [Vec<[f64; 3]>; 2] {
    let h = 1.0 / n as f64;
    let moved = |p: [f64; 3]| {
        let by = sway(p);
        std::array::from_fn(|c| (p[c] + 0.1 * by[c]) * h)
    };
    [space(n).map(|p| p.map(|c| c * h)).collect(), space(n).map(moved).collect()]
}

fn tetrahedra(n: usize) -> Peer {
    let [rest, x] = cube(n);
    let side = n as i32 + 1;
    let steps = [1, side, side * side];
    let cells = space(n - 1).map(|[i, j, k]| (k as i32 * side + j as i32) * side + i as i32);
    let cells: Vec<i32> = cells.collect();
    // Paths over three edges of a cell from one corner to the opposite one; odd ones are turned.
    let paths = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]];
    let mut stencils: Vec<[i32; 4]> = Vec::new();
    for &a in &cells {
        for (number, path) in paths.iter().enumerate() {
            let b = a + steps[path[0]];
            let c = b + steps[path[1]];
            let d = c + steps[path[2]];
            stencils.push(if number < 3 { [a, b, c, d] } else { [a, c, b, d] });
        }
    }
    let arrays = vec![("X", tensor(&rest)), ("mu", Tensor::scalar(1.0)), ("lambda", Tensor::scalar(4.0))];
    Peer { x: tensor(&x), arrays, over: ("tetrahedra", tensor(&stencils)), energy: NEO_HOOKEAN }
}

fn springs(n: usize) -> Peer {
    let [_, x] = cube(n);
    let side = n as i32 + 1;
    let mut stencils: Vec<[i32; 2]> = Vec::new();
    for (v, position) in space(n).enumerate() {
        for (axis, step) in [1, side, side * side].into_iter().enumerate() {
            if position[axis] < n as f64 {
                stencils.push([v as i32, v as i32 + step]);
            }
        }
    }
    let rest = vec![1.0 / n as f64; stencils.len()];
    let rest = Tensor::new(vec![stencils.len()], rest).expect("one number for each spring");
    let arrays = vec![("rest", rest), ("k", Tensor::scalar(1.0))];
    Peer { x: tensor(&x), arrays, over: ("edges", tensor(&stencils)), energy: SPRINGS }
}

fn hinges(n: usize) -> Peer {
    let (h, side) = (1.0 / n as f64, n as i32 + 1);
    let rest: Vec<[f64; 3]> = plane(n).map(|[i, j]| [i * h, j * h, 0.2 * h * (0.9 * i + 0.4 * j).sin()]).collect();
    let moved = |(rest, [i, j]): (&[f64; 3], [f64; 2])| {
        let [u, v, w] = sway([i, j, 0.0]);
        [rest[0] + 0.1 * h * u, rest[1] + 0.1 * h * v, rest[2] + 0.3 * h * w]
    };
    let x: Vec<[f64; 3]> = rest.iter().zip(plane(n)).map(moved).collect();
    let mut stencils: Vec<[i32; 4]> = Vec::new();
    for j in 0..n as i32 {
        for i in 0..n as i32 {
            let v = j * side + i;
            stencils.push([v, v + side + 1, v + side, v + 1]);
            if i > 0 {
                stencils.push([v, v + side, v - 1, v + side + 1]);
            }
            if j > 0 {
                stencils.push([v, v + 1, v + side + 1, v - side]);
            }
        }
    }
    let arrays = vec![("X", tensor(&rest)), ("k", Tensor::scalar(1.0))];
    Peer { x: tensor(&x), arrays, over: ("hinges", tensor(&stencils)), energy: HINGES }
}
