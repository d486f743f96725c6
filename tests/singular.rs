//! Singular points: energies that are smooth there have their values, and of others a policy decides.

use spadina::system::{Device, Precision};
use spadina::{Error, Options, Problem, Singular, System, Term};
use spadina_conformance::without_gpu;

/// The devices with their tolerances; the GPU in single precision, if there is one.
fn everywhere(problem: &Problem) -> Vec<(System, f64)> {
    let build =
        |device, precision| System::build(problem.clone(), Options::default().device(device).precision(precision));
    let mut all = vec![
        (build(Device::Interpreter, Precision::F64).unwrap(), 1e-12),
        (build(Device::Cpu, Precision::F64).unwrap(), 1e-12),
        (build(Device::Cpu, Precision::F32).unwrap(), 1e-5),
    ];
    match build(Device::Gpu, Precision::F32) {
        Ok(gpu) => all.push((gpu, 1e-5)),
        Err(error) => without_gpu(error),
    }
    all
}

/// Two pairs of nodes, of which the first coincide, with an energy of `v`, the difference of a pair, and of `l` and `p`, numbers of
/// the pair.
fn pairs(body: &str, [l, p]: [[f64; 2]; 2]) -> Problem {
    let text = format!("fn energy(x: array<vec3f, 2>, l: f32, p: f32) -> f32 {{\n  let v = x[1] - x[0];\n  {body}\n}}");
    Problem::new()
        .unknown("x", vec![[0.5, -0.25, 2.0], [0.5, -0.25, 2.0], [0.0, 1.0, 0.0], [0.75, 1.5, -1.0]])
        .indices("pairs", vec![[0, 1], [2, 3]])
        .array("l", l.to_vec())
        .array("p", p.to_vec())
        .term(Term::energy("pair.wgsl", text).over("pairs"))
}

/// The Hessian as a dense matrix.
fn dense(system: &mut System) -> Vec<Vec<f64>> {
    let n = system.unknowns();
    let mut matrix = vec![vec![0.0; n]; n];
    for (row, col, value) in system.evaluate().unwrap().hessian.coordinates().unwrap() {
        (matrix[row][col], matrix[col][row]) = (value, value);
    }
    matrix
}

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
            for k in 6..12 {
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
                for j in 6..12 {
                    assert!(near(hessian[k][j], (above.1[j] - below.1[j]) / 2e-5), "{what}: {k} {j}");
                }
            }
        }
    }
}

const CUBES: &[&str] = &[
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

const SPRINGS: &[(&str, f64)] = &[
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

const DATA: [[f64; 2]; 2] = [[0.0, 1.0], [1.5, 1.5]];

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
            for k in 0..12 {
                assert!(if k < 6 { own[k] == 0.0 } else { near(own[k], gradient[k]) }, "{what}: {own:?}");
                for j in 0..12 {
                    let fits = if k < 6 { found[k][j] == 0.0 } else { near(found[k][j], hessian[k][j]) };
                    assert!(fits, "{what}: {k} {j} {}", found[k][j]);
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
                for k in 0..12 {
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
                    for j in 0..12 {
                        assert!(near(hessian[k][j], (above.1[j] - below.1[j]) / 2e-5), "{what}: {k} {j}");
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

/// The formulas of the guide.
#[test]
fn smooth_functions_are_those_of_the_guide() {
    let e = 0.125f64;
    let rows: [(&str, fn(f64, f64) -> f64); 8] = [
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

/// Stretches of `F`, whose closed form has the root of a discriminant that is zero at rest.
#[test]
fn principal_stretches_at_rest() {
    let text = "fn energy(x: array<vec2f, 3>) -> f32 {
        let F = mat2x2f(x[1] - x[0], x[2] - x[0]);
        let C = transpose(F) * F;
        let mean = 0.5 * (C[0].x + C[1].y);
        let root = sqrt(mean * mean - determinant(C));
        let a = sqrt(mean + root) - 1.0;
        let b = sqrt(mean - root) - 1.0;
        return a * a + b * b;
    }";
    let problem = Problem::new().unknown("x", vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]);
    let problem =
        problem.indices("triangles", vec![[0, 1, 2]]).term(Term::energy("stretch.wgsl", text).over("triangles"));
    for (mut system, _) in everywhere(&problem) {
        let message = system.evaluate().unwrap_err().to_string();
        assert!(message.contains("`sqrt` has no derivative there") && message.contains("stretch.wgsl:5:"), "{message}");
    }
    for policy in [Singular::Zero, Singular::Smooth(1e-3)] {
        for (mut system, _) in everywhere(&problem.clone().singular(policy)) {
            assert_eq!(system.singular_elements().unwrap(), 1);
            let at = system.evaluate().unwrap();
            assert!(at.energy.abs() < 1e-5 && at.gradient.iter().all(|g| g.abs() < 1e-2), "{policy:?}");
        }
    }
}

/// The policy is that of the term, or else of the problem; elements are counted over all terms with one.
#[test]
fn policies_of_terms_and_counts() {
    let length = "fn energy(x: array<vec2f, 2>) -> f32 { return length(x[1] - x[0]) + distance(x[0], x[1]) * 2.0; }";
    let rows = "fn residual(x: array<vec2f, 2>) -> f32 { return length(x[1] - x[0]); }";
    let program = "override n: u32;
        @group(0) @binding(0) var<storage, read> x: array<vec2f>;
        fn energy() -> f32 {
            var sum = 0.0;
            for (var i = 0u; i < n; i++) {
                for (var j = 0u; j < n; j++) { if i < j { sum += length(x[i] - x[j]); } }
            }
            return sum;
        }";
    let guarded = "fn energy(x: array<vec2f, 2>) -> f32 {
        let d = x[1] - x[0];
        if dot(d, d) == 0.0 { return 0.0; }
        return length(d);
    }";
    let problem = Problem::new()
        .unknown("x", vec![[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.0, 2.0]])
        .indices("edges", vec![[0, 1], [1, 2], [2, 3]])
        .indices("n", 4);
    let energy = |text: &str| Term::energy("e.wgsl", text).over("edges");
    let cases = [
        (problem.clone().term(energy(length)).singular(Singular::Zero), 2),
        (problem.clone().term(energy(length).singular(Singular::Zero)), 2),
        (problem.clone().term(energy(length).singular(Singular::Smooth(1e-3))).term(energy(guarded)), 2),
        (problem.clone().term(energy(guarded)).singular(Singular::Zero), 0),
        (problem.clone().term(Term::residual("r.wgsl", rows).over("edges")).singular(Singular::Zero), 2),
        (problem.clone().term(Term::energy("p.wgsl", program)).singular(Singular::Zero), 3),
        (problem.clone().term(energy(length)).term(energy(length)).singular(Singular::Zero), 4),
    ];
    for (number, (problem, count)) in cases.into_iter().enumerate() {
        for (mut system, _) in everywhere(&problem) {
            assert_eq!(system.singular_elements().unwrap(), count, "{number}");
            system.evaluate().unwrap();
            if number == 0 {
                system.set_indices("edges", vec![[0, 1], [0, 2], [1, 2], [0, 3]]).unwrap();
                assert_eq!(system.singular_elements().unwrap(), 3);
                system.set_unknown("x", &[0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 1.0, 2.0]).unwrap();
                assert_eq!(system.singular_elements().unwrap(), 1);
            }
        }
    }
    let refused = problem.term(energy(length)).term(energy(length).singular(Singular::Zero));
    assert!(System::build(refused, Options::default()).unwrap().evaluate().is_err());
}

#[test]
fn a_distance_is_positive() {
    for epsilon in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let plain = || pairs("return length(v);", DATA);
        let mut of_term = plain();
        of_term.terms[0].singular = Some(Singular::Smooth(epsilon));
        for problem in [plain().singular(Singular::Smooth(epsilon)), of_term] {
            let message = System::build(problem, Options::default()).err().unwrap().to_string();
            assert!(message.contains("`epsilon` is") && message.contains("a number above zero is wanted"), "{message}");
        }
    }
}

#[test]
fn iterations_count_them() {
    use spadina::minimize::{Settings, minimize};
    let settings = Settings::default();
    let text = "fn energy(x: array<f32, 2>) -> f32 { let d = x[1] - x[0]; return abs(d) + sqrt(d * d) + x[0] * x[0] + d * d; }";
    let problem = Problem::new().unknown("x", vec![1.0, 1.0]).indices("one", vec![[0, 1]]);
    let problem = problem.term(Term::energy("e.wgsl", text).over("one")).singular(Singular::Zero);
    let mut system = System::build(problem, settings.options(Options::default())).unwrap();
    let report = minimize(&mut system, &[false; 2], settings, |_| true).unwrap();
    assert_eq!(report.iterations[0].singular, 1);
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
