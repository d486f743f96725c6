//! Guards over static numbers that have no value where they are off, and selects in selects.

use spadina::{Options, Problem, System, Term};

/// Energy, gradient, Hessian and non-zeros of elements of two nodes with data `l`.
fn evaluate(text: &str, l: &[f64]) -> (f64, Vec<f64>, Vec<f64>, usize) {
    let n = l.len() as i32;
    let x: Vec<f64> = (0..=n).map(|k| 0.7 * f64::from(k * k) + 0.1).collect();
    let edges: Vec<[i32; 2]> = (0..n).map(|k| [k, k + 1]).collect();
    let problem = Problem::new().unknown("x", x).array("l", l.to_vec()).indices("edges", edges);
    let problem = problem.term(Term::energy("branches.wgsl", text).over("edges"));
    let mut system = System::build(problem, Options::default()).unwrap();
    let at = system.evaluate().unwrap_or_else(|e| panic!("{e}\n{text}"));
    (at.energy, at.gradient.to_vec(), at.hessian.values.to_vec(), at.hessian.nonzeros())
}

/// The combination (x[1] - x[0]) / l stands under several conditions, all of them off where l is 0.
#[test]
fn combinations_without_a_value_where_a_guard_is_off() {
    let head = "fn energy(x: array<f32, 2>, l: f32) -> f32 {\n  var e = 0.0;\n";
    for body in [
        "let s = (x[1] - x[0]) / l; if (l > 0.0) { e += sin(s); } if (l > 0.5) { e += s; }",
        "let s = (x[1] - x[0]) / l; if (l > 0.0) { let m = max(s, 0.0); return sin(s) + m * m * m; }",
        "if (l > 0.0) { let s = (x[1] - x[0]) / l; e += s * s; if (s > 0.0) { e += s * s * s; } }",
        "let s = sqrt(l) * x[1] - x[0]; if (l >= 0.0) { e += sin(s); } if (l > 0.5) { e += s * s; }",
    ] {
        let text = format!("{head}  {body}\n  return e;\n}}");
        let (l_off, off) = if body.contains("sqrt") { (-1.0, 1) } else { (0.0, 1) };
        let (energy, gradient, hessian, _) = evaluate(&text, &[2.0, l_off]);
        let (alone, wanted, wanted_hessian, _) = evaluate(&text, &[2.0]);
        assert_eq!(energy, alone, "{text}");
        assert_eq!(gradient[..2], wanted[..], "{text}");
        assert_eq!(gradient[2..], vec![0.0; off], "{text}");
        // Rows of three nodes: (0, 0) (0, 1) / (1, 0) (1, 1) (1, 2) / (2, 1) (2, 2).
        let of_two = [hessian[0], hessian[1], hessian[2], hessian[3]];
        assert_eq!(of_two[..], wanted_hessian[..], "{text}");
        assert_eq!([hessian[4], hessian[5], hessian[6]], [0.0; 3], "{text}");
    }
}

/// The two sides of a select never meet, also where the select stands under another condition.
#[test]
fn sides_of_a_select_in_another() {
    let head = "fn energy(x: array<f32, 2>, l: f32) -> f32 {\n";
    for body in [
        "let v = select(x[0], x[1], l > 0.1); return sin(v);",
        "let v = select(x[0], x[1], l > 0.1); return select(0.0, sin(v), l > 0.3);",
        "return select(0.0, sin(max(x[0], x[1])), l > 0.5);",
    ] {
        let (.., nonzeros) = evaluate(&format!("{head}  {body}\n}}"), &[1.0, 0.2]);
        assert_eq!(nonzeros, 3, "{body}");
    }
}

/// A comparison under a guard may have no value where the guard is off.
#[test]
fn comparisons_under_a_guard() {
    let x = [0.4f64, -0.3, 0.9, 0.2, 1.4];
    let largest = |i: usize| x[i - 1].max(x[i]);
    type Wanted<'a> = &'a dyn Fn(usize) -> f64;
    let cases: [(&str, Wanted); 4] = [
        ("if (i > 0u) { e += max(x[i - 1u], x[i]); }", &largest),
        ("if (i > 0u) { e += clamp(x[i - 1u], 0.0, 1.0) * x[i]; }", &|i| x[i - 1].clamp(0.0, 1.0) * x[i]),
        ("if (i > 0u) { e += select(x[i], 2.0, x[i - 1u] > 0.5); }", &|i| if x[i - 1] > 0.5 { 2.0 } else { x[i] }),
        (
            "if (i > 0u) { if (x[i - 1u] > x[i]) { e += x[i] * x[i]; } else if (x[i - 1u] < 0.0) { e += sin(x[i]); } }",
            &|i| match (x[i - 1] > x[i], x[i - 1] < 0.0) {
                (true, _) => x[i] * x[i],
                (_, true) => x[i].sin(),
                _ => 0.0,
            },
        ),
    ];
    for (body, wanted) in cases {
        let text = format!(
            "override n: u32;\n@group(0) @binding(0) var<storage, read> x: array<f32>;\n\
             fn energy() -> f32 {{\n  var e = 0.0;\n  for (var i = 0u; i < n; i++) {{ {body} }}\n  return e;\n}}"
        );
        let problem = Problem::new().unknown("x", x.to_vec()).indices("n", 5);
        let mut system = System::build(problem.term(Term::energy("guard.wgsl", text)), Options::default()).unwrap();
        let got = system.evaluate().unwrap().energy;
        let wanted: f64 = (1..5).map(wanted).sum();
        assert!((got - wanted).abs() < 1e-14, "{body}: {got} instead of {wanted}");
    }
}

/// An unknown that is bound, but cancels or stands behind a condition that never holds, has no derivatives.
#[test]
fn unknowns_that_cancel() {
    let texts = [
        "fn energy(x: array<f32, 1>) -> f32 { return x[0] - x[0]; }",
        "fn energy(x: array<f32, 1>) -> f32 { if (3u < 2u) { return x[0]; } return 2.0; }",
    ];
    for (text, energy) in texts.into_iter().zip([0.0, 6.0]) {
        let problem = Problem::new().unknown("x", vec![1.0, 2.0, 3.0]).indices("over", vec![[0], [1], [2]]);
        let problem = problem.term(Term::energy("nothing.wgsl", text).over("over"));
        let mut system = System::build(problem, Options::default()).unwrap();
        let at = system.evaluate().unwrap();
        assert_eq!((at.energy, at.gradient, at.hessian.nonzeros()), (energy, &[0.0; 3][..], 0));
    }
}
