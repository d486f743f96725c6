//! Overrides that nothing binds to have their defaults, which may depend on others.

use crate::{build, everything};
use spadina::{Error, Options, Problem, System, Term, builder};

const CHAINED: &str = "override area: f32 = 0.1 * (width * width);
override width: f32 = 2.0 * s;
override s: f32 = 0.7;
override last: u32 = first + count;
override count: u32 = n * 2u + 1u;
override n: u32;
override first = 1u;
override shift: i32 = -i32(first);
@group(0) @binding(0) var<storage, read> x: array<f32>;
fn energy() -> f32 {
  var sum = 0.0;
  for (var i = first; i < last; i++) { sum += area * x[i] * x[i32(i) + shift]; }
  return sum;
}";

fn problem(n: i32) -> Problem {
    let x = (0..8).map(|k| 1.0 + f64::from(k)).collect::<Vec<_>>();
    Problem::new().unknown("x", x).indices("n", n).term(Term::energy("chained.wgsl", CHAINED))
}

/// The energy, computed here.
fn energy(area: f64, i: std::ops::Range<usize>, shift: i64) -> f64 {
    let x = |k: usize| 1.0 + k as f64;
    i.fold(0.0, |sum, i| sum + area * x(i) * x((i as i64 + shift) as usize))
}

#[track_caller]
fn check(problem: Problem, expected: f64) {
    let found = build(problem).value().unwrap();
    assert!((found - expected).abs() <= 1e-14 * expected.abs(), "{found} instead of {expected}");
}

#[test]
fn defaults_follow_what_is_bound() {
    let area = |width: f64| 0.1 * (width * width);
    check(problem(3), energy(area(1.4), 1..8, -1));
    check(problem(3).array("s", 0.3), energy(area(0.6), 1..8, -1));
    check(problem(3).array("s", 0.3).array("width", 5.0), energy(area(5.0), 1..8, -1));
    check(problem(3).array("area", 0.3).indices("first", 2).indices("count", 4), energy(0.3, 2..6, -2));
    check(problem(3).indices("last", 3).indices("shift", 5), energy(area(1.4), 1..3, 5));
    let mut other = problem(2).array("t", 1.25);
    other.terms = vec![Term::energy("chained.wgsl", CHAINED).bind("s", "t")];
    check(other.indices("shift", 0), energy(area(2.5), 1..6, 0));
}

#[test]
fn new_data_change_what_depends_on_them() {
    let mut system = build(problem(3).array("s", 0.3));
    let compile = system.seconds().compile;
    system.set_array("s", &[0.9]).unwrap();
    assert_eq!(everything(&mut system), everything(&mut build(problem(3).array("s", 0.9))));
    system.set_indices("n", 2).unwrap();
    assert_eq!(everything(&mut system), everything(&mut build(problem(2).array("s", 0.9))));
    assert_eq!(system.seconds().compile, compile);
    // Nothing was bound to `width`.
    assert!(matches!(system.set_array("width", &[1.0]), Err(Error::NoSuchArray { .. })));
}

#[test]
fn elements() {
    let text = "override k: f32 = 3.0 * s; override s: f32 = 0.1; override m: u32 = 2u * n; override n: u32;
fn energy(x: array<f32, 4>) -> f32 { return k * x[m] * x[n]; }";
    let problem = |n: i32| {
        let problem = Problem::new().unknown("x", vec![2.0, 3.0, 5.0, 7.0]).indices("e", vec![[0, 1, 2, 3]]);
        problem.indices("n", n).term(Term::energy("elements.wgsl", text).over("e"))
    };
    let mut system = build(problem(1));
    check(problem(1), 3.0 * 0.1 * 5.0 * 3.0);
    system.set_indices("n", 0).unwrap();
    assert_eq!(system.evaluate().unwrap().hessian.nonzeros(), 1);
    let refused = System::build(problem(2), Options::default()).err().unwrap().to_string();
    assert!(refused.contains("elements.wgsl:2:") && refused.contains("index 4 is out of range"), "{refused}");
}

#[test]
fn refusals() {
    let refused = |declarations: &str, wanted: &str| {
        let text = format!(
            "{declarations}\n@group(0) @binding(0) var<storage, read> x: array<f32>;\n\
             fn energy() -> f32 {{ return x[m] * k; }}"
        );
        let problem = Problem::new().unknown("x", vec![1.0, 2.0]).array("b", 1.0);
        let problem = problem.term(Term::energy("o.wgsl", text));
        let message = System::build(problem, Options::default()).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(message.contains(wanted), "{declarations}: `{message}` should contain `{wanted}`");
    };
    refused("override m: u32 = 0u; override s: f32; override k: f32 = 2.0 * s;", "nothing binds to `s` of o.wgsl");
    refused(
        "override m: u32 = u32(b); override b: f32; override k: f32 = 1.0;",
        "o.wgsl:1:19: an integer made from a real",
    );
    refused("override m: u32 = 4u / (z - z); override z: u32 = 1u; override k: f32 = 1.0;", "o.wgsl:1:");
    refused("override m: u32 = m; override k: f32 = 1.0;", "o.wgsl:1:");
    refused("override m: u32 = 2u; override k: f32 = 1.0;", "index 2 is out of range of `x`");
}

#[test]
fn built_in_rust() {
    let energy = builder::program("k", |p| p.scalar_or("k", 2.5) * p.reals("x").at(0)).unwrap();
    let problem = Problem::new().unknown("x", vec![2.0]).term(Term::built("k", energy));
    check(problem.clone(), 5.0);
    check(problem.array("k", 4.0), 8.0);
}
