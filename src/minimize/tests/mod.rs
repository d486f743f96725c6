//! Minima, and starts from which there are none.

mod ends;

use super::*;
use crate::{Options, Problem, System, Term};

const SPRING: &str = "fn energy(x: array<vec2f, 2>) -> f32 {
  let s = length(x[1] - x[0]) - 1.0;
  return 500.0 * s * s;
}";
const WEIGHT: &str = "fn energy(x: array<vec2f, 1>) -> f32 { return 9.81 * x[0].y; }";

/// A chain of springs of length one, each node of mass one, that begins straight.
fn chain(links: i32, stretch: f64) -> Problem {
    Problem::new()
        .unknown("x", (0..=links).map(|k| [stretch * f64::from(k), 0.0]).collect::<Vec<_>>())
        .indices("springs", (0..links).map(|k| [k, k + 1]).collect::<Vec<_>>())
        .indices("nodes", (0..=links).map(|k| [k]).collect::<Vec<_>>())
        .term(Term::energy("spring.wgsl", SPRING).over("springs"))
        .term(Term::energy("weight.wgsl", WEIGHT).over("nodes"))
}

fn run(problem: Problem, held: impl Fn(usize) -> bool, settings: Settings) -> (Report, System) {
    let mut system = System::build(problem, settings.options(Options::default())).unwrap();
    let held: Vec<bool> = (0..system.unknowns()).map(held).collect();
    let report = minimize(&mut system, &held, settings, |i| {
        println!("{i:?}");
        true
    });
    (report.unwrap(), system)
}

#[test]
fn chains_hang_from_any_start() {
    for solver in [LinearSolver::Direct, LinearSolver::iterative(1e-10)] {
        for projection in [ProjectionPolicy::Never, ProjectionPolicy::OnDemand, ProjectionPolicy::Always] {
            for stretch in [0.8, 1.0, 1.3] {
                let problem = chain(10, stretch);
                let settings = Settings { projection, linear: solver, ..Settings::default() };
                println!("{settings:?} {stretch}");
                let (report, mut system) = run(problem, |k| !(2..20).contains(&k), settings);
                assert_eq!(report.outcome, Outcome::Converged);
                let (_, gradient) = system.gradient().unwrap();
                let largest = gradient[2..20].iter().fold(0.0f64, |most, g| most.max(g.abs()));
                assert!(largest < 1e-5, "{largest:e}");
            }
        }
    }
}

/// The end of a hanging chain, and how it answers to stiffness, rest lengths and where the chain is held, against central
/// differences.
#[test]
fn adjoints_are_derivatives() {
    let spring = "fn energy(x: array<vec2f, 2>, k: f32, rest: f32) -> f32 {
      let s = length(x[1] - x[0]) - rest;
      return 0.5 * k * s * s;
    }";
    let links = 6;
    let problem = || {
        Problem::new()
            .unknown("x", (0..=links).map(|k| [0.8 * f64::from(k), 0.0]).collect::<Vec<_>>())
            .array("k", 800.0)
            .array("rest", (0..links).map(|k| 1.0 + 0.02 * f64::from(k)).collect::<Vec<_>>())
            .indices("springs", (0..links).map(|k| [k, k + 1]).collect::<Vec<_>>())
            .indices("nodes", (0..=links).map(|k| [k]).collect::<Vec<_>>())
            .term(Term::energy("spring.wgsl", spring).over("springs"))
            .term(Term::energy("weight.wgsl", WEIGHT).over("nodes"))
    };
    let (settings, last) = (Settings { tolerance: 1e-13, ..Settings::default() }, 2 * links as usize);
    let held: Vec<bool> = (0..last + 2).map(|k| k < 2 || k >= last).collect();
    // J = the square of the middle's height, and its x.
    let value = |x: &[f64]| x[7] * x[7] + 0.5 * x[6];
    let solve = |change: &dyn Fn(&mut System)| {
        let mut system = System::build(problem(), settings.options(Options::default())).unwrap();
        change(&mut system);
        let report = minimize(&mut system, &held, settings, |_| true).unwrap();
        assert!(report.outcome.is_minimum(), "{report:?}");
        system
    };
    let mut system = solve(&|_| {});
    let x = system.vector();
    let mut adjoint = Adjoint::new(&mut system, &held, &["k", "rest"]).unwrap();
    let mut by = vec![0.0; x.len()];
    (by[7], by[6]) = (2.0 * x[7], 0.5);
    let found = adjoint.gradient(&by).unwrap();
    let rest: Vec<f64> = (0..links).map(|k| 1.0 + 0.02 * f64::from(k)).collect();
    let difference = |change: &dyn Fn(&mut System, f64), h: f64| {
        let at = |h: f64| value(&solve(&|system| change(system, h)).vector());
        (at(h) - at(-h)) / (2.0 * h)
    };
    let near =
        |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-5 * (1.0 + wanted.abs()), "{found} {wanted}");
    let wanted = difference(&|system, h| system.set_array("k", &[800.0 + h]).unwrap(), 0.1);
    near(found.arrays[0].data[0], wanted);
    let moved = |at: usize, h: f64| {
        let mut rest = rest.clone();
        rest[at] += h;
        rest
    };
    let wanted = difference(&|system, h| system.set_array("rest", &moved(2, h)).unwrap(), 1e-4);
    near(found.arrays[1].data[2], wanted);
    let pulled = |system: &mut System, h: f64| {
        let mut x = system.vector();
        x[last] += h;
        system.set_unknowns(&x).unwrap();
    };
    near(found.held[last], difference(&pulled, 1e-4));
}
