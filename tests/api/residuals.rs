//! Residual terms: stacking, rows of many updates, rows written once.

use crate::{build, close, dense, waves};
use spadina::{Error, Options, Problem, System, Term};

/// A residual program over `x`, `n` long.
fn program(body: &str) -> Term {
    let head = "override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> at: array<u32>;
@group(0) @binding(2) var<storage, read_write> r: array<f32>;
fn residual() {\n";
    Term::residual("rows.wgsl", format!("{head}{body}\n}}"))
}

fn problem(n: usize) -> Problem {
    let at: Vec<i32> = (0..n as i32).rev().collect();
    Problem::new().unknown("x", waves(n)).indices("n", n as i32).indices("at", at)
}

/// The residual at `x`, and checks of energy, gradient and Hessian against what follows from finite rows.
fn rows(problem: Problem) -> Vec<f64> {
    let mut system = build(problem);
    let e = system.evaluate().unwrap();
    let (residual, jacobian) = (e.residual.unwrap().to_vec(), e.jacobian.unwrap());
    let mut gradient = vec![0.0; e.gradient.len()];
    assert_eq!((jacobian.rows, jacobian.cols), (residual.len(), gradient.len()));
    jacobian.coordinates().unwrap().for_each(|(row, col, value)| gradient[col] += residual[row] * value);
    close(e.gradient, &gradient, 1e-12);
    let half = 0.5 * residual.iter().map(|r| r * r).sum::<f64>();
    assert!((e.energy - half).abs() <= 1e-12 * half);
    check_hessian(&mut system);
    residual
}

/// Central differences of the gradient.
fn check_hessian(system: &mut System) {
    let n = system.unknowns();
    let h = dense(system);
    let x = system.problem().unknowns[0].1.data.clone();
    for k in 0..n {
        let mut at = |step: f64| {
            let mut moved = x.clone();
            moved[k] += step;
            system.set_unknown("x", &moved).unwrap();
            system.gradient().unwrap().1.to_vec()
        };
        let (plus, minus) = (at(1e-5), at(-1e-5));
        let column: Vec<f64> = plus.iter().zip(&minus).map(|(p, m)| (p - m) / 2e-5).collect();
        for row in 0..n {
            assert!((column[row] - h[row][k]).abs() < 1e-6 * (1.0 + h[row][k].abs()), "({row}, {k})");
        }
    }
    system.set_unknown("x", &x).unwrap();
}

fn refused(body: &str) -> String {
    let result = System::build(problem(4).term(program(body)), Options::default());
    let error = result.map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Index { .. }), "{error}");
    error.to_string()
}

#[test]
fn a_row_of_many_updates_is_summed_before_it_is_squared() {
    let x = waves(5);
    let body = "for (var i = 0u; i < n; i++) { r[i / 2u] += x[i] * x[i]; } r[0] += 3.0; r[1] -= x[4] * x[0];";
    let got = rows(problem(5).term(program(body)));
    let expected = [x[0] * x[0] + x[1] * x[1] + 3.0, x[2] * x[2] + x[3] * x[3] - x[4] * x[0], x[4] * x[4]];
    close(&got, &expected, 1e-14);
}

#[test]
fn rows_written_with_equals() {
    let x = waves(4);
    let got = rows(problem(4).term(program("for (var i = 0u; i < n; i++) { r[at[i]] = sin(x[i]); }")));
    close(&got, &[3, 2, 1, 0].map(|k| x[k].sin()), 1e-14);
    // The value may hold sums of other loops; it is one write.
    let body = "for (var i = 0u; i < n; i++) {
  var s = 0.0;
  for (var j = 0u; j < i; j++) { s += x[j]; }
  r[i] = x[i] * x[i] + s - 2.0 * s;
}";
    let got = rows(problem(4).term(program(body)));
    let expected = [x[0] * x[0], x[1] * x[1] - x[0], x[2] * x[2] - x[0] - x[1], x[3] * x[3] - x[0] - x[1] - x[2]];
    close(&got, &expected, 1e-14);
}

#[test]
fn rows_of_zeros_are_rows() {
    let x = waves(4);
    close(&rows(problem(4).term(program("r[0] = x[0]; r[5] = 0.0;"))), &[x[0], 0.0, 0.0, 0.0, 0.0, 0.0], 1e-14);
    let body = "for (var i = 0u; i < n; i++) { if i < 2u { r[i] = x[i]; } else { r[i] = 0.0; } }";
    close(&rows(problem(4).term(program(body))), &[x[0], x[1], 0.0, 0.0], 1e-14);
    let body = "r[0] = x[0]; for (var i = 0u; i < n; i++) { if i > 7u { r[i] = 1.0; } }";
    assert_eq!(rows(problem(4).term(program(body))).len(), 1);
    let element = "fn residual(x: array<f32, 2>) -> vec2f { return vec2f(x[0] * x[1], 0.0); }";
    let problem = problem(3).indices("e", vec![[0, 1], [1, 2]]).term(Term::residual("e.wgsl", element).over("e"));
    let x = waves(3);
    close(&rows(problem), &[x[0] * x[1], 0.0, x[1] * x[2], 0.0], 1e-14);
}

#[test]
fn what_a_row_is_set_to_is_not_lost() {
    let message = refused("for (var i = 0u; i < n; i++) { r[i / 2u] = x[i]; }");
    assert!(
        message.contains("rows.wgsl:6:") && message.contains("r[0] is written with = after another write"),
        "{message}"
    );
    for body in [
        "for (var i = 0u; i < n; i++) { r[i / 2u] = x[i]; }",
        "r[3] += 1.0; for (var i = 0u; i < n; i++) { r[at[i]] = x[i]; }",
        "for (var i = 0u; i < n; i++) { r[at[i]] += 1.0; r[i] = x[i]; }",
        "for (var i = 0u; i + 1u < n; i++) { r[i] = x[i]; r[i + 1u] += 1.0; }",
        "for (var i = 0u; i < n; i++) { r[i] = x[i]; r[at[i]] += 1.0; r[i] = 2.0 * x[i]; }",
        "for (var i = 0u; i < n; i++) { r[i] = x[i]; } for (var i = 2u; i < 4u; i++) { r[i] = x[i]; }",
    ] {
        assert!(refused(body).contains("is written with = after another write"), "{body}");
    }
    let x = waves(4);
    // What comes first is added to: in the same iteration, in loops inside of it, in later iterations, and after it.
    let body = "for (var i = 0u; i < n; i++) { r[i] = x[i]; for (var j = 0u; j < i; j++) { r[i] += x[j]; } }
        for (var i = 0u; i < n; i++) { r[at[i]] += 1.0; }";
    let expected: Vec<f64> = (0..4).map(|i| x[..=i].iter().sum::<f64>() + 1.0).collect();
    close(&rows(problem(4).term(program(body))), &expected, 1e-14);
    let body = "for (var i = 0u; i < n; i++) { r[i] = 0.0; } for (var i = 0u; i < n; i++) { r[i] += x[i]; }";
    close(&rows(problem(4).term(program(body))), &x, 1e-14);
    let body = "for (var i = 0u; i < n; i++) { r[i] = x[i]; if (i > 0u) { r[i - 1u] += x[i]; } }";
    close(&rows(problem(4).term(program(body))), &[x[0] + x[1], x[1] + x[2], x[2] + x[3], x[3]], 1e-14);
    // Within an iteration the last `=` counts, and what is added after it.
    let x = waves(4);
    let body = "r[0] = x[0]; r[0] += x[1]; r[1] += x[0]; r[1] = x[2]; r[2] = x[0]; r[2] = 0.0;
        for (var i = 3u; i < n; i++) { if (x[i] > 9.0) { r[i] = 1.0; } else { r[i] = x[i]; } }";
    close(&rows(problem(4).term(program(body))), &[x[0] + x[1], x[2], 0.0, x[3]], 1e-14);
    // Guards that exclude each other do not.
    let body = "for (var i = 0u; i < n; i++) { if i % 2u == 0u { r[i] = x[i]; } else { r[i] = x[i] * x[i]; } }";
    assert_eq!(rows(problem(4).term(program(body))).len(), 4);
}

#[test]
fn a_table_that_makes_a_row_twice_is_refused_when_it_is_set() {
    let mut system = build(problem(4).term(program("for (var i = 0u; i < n; i++) { r[at[i]] = x[i]; }")));
    system.set_indices("at", vec![0, 1, 5, 1]).unwrap();
    assert!(system.evaluate().unwrap_err().to_string().contains("r[1] is written"));
    system.set_indices("at", vec![0, 1, 5, 2]).unwrap();
    assert_eq!(system.evaluate().unwrap().residual.unwrap().len(), 6);
    system.set_indices("at", vec![0, 1, -1, 2]).unwrap();
    assert!(system.evaluate().is_err());
}

/// Nothing is needed of a loop that never runs: not the weights of rows that it would write either.
#[test]
fn rows_that_are_never_written() {
    let body = "var i = 0u; loop { if (i == at[3]) { return; } r[2] += x[i] * x[i]; i++; if (i >= n) { break; } } r[0] = x[0];";
    assert_eq!(rows(problem(4).term(program(body))), Vec::<f64>::new());
}

#[test]
fn terms_stack_in_order_among_energies() {
    let x = waves(3);
    let first = "fn residual(x: array<f32, 2>) -> f32 { return x[0] * x[1]; }";
    let energy = "fn energy(x: array<f32, 2>) -> f32 { return exp(x[0] - x[1]); }";
    let second = program("for (var i = 0u; i < n; i++) { r[i] = cos(x[i]); }");
    let problem = problem(3)
        .indices("e", vec![[0, 1], [1, 2]])
        .term(Term::energy("energy.wgsl", energy).over("e"))
        .term(Term::residual("first.wgsl", first).over("e"))
        .term(Term::energy("energy.wgsl", energy).over("e"))
        .term(second)
        .term(Term::residual("first.wgsl", first).over("e"));
    let mut system = build(problem);
    let e = system.evaluate().unwrap();
    let pair = [x[0] * x[1], x[1] * x[2]];
    let expected = [&pair[..], &x.iter().map(|v| v.cos()).collect::<Vec<_>>(), &pair].concat();
    close(e.residual.unwrap(), &expected, 1e-14);
    let exps = 2.0 * ((x[0] - x[1]).exp() + (x[1] - x[2]).exp());
    assert!((e.energy - exps - 0.5 * expected.iter().map(|r| r * r).sum::<f64>()).abs() < 1e-12);
    check_hessian(&mut system);
}

#[test]
fn what_is_read_under_a_guard_alone_need_not_be_there() {
    let text = "override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> at: array<u32>;
fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < n; i++) { if i + 1u < n { let v = x[at[i + 1u]]; sum += v * v * v; } }
  return sum;
}";
    let mut system = build(problem(4).term(Term::energy("guard.wgsl", text)));
    assert_eq!(system.evaluate().unwrap().hessian.nonzeros(), 3);
    let body = "for (var i = 0u; i < n; i++) { if i + 1u < n { r[at[i + 1u]] = x[i]; } }";
    assert_eq!(rows(problem(4).term(program(body))).len(), 3);
}

#[test]
fn without_any_loop() {
    let text = "@group(0) @binding(0) var<storage, read> x: array<f32>;
fn energy() -> f32 { return x[0] * x[0] * x[2]; }";
    let problem = |term: Term| Problem::new().unknown("x", vec![2.0, 3.0, 5.0]).term(term);
    for device in [spadina::system::Device::Cpu, spadina::system::Device::Interpreter] {
        let options = || Options::default().device(device);
        let mut system = System::build(problem(Term::energy("point.wgsl", text)), options()).unwrap();
        let result = system.evaluate().unwrap();
        assert_eq!((result.energy, result.gradient), (20.0, &[20.0, 0.0, 4.0][..]));
        assert_eq!(result.hessian.values, [10.0, 4.0, 4.0]);
        assert_eq!(system.product(&[1.0, 1.0, 1.0]).unwrap(), [14.0, 0.0, 4.0]);
    }
}
