//! Projected element Hessians, against the interpreter, which decomposes whole matrices by another library.

use crate::cases::{options, problems, system};
use crate::subject::Subject;
use spadina::system::Projection;
use spadina::{Problem, System, Tensor, Term};

const ALL: [Projection; 3] = [Projection::Clamp, Projection::Abs, Projection::Reduced];

/// The difference of two lists relative to the second.
fn difference(found: &[f64], wanted: &[f64]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let norm = |list: &mut dyn Iterator<Item = f64>| list.map(|x| x * x).sum::<f64>().sqrt();
    let scale = norm(&mut wanted.iter().copied()).max(f64::MIN_POSITIVE);
    norm(&mut found.iter().zip(wanted).map(|(a, b)| a - b)) / scale
}

fn check(subject: &Subject, problem: &Problem, what: &str) {
    for projection in ALL {
        // Every eigenvalue is negative: what is left of the clamped Hessian is rounding.
        if what == "sqrt_chain" && projection != Projection::Abs {
            continue;
        }
        let options = options(subject).projection(Some(projection));
        let reference = Subject::interpreter();
        let built = System::with_backend(problem.clone(), options.clone(), reference.backend.clone());
        let mut reference = match built {
            Ok(system) => system,
            Err(refused) => {
                assert!(refused.to_string().contains("cannot be projected"), "{refused}");
                continue;
            }
        };
        let wanted = reference.evaluate().unwrap_or_else(|e| panic!("{e}"));
        let mut own = system(subject, problem, options);
        let found = own.evaluate().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(found.hessian.col_idx, wanted.hessian.col_idx, "{what}, {projection:?}");
        let difference = difference(found.hessian.values, wanted.hessian.values);
        assert!(difference <= subject.problems, "{what}, {projection:?}: differs by {difference:e} of its norm");
    }
}

/// Projections of every case.
pub fn projected_cases(subject: &Subject) {
    problems().for_each(|(name, problem)| check(subject, &problem, &name));
}

/// Elements of twenty unknowns, some of which never meet the others.
pub fn large_elements(subject: &Subject) {
    let text = "
fn energy(x: array<f32, 20>) -> f32 {
  var s = 0.0;
  for (var i = 0; i < 18; i++) { s += x[i] * x[(i + 5) % 18]; }
  return s * s * s - x[18] * x[18] * x[19];
}";
    let x: Vec<f64> = (0..100).map(|k| (0.7 * f64::from(k)).sin()).collect();
    let stencils = Tensor::new(vec![5, 20], (0..5 * 20).collect::<Vec<i32>>()).expect("five rows");
    let problem = Problem::new().unknown("x", x).indices("over", stencils);
    check(subject, &problem.term(Term::energy("large.wgsl", text).over("over")), "elements of 20 unknowns");
}
