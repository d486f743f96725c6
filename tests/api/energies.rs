//! The energy of every term.

use crate::{strip, waves};
use spadina::system::{Device, Precision};
use spadina::{Error, Options, Problem, System, Term};

/// Energies and residuals in turn, some over nothing.
fn mixed() -> Problem {
    let rows = "fn residual(x: array<vec3f, 3>) -> vec2f { return vec2f(dot(x[0], x[1]), x[2].x - 1.0); }";
    let lower = "fn energy(x: array<vec3f, 2>) -> f32 { return x[0].z * x[1].z; }";
    strip(40)
        .indices("pairs", (1..40).map(|k| [k - 1, k]).collect::<Vec<_>>())
        .indices("none", spadina::Tensor::new(vec![0, 2], vec![]).unwrap())
        .term(Term::residual("rows.wgsl", rows).over("triangles"))
        .term(Term::energy("lower.wgsl", lower).over("none"))
        .term(Term::energy("lower.wgsl", lower).over("pairs"))
        .term(Term::residual("rows.wgsl", rows).over("triangles"))
}

fn alone(term: usize, options: &Options) -> f64 {
    let mut problem = mixed();
    problem.terms = vec![problem.terms.remove(term)];
    System::build(problem, options.clone()).unwrap().value().unwrap()
}

#[test]
fn they_add_up_to_the_value_and_are_those_of_each_term_alone() {
    for device in [Device::Cpu, Device::Interpreter] {
        for precision in [Precision::F64, Precision::F32] {
            let options = Options::default().device(device).precision(precision).threads(Some(2));
            let mut system = System::build(mixed(), options.clone()).unwrap();
            let energies = system.energies().unwrap();
            assert_eq!(energies.iter().fold(0.0, |sum, e| sum + e).to_bits(), system.value().unwrap().to_bits());
            for (term, energy) in energies.iter().enumerate() {
                assert_eq!(energy.to_bits(), alone(term, &options).to_bits(), "{device:?} {precision:?} {term}");
            }
            assert_eq!((energies[2], energies[1]), (0.0, energies[4]));
            assert!(energies[0] > 0.0 && energies[1] > 0.0 && energies[3] != 0.0, "{energies:?}");
        }
    }
}

#[test]
fn they_follow_new_numbers_and_leave_evaluations_alone() {
    let mut system = System::build(mixed(), Options::default()).unwrap();
    let residual = system.evaluate().unwrap().residual.unwrap().to_vec();
    let before = system.energies().unwrap();
    system.set_unknown("x", &waves(120)).unwrap();
    let moved = system.energies().unwrap();
    assert!(before.iter().zip(&moved).enumerate().all(|(term, (a, b))| (a == b) == (term == 2)), "{moved:?}");
    assert_ne!(system.evaluate().unwrap().residual.unwrap(), residual);
    system.set_array("w", &[0.0; 38]).unwrap();
    assert_eq!(system.energies().unwrap()[0], 0.0);
}

#[test]
fn one_that_is_not_finite_is_named() {
    let mut system = System::build(
        Problem::new()
            .unknown("x", vec![1.0, 2.0, -1.0])
            .indices("nodes", vec![[0], [1], [2]])
            .term(Term::energy("fine.wgsl", "fn energy(x: array<f32, 1>) -> f32 { return x[0] * x[0]; }").over("nodes"))
            .term(Term::energy("log.wgsl", "fn energy(x: array<f32, 1>) -> f32 { return log(x[0]); }").over("nodes")),
        Options::default(),
    )
    .unwrap();
    let error = system.energies().unwrap_err();
    assert!(matches!(&error, Error::NonFinite(found) if found.term == Some(1)), "{error}");
    assert_eq!(error.to_string(), system.value().unwrap_err().to_string());
}
