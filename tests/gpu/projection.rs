//! Element Hessians that are projected on the GPU.

use super::{CASES, both, compare, peer, read};
use spadina::system::{Precision, Projection};
use spadina::{Options, Problem, System};

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
    for case in CASES {
        check(&read(case), case);
    }
}

#[test]
fn benchmark_problems() {
    for (letter, size) in [("A", 9), ("B", 4), ("C", 5), ("D", 9)] {
        check(&peer(letter, size), letter);
    }
}
