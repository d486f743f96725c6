//! Singular points: energies that are smooth there have their values, and of others a policy decides.

mod counts;
mod policies;
mod smooth;

use spadina::system::{Device, Precision};
use spadina::{Options, Problem, System, Term};
use spadina_conformance::without_gpu;

/// The devices with their tolerances; the GPU in single precision, if there is one.
pub fn everywhere(problem: &Problem) -> Vec<(System, f64)> {
    let build =
        |device, precision| System::build(problem.clone(), Options::default().device(device).precision(precision));
    let mut all = vec![
        (build(Device::Interpreter, Precision::F64).unwrap(), 1e-12),
        (build(Device::Cpu, Precision::F64).unwrap(), 1e-12),
        (build(Device::Cpu, Precision::F32).unwrap(), 1e-5),
    ];
    match build(Device::Gpu, Precision::F32) {
        Ok(gpu) => all.push((gpu, 1e-5)),
        Err(error) => without_gpu(error),
    }
    all
}

/// Two pairs of nodes, of which the first coincide, with an energy of `v`, the difference of a pair, and of `l` and `p`, numbers of
/// the pair.
pub fn pairs(body: &str, [l, p]: [[f64; 2]; 2]) -> Problem {
    let text = format!("fn energy(x: array<vec3f, 2>, l: f32, p: f32) -> f32 {{\n  let v = x[1] - x[0];\n  {body}\n}}");
    Problem::new()
        .unknown("x", vec![[0.5, -0.25, 2.0], [0.5, -0.25, 2.0], [0.0, 1.0, 0.0], [0.75, 1.5, -1.0]])
        .indices("pairs", vec![[0, 1], [2, 3]])
        .array("l", l.to_vec())
        .array("p", p.to_vec())
        .term(Term::energy("pair.wgsl", text).over("pairs"))
}

/// The Hessian as a dense matrix.
pub fn dense(system: &mut System) -> Vec<Vec<f64>> {
    let n = system.unknowns();
    let mut matrix = vec![vec![0.0; n]; n];
    for (row, col, value) in system.evaluate().unwrap().hessian.coordinates().unwrap() {
        (matrix[row][col], matrix[col][row]) = (value, value);
    }
    matrix
}
