//! Convergence of minimisers.

use super::{WEIGHT, soft_box, solve};
use spadina::minimize::Method;
use spadina::minimize::{LinearSolver, Outcome, ProjectionPolicy, Settings};
use spadina::{Problem, Term};

fn beam() -> (Problem, Vec<bool>) {
    let problem = soft_box([12, 3, 3], [4.0, 1.0, 1.0], (100.0, 300.0)).array("weight", 3.0);
    let problem = problem.term(Term::energy("weight.wgsl", WEIGHT).over("tetrahedra"));
    let held = problem.unknowns[0].1.data.chunks(3).flat_map(|p| [p[0] == 0.0; 3]).collect();
    (problem, held)
}

/// Near the solution the decrement, which measures the distance, is squared by every step.
#[test]
fn newton_converges_quadratically() {
    let (problem, held) = beam();
    for projection in [ProjectionPolicy::Never, ProjectionPolicy::OnDemand] {
        let settings = Settings::default().projection(projection);
        let (report, _) = solve(problem.clone(), &held, settings);
        assert_eq!(report.outcome, Outcome::Converged, "{report:?}");
        let decrements: Vec<f64> = report.iterations.iter().map(|i| i.decrement).collect();
        let last = &decrements[decrements.len() - 4..];
        let order = |k: usize| (last[k + 1] / last[k]).ln() / (last[k] / last[k - 1]).ln();
        let orders = [order(1), order(2)];
        assert!(orders.iter().any(|o| (1.8..2.4).contains(o)), "{orders:?}, {decrements:?}");
        assert!(report.iterations.last().unwrap().projected == 0);
    }
}

#[test]
fn all_methods_find_the_same_minimum() {
    let (problem, held) = beam();
    let direct = Settings::default().tolerance(1e-11);
    let (report, system) = solve(problem.clone(), &held, direct);
    assert!(report.outcome.is_minimum());
    let wanted = system.vector();
    let others = [
        direct.linear(LinearSolver::iterative(1e-8)),
        direct.projection(ProjectionPolicy::Always),
        direct.method(Method::Lbfgs).iterations(5000).tolerance(1e-9),
    ];
    for settings in others {
        let (report, system) = solve(problem.clone(), &held, settings);
        assert!(report.outcome.is_minimum(), "{settings:?}: {:?}", report.outcome);
        let error = system.vector().iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(error < 1e-5, "{settings:?}: {error:e}, {} iterations", report.iterations.len());
    }
}

/// Rosenbrock's valley, and a curve fitted to points: residual problems.
#[test]
fn residuals_are_minimised() {
    let valley =
        "fn residual(x: array<vec2f, 1>) -> vec2f { return vec2f(10.0 * (x[0].y - x[0].x * x[0].x), 1.0 - x[0].x); }";
    for method in [Method::LevenbergMarquardt, Method::Newton, Method::Exact, Method::Lbfgs] {
        let problem = Problem::new().unknown("x", vec![[-1.2, 1.0]]).indices("one", vec![[0]]);
        let problem = problem.term(Term::residual("valley.wgsl", valley).over("one"));
        let settings = Settings::default().method(method);
        let (report, system) = solve(problem, &[false; 2], settings);
        assert!(report.outcome.is_minimum(), "{method:?}: {report:?}");
        let x = system.vector();
        assert!((x[0] - 1.0).abs() < 1e-6 && (x[1] - 1.0).abs() < 1e-6, "{method:?}: {x:?}");
    }
}
