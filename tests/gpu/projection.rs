//! Element Hessians that are projected on the GPU.

use super::{both, cases, compare, peers};
use spadina::system::{Precision, Projection};
use spadina::{Options, Problem, System, Tensor, Term};

const ALL: [Projection; 3] = [Projection::Clamp, Projection::Abs, Projection::Reduced];

fn check(problem: &Problem, what: &str) {
    for projection in ALL {
        // Every eigenvalue is negative: what is left of the clamped Hessian is rounding.
        if what == "sqrt_chain" && projection != Projection::Abs {
            continue;
        }
        let options = Options { projection: Some(projection), ..Options::default() };
        if let Err(refused) = System::build(problem.clone(), options.clone()) {
            assert!(refused.to_string().contains("cannot be projected"), "{refused}");
            continue;
        }
        for (precision, tolerance) in [(Precision::F32, 1e-4), (Precision::F64, 1e-10)] {
            let options = Options { precision, ..options.clone() };
            if let Some(mut systems) = both(problem, &options) {
                compare(&mut systems, tolerance, &format!("{what}, {projection:?}, {precision:?}"));
            }
        }
    }
}

#[test]
fn conformance_cases() {
    cases().for_each(|(case, problem)| check(&problem, case));
}

#[test]
fn benchmark_problems() {
    peers().for_each(|(letter, problem)| check(&problem, letter));
}

/// Elements that a workgroup projects together, with unknowns that never meet the others.
#[test]
fn large_elements() {
    let text = "
fn energy(x: array<f32, 20>) -> f32 {
  var s = 0.0;
  for (var i = 0; i < 18; i++) { s += x[i] * x[(i + 5) % 18]; }
  return s * s * s - x[18] * x[18] * x[19];
}";
    let x: Vec<f64> = (0..100).map(|k| (0.7 * f64::from(k)).sin()).collect();
    let stencils: Vec<i32> = (0..5 * 20).collect();
    let problem = Problem::new().unknown("x", x).indices("over", Tensor::new(vec![5, 20], stencils).unwrap());
    check(&problem.term(Term::energy("large.wgsl", text).over("over")), "elements of 20 unknowns");
}
