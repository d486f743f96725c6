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
