//! Runs every example and looks at what it prints. `cargo test` builds the examples beside the tests; `cargo test --test
//! examples` does not, and needs `cargo build --examples` before it.

#[path = "common/example.rs"]
mod example;

use example::{last_number, run};

/// The output of an example; it must succeed and say nothing on standard error.
fn output(name: &str) -> String {
    let (text, errors) = run(name);
    assert!(errors.is_empty(), "{name}: {errors}");
    text
}

/// Checks that an example prints each text, in this order.
fn expect(name: &str, wanted: &[&str]) {
    let text = output(name);
    let mut rest = text.as_str();
    for w in wanted {
        let at = rest.find(w).unwrap_or_else(|| panic!("{name} should print `{w}`:\n{text}"));
        rest = &rest[at + w.len()..];
    }
}

#[test]
fn chain() {
    expect("chain", &["energy 1.5", "25 non-zeros", "\n   -   +   -   .", "100000     299998"]);
}

#[test]
fn ring() {
    let corner = " # # # # . . . . . . . . . . # #\n";
    expect("ring", &["energy 0.1", "96 non-zeros of 256\n", corner, " # # . . . . . . . . . . # # # #\n"]);
}

#[test]
fn springs() {
    expect("springs", &["10800 unknowns", "energy       0.0000", "energy    ", "non-zeros"]);
}

#[test]
fn parametrization() {
    let text = output("parametrization");
    assert!(text.starts_with("360 triangles, 386 unknowns\n"), "{text}");
    let energies: Vec<f64> = text.lines().skip(1).map(|l| last_number(l, "energy")).collect();
    assert!(energies.len() > 3 && energies.is_sorted_by(|a, b| a >= b), "{text}");
    assert!(last_number(&text, "gradient") < 1e-3, "{text}");
}

#[test]
fn neo_hookean() {
    let text = output("neo_hookean");
    let log = 1.1f64.ln();
    let density = 0.5 * (1.1 * 1.1 - 1.0) - log + 2.0 * log * log;
    assert!((last_number(&text, "energy") - density).abs() < 1e-6, "{text}");
    assert_eq!((last_number(&text, "tetrahedra"), last_number(&text, "unknowns")), (3072.0, 2187.0));
    assert!(last_number(&text, "Hessian") > 0.0);
}

#[test]
fn smoothing() {
    let text = output("smoothing");
    assert!(text.lines().nth(2).is_some_and(|l| l.starts_with("step 1:")), "{text}");
    assert!(last_number(&text, "gradient") < 1e-8, "Newton's method takes one step: {text}");
}

#[test]
fn residual() {
    let text = output("residual");
    assert!(text.contains("80 unknowns"), "{text}");
    assert!(last_number(&text, "=") < 1e-20, "{text}");
}

#[test]
fn benchmark_files() {
    expect("benchmark_files", &["bench_B_2", "problem.toml: 48 elements"]);
    let problem = std::env::temp_dir().join("bench_B_2/problem.toml");
    let problem = spadina::Problem::read(&problem).unwrap();
    assert_eq!(problem.unknown_count(), 81);
}

/// Drivers may write to standard error.
#[cfg(feature = "gpu")]
#[test]
fn gpu_newton() {
    let (text, _) = run("gpu_newton");
    if text.starts_with("no GPU adapter") {
        spadina_conformance::without_gpu(&text);
        return;
    }
    assert!(text.starts_with("972 tetrahedra on "), "{text}");
    let hangs = last_number(&text, "hangs");
    assert!(text.contains("\nConverged after ") && (0.8..1.0).contains(&hangs), "{text}");
}

#[cfg(all(feature = "gpu", feature = "solve"))]
#[test]
fn embedding() {
    let (text, _) = run("embedding");
    if text.starts_with("no GPU adapter") {
        spadina_conformance::without_gpu(&text);
        return;
    }
    let hangs = last_number(&text, "hangs");
    assert!((0.5..1.5).contains(&hangs), "{text}");
}
