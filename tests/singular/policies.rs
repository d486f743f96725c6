//! Each call under each policy, on each device.

use super::smooth::{CUBES, SPRINGS};
use super::{dense, everywhere, pairs};
use spadina::{Options, Problem, Singular, System, Term};

/// Energies that are singular where `v` is zero, by the call that is.
const SINGULAR: &[(&str, &str)] = &[
    ("length", "return length(v);"),
    ("length", "return length(v) * v.x;"),
    ("length", "let s = length(v) - p; return s * s;"),
    ("distance", "return distance(x[0], x[1]);"),
    ("sqrt", "return sqrt(v.x);"),
    ("pow", "return pow(v.x, 0.7);"),
    ("pow", "return pow(v.x, 1.5);"),
    ("pow", "return pow(v.x, 0.5 * p);"),
    ("acos", "return acos(1.0 - 0.5 * v.x);"),
    ("acos", "return acos(1.0 - 0.25 * dot(v, v));"),
    ("acos", "return acos(0.5 * v.x - 1.0);"),
    ("asin", "return asin(1.0 - 0.5 * v.x);"),
    ("asin", "let t = asin(0.5 * v.x - 1.0); return t * t;"),
    ("acosh", "return acosh(1.0 + v.x);"),
    ("atan2", "return atan2(v.y, v.x);"),
    ("length", "return sqrt(1.0 + length(v));"),
    ("length", "if v.x < 5.0 { return length(v); } return 0.0;"),
    ("length", "var sum = 0.0; for (var k = 0u; k < 3u; k++) { sum += length(v) * x[0][k]; } return sum;"),
];

/// Energies that have no value where `v` is zero.
const DIRECTIONS: &[&str] = &[
    "let n = normalize(v); return n.x + 2.0 * n.y * n.z;",
    "return v.y / length(v);",
    "return (2.0 * v.x - 3.0 * v.z) / length(v);",
    "return p * v.x * inverseSqrt(dot(v, v));",
];

pub const DATA: [[f64; 2]; 2] = [[0.0, 1.0], [1.5, 1.5]];

/// The same without the pair that coincides.
fn alone(problem: &Problem) -> System {
    let mut problem = problem.clone().singular(Singular::Error);
    problem.indices[0].1 = vec![[2, 3]].into();
    problem.arrays[0].1 = vec![DATA[0][1]].into();
    problem.arrays[1].1 = vec![DATA[1][1]].into();
    System::build(problem, Options::default()).unwrap()
}

#[test]
fn zero_is_that_partial_derivative() {
    for body in SINGULAR.iter().map(|(_, body)| body).chain(DIRECTIONS) {
        let problem = pairs(body, DATA).singular(Singular::Zero);
        let mut alone = alone(&problem);
        let energy = alone.value().unwrap();
        let (gradient, hessian) = (alone.gradient().unwrap().1.to_vec(), dense(&mut alone));
        for (mut system, tolerance) in everywhere(&problem) {
            let what = format!("{body} on {:?} in {:?}", system.options().device, system.options().precision);
            assert_eq!(system.singular_elements().unwrap(), 1, "{what}");
            let at = system.evaluate().unwrap_or_else(|error| panic!("{what}: {error}"));
            let (energy_of_all, own) = (at.energy, at.gradient.to_vec());
            let found = dense(&mut system);
            let near = |a: f64, b: f64| (a - b).abs() <= 10.0 * tolerance * (1.0 + b.abs());
            for (k, row) in found.iter().enumerate() {
                assert!(if k < 6 { own[k] == 0.0 } else { near(own[k], gradient[k]) }, "{what}: {own:?}");
                for (j, &second) in row.iter().enumerate() {
                    let fits = if k < 6 { second == 0.0 } else { near(second, hessian[k][j]) };
                    assert!(fits, "{what}: {k} {j} {second}");
                }
            }
            assert!(!DIRECTIONS.contains(body) || near(energy_of_all, energy), "{what}: {energy_of_all}");
            system.set_unknown("x", &[1.0, 0.5, -0.5, 1.5, 0.25, 0.0, 0.0, 1.0, 0.0, 0.75, 1.5, -1.0]).unwrap();
            assert_eq!(system.singular_elements().unwrap(), 0, "{what}");
        }
    }
}

#[test]
fn smooth_functions_have_derivatives() {
    let epsilon = 0.5;
    for body in SINGULAR.iter().map(|(_, body)| body).chain(DIRECTIONS) {
        let problem = pairs(body, DATA).singular(Singular::Smooth(epsilon));
        let mut reference = None;
        for (mut system, tolerance) in everywhere(&problem) {
            let what = format!("{body} on {:?} in {:?}", system.options().device, system.options().precision);
            assert_eq!(system.singular_elements().unwrap(), 1, "{what}");
            let at = system.evaluate().unwrap_or_else(|error| panic!("{what}: {error}"));
            let gradient = at.gradient.to_vec();
            let hessian = dense(&mut system);
            if reference.is_none() {
                let x = system.vector();
                for (k, row) in hessian.iter().enumerate() {
                    let mut at = |h: f64| {
                        let mut moved = x.clone();
                        moved[k] += h;
                        system.set_unknowns(&moved).unwrap();
                        let (energy, gradient) = system.gradient().unwrap();
                        (energy, gradient.to_vec())
                    };
                    let (above, below) = (at(1e-5), at(-1e-5));
                    let near = |found: f64, wanted: f64| (found - wanted).abs() < 1e-6 * (1.0 + found.abs());
                    assert!(near(gradient[k], (above.0 - below.0) / 2e-5), "{what}: {k}");
                    for (j, &second) in row.iter().enumerate() {
                        assert!(near(second, (above.1[j] - below.1[j]) / 2e-5), "{what}: {k} {j}");
                    }
                }
            }
            let (wanted, matrix) = reference.get_or_insert_with(|| (gradient.clone(), hessian.clone()));
            let near = |a: f64, b: f64| (a - b).abs() <= 100.0 * tolerance * (1.0 + b.abs());
            assert!(gradient.iter().zip(&*wanted).all(|(&a, &b)| near(a, b)), "{what}: {gradient:?}");
            assert!(hessian.iter().flatten().zip(matrix.iter().flatten()).all(|(&a, &b)| near(a, b)), "{what}");
        }
    }
}

/// A function of the unknown and the distance.
type Formula = fn(f64, f64) -> f64;

/// The formulas of the guide.
#[test]
fn smooth_functions_are_those_of_the_guide() {
    let e = 0.125f64;
    let rows: [(&str, Formula); 8] = [
        ("sqrt(x[0])", |x, e| (x + e * e).sqrt()),
        ("sqrt(x[0] * x[0])", |x, e| x.hypot(e)),
        ("pow(x[0], 0.7)", |x, e| (x + e * e).powf(0.7)),
        ("acos(x[0])", |x, e| ((1.0 - x) * (1.0 + x) + e * e).sqrt().atan2(x)),
        ("asin(x[0])", |x, e| x.atan2(((1.0 - x) * (1.0 + x) + e * e).sqrt())),
        ("acosh(x[0] + 1.0)", |x, e| (x + 1.0 + (x * (x + 2.0) + e * e).sqrt()).ln()),
        ("atan2(x[0], 0.25)", |x, e| 2.0 * x.atan2(0.25 + (x * x + 0.0625 + e * e).sqrt())),
        ("atan2(x[0], -0.25)", |x, e| 2.0 * x.atan2(-0.25 + (x * x + 0.0625 + e * e).sqrt())),
    ];
    for (call, formula) in rows {
        let text = format!("fn energy(x: array<f32, 1>) -> f32 {{ return {call}; }}");
        let problem = Problem::new().unknown("x", vec![0.0]).indices("one", vec![[0]]);
        let problem = problem.term(Term::energy("e.wgsl", text).over("one").singular(Singular::Smooth(e)));
        let mut system = System::build(problem, Options::default()).unwrap();
        for x in [0.0, 0.03, 0.5, 1.0] {
            system.set_unknown("x", &[x]).unwrap();
            let (found, wanted) = (system.value().unwrap(), formula(x, e));
            assert!((found - wanted).abs() < 1e-14, "{call} of {x}: {found} {wanted}");
        }
    }
}

/// What is smooth keeps its derivatives, whatever the policy, and is not counted.
#[test]
fn policies_leave_smooth_energies_alone() {
    let data = [[0.0, 1.0], [1.5, 2.0]];
    let bodies = CUBES.iter().copied().chain(SPRINGS.iter().map(|(body, _)| *body).take(7));
    for body in bodies {
        for policy in [Singular::Zero, Singular::Smooth(1e-3)] {
            let cube = CUBES.contains(&body);
            if policy != Singular::Zero && !cube {
                continue;
            }
            let data = if cube { DATA } else { data };
            let mut plain = System::build(pairs(body, data), Options::default()).unwrap();
            let mut own = System::build(pairs(body, data).singular(policy), Options::default()).unwrap();
            assert_eq!(own.singular_elements().unwrap(), 0, "{body}");
            let near = |a: &f64, b: &f64| (a - b).abs() <= 1e-12 * (1.0 + b.abs());
            let (plain, own) = (dense(&mut plain).concat(), dense(&mut own).concat());
            assert!(own.iter().zip(&plain).all(|(a, b)| near(a, b)), "{body} {policy:?}");
        }
    }
}

#[test]
fn the_default_names_call_element_and_key() {
    for (call, body) in SINGULAR {
        for (mut system, _) in everywhere(&pairs(body, DATA)) {
            let message = system.evaluate().unwrap_err().to_string();
            let wanted = format!("`{call}` has no derivative there");
            assert!(message.contains(&wanted) && message.contains("element 0"), "{body}: {message}");
            assert!(
                message.contains("singular = \"zero\" or \"smooth\"") && message.contains("pair.wgsl:3:"),
                "{message}"
            );
        }
    }
}
