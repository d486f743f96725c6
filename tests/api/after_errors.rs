//! The state of a system after a refusal, and what is not of the options of another back-end.

use crate::everything;
use spadina::backend::{self, Host};
use spadina::system::{Precision, ProjectedElements, Projection};
use spadina::{Error, Options, Problem, System, Term};
use std::sync::Arc;

/// `x` and `y` by elements, with a logarithm and a square root.
fn roots() -> Problem {
    let text = "fn energy(x: array<f32, 1>, y: array<f32, 1>) -> f32 { return log(x[0]) + sqrt(y[0]); }";
    Problem::new()
        .unknown("x", vec![1.0, 2.0])
        .unknown("y", vec![3.0, 4.0])
        .indices("nodes", vec![[0], [1]])
        .term(Term::energy("roots.wgsl", text).over("nodes"))
}

#[test]
fn a_vector_that_is_refused_changes_nothing() {
    let mut system = System::build(roots(), Options::default()).unwrap();
    let before = everything(&mut system);
    let error = system.set_unknowns(&[5.0, 6.0, 7.0, f64::NAN]).unwrap_err();
    assert!(matches!(&error, Error::NotFinite { name, at, .. } if name == "y" && *at == [1]), "{error}");
    assert_eq!(system.vector(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(everything(&mut system), before);
}

#[test]
fn what_was_not_finite_is_forgotten() {
    let mut system = System::build(roots(), Options::default()).unwrap();
    let before = everything(&mut system);
    // The energy is finite at zero, its derivatives are not.
    system.set_unknown("y", &[0.0, 4.0]).unwrap();
    assert!(system.value().is_ok());
    assert!(matches!(system.gradient(), Err(Error::NonFinite(_))));
    assert!(matches!(system.evaluate(), Err(Error::NonFinite(_))));
    assert!(system.value().is_ok());
    system.set_unknown("y", &[3.0, 4.0]).unwrap();
    assert!(system.value().is_ok());
    assert_eq!(everything(&mut system), before);
}

#[test]
fn the_element_is_named_at_which_a_sum_overflows() {
    // The gradient of each element is finite in single precision, their sum is not.
    let text = "fn energy(x: array<f32, 1>) -> f32 { return 2e38 * x[0]; }";
    let problem = Problem::new()
        .unknown("x", vec![0.5])
        .indices("nodes", vec![[0], [0]])
        .term(Term::energy("large.wgsl", text).over("nodes"));
    let mut system = System::build(problem, Options::default().precision(Precision::F32)).unwrap();
    match system.gradient() {
        Err(Error::NonFinite(error)) => {
            let number = error.iteration.as_ref().map(|own| own.number);
            assert_eq!((error.term, number, error.in_sum), (Some(0), Some(1), false), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn projected_elements_are_those_of_the_last_hessian() {
    let text = "fn energy(x: array<f32, 1>) -> f32 { return cos(x[0]); }";
    let problem = Problem::new()
        .unknown("x", vec![0.1, 0.2, 3.0])
        .indices("nodes", vec![[0], [1], [2]])
        .term(Term::energy("cos.wgsl", text).over("nodes"));
    let mut system = System::build(problem, Options::default().projection(Projection::Clamp)).unwrap();
    system.evaluate().unwrap();
    assert_eq!(system.projected_elements(), 2);
    system.value().unwrap();
    system.gradient().unwrap();
    assert_eq!(system.projected_elements(), 2);
    system.project(ProjectedElements::None);
    system.evaluate().unwrap();
    assert_eq!(system.projected_elements(), 0);
}

#[test]
fn another_back_end_has_no_displacements() {
    let host = || Arc::new(Host::new(backend::cpu()));
    let wanted = everything(&mut System::with_backend(roots(), Options::default(), host()).unwrap());
    #[cfg(feature = "gpu")]
    {
        use spadina::system::{Device, GpuOptions};
        let options = Options::default().device(Device::Gpu).gpu(GpuOptions::default().displacements(true));
        assert_eq!(everything(&mut System::with_backend(roots(), options, host()).unwrap()), wanted);
    }
    assert!(!wanted.1.is_empty());
}
