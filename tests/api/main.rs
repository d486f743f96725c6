//! The Rust API: compile once, evaluate often; layouts; data that change; residuals; products.

mod after_errors;
mod data;
mod energies;
mod handles;
mod integers;
mod layouts;
mod libraries;
mod names;
mod overrides;
mod products;
mod rebind;
mod residuals;
mod shared;
mod structs;
mod threads;

use spadina::{Options, Problem, System, Term};

/// Three-node energies that couple all nodes, with a parameter for each element and one for the term.
pub const TRIANGLE: &str = "fn energy(x: array<vec3f, 3>, w: f32, k: f32) -> f32 {
  let a = x[1] - x[0];
  let b = x[2] - x[0];
  let n = cross(a, b);
  return w * (k * exp(0.1 * dot(n, n)) + dot(a, a) * dot(b, b));
}";

/// Springs whose rest lengths are data of the elements.
pub const SPRING: &str = "fn energy(x: array<vec2f, 2>, rest: f32, k: f32) -> f32 {
  let stretch = length(x[1] - x[0]) - rest;
  return 0.5 * k * stretch * stretch;
}";

/// A number that looks random.
pub fn wave(k: usize) -> f64 {
    (1.3 * k as f64).sin() + 0.3 * (0.7 * k as f64 + 0.2).cos()
}

/// So many numbers.
pub fn waves(count: usize) -> Vec<f64> {
    (0..count).map(wave).collect()
}

/// So many points.
pub fn points<const D: usize>(count: usize) -> Vec<[f64; D]> {
    (0..count).map(|k| std::array::from_fn(|c| k as f64 + wave(D * k + c))).collect()
}

/// A strip of triangles over so many nodes, bent so that nothing degenerates.
pub fn strip(nodes: usize) -> Problem {
    let x: Vec<[f64; 3]> = (0..nodes)
        .map(|k| [0.3 * (k / 2) as f64, (k % 2) as f64, 0.2 * wave(k)].map(|c| c + 0.05 * wave(3 * k)))
        .collect();
    let triangles: Vec<[i32; 3]> = (0..nodes as i32 - 2).map(|k| [k, k + 1, k + 2]).collect();
    let weights: Vec<f64> = (0..triangles.len()).map(|k| 1.5 + wave(k)).collect();
    Problem::new()
        .unknown("x", x)
        .array("w", weights)
        .array("k", 2.0)
        .indices("triangles", triangles)
        .term(Term::energy("triangle.wgsl", TRIANGLE).over("triangles"))
}

/// A chain of springs over so many nodes.
pub fn springs(nodes: usize) -> Problem {
    let edges: Vec<[i32; 2]> = (1..nodes as i32).map(|k| [k - 1, k]).collect();
    springs_over(nodes, edges)
}

/// Springs over given edges.
pub fn springs_over(nodes: usize, edges: Vec<[i32; 2]>) -> Problem {
    let rest: Vec<f64> = (0..edges.len()).map(|k| 1.0 + 0.1 * wave(k)).collect();
    Problem::new()
        .unknown("x", points::<2>(nodes))
        .array("rest", rest)
        .array("k", 3.0)
        .indices("edges", edges)
        .term(Term::energy("spring.wgsl", SPRING).over("edges"))
}

/// A system on one thread.
pub fn build(problem: Problem) -> System {
    System::build(problem, Options::default().threads(Some(1))).unwrap()
}

/// A full matrix.
pub type Dense = Vec<Vec<f64>>;

/// The Hessian of a system in full layout, written out.
pub fn dense(system: &mut System) -> Dense {
    let n = system.unknowns();
    let mut matrix = vec![vec![0.0; n]; n];
    let evaluation = system.evaluate().unwrap();
    evaluation.hessian.coordinates().unwrap().for_each(|(row, col, value)| matrix[row][col] += value);
    matrix
}

/// Everything a system computes: energy, gradient, row pointers, columns, values.
pub type Everything = (f64, Vec<f64>, Vec<usize>, Vec<u32>, Vec<f64>);

/// Everything, to be compared bit by bit.
pub fn everything(system: &mut System) -> Everything {
    let e = system.evaluate().unwrap();
    let h = e.hessian;
    (e.energy, e.gradient.to_vec(), h.row_ptr.to_vec(), h.col_idx.to_vec(), h.values.to_vec())
}

/// Asserts that two vectors agree relative to the norm of the second.
pub fn close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    let norm = expected.iter().map(|v| v * v).sum::<f64>().sqrt();
    let error = got.iter().zip(expected).map(|(g, e)| (g - e) * (g - e)).sum::<f64>().sqrt();
    assert!(error <= tolerance * norm.max(f64::MIN_POSITIVE), "differs by {error:e} of {norm:e}");
}
