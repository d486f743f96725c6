//! Runs every example and looks at what it prints. `cargo test` builds the examples beside the tests; `cargo test --test
//! examples` does not, and needs `cargo build --examples` before it.

use std::path::PathBuf;
use std::process::Command;

/// What an example prints; it must succeed and say nothing on standard error.
fn output(name: &str) -> String {
    let (text, errors) = run(name);
    assert!(errors.is_empty(), "{name}: {errors}");
    text
}

/// What an example prints, and what it says on standard error; it must succeed.
fn run(name: &str) -> (String, String) {
    run_with(name, &[])
}

/// The same with arguments.
fn run_with(name: &str, arguments: &[&str]) -> (String, String) {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(|deps| deps.parent()).map(PathBuf::from).unwrap();
    let program = folder.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let output = Command::new(&program).args(arguments).output().unwrap_or_else(|e| {
        panic!("{}: {e}; `cargo build --examples` builds it", program.display());
    });
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{name}: {}: {errors}", output.status);
    (String::from_utf8(output.stdout).unwrap(), errors)
}

/// Whether each text is found, in this order.
fn expect(name: &str, wanted: &[&str]) {
    let text = output(name);
    let mut rest = text.as_str();
    for w in wanted {
        let at = rest.find(w).unwrap_or_else(|| panic!("{name} should print `{w}`:\n{text}"));
        rest = &rest[at + w.len()..];
    }
}

/// The number behind the last occurrence of a word.
fn last_number(text: &str, word: &str) -> f64 {
    let after = text.rsplit(word).next().unwrap_or("").trim_start();
    after
        .split([' ', ',', '\n'])
        .next()
        .unwrap_or("")
        .parse()
        .unwrap_or_else(|_| panic!("no number after {word}: {text}"))
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
        assert!(std::env::var_os("SPADINA_REQUIRE_GPU").is_none_or(|v| v != "1"), "{text}");
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
        assert!(std::env::var_os("SPADINA_REQUIRE_GPU").is_none_or(|v| v != "1"), "{text}");
        return;
    }
    let hangs = last_number(&text, "hangs");
    assert!((0.5..1.5).contains(&hangs), "{text}");
}

#[cfg(feature = "solve")]
#[test]
fn soft_body() {
    let (text, _) = run_with("soft_body", &["40", "4"]);
    assert!(text.starts_with("384 tetrahedra, 375 unknowns"), "{text}");
    let lowest = last_number(&text, "lowest at");
    assert!(lowest > 0.0 && lowest < 0.1, "{text}");
}

#[cfg(feature = "view")]
#[test]
fn view_cloth() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cloth.png");
    let (text, _) = run_with("view_cloth", &[file.to_str().unwrap(), "5"]);
    if text.starts_with("no GPU adapter") {
        assert!(std::env::var_os("SPADINA_REQUIRE_GPU").is_none_or(|v| v != "1"), "{text}");
        return;
    }
    assert!(text.starts_with("5 frames of 841 nodes"), "{text}");
    assert!(std::fs::read(file).unwrap().starts_with(b"\x89PNG"));
}
