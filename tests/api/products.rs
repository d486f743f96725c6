//! Products with the Hessian against the Hessian itself.

use crate::{build, close, dense, springs, strip, waves};
use spadina::system::Device;
use spadina::{Options, Problem, System, Term};

fn check(problem: Problem) {
    let n = problem.unknown_count();
    let matrix = dense(&mut build(problem.clone()));
    for device in [Device::Cpu, Device::Interpreter] {
        let options = Options::default().device(device).threads(Some(2));
        let mut system = System::build(problem.clone(), options).unwrap();
        for round in 0..2 {
            let direction: Vec<f64> = waves(n + round).split_off(round);
            let multiply = |row: &Vec<f64>| row.iter().zip(&direction).map(|(h, v)| h * v).sum();
            let expected: Vec<f64> = matrix.iter().map(multiply).collect();
            close(system.product(&direction).unwrap(), &expected, 1e-12);
        }
    }
}

#[test]
fn energies() {
    check(strip(40));
    check(springs(9));
}

#[test]
fn residuals_exactly() {
    let residual = "fn residual(x: array<vec3f, 3>, w: f32) -> vec2f {
  return vec2f(w * length(x[0] - x[1]) * x[2].z, dot(x[0], x[2]));
}";
    let term = || Term::residual("rows.wgsl", residual).over("triangles");
    check(strip(20).term(term()).term(term()));
    let text = "override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> r: array<f32>;
fn residual() {
  for (var i = 0u; i < n; i++) { r[i / 3u] += x[i] * x[i]; r[n + i] = sin(x[i] * x[(i + 1u) % n]); }
}";
    check(Problem::new().unknown("x", waves(8)).indices("n", 8).term(Term::residual("rows.wgsl", text)));
}

#[test]
fn several_unknowns_and_sums() {
    let text = "override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
fn energy() -> f32 {
  var e = 0.0;
  for (var i = 0u; i < n; i++) {
    var s = 0.0;
    for (var j = 0u; j < n; j++) { s += x[i] * y[j]; }
    e += exp(0.01 * s) + y[i] * y[i] * x[n - 1u - i];
  }
  return e;
}";
    let problem = Problem::new().unknown("y", waves(5)).unknown("z", waves(2)).unknown("x", waves(6)).indices("n", 5);
    check(problem.term(Term::energy("two.wgsl", text)));
}

#[test]
fn products_follow_the_data() {
    let mut system = build(springs(6));
    let direction = waves(12);
    system.product(&direction).unwrap();
    system.set_array("k", &[7.0]).unwrap();
    system.set_unknown("x", &waves(12)).unwrap();
    system.set_indices("edges", vec![[0, 5], [5, 2], [1, 2], [3, 4], [0, 1]]).unwrap();
    let matrix = dense(&mut system);
    let expected: Vec<f64> = matrix.iter().map(|row| row.iter().zip(&direction).map(|(h, v)| h * v).sum()).collect();
    close(system.product(&direction).unwrap(), &expected, 1e-12);
    // A product leaves the last evaluation alone, and an evaluation the last product.
    let energy = system.evaluate().unwrap().energy;
    system.product(&direction).unwrap();
    assert_eq!(system.value().unwrap(), energy);
}

#[test]
fn a_product_that_is_not_finite_names_the_term() {
    let energy = "fn energy(x: array<f32, 1>) -> f32 { return x[0] * sqrt(abs(x[0])); }";
    let problem = Problem::new().unknown("x", vec![1.0, 0.0]).indices("e", vec![0, 1]);
    let mut system = build(problem.term(Term::energy("root.wgsl", energy).over("e")));
    let message = system.product(&[1.0, 1.0]).unwrap_err().to_string();
    assert!(message.contains("is not finite: term 0 (root.wgsl)"), "{message}");
    system.set_unknown("x", &[1.0, 2.0]).unwrap();
    system.product(&[1.0, 1.0]).unwrap();
}
