//! The files that the command line writes of every conformance case, against results of an independent implementation. Other
//! back-ends and precisions are tested by `tests/backends.rs`.

mod common;

use common::{Results, cases, differences, spadina, stderr};
use std::path::Path;

/// Runs a case and compares.
fn run(case: &Path, [device, precision]: [&str; 2], tolerance: f64) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let out = folder.path().join("out");
    let problem = case.join("problem.toml");
    let options = ["--device", device, "--precision", precision].map(Path::new);
    let arguments: Vec<&Path> =
        [Path::new("eval"), &problem, "--out".as_ref(), &out].into_iter().chain(options).collect();
    let output = spadina(arguments);
    if !output.status.success() {
        return Err(format!("{}: {}", output.status, stderr(&output)));
    }
    let got = Results::read(&out)?;
    let found = differences(&got, &Results::read(&case.join("expected"))?, tolerance);
    if found.is_empty() { Ok(()) } else { Err(found.join("; ")) }
}

fn run_all(on: [&str; 2], tolerance: f64) {
    let failed: Vec<String> = cases()
        .iter()
        .filter_map(|case| run(case, on, tolerance).err().map(|e| format!("{}: {e}", case.display())))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_interpreter_agrees() {
    run_all(["interpreter", "f64"], 1e-12);
}

#[test]
fn the_cpu_agrees() {
    run_all(["cpu", "f64"], 1e-12);
}
