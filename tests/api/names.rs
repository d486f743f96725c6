//! Names are for people: whatever data are called, what is computed is the same.

use super::{SPRING, build, close, everything, points};
use spadina::{Problem, System, Term};

/// A program whose sum runs to a size, and one that runs to the length of `x`.
const TO_SIZE: &str = "override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
fn energy() -> f32 {
  var s = 0.0;
  for (var i = 0u; i < n; i++) { s += x[i] * x[i]; }
  return s;
}";
const TO_LENGTH: &str = "@group(0) @binding(0) var<storage, read> x: array<f32>;
fn energy() -> f32 {
  var s = 0.0;
  for (var i = 0u; i < arrayLength(&x); i++) { s += x[i]; }
  return s;
}";

fn energy(system: &mut System) -> f64 {
    system.value().unwrap()
}

#[test]
fn a_size_may_be_called_like_a_length() {
    for name in ["len(x)", "len(x, 1)", "len(x, 2)", "row", "e", "const0"] {
        let problem = || Problem::new().unknown("x", vec![1.0, 2.0, 3.0, 4.0]).indices(name, 2);
        let to_size = || Term::energy("size.wgsl", TO_SIZE).bind("n", name);
        assert_eq!(energy(&mut build(problem().term(to_size()))), 5.0, "{name}");
        // Both in one problem, and in one program.
        let both = problem().term(to_size()).term(Term::energy("length.wgsl", TO_LENGTH));
        let mut system = build(both);
        assert_eq!(energy(&mut system), 15.0, "{name}");
        system.set_indices(name, 3).unwrap();
        assert_eq!(energy(&mut system), 24.0, "{name}");
        let mixed = TO_SIZE.replace("return s", "return s + f32(arrayLength(&x))");
        assert_eq!(energy(&mut build(problem().term(Term::energy("both.wgsl", mixed).bind("n", name)))), 9.0, "{name}");
    }
}

#[test]
fn an_index_array_may_be_called_like_anything() {
    let edges = vec![[0, 1], [1, 2], [2, 3], [3, 0]];
    let springs = |name: &str| {
        let problem = Problem::new().unknown("x", points::<2>(4)).array("rest", 0.5).array("k", 2.0);
        let others = problem.indices("x, 3", vec![7; 5]).indices("other", vec![0; 11]);
        others.indices(name, edges.clone()).term(Term::energy("spring.wgsl", SPRING).over(name))
    };
    let wanted = everything(&mut build(springs("edges")));
    for name in ["len(x)", "len(x", "x)", "other, 2", "other)", "len(other, 2)", ", ", "an array of 4 elements", "e"] {
        let mut system = build(springs(name));
        assert_eq!(everything(&mut system), wanted, "{name}");
        let fewer = vec![[0, 1], [1, 2]];
        system.set_indices(name, fewer.clone()).unwrap();
        let mut other = build(springs("edges"));
        other.set_indices("edges", fewer).unwrap();
        assert_eq!(everything(&mut system), everything(&mut other), "{name}");
    }
}

#[test]
fn lengths_are_those_of_the_array() {
    let text = "@group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage, read> t: array<u32>;
      fn energy() -> f32 { return x[0] * f32(arrayLength(&t)); }";
    for name in ["t", "other, 2", "len(other)", "other)", "x, 1"] {
        let problem = Problem::new().unknown("x", vec![1.0, 1.0, 1.0]).indices("other", vec![0; 10]);
        let problem = problem.indices(name, vec![0, 1, 2, 3, 4]);
        assert_eq!(energy(&mut build(problem.term(Term::energy("t.wgsl", text).bind("t", name)))), 5.0, "{name}");
    }
}

#[test]
fn a_table_may_be_called_like_what_bounds_an_index() {
    // The index into `local` is bounded by a table of the numbers 0, 1, 2.
    let text = "@group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage, read> t: array<u32>;
      fn energy() -> f32 {
        var local = array<f32, 3>(x[0], 2.0 * x[1], 3.0 * x[2]);
        var s = 0.0;
        for (var i = 0u; i < arrayLength(&t); i++) { s += local[t[i]]; }
        return s;
      }";
    for name in ["t", "an array of 3 elements"] {
        let problem = Problem::new().unknown("x", vec![1.0, 10.0, 100.0]).indices(name, vec![2, 2, 1, 0]);
        let mut system = build(problem.term(Term::energy("local.wgsl", text).bind("t", name)));
        let (value, gradient, ..) = everything(&mut system);
        assert_eq!(value, 621.0, "{name}");
        close(&gradient, &[1.0, 2.0, 6.0], 0.0);
    }
}

#[test]
fn an_array_may_be_called_like_a_constant() {
    let text = "@group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage, read> a: array<f32>;
      @group(0) @binding(2) var<storage, read> t: array<u32>;
      const weights = array<f32, 3>(1.0, 2.0, 4.0);
      fn energy() -> f32 {
        var s = 0.0;
        for (var i = 0u; i < arrayLength(&t); i++) { s += weights[t[i]] * a[i] * x[i]; }
        return s;
      }";
    for name in ["a", "const0", "const1"] {
        let problem = Problem::new().unknown("x", vec![1.0, 1.0]).array(name, vec![3.0, 5.0]).indices("t", vec![2, 1]);
        let mut system = build(problem.term(Term::energy("constant.wgsl", text).bind("a", name)));
        assert_eq!(everything(&mut system).0, 22.0, "{name}");
    }
}

#[test]
fn rows_without_numbers_are_counted() {
    let over = spadina::Tensor { shape: vec![3, 0], data: Vec::new() };
    let problem = Problem::new().unknown("x", points::<2>(4)).array("rest", 0.5).array("k", 2.0);
    let problem = problem.indices("edges", vec![[0, 1], [1, 2], [2, 3]]).indices("none", over);
    let term = |over: &str| Term::energy("spring.wgsl", SPRING).over(over).bind("x", "x@edges");
    let wanted = everything(&mut build(problem.clone().term(term("edges"))));
    assert_eq!(everything(&mut build(problem.term(term("none")))), wanted);
}

#[test]
fn an_array_may_be_called_like_the_weights_of_a_residual() {
    let text =
        |name: &str| format!("fn residual(x: array<f32, 2>, {name}: f32) -> f32 {{ return {name} * x[0] * x[1]; }}");
    let problem = |name: &str| {
        let problem = Problem::new().unknown("x", vec![1.0, 2.0, 4.0]).array(name, vec![3.0, 5.0]);
        problem.indices("edges", vec![[0, 1], [1, 2]]).term(Term::residual("r.wgsl", text(name)).over("edges"))
    };
    let wanted = everything(&mut build(problem("a")));
    assert_eq!(wanted.0, 0.5 * (6.0 * 6.0 + 40.0 * 40.0));
    assert_eq!(everything(&mut build(problem("weights"))), wanted);
}
