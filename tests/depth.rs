//! Large energies through the facade: deep graphs do not overflow the stack. The benchmark `stages` says how long they
//! take.

use spadina::system::Device;
use spadina::{Options, Problem, System, Term};

/// A sum of 100,000 terms, each a link of one chain of additions: functions of a thousand terms, as the WGSL parser's
/// time grows faster than the length of a function.
fn long_energy() -> String {
    let mut text = String::new();
    for f in 0..100 {
        text += &format!("fn part{f}(a: f32, b: f32, s: f32) -> f32 {{\n  var e = s;\n");
        for k in 0..1000 {
            text += &format!("  e += {}.5 * a * b;\n", f * 1000 + k);
        }
        text += "  return e;\n}\n";
    }
    text += "fn energy(x: array<f32, 2>) -> f32 {\n  var e = 0.0;\n";
    (0..100).for_each(|f| text += &format!("  e = part{f}(x[0], x[1], e);\n"));
    text + "  return e;\n}\n"
}

/// Runs on a thread with a small stack, as a caller might.
fn on_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(512 << 10).spawn(test).unwrap().join().unwrap();
}

#[test]
fn a_hundred_thousand_terms() {
    for device in [Device::Interpreter, Device::Cpu] {
        on_small_stack(move || {
            let problem = Problem::new().unknown("x", vec![2.0, 3.0]).indices("e", vec![[0, 1]]);
            let problem = problem.term(Term::energy("long.wgsl", long_energy()).over("e"));
            let mut system = System::build(problem, Options::default().device(device)).unwrap();
            let at = system.evaluate().unwrap();
            // The sum of k + 0.5 for k below 100,000.
            let sum = 100_000.0 * 100_000.0 / 2.0;
            assert_eq!((at.energy, at.gradient), (6.0 * sum, &[3.0 * sum, 2.0 * sum][..]));
            assert_eq!((at.hessian.nonzeros(), at.hessian.values), (2, &[sum, sum][..]));
        });
    }
}

/// A value 4000 operations deep: x is put through one function again and again.
#[test]
fn a_deep_composition() {
    for device in [Device::Interpreter, Device::Cpu] {
        on_small_stack(move || {
            let text = "fn energy(x: array<f32, 1>) -> f32 {\n  var e = x[0];\n\
                        for (var k = 0; k < 500; k++) { e = sqrt(1.0 + e * e); }\n  return e;\n}";
            let problem = Problem::new().unknown("x", vec![2.0]).indices("e", vec![0]);
            let problem = problem.term(Term::energy("deep.wgsl", text).over("e"));
            let mut system = System::build(problem, Options::default().device(device)).unwrap();
            let at = system.evaluate().unwrap();
            // √(x² + 500), and its derivatives.
            let root = 504f64.sqrt();
            let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-12 * b.abs(), "{a} instead of {b}");
            close(at.energy, root);
            close(at.gradient[0], 2.0 / root);
            close(at.hessian.values[0], 500.0 / (root * root * root));
        });
    }
}

/// 100,000 springs of one chain in a loop over elements: as many iterations, one small kernel.
#[test]
fn a_hundred_thousand_elements() {
    on_small_stack(|| {
        let n = 100_000;
        let x: Vec<f64> = (0..=n).map(|k| f64::from(k) + 0.5 * f64::from(k % 2)).collect();
        let edges: Vec<[i32; 2]> = (0..n).map(|k| [k, k + 1]).collect();
        let text = "fn energy(x: array<f32, 2>) -> f32 { let d = x[1] - x[0] - 1.0; return d * d; }";
        let problem = Problem::new().unknown("x", x).indices("edges", edges);
        let mut system =
            System::build(problem.term(Term::energy("s.wgsl", text).over("edges")), Options::default()).unwrap();
        let at = system.evaluate().unwrap();
        assert_eq!((at.energy, at.hessian.nonzeros()), (25_000.0, 300_001));
    });
}
