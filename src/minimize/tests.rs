//! Minima, and starts from which there are none.

use super::*;
use crate::{Problem, Term};

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
    for solver in [LinearSolver::Direct, LinearSolver::Iterative { tolerance: 1e-10 }] {
        for projection in [Projecting::Never, Projecting::OnDemand, Projecting::Always] {
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
