//! Energies that are smooth where a root or a power in them is not, and those that are not.

use super::{dense, everywhere, pairs};
use spadina::{Error, Problem, Term};

/// The first pair has no gradient and the Hessian `stiffness · [1 -1; -1 1]`, and the derivatives of the second are those of differences.
fn check(body: &str, data: [[f64; 2]; 2], stiffness: f64) {
    for (mut system, tolerance) in everywhere(&pairs(body, data)) {
        let what = format!("{body} on {:?} in {:?}", system.options().device, system.options().precision);
        let at = system.evaluate().unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(at.gradient[..6].iter().all(|g| *g == 0.0), "{what}: {:?}", at.gradient);
        let gradient = at.gradient.to_vec();
        let hessian = dense(&mut system);
        for (i, row) in hessian.iter().enumerate().take(6) {
            for (j, &found) in row.iter().enumerate().take(6) {
                let sign = if i % 3 != j % 3 {
                    0.0
                } else if i == j {
                    1.0
                } else {
                    -1.0
                };
                assert!((found - sign * stiffness).abs() <= tolerance * stiffness, "{what}: {i} {j} {found}");
            }
        }
        if tolerance < 1e-6 {
            let x = system.vector();
            for (k, row) in hessian.iter().enumerate().skip(6) {
                let mut at = |h: f64| {
                    let mut moved = x.clone();
                    moved[k] += h;
                    system.set_unknowns(&moved).unwrap();
                    let (energy, gradient) = system.gradient().unwrap();
                    (energy, gradient.to_vec())
                };
                let (above, below) = (at(1e-5), at(-1e-5));
                let near = |found: f64, wanted: f64| (found - wanted).abs() < 1e-7 * (1.0 + found.abs());
                assert!(near(gradient[k], (above.0 - below.0) / 2e-5), "{what}: {k}");
                for (j, &second) in row.iter().enumerate().skip(6) {
                    assert!(near(second, (above.1[j] - below.1[j]) / 2e-5), "{what}: {k} {j}");
                }
            }
        }
    }
}

pub const CUBES: &[&str] = &[
    "return pow(dot(v, v), 1.5);",
    "return pow(length(v), 3.0);",
    "return length(v) * dot(v, v);",
    "return 0.5 * length(v) * length(v) * length(v);",
    "let s = length(v); return s * s * s / 3.0;",
    "let a = dot(v, v); return sqrt(a) * a;",
    "let a = dot(v, v); return (2.5 * sqrt(a)) * (a * 3.0);",
    "let a = 4.0 * dot(v, v); return sqrt(a) * a;",
    "return pow(dot(v, v), 1.3);",
    "return pow(2.0 * dot(v, v), 1.7);",
    "return p * pow(p * dot(v, v), 1.2);",
    "return pow(dot(v, v), p);",
    "return pow(length(v), 2.5);",
    "return pow(length(v), 2.0 * p);",
    "return pow(v.x * v.x + p * v.y * v.y + v.z * v.z, 1.5);",
    "return pow(2.0 * v.x * v.x + v.x * v.y + 3.0 * v.y * v.y + v.z * v.z, 1.5);",
    "return pow(dot(v, v), 1.5) * (2.0 + dot(x[0], x[0]));",
];

#[test]
fn powers_of_squares_are_smooth() {
    for body in CUBES {
        check(body, [[0.0, 1.0], [1.5, 1.5]], 0.0);
    }
}

pub const SPRINGS: &[(&str, f64)] = &[
    ("let s = length(v) - l; return s * s;", 2.0),
    ("return pow(l - length(v), 2.0);", 2.0),
    ("return 0.5 * p * (length(v) - l) * (length(v) - l);", 1.5),
    ("let s = length(v) - l; return 0.5 * p * s * s;", 1.5),
    ("let s = distance(x[0], x[1]) - l; return p * s * s / 3.0;", 1.0),
    ("let s = max(length(v) - l, 0.0); return s * s;", 2.0),
    ("let s = length(v) - 0.0; return s * s;", 2.0),
    ("let s = length(v) - l; return s * s + pow(length(v), 3.0) + 2.0 * l * length(v);", 2.0),
];

#[test]
fn springs_of_rest_length_zero() {
    for (body, stiffness) in SPRINGS {
        check(body, [[0.0, 1.0], [1.5, 2.0]], *stiffness);
    }
}

/// An exponent that is data and has a value for which the power is a polynomial.
#[test]
fn exponents_among_the_data() {
    let text = "fn energy(x: array<f32, 1>, p: f32) -> f32 { return pow(x[0], p); }";
    let problem = Problem::new().unknown("x", vec![0.0; 4]).indices("nodes", vec![[0], [1], [2], [3]]);
    let problem = problem.array("p", vec![0.0, 1.0, 2.0, 3.0]).term(Term::energy("power.wgsl", text).over("nodes"));
    for (mut system, _) in everywhere(&problem) {
        let at = system.evaluate().unwrap();
        assert_eq!((at.gradient, at.hessian.values), (&[0.0, 1.0, 0.0, 0.0][..], &[0.0, 0.0, 2.0, 0.0][..]));
    }
}

/// Second derivatives that are infinite are refused, not zero.
#[test]
fn infinite_derivatives_are_refused() {
    let bodies = [
        "return pow(v.x, 1.5);",
        "return sqrt(v.x) * v.x;",
        "return pow(v.x * (1.0 + v.y), 1.5);",
        "return pow(v.x * v.x, 0.75);",
        "return pow(abs(v.x), 1.5);",
        "return pow(sqrt(abs(v.x)) * sqrt(abs(v.x)), 1.5);",
        "let q = pow(v.x, 0.25); return pow(q * q, 1.5);",
        "return length(v);",
        "return length(v) * v.x;",
        "return length(v) * length(v) + length(v) * v.x;",
        "let s = length(v) - p; return s * s;",
        "let s = length(v) - l; return s * s + length(v);",
        "let s = length(v); return s * s / 2.0 + s * v.x;",
    ];
    for body in bodies {
        for (mut system, _) in everywhere(&pairs(body, [[0.0, 1.0], [1.5, 2.0]])) {
            let device = system.options().device;
            match system.evaluate() {
                Err(Error::NonFinite(_)) => {}
                other => panic!("{body} on {device:?}: {other:?}"),
            }
            if body.starts_with("return pow(v.x, 1.5)") || body.starts_with("return sqrt(v.x)") {
                assert_eq!(system.gradient().unwrap().1[0], 0.0);
            }
        }
    }
}

/// Sums of squares, cubes and springs of rest length zero, with factors, in random order: the Hessian is that of the squares.
#[test]
fn random_sums_of_smooth_terms() {
    const SQUARES: &[&str] =
        &["dot(v, v)", "length(v) * length(v)", "pow(length(v), 2.0)", "pow(distance(x[0], x[1]), 2.0)"];
    const THIRDS: &[&str] =
        &["pow(dot(v, v), 1.5)", "length(v) * dot(v, v)", "pow(length(v), 3.0)", "pow(2.0 * dot(v, v), 1.25)"];
    const SPRING: &[&str] = &["(length(v) - l) * (length(v) - l)", "pow(l - length(v), 2.0)"];
    let mut state = 7u64;
    let mut next = |count: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % count
    };
    for _ in 0..12 {
        let (mut terms, mut stiffness) = (Vec::new(), 0.0);
        for _ in 0..2 + next(4) {
            let factor = ["1.0", "0.75", "p", "(1.0 + dot(x[0], x[0]))"][next(4)];
            let size = match factor {
                "p" => 1.5,
                "(1.0 + dot(x[0], x[0]))" => 1.0 + 0.25 + 0.0625 + 4.0,
                number => number.parse().unwrap(),
            };
            let kind = next(3);
            let (list, factor, size) = match kind {
                0 => (SQUARES, factor, 2.0 * size),
                1 => (THIRDS, factor, 0.0),
                _ => (SPRING, "p", 3.0),
            };
            let term = list[next(list.len())];
            stiffness += size;
            terms.push(if next(2) == 0 { format!("{factor} * {term}") } else { format!("({term}) * {factor}") });
        }
        check(&format!("return {};", terms.join(" + ")), [[0.0, 1.0], [1.5, 2.0]], stiffness);
    }
}
