//! Ends of minimisations: what is called converged is a minimum.

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// An energy of one node in the plane.
fn one(start: [f64; 2], energy: &str) -> Problem {
    let energy = format!("fn energy(p: array<vec2f, 1>) -> f32 {{ let x = p[0].x; let y = p[0].y; return {energy}; }}");
    Problem::new()
        .unknown("p", vec![start])
        .indices("node", vec![[0]])
        .term(Term::energy("own.wgsl", energy).over("node"))
}

#[test]
fn a_saddle_with_a_slope_is_no_end() {
    // Of two wells at y = 1 and -1, between which the slope along y is small; along x it is steep.
    let wells = "50.0 * x * x + 0.25 * (y * y - 1.0) * (y * y - 1.0)";
    for projection in [ProjectionPolicy::Never, ProjectionPolicy::OnDemand, ProjectionPolicy::Always] {
        let settings = Settings { projection, ..Settings::default().decrement(1e-2) };
        let (report, mut system) = run(one([0.0, 1e-3], wells), |_| false, settings);
        let last = report.iterations.last().unwrap();
        assert_eq!((report.outcome, last.hessian), (Outcome::Converged, SolvedHessian::Unchanged), "{projection:?}");
        assert!((system.vector()[1].abs() - 1.0).abs() < 1e-2, "{projection:?} {:?}", system.vector());
        assert!(last.decrement <= 1e-2 && last.decrement_limit == Some(1e-2));
        assert!(system.value().unwrap() < 1e-4);
    }
}

#[test]
fn a_saddle_without_a_slope_is_told() {
    let wells = "50.0 * x * x + 0.25 * (y * y - 1.0) * (y * y - 1.0)";
    let (report, _) = run(one([0.5, 0.0], wells), |_| false, Settings::default());
    let last = report.iterations.last().unwrap();
    assert_eq!(report.outcome, Outcome::Converged);
    assert!(matches!(last.hessian, SolvedHessian::Projected | SolvedHessian::Shifted), "{last:?}");
}

#[test]
fn a_kink_with_a_slope_is_no_end() {
    // A valley along y = x whose ground falls to (1, 1); a step down the wall ends behind the kink.
    let valley = "10.0 * abs(x - y) + 0.05 * ((x - 1.0) * (x - 1.0) + (y - 1.0) * (y - 1.0))";
    for projection in [ProjectionPolicy::Never, ProjectionPolicy::OnDemand, ProjectionPolicy::Always] {
        for start in [[0.0, 1e-7], [0.0, 0.5], [3.0, 0.0], [0.2, 0.2 + 1e-14]] {
            let settings = Settings { projection, ..Settings::default() };
            let (report, system) = run(one(start, valley), |_| false, settings);
            let x = system.vector();
            let there = (x[0] - 1.0).abs() < 1e-3 && (x[1] - 1.0).abs() < 1e-3;
            assert!(there || !report.outcome.is_minimum(), "{start:?} {x:?} {:?}", report.outcome);
        }
    }
}

#[test]
fn learned_stiffness_is_not_believed() {
    let lbfgs = Settings { method: Method::Lbfgs, iterations: 2000, ..Settings::default() };
    let stiff = "0.5 * 1e10 * x * x + 0.5 * (y - 9.0) * (y - 9.0)";
    let (report, system) = run(one([1.0, 0.0], stiff), |_| false, lbfgs);
    assert!(report.outcome.is_minimum() && (system.vector()[1] - 9.0).abs() < 1e-3, "{:?}", system.vector());
    for kink in ["abs(x - 1.0) + 0.5 * abs(y)", "3.0 * max(x, 0.0) + max(-x, 0.0) + 0.2 * abs(y - 9.0)"] {
        let (report, system) = run(one([3.0, 2.0], kink), |_| false, lbfgs);
        assert!(!report.outcome.is_minimum(), "{kink}: {:?} {:?}", report.outcome, system.vector());
    }
}

#[test]
fn kinks_of_residuals_are_no_end() {
    let text = "fn residual(x: array<vec2f, 1>) -> vec2f {
      return vec2f(abs(x[0].x - x[0].y) + 100.0, 0.1 * (x[0].x + x[0].y) - 1.0);
    }";
    let problem = Problem::new().unknown("x", vec![[3.0, 0.0]]).indices("node", vec![[0]]);
    let problem = problem.term(Term::residual("own.wgsl", text).over("node"));
    let settings = Settings { method: Method::LevenbergMarquardt, ..Settings::default() };
    let (report, system) = run(problem, |_| false, settings);
    assert!(!report.outcome.is_minimum(), "{:?} {:?}", report.outcome, system.vector());
}

#[test]
fn soft_directions_beside_stiff_ones_are_followed() {
    let sheer = "1e4 * sqrt(x * x + 1e-16) + 1e-2 * sqrt((y - 9.0) * (y - 9.0) + 1.0)";
    for start in [[3.0, 2.0], [0.0, 2.0]] {
        let (report, system) = run(one(start, sheer), |_| false, Settings::default());
        assert!(system.vector()[0].abs() < 1e-3, "{:?} {:?}", report.outcome, system.vector());
    }
}

/// The start of a chain of springs under its weight, held at its ends.
fn ends_held(k: usize) -> bool {
    !(2..20).contains(&k)
}

/// The chain, with springs between every second node, of which incomplete factors leave something out.
fn crossed() -> Problem {
    let longer = "fn energy(x: array<vec2f, 2>) -> f32 { let s = length(x[1] - x[0]) - 2.5; return 50.0 * s * s; }";
    let pairs = [(0, 2), (1, 9), (2, 6), (3, 8), (4, 10), (5, 9), (1, 5)].map(|(a, b)| [a, b]);
    chain(10, 1.3).indices("crossed", pairs.to_vec()).term(Term::energy("longer.wgsl", longer).over("crossed"))
}

#[test]
fn conjugate_gradients_that_stall_give_way() {
    let settings = Settings::default().linear(LinearSolver::iterative(1e-10).at_most(1));
    let (report, _) = run(crossed(), ends_held, settings);
    assert_eq!(report.outcome, Outcome::Converged);
    let (first, others) = report.iterations.split_first().unwrap();
    assert!(first.linear_stalled && first.linear_iterations == 1, "{first:?}");
    assert!(others.iter().all(|i| !i.linear_stalled && i.linear_iterations == 0), "{others:?}");
    assert!(report.seconds_symbolic > 0.0);
}

/// A free body needs springs in factors, and none in conjugate gradients: those that stall hand it over.
#[test]
fn free_bodies_survive_a_stall() {
    let settings = |linear| Settings::default().linear(linear);
    let free = |linear| run(crossed(), |_| false, settings(linear)).0;
    let weightless = |linear| {
        let mut problem = crossed();
        problem.terms.remove(1);
        run(problem, |_| false, settings(linear)).0
    };
    assert!(!free(LinearSolver::Direct).outcome.is_minimum(), "it falls");
    let [direct, stalled] = [LinearSolver::Direct, LinearSolver::iterative(1e-10).at_most(1)].map(weightless);
    assert_eq!((direct.outcome, stalled.outcome), (Outcome::Converged, Outcome::Converged));
    assert!(stalled.iterations.len() <= direct.iterations.len() + 1, "{stalled:?}");
    assert!(stalled.iterations[0].linear_stalled && !stalled.iterations[1].linear_stalled);
}

#[test]
fn seconds_add_up() {
    let (report, _) = run(chain(10, 1.3), ends_held, Settings::default());
    for i in &report.iterations {
        let sum = i.seconds_evaluate + i.seconds_linear + i.seconds_other;
        assert!((sum - i.seconds).abs() <= 1e-12 + 1e-9 * i.seconds, "{i:?}");
    }
}

/// The differences of neighbours in a box of so many cells, whose factors take longer than the wish to stop is asked for.
fn boxes(cells: i32) -> Problem {
    let n = cells + 1;
    let number = |[i, j, k]: [i32; 3]| (i * n + j) * n + k;
    let nodes = (0..n * n * n).map(|a| [a / (n * n), a / n % n, a % n]);
    let edges = nodes.flat_map(|[i, j, k]| {
        let others = [[i + 1, j, k], [i, j + 1, k], [i, j, k + 1]].into_iter().filter(|a| a.iter().all(|&a| a < n));
        others.map(move |other| [number([i, j, k]), number(other)])
    });
    let slope = "fn energy(u: array<f32, 2>) -> f32 { let d = u[1] - u[0] - 1.0; return d * d; }";
    Problem::new()
        .unknown("u", vec![0.0; (n * n * n) as usize])
        .indices("edges", edges.collect::<Vec<_>>())
        .term(Term::energy("slope.wgsl", slope).over("edges"))
}

#[test]
fn the_wish_to_stop_is_heard_within_a_linear_system() {
    static WANTED: AtomicBool = AtomicBool::new(false);
    let wanted = || WANTED.load(Ordering::Relaxed);
    for method in [Method::Newton, Method::LevenbergMarquardt] {
        WANTED.store(false, Ordering::Relaxed);
        let settings = Settings { method, ..Settings::default().linear(LinearSolver::iterative(1e-10)).stop(wanted) };
        let mut system = System::build(chain(10, 1.3), settings.options(Options::default())).unwrap();
        let held: Vec<bool> = (0..system.unknowns()).map(ends_held).collect();
        let start = system.vector();
        let report = minimize(&mut system, &held, settings, |_| {
            WANTED.store(true, Ordering::Relaxed);
            true
        });
        let report = report.unwrap();
        assert_eq!((report.outcome, report.iterations.len()), (Outcome::Stopped, 1), "{method:?}");
        assert_ne!(system.vector(), start);
        // From there on it goes on.
        WANTED.store(false, Ordering::Relaxed);
        let report = minimize(&mut system, &held, settings, |_| true).unwrap();
        assert_eq!(report.outcome, Outcome::Converged, "{method:?}");
    }
    WANTED.store(true, Ordering::Relaxed);
    let settings = Settings::default().stop(wanted);
    let (report, _) = run(chain(10, 1.3), ends_held, settings);
    // The symbolic phase of so few unknowns may be done before anybody asks.
    assert!(matches!(report.outcome, Outcome::Stopped | Outcome::Converged));
}

#[test]
fn a_solver_that_was_stopped_goes_on() {
    static WANTED: AtomicBool = AtomicBool::new(false);
    let settings = Settings::default().stop(|| WANTED.load(Ordering::Relaxed));
    let mut system = System::build(boxes(24), settings.options(Options::default())).unwrap();
    let held: Vec<bool> = (0..system.unknowns()).map(|k| k < 25 * 25).collect();
    let mut newton = Newton::new(&mut system, &held, settings).unwrap();
    WANTED.store(true, Ordering::Relaxed);
    assert!(matches!(newton.step(&mut system), Err(Error::Stopped)));
    WANTED.store(false, Ordering::Relaxed);
    // What was lost with the work that nobody waited for is made again.
    newton.restart(&mut system).unwrap();
    let report = iterate(&mut newton, &mut system, 5, |_| true).unwrap();
    assert_eq!(report.outcome, Outcome::Converged);
}
