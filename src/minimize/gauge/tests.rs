//! Bodies that nothing holds, in the plane and in space.

use super::{At, Gauge};
use crate::minimize::linear::FreeHessian;
use crate::minimize::{LinearSolver, Outcome, Settings, SolvedHessian, minimize};
use crate::system::ProjectedElements;
use crate::{Options, Problem, System, Term};

/// A number between -1 and 1.
fn noise(k: usize) -> f64 {
    let x = (12.9898 * (k + 1) as f64).sin() * 43758.5453;
    2.0 * (x - x.floor()) - 1.0
}

const SPRING: &str = "fn energy(x: array<VEC, 2>, l: f32) -> f32 { let s = length(x[1] - x[0]) - l; return s * s; }";

/// Boxes in a row, all corners joined, each moved by a little; `shaken` says by how much corners are out of place.
fn boxes(count: usize, shaken: f64) -> Problem {
    let (mut x, mut springs, mut l) = (Vec::new(), Vec::new(), Vec::new());
    for own in 0..count {
        let corner = |k: usize, axis: usize| f64::from(u8::from(k >> axis & 1 == 1));
        for k in 0..8 {
            let place = |axis: usize| corner(k, axis) + shaken * noise(31 * own + 3 * k + axis);
            x.push([3.0 * own as f64 + place(0), place(1), place(2)]);
            for other in k + 1..8 {
                springs.push([(8 * own + k) as i32, (8 * own + other) as i32]);
                l.push((0..3).map(|axis| (corner(k, axis) - corner(other, axis)).powi(2)).sum::<f64>().sqrt());
            }
        }
    }
    Problem::new()
        .unknown("x", x)
        .array("l", l)
        .indices("springs", springs)
        .term(Term::energy("spring.wgsl", SPRING.replace("VEC", "vec3f")).over("springs"))
}

/// The number of motions that are held at the start.
fn motions(problem: Problem, held: impl Fn(usize) -> bool) -> usize {
    let mut system = System::build(problem, Options::default()).unwrap();
    let held: Vec<bool> = (0..system.unknowns()).map(held).collect();
    let mut matrix = FreeHessian::new(system.pattern().unwrap(), &held);
    system.project(ProjectedElements::None);
    let at = system.evaluate().unwrap();
    let mut gradient = Vec::new();
    matrix.set(at.hessian).unwrap();
    matrix.gather(at.gradient, &mut gradient);
    let x = system.vector();
    let mut gauge = Gauge::new(system.pattern().unwrap(), &held);
    let pins = gauge.pins(system.problem(), &matrix, At { x: &x, gradient: &gradient }, false);
    let mut rows = pins.clone();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len(), pins.len(), "{pins:?}");
    pins.len()
}

#[test]
fn bodies_slide_and_turn() {
    for shaken in [0.0, 0.1] {
        assert_eq!(motions(boxes(1, shaken), |_| false), 6);
        assert_eq!(motions(boxes(3, shaken), |_| false), 18);
        // One node of the first is held: it turns.
        assert_eq!(motions(boxes(1, shaken), |k| k < 3), 3);
        // Held by two nodes.
        assert_eq!(motions(boxes(1, shaken), |k| k < 6), 0);
        // Of two, one slides and turns.
        assert_eq!(motions(boxes(2, shaken), |k| k < 9), 6);
    }
}

#[test]
fn what_is_felt_is_not_held() {
    let weight = "fn energy(x: array<vec3f, 1>) -> f32 { return x[0].z; }";
    let nodes: Vec<[i32; 1]> = (0..8).map(|k| [k]).collect();
    let with = |energy: &str| {
        boxes(1, 0.0).indices("nodes", nodes.clone()).term(Term::energy("own.wgsl", energy).over("nodes"))
    };
    // It falls, but slides in the plane and turns around the vertical.
    assert_eq!(motions(with(weight), |_| false), 3);
    // In a valley it feels one direction, and turns.
    assert_eq!(motions(with("fn energy(x: array<vec3f, 1>) -> f32 { return x[0].z * x[0].z; }"), |_| false), 3);
    // A weak spring to each node's own place holds all, although the forces of its turns cancel.
    let home = "fn energy(x: array<vec3f, 1>) -> f32 { let d = x[0] - vec3f(0.5); return 1e-6 * (d.x * d.x + 2.0 * d.y * d.y + 3.0 * d.z * d.z); }";
    assert_eq!(motions(with(home), |_| false), 0);
}

#[test]
fn arrays_move_together() {
    let ladder = "fn energy(x: array<vec2f, 1>, y: array<vec2f, 2>) -> f32 {
      let a = length(x[0] - y[0]) - 1.0;
      let b = length(x[0] - y[1]) - 1.0;
      let c = length(y[0] - y[1]) - 1.0;
      return a * a + b * b + c * c;
    }";
    let problem = Problem::new()
        .unknown("x", vec![[0.1, 1.0], [1.2, 0.9]])
        .unknown("y", vec![[0.0, 0.0], [1.0, 0.1], [2.2, 0.0]])
        .indices("upper", vec![[0], [1]])
        .indices("lower", vec![[0, 1], [1, 2]])
        .term(Term::energy("ladder.wgsl", ladder).bind("x", "x@upper").bind("y", "y@lower").over("lower"));
    assert_eq!(motions(problem, |_| false), 3);
}

#[test]
fn levels_are_free() {
    let slope = "fn energy(u: array<f32, 2>, f: f32) -> f32 { let d = u[1] - u[0] - f; return d * d; }";
    let problem = Problem::new()
        .unknown("u", vec![0.0, 1.0, 5.0, 2.0])
        .array("f", vec![1.0, 2.0, -1.0])
        .indices("edges", vec![[0, 1], [1, 2], [2, 3]])
        .term(Term::energy("slope.wgsl", slope).over("edges"));
    assert_eq!(motions(problem.clone(), |_| false), 1);
    let settings = Settings::default();
    let mut system = System::build(problem, settings.options(Options::default())).unwrap();
    let report = minimize(&mut system, &[false; 4], settings, |_| true).unwrap();
    assert_eq!(report.outcome, Outcome::Converged);
    // The mean stays.
    let mean = system.vector().iter().sum::<f64>() / 4.0;
    assert!((mean - 2.0).abs() < 1e-12, "{mean}");
}

/// Free bodies converge as quickly as held ones, with the Hessian as it is, and stay where they are.
#[test]
fn free_bodies_converge() {
    let run = |held: &dyn Fn(usize) -> bool, linear: LinearSolver| {
        let settings = Settings::default().linear(linear);
        let mut system = System::build(boxes(2, 0.3), settings.options(Options::default())).unwrap();
        let held: Vec<bool> = (0..system.unknowns()).map(held).collect();
        let middle = |x: &[f64]| x.iter().step_by(3).sum::<f64>();
        let before = middle(&system.vector());
        let report = minimize(&mut system, &held, settings, |_| true).unwrap();
        let last = *report.iterations.last().unwrap();
        assert_eq!((report.outcome, last.hessian), (Outcome::Converged, SolvedHessian::Unchanged), "{report:?}");
        assert!(last.energy < 1e-16, "{report:?}");
        (report.iterations.len(), middle(&system.vector()) - before)
    };
    let (held, _) = run(&|k| k < 3 || (24..27).contains(&k), LinearSolver::Direct);
    for linear in [LinearSolver::Direct, LinearSolver::iterative(1e-8)] {
        let (free, moved) = run(&|_| false, linear);
        assert!(free <= held + 1, "{linear:?}: {free} {held}");
        assert!(moved.abs() < 1e-9, "{linear:?}: {moved}");
    }
}

/// A spring that holds a body however weakly is not taken for a free motion: the body goes where it pulls.
#[test]
fn weak_springs_pull() {
    let pull =
        "fn energy(x: array<vec3f, 1>, goal: vec3f, w: f32) -> f32 { let d = x[0] - goal; return w * dot(d, d); }";
    for weak in [1e-4, 1e-6, 1e-8, 1e-10, 1e-11] {
        for turn in [false, true] {
            // The body turns around its first corner, which is held, or slides.
            let problem = boxes(1, 0.0).array("goal", vec![1.0, 1.0, 2.0]).array("w", weak).indices("node", vec![[7]]);
            let problem = problem.term(Term::energy("pull.wgsl", pull).over("node"));
            let settings = Settings::default().iterations(400);
            let mut system = System::build(problem, settings.options(Options::default())).unwrap();
            let held: Vec<bool> = (0..24).map(|k| turn && k < 3).collect();
            let report = minimize(&mut system, &held, settings, |_| true).unwrap();
            let x = system.vector();
            let ray = if turn { 3f64.sqrt() / 6f64.sqrt() } else { 1.0 };
            let far = [1.0, 1.0, 2.0].map(|goal| ray * goal);
            let near = (0..3).all(|k| (x[21 + k] - far[k]).abs() < 1e-3);
            assert!(near || !report.outcome.is_minimum(), "{weak:e} {turn}: {:?} {:?}", report.outcome, &x[21..]);
        }
    }
}

/// Where a rod lies along an axis, the Hessian has rows of zeros.
#[test]
fn rods_along_an_axis_are_free() {
    let rod = |turned: f64| {
        let (x, y) = (2.0 * f64::cos(turned), 2.0 * f64::sin(turned));
        Problem::new()
            .unknown("x", vec![[0.0, 0.0, 0.0], [x, y, 0.0]])
            .array("l", 1.0)
            .indices("springs", vec![[0, 1]])
            .term(Term::energy("spring.wgsl", SPRING.replace("VEC", "vec3f")).over("springs"))
    };
    for turned in [0.0, 0.3] {
        let settings = Settings::default();
        let mut system = System::build(rod(turned), settings.options(Options::default())).unwrap();
        let report = minimize(&mut system, &[false; 6], settings, |_| true).unwrap();
        let last = report.iterations.last().unwrap();
        assert_eq!((report.outcome, last.hessian), (Outcome::Converged, SolvedHessian::Unchanged), "{turned}");
    }
}
