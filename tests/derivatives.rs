//! First and second derivatives of every function against differences with many more digits, over its whole range and in both
//! precisions: within a bound, or refused. Never a zero that is none.

#[path = "../core/tests/functions/oracle.rs"]
#[allow(dead_code, reason = "the tests of the functions use the rest")]
mod oracle;

use oracle::Oracle;
use spadina::system::{Device, Precision};
use spadina::{Options, Problem, System, Term};
use spadina_core::real::UnaryOp;

/// The bound, in units of the precision: of derivatives that are made of several operations.
const UNITS: f64 = 40.0;

/// Numbers of every size and sign, with more of them around one.
fn arguments(precision: Precision) -> Vec<f64> {
    let (least, most) = match precision {
        Precision::F32 => (-36, 37),
        Precision::F64 => (-300, 300),
    };
    let sizes = (least..most).step_by(if most > 40 { 7 } else { 1 }).map(|power| 1.7 * 10f64.powi(power));
    let near = [1e-12, 1e-7, 1e-5, 1e-3, 0.03, 0.1, 0.24, 0.26].into_iter().flat_map(|d| [1.0 - d, 1.0 + d]);
    let more = [0.5, 1.0, 1.3, 2.0, 3.0, 5.0, 9.0, 12.0, 18.0, 25.0, 30.0, 40.0, 60.0, 80.0, 300.0, 600.0, 700.0];
    let all = sizes.chain(near).chain(more).flat_map(|x| [x, -x]);
    all.map(|x| if precision == Precision::F32 { f64::from(x as f32) } else { x }).collect()
}

/// Numbers below the least normal one lose digits, and those beyond the largest one are infinite.
fn range(precision: Precision) -> (f64, f64, f64) {
    match precision {
        Precision::F32 => (f64::from(f32::EPSILON), f64::from(f32::MIN_POSITIVE), f64::from(f32::MAX)),
        Precision::F64 => (f64::EPSILON, f64::MIN_POSITIVE, f64::MAX),
    }
}

fn system(op: UnaryOp, device: Device, precision: Precision) -> System {
    let text = format!("fn energy(x: array<f32, 1>) -> f32 {{ return {}(x[0]); }}", op.name());
    let problem =
        Problem::new().unknown("x", vec![1.5]).indices("one", vec![[0]]).term(Term::energy("f", text).over("one"));
    System::build(problem, Options::default().device(device).precision(precision).threads(1)).unwrap()
}

/// What is wrong at a point, if anything is.
fn wrong(op: UnaryOp, system: &mut System, oracle: &mut Oracle, precision: Precision, x: f64) -> Option<String> {
    let (epsilon, least, most) = range(precision);
    let value = op.eval(x);
    let periodic = matches!(op, UnaryOp::Sin | UnaryOp::Cos | UnaryOp::Tan);
    if !value.is_finite() || value.abs() > most || (periodic && x.abs() > 1e6) {
        return None;
    }
    let wanted = oracle.derivatives(op, x);
    system.set_unknown("x", &[x]).unwrap();
    let found = match system.evaluate() {
        Ok(at) => [at.gradient[0], at.hessian.values.first().copied().unwrap_or(0.0)],
        // The second derivatives of these are below the least number there.
        Err(_) if matches!(op, UnaryOp::Asinh | UnaryOp::Acosh | UnaryOp::Atan) && x.abs() > most.sqrt() => {
            return None;
        }
        // What leaves the range on the way may be refused where the derivatives are near its end.
        Err(_) => {
            return wanted.iter().all(|w| w.abs() < most.sqrt()).then(|| format!("{x:e}: refused, not {wanted:?}"));
        }
    };
    // The square of the argument of a bell is rounded.
    let units = match op {
        UnaryOp::Erf | UnaryOp::Erfc => UNITS + (2.0 * x * x).min(1e6),
        // Half a unit of the argument.
        UnaryOp::Tan => UNITS + x.tan().abs() * x.abs(),
        _ => UNITS,
    };
    let near = |found: f64, wanted: f64| (found - wanted).abs() <= units * epsilon * wanted.abs() + 4.0 * least;
    let fits = found.iter().zip(wanted).all(|(&found, wanted)| near(found, wanted));
    (!fits).then(|| format!("{x:e}: {found:?}, not {wanted:?}"))
}

#[test]
fn derivatives_of_one_real() {
    let mut oracle = Oracle::new();
    let mut all = Vec::new();
    for (device, precision) in
        [(Device::Interpreter, Precision::F64), (Device::Cpu, Precision::F64), (Device::Cpu, Precision::F32)]
    {
        for op in UnaryOp::ALL.iter().copied().filter(|op| op.is_function() || *op == UnaryOp::Sqrt) {
            let mut system = system(op, device, precision);
            let points = arguments(precision);
            let found = points.iter().filter_map(|&x| wrong(op, &mut system, &mut oracle, precision, x));
            all.extend(found.map(|text| format!("{} on {device:?} in {precision:?} at {text}", op.name())));
        }
    }
    assert!(all.is_empty(), "{} points:\n{}", all.len(), all.join("\n"));
}

/// The angle of points of every size: both derivatives, and the three second ones.
#[test]
fn derivatives_of_angles() {
    let text = "fn energy(y: array<f32, 1>, x: array<f32, 1>) -> f32 { return atan2(y[0], x[0]); }";
    for (precision, sizes, tolerance) in [
        (Precision::F64, [1e-150, 1e-80, 1e-3, 1.0, 1e60, 1e150], 1e-14),
        (Precision::F32, [1e-17, 1e-9, 1e-3, 1.0, 1e8, 1e17], 1e-5),
    ] {
        let problem = Problem::new().unknown("y", vec![1.0]).unknown("x", vec![1.0]).indices("one", vec![[0]]);
        let problem = problem.term(Term::energy("angle", text).over("one"));
        let mut system = System::build(problem, Options::default().precision(precision).threads(1)).unwrap();
        for size in sizes {
            for [y, x] in [[0.6, 0.8], [0.8, 0.6], [-0.3, 0.7], [0.9, -0.2], [-0.5, -0.5], [1e-3, 1.0], [1.0, -1e-3]] {
                let rounded =
                    |v: f64| if precision == Precision::F32 { f64::from((v * size) as f32) } else { v * size };
                system.set_unknowns(&[rounded(y), rounded(x)]).unwrap();
                // In terms of the size, so that nothing here overflows.
                let [y, x] = [y, x].map(|v| rounded(v) / size);
                let square = x * x + y * y;
                let cross = (y * y - x * x) / (square * square);
                let wanted = [x / square, -y / square, -2.0 * x * y / (square * square), cross, cross];
                let wanted = [wanted[0], wanted[1], wanted[2], wanted[3], wanted[4], -wanted[2]];
                let at = system.evaluate().unwrap_or_else(|error| panic!("{size:e} {y} {x}: {error}"));
                let found = [at.gradient, at.hessian.values].concat();
                let scale = [1.0, 1.0, 2.0, 2.0, 2.0, 2.0].map(|power| f64::powf(size, power));
                for ((found, wanted), scale) in found.iter().zip(wanted).zip(scale) {
                    let error = (found * scale - wanted).abs();
                    assert!(
                        error <= tolerance / square,
                        "{precision:?}, {size:e} {y} {x}: {found:e}, not {:e}",
                        wanted / scale
                    );
                }
            }
        }
    }
}

/// Smooth functions that are written with functions that have kinks have the derivatives of what they equal.
#[test]
fn ties_take_sides_that_agree() {
    let of = |body: &str, point: [f64; 3], device: Device| {
        let text = format!(
            "fn energy(x: array<f32, 1>, y: array<f32, 1>, z: array<f32, 1>) -> f32 {{
            let a = x[0]; let b = y[0]; let c = z[0];
            {body}
        }}"
        );
        let [x, y, z] = point;
        let problem = Problem::new().unknown("x", vec![x]).unknown("y", vec![y]).unknown("z", vec![z]);
        let problem = problem.indices("one", vec![[0]]).term(Term::energy("f", text).over("one"));
        let mut system = System::build(problem, Options::default().device(device)).unwrap();
        let at = system.evaluate().unwrap_or_else(|error| panic!("{body}: {error}"));
        let mut dense = vec![0.0; 9];
        for (row, col, value) in at.hessian.coordinates().unwrap() {
            dense[3 * row + col] = value;
        }
        [vec![at.energy], at.gradient.to_vec(), dense].concat()
    };
    let softplus = "let s = 1.0 / (1.0 + exp(-a)); return log(1.0 + exp(a));";
    let equal = [
        ("return max(a, b) + min(a, b);", "return a + b;"),
        ("return max(a, b) + min(b, a);", "return a + b;"),
        ("return max(b, a) * min(a, b);", "return a * b;"),
        ("return max(a, b) * min(a, b) * c;", "return a * b * c;"),
        ("let d = max(a, b) - min(a, b) - abs(a - b); return d * d + 3.0 * d;", "return 0.0 * a * b;"),
        ("let d = max(a, b) - min(b, a) - abs(b - a); return d * c + d;", "return 0.0 * a * b * c;"),
        ("let d = abs(a - b) - abs(b - a); return d * c + d;", "return 0.0 * a * b * c;"),
        ("return max(a - b, 0.0) - max(b - a, 0.0);", "return a - b;"),
        ("return pow(max(a - b, 0.0), 2.0) + pow(min(a - b, 0.0), 2.0);", "return (a - b) * (a - b);"),
        ("return pow(max(b - a, 0.0), 2.0) + pow(max(0.0, a - b), 2.0);", "return (a - b) * (a - b);"),
        ("return a - clamp(a, b, 9.0);", "return min(a - b, 0.0);"),
        ("return a - clamp(a, -9.0, c);", "return max(a - c, 0.0);"),
        ("return a - clamp(a, b, c + 1.0);", "return max(0.0, a - c - 1.0) + min(0.0, a - b);"),
        ("return saturate(a - b) + min(a - b, 0.0) + max(a - b - 1.0, 0.0);", "return a - b;"),
        // Sorted, the smallest times one, the next times two, the largest times three: products of all are symmetric.
        (
            "let l = min(a, b); let h = max(a, b); let m = min(h, c); let t = max(h, c); let s = min(l, m); let u = max(l, m);
             return s * u * t + s + u + t;",
            "return a * b * c + a + b + c;",
        ),
        (
            "let l = min(b, a); let h = max(a, b); let m = min(c, h); let t = max(h, c); let s = min(m, l); let u = max(l, m);
             return s * s + u * u + t * t;",
            "return a * a + b * b + c * c;",
        ),
    ];
    for device in [Device::Interpreter, Device::Cpu] {
        for point in [[1.5, 1.5, 1.5], [1.5, 1.5, 2.5], [2.0, 1.0, 1.0]] {
            for (written, smooth) in equal {
                assert_eq!(
                    of(written, point, device),
                    of(smooth, point, device),
                    "{written} at {point:?} on {device:?}"
                );
            }
        }
        for written in [
            "return max(a, 0.0) + log(1.0 + exp(-abs(a)));",
            "return max(0.0, a) + log(1.0 + exp(-abs(a)));",
            "return max(0.0, a) + log(1.0 + exp(-abs(-a)));",
            "return max(a, 0.0) + log(1.0 + exp(min(a, -a)));",
        ] {
            let (found, wanted) = (of(written, [0.0, 1.0, 1.0], device), of(softplus, [0.0, 1.0, 1.0], device));
            let near = found.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-15);
            assert!(near, "{written} on {device:?}: {found:?}, not {wanted:?}");
        }
    }
}
