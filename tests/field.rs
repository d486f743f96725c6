//! Small inputs that went wrong once, each of which stands for a kind of fault.

#[path = "field/friction.rs"]
mod friction;

use spadina::minimize::{Method, Outcome, Settings, minimize};
use spadina::system::{Device, Precision};
use spadina::{Options, Problem, System, Tensor, Term};
use spadina_conformance::expected::Results;
use spadina_conformance::without_gpu;
use std::path::PathBuf;

fn folder(case: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/field").join(case)
}

fn problem(case: &str) -> Problem {
    Problem::read(folder(case).join("problem.toml")).unwrap()
}

/// The devices, with their tolerances; the GPU in single precision, if there is one.
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

/// Numbers agree; entries that are zero by cancellation alone may be stored or not.
fn check(case: &str) {
    let wanted = Results::read(&folder(case).join("expected")).unwrap();
    for (mut system, tolerance) in everywhere(&problem(case)) {
        let options = system.options();
        let what = format!("{case} on {:?} in {:?}", options.device, options.precision);
        let at = system.evaluate().unwrap_or_else(|error| panic!("{what}: {error}"));
        let near = |a: f64, b: f64| (a - b).abs() <= tolerance * b.abs().max(1.0);
        assert!(near(at.energy, wanted.summary["energy"].as_f64().unwrap()), "{what}: {}", at.energy);
        assert!(at.gradient.iter().zip(&wanted.gradient).all(|(&a, &b)| near(a, b)), "{what}: {:?}", at.gradient);
        let found: Vec<((usize, usize), f64)> =
            at.hessian.coordinates().unwrap().map(|(row, col, value)| ((row, col), value)).collect();
        for (&place, &value) in &wanted.hessian {
            let own = found.iter().find(|(own, _)| *own == place).map_or(0.0, |(_, value)| *value);
            assert!(near(own, value), "{what}: {place:?} {own} {value}");
        }
        assert!(found.iter().all(|(place, value)| wanted.hessian.contains_key(place) || *value == 0.0), "{what}");
    }
}

/// A hash in `u32` wraps around on every device, and keeps all 32 bits.
#[test]
fn hashes_of_32_bits() {
    check("gpu_u32_above_31_bits");
}

#[test]
fn ties_of_max_min_and_abs() {
    check("max_min_tie_product");
    check("softplus_at_zero");
}

/// The second derivative by the argument is below the least number, so that no scale brings it back: refused.
#[test]
fn slopes_of_large_numbers() {
    let problem = problem("asinh_slope_of_large");
    for device in [Device::Interpreter, Device::Cpu] {
        let mut system = System::build(problem.clone(), Options::default().device(device)).unwrap();
        let message = system.evaluate().unwrap_err().to_string();
        assert!(message.contains("is not finite") && message.contains("energy.wgsl"), "{message}");
        assert!(system.value().is_ok());
    }
}

/// What folding leaves out has a say where it has no value.
#[test]
fn what_is_folded_away_has_a_domain() {
    for (mut system, _) in everywhere(&problem("zero_times_log")) {
        let message = system.evaluate().unwrap_err().to_string();
        assert!(message.contains("is not finite") && message.contains("e.wgsl:1:"), "{message}");
        system.set_unknowns(&[3.0]).unwrap();
        assert_eq!(system.value().unwrap(), 9.0);
    }
}

/// A ratio to what overflows would be zero. In single precision such a start is refused as data are.
#[test]
fn ratios_to_what_overflows() {
    let problem = problem("normalize_overflow");
    for device in [Device::Interpreter, Device::Cpu] {
        let mut system = System::build(problem.clone(), Options::default().device(device)).unwrap();
        let message = system.evaluate().unwrap_err().to_string();
        assert!(message.contains("is not finite") && message.contains("energy.wgsl:4:"), "{message}");
        assert_eq!(system.trial().unwrap(), None);
    }
}

#[test]
fn squares_of_lengths_of_zero() {
    check("norm_squared_at_zero");
}

#[test]
fn a_size_with_the_name_of_a_length() {
    check("size_named_len");
}

#[test]
fn equal_edges_are_refused_everywhere() {
    let problem = problem("smoothstep_equal_edges");
    for device in [Device::Interpreter, Device::Cpu, Device::Gpu] {
        let built = System::build(problem.clone(), Options::default().device(device).precision(Precision::F32));
        let message = match built {
            Ok(_) => panic!("{device:?} takes it"),
            Err(error) => error.to_string(),
        };
        match message.contains("no GPU adapter") {
            true => without_gpu(message),
            false => assert!(message.contains("energy.wgsl:4:10: `smoothstep` between equal edges"), "{message}"),
        }
    }
}

#[test]
fn a_minimum_that_is_far_is_no_runaway() {
    let problem = problem("minimum_far_away");
    for method in [Method::Newton, Method::Lbfgs] {
        let settings = Settings::default().method(method);
        let mut system = System::build(problem.clone(), settings.options(Options::default())).unwrap();
        let report = minimize(&mut system, &[false; 2], settings, |_| true).unwrap();
        assert_eq!(report.outcome, Outcome::Converged, "{method:?}: {}", report.outcome);
        let x = system.vector();
        assert!((x[0] - 1e7).abs() < 1e-2 && (x[1] - 3.0).abs() < 1e-6, "{method:?}: {x:?}");
    }
}

/// An element says by itself that it cannot be: infinite on every device, whatever the others are.
#[test]
fn an_energy_that_says_where_it_ends() {
    let text = "fn energy(x: array<f32, 2>) -> f32 {
        let d = x[1] - x[0];
        if d <= 0.0 { return 1.0 / 0.0; }
        return (d - 1.0) * (d - 1.0);
    }";
    let problem = Problem::new().unknown("x", vec![0.0, 2.0, 3.0]).indices("springs", vec![[0, 1], [1, 2]]);
    let problem = problem.term(spadina::Term::energy("spring.wgsl", text).over("springs"));
    for (mut system, tolerance) in everywhere(&problem) {
        let at = system.evaluate().unwrap();
        assert!((at.energy - 1.0).abs() <= tolerance);
        assert!(at.gradient.iter().zip([-2.0, 2.0, 0.0]).all(|(a, b)| (a - b).abs() <= tolerance), "{:?}", at.gradient);
        system.set_unknowns(&[0.0, -1.0, 3.0]).unwrap();
        assert_eq!(system.trial().unwrap(), None);
        let message = system.value().unwrap_err().to_string();
        assert!(message.contains("first at element 0"), "{message}");
    }
}

/// The second derivatives of exponentials whose squares are beyond the range: those of softplus and of the logarithm of a sum.
#[test]
fn logarithms_of_exponentials_far_out() {
    let hessian = |text: &str, x: Vec<f64>, precision: Precision, device: Device| {
        let all = Tensor { shape: vec![1, x.len()], data: (0..x.len() as i32).collect() };
        let problem = Problem::new().unknown("x", x).indices("all", all);
        let problem = problem.term(Term::energy("e.wgsl", text).over("all"));
        let options = Options::default().precision(precision).device(device);
        let mut system = System::build(problem, options).unwrap();
        let at = system.evaluate().unwrap();
        at.hessian.values.to_vec()
    };
    let softplus = "fn energy(x: array<f32, 1>) -> f32 { return log(1.0 + exp(x[0])); }";
    let sum = "fn energy(x: array<f32, 2>) -> f32 { return log(exp(x[0]) + exp(x[1])); }";
    for (precision, device, far, small) in [
        (Precision::F64, Device::Cpu, 400.0, 1e-12),
        (Precision::F64, Device::Interpreter, 400.0, 1e-12),
        (Precision::F32, Device::Cpu, 60.0, 1e-5),
    ] {
        let found = hessian(softplus, vec![far], precision, device);
        assert!(found[0].abs() < small, "{found:?}");
        let found = hessian(sum, vec![far, far], precision, device);
        let wanted = [0.25, -0.25, -0.25, 0.25];
        assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < small), "{found:?}");
    }
}
