//! Out of the domain stays out: whatever folding leaves out of an energy, it has no value where a part of it has none, on every device.

use spadina::system::{Device, Precision};
use spadina::{Options, Problem, System, Term};
use spadina_conformance::without_gpu;

const EVERYWHERE: [(Device, Precision); 4] = [
    (Device::Interpreter, Precision::F64),
    (Device::Cpu, Precision::F64),
    (Device::Cpu, Precision::F32),
    (Device::Gpu, Precision::F32),
];

/// The system of an energy of `a` and `b`; nothing where there is no GPU.
fn system(body: &str, (device, precision): (Device, Precision)) -> Option<System> {
    let text = format!("fn energy(x: array<f32, 1>, y: array<f32, 1>) -> f32 {{ let a = x[0]; let b = y[0]; {body} }}");
    let problem = Problem::new().unknown("x", vec![1.0]).unknown("y", vec![1.0]).indices("one", vec![[0]]);
    let problem = problem.term(Term::energy("f.wgsl", text).over("one"));
    match System::build(problem, Options::default().device(device).precision(precision).threads(1)) {
        Ok(system) => Some(system),
        Err(error) if device == Device::Gpu && error.to_string().contains("adapter") => {
            without_gpu(error);
            None
        }
        Err(error) => panic!("{body}: {error}"),
    }
}

/// Energy, gradient and the Hessian's entries; nothing where it has no value.
fn at(system: &mut System, point: [f64; 2]) -> Result<(f64, Vec<f64>, Vec<f64>), String> {
    system.set_unknowns(&point).unwrap();
    let at = system.evaluate().map_err(|error| error.to_string())?;
    Ok((at.energy, at.gradient.to_vec(), at.hessian.values.to_vec()))
}

/// Energies that folding makes the one beside them, but not where `a` is out of the domain.
const FOLDED: [(&str, &str); 34] = [
    ("return a * a + 0.0 * log(a);", "return a * a;"),
    ("return log(a) * 0.0 + a * b;", "return a * b;"),
    ("return b + (log(a) - log(a));", "return b;"),
    ("return b * b + pow(log(a), 0.0);", "return b * b + 1.0;"),
    ("return mix(b * b, log(a), 0.0);", "return b * b;"),
    ("return mix(log(a), b * b, 1.0);", "return b * b;"),
    ("return b + 0.0 / (a + 1.0);", "return b;"),
    ("return b + 0.0 / max(a, 0.0);", "return b;"),
    ("return b * b + 0.0 * sqrt(a);", "return b * b;"),
    ("return b * b + 0.0 * (1.0 / (a + 1.0));", "return b * b;"),
    ("return b * b + 0.0 * (b / (a * (a + 1.0)));", "return b * b;"),
    ("return b * b + 0.0 * acos(0.6 * a + 0.3 * (a - abs(a)));", "return b * b;"),
    ("return b * b - 0.0 * asin(0.6 * a + 0.3 * (a - abs(a)));", "return b * b;"),
    ("return b * b + 0.0 * acosh(a + 1.0);", "return b * b;"),
    ("return b * b + atanh(a + 0.4 * abs(a) - 0.5) * 0.0;", "return b * b;"),
    ("return b * b + 0.0 * pow(a, 0.3);", "return b * b;"),
    ("return b * b + 0.0 * exp(-1000.0 * a);", "return b * b;"),
    ("return b * b + 0.0 * log2(a) * b;", "return b * b;"),
    ("let m = mat2x2f(1.0, 0.0, 0.0, 0.0) * vec2f(b, log(a)); return m.x * m.x;", "return b * b;"),
    ("return dot(vec2f(b, 0.0), vec2f(b, log(a)));", "return b * b;"),
    ("return determinant(mat2x2f(b, 0.0, log(a), 1.0)) * b;", "return b * b;"),
    ("return cross(vec3f(b, 0.0, 0.0), vec3f(log(a), b, 0.0)).z;", "return b * b;"),
    ("let v = 0.0 * vec2f(log(a), b); return b * b + dot(v, v);", "return b * b;"),
    ("return fma(0.0, log(a), b * b);", "return b * b;"),
    ("return b * b + floor(0.1 * log(a) + 0.5);", "return b * b;"),
    ("return b * b + sign(log(a)) - sign(0.2 + log(a + 1.0));", "return b * b - 2.0;"),
    ("return b * b + step(0.5, log(a));", "return b * b;"),
    ("return max(b * b, log(a));", "return b * b;"),
    ("return max(log(a), b * b);", "return b * b;"),
    ("return -min(-b * b, log(a) * log(a));", "return b * b;"),
    ("return max(log(a), max(sqrt(a) - 5.0, b * b));", "return b * b;"),
    ("var f = 0.0; if (b > 50.0) { f = 1.0; } return b * b + f * log(a);", "return b * b;"),
    ("var s = b * b; for (var i = 0; i < 3; i++) { s += 0.0 * log(a); } return s;", "return b * b;"),
    ("return tanh(0.0 * log(a)) + b * b;", "return b * b;"),
];

#[test]
fn folding_keeps_the_domain() {
    for device in EVERYWHERE {
        for (written, folded) in FOLDED {
            let (Some(mut system), Some(mut plain)) = (self::system(written, device), self::system(folded, device))
            else {
                break;
            };
            let point = [0.7, 2.0];
            let (found, wanted) = (at(&mut system, point), at(&mut plain, point));
            let (found, wanted) = (found.unwrap_or_else(|e| panic!("{written}: {e}")), wanted.unwrap());
            let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-5 * b.abs().max(1.0));
            assert!((found.0 - wanted.0).abs() < 1e-5, "{written} on {device:?}: {}", found.0);
            assert!(near(&found.1, &wanted.1), "{written} on {device:?}: {:?}", found.1);
            // What is a constant has no derivatives, and so no entries.
            let kinked = ["sign", "step", "max", "min", "f = "].iter().any(|name| written.contains(name));
            assert!(kinked || found.2.len() == wanted.2.len(), "{written} on {device:?}: {:?}", found.2);
            assert!(kinked || near(&found.2, &wanted.2), "{written} on {device:?}: {:?}", found.2);
            let message = at(&mut system, [-1.0, 2.0]).expect_err(written);
            assert!(message.contains("not finite") && message.contains("f.wgsl"), "{written}: {message}");
            assert_eq!(system.trial().unwrap(), None, "{written} on {device:?}");
        }
    }
}

/// Sides that are not taken need no domain.
#[test]
fn sides_that_are_not_taken_have_no_say() {
    for device in EVERYWHERE {
        for body in [
            "if (a > 0.0) { return b + 0.0 * log(a); } return b;",
            "return select(b, b + 0.0 * log(a), a > 0.0);",
            "return b + 0.0 * select(0.0, log(a), a > 0.0);",
            "if (a <= 0.0) { return b; } return b + (log(a) - log(a));",
            "return b + select(log(a), 0.0, a < 0.0) * 0.0;",
        ] {
            let Some(mut system) = system(body, device) else { break };
            for x in [-1.0, 1.0] {
                let (energy, gradient, _) = at(&mut system, [x, 2.0]).unwrap_or_else(|e| panic!("{body} at {x}: {e}"));
                assert_eq!((energy, gradient), (2.0, vec![0.0, 1.0]), "{body} at {x} on {device:?}");
            }
        }
    }
}

/// Rows of a residual, and an energy written in Rust.
#[test]
fn every_kind_of_energy_keeps_its_domain() {
    let rows = "fn residual(x: array<f32, 1>) -> vec2f { return vec2f(x[0] + 0.0 * log(x[0]), 1.0); }";
    let problem = Problem::new().unknown("x", vec![2.0]).indices("one", vec![[0]]);
    let mut system =
        System::build(problem.clone().term(Term::residual("r.wgsl", rows).over("one")), Options::default()).unwrap();
    assert_eq!(system.value().unwrap(), 2.5);
    system.set_unknown("x", &[-2.0]).unwrap();
    assert!(system.value().is_err());

    let program = "override n: u32;
    @group(0) @binding(0) var<storage, read> x: array<f32>;
    fn energy() -> f32 {
        var s = 0.0;
        for (var i = 0u; i < n; i++) { s += x[i] * x[i] + 0.0 * log(x[i]); }
        return sqrt(s);
    }";
    let problem = Problem::new().unknown("x", vec![3.0, 4.0]).indices("n", 2).term(Term::energy("p.wgsl", program));
    let mut system = System::build(problem, Options::default()).unwrap();
    assert_eq!(system.value().unwrap(), 5.0);
    system.set_unknown("x", &[3.0, -4.0]).unwrap();
    assert!(system.value().is_err());
}

/// Numbers that are not finite mean the same on every device: at `a` 2 and -2, the value or nothing.
#[test]
fn constants_that_are_not_finite() {
    let none = None;
    for device in EVERYWHERE {
        for (body, wanted) in [
            ("return a * (1.0 / 0.0);", [none, none]),
            ("return a / 0.0;", [none, none]),
            ("return b / (a / 0.0);", [Some(0.0), Some(-0.0)]),
            ("return b / (1e308 * 10.0) + a;", [Some(2.0), Some(-2.0)]),
            ("return min(a, 1.0 / 0.0);", [Some(2.0), Some(-2.0)]),
            ("return max(a, -1.0 / 0.0) + exp(-1.0 / 0.0);", [Some(2.0), Some(-2.0)]),
            ("return atan(1.0 / 0.0) / atan(1.0) * a;", [Some(4.0), Some(-4.0)]),
            ("if (a < 0.0 / 0.0) { return 1.0 / 0.0; } return a;", [Some(2.0), Some(-2.0)]),
            ("if (a != log(-1.0)) { return a; } return 1.0 / 0.0;", [Some(2.0), Some(-2.0)]),
            ("if (a < 1.0 / 0.0) { return a; } return 0.0;", [Some(2.0), Some(-2.0)]),
            ("if (a / 0.0 < 0.0) { return 1.0; } return 3.0;", [Some(3.0), Some(1.0)]),
            ("if (a / -0.0 < 0.0) { return 1.0; } return 3.0;", [Some(1.0), Some(3.0)]),
            ("return a + 0.0 * (1.0 / 0.0);", [none, none]),
            ("return a + (exp(1000.0) - exp(1000.0));", [none, none]),
            ("return select(a, 0.0 / 0.0, a < 0.0);", [Some(2.0), none]),
            ("return select(a, 0.0, a < 0.0) * select(1.0, 1.0 / 0.0, a < 0.0);", [Some(2.0), none]),
        ] {
            let Some(mut system) = system(body, device) else { break };
            for (x, wanted) in [2.0, -2.0].into_iter().zip(wanted) {
                system.set_unknowns(&[x, 1.0]).unwrap();
                let found = system.trial().unwrap();
                let same = found.zip(wanted).map_or(found.is_none() && wanted.is_none(), |(f, w)| (f - w).abs() < 1e-5);
                assert!(same, "{body} at {x} on {device:?}: {found:?}, not {wanted:?}");
            }
        }
    }
}

/// A ratio to the length of what overflows is no zero.
#[test]
fn ratios_to_lengths_that_overflow() {
    for (device, size) in EVERYWHERE.into_iter().zip([1e200, 1e200, 1e20, 1e20]) {
        for (body, wanted) in [
            ("return normalize(vec2f(a, b)).x;", 0.6),
            ("return a / length(vec2f(a, b));", 0.6),
            ("return a / distance(vec2f(a, 0.0), vec2f(0.0, b));", 0.6),
            ("return a * inverseSqrt(a * a + b * b);", 0.6),
            ("return a / (1.0 + 2.0 * length(vec2f(a, b)));", 3.0 / 11.0),
            ("let n = normalize(vec2f(a, b)); return dot(n, vec2f(1.0, 0.0));", 0.6),
        ] {
            let Some(mut system) = system(body, device) else { break };
            let (energy, ..) = at(&mut system, [3.0, 4.0]).unwrap_or_else(|e| panic!("{body}: {e}"));
            assert!((energy - wanted).abs() < 1e-6, "{body} on {device:?}: {energy}");
            let message = at(&mut system, [3.0 * size, 4.0 * size]).expect_err(body);
            assert!(message.contains("not finite"), "{body} on {device:?}: {message}");
            assert_eq!(system.trial().unwrap(), None, "{body} on {device:?}");
        }
        // A length itself is infinite, and refused.
        let Some(mut system) = system("return length(vec2f(a, b));", device) else { continue };
        assert!(at(&mut system, [3.0 * size, 4.0 * size]).is_err());
    }
}

/// Factors of extreme size leave the derivatives what they are: `log(c x)` has those of `log(x)`.
#[test]
fn factors_of_extreme_size() {
    for (device, huge) in EVERYWHERE.into_iter().zip(["1e200", "1e200", "1e20", "1e20"]) {
        for (body, gradient, hessian) in [
            ("return log(HUGE * a);", 0.5, -0.25),
            ("return log((a - b) * HUGE);", 1.0, -1.0),
            ("return log2(HUGE * a) * 0.6931471805599453;", 0.5, -0.25),
            ("return log(b * HUGE * a * a);", 1.0, -0.5),
            ("return HUGE / (HUGE * a);", -0.25, 0.25),
            ("return pow(HUGE * a, 0.3) / pow(HUGE, 0.3);", 0.3 * 2f64.powf(-0.7), -0.21 * 2f64.powf(-1.7)),
            ("return sqrt(HUGE * a) / sqrt(HUGE);", 0.5 / 2f64.sqrt(), -0.25 * 2f64.powf(-1.5)),
        ] {
            let body = body.replace("HUGE", huge);
            let Some(mut system) = system(&body, device) else { break };
            let (_, first, second) = at(&mut system, [2.0, 1.0]).unwrap_or_else(|e| panic!("{body}: {e}"));
            let near = |a: f64, b: f64| (a - b).abs() < 2e-5 * b.abs();
            assert!(near(first[0], gradient), "{body} on {device:?}: {first:?}");
            assert!(near(second[0], hessian), "{body} on {device:?}: {second:?}");
        }
        // Right, or refused.
        for body in ["return atan(HUGE * a);", "return asinh(HUGE * a);", "return acosh(HUGE * a);"] {
            let body = body.replace("HUGE", huge);
            let Some(mut system) = system(&body, device) else { break };
            let message = at(&mut system, [2.0, 1.0]).expect_err(&body);
            assert!(message.contains("not finite"), "{body}: {message}");
        }
    }
}
