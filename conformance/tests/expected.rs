//! The expected values of the conformance cases are those that the reference implementation computes.

use spadina_conformance::cases::folders;
use spadina_conformance::expected::{Results, differences};
use spadina_conformance::reference::{energies, files, results};
use std::path::Path;

/// The difference allowed, relative to the norm.
const TOLERANCE: f64 = 1e-13;

fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

fn check(folder: &Path) -> Result<(), String> {
    let got = results(folder)?;
    let case = name(folder);
    let wanted = Results::read(&folder.join("expected")).map_err(|e| {
        format!("the case `{case}`: {e}; `cargo run -p spadina-conformance --bin expected -- {case}` writes it")
    })?;
    let found = differences(&got, &wanted, TOLERANCE);
    if found.is_empty() { Ok(()) } else { Err(format!("the case `{case}`: {}", found.join("; "))) }
}

#[test]
fn every_case_computed_again() {
    let failed: Vec<String> = folders().iter().filter_map(|folder| check(folder).err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_energy_has_a_folder() {
    let folders: Vec<String> = folders().iter().map(|folder| name(folder)).collect();
    for (listed, _) in energies::CASES {
        assert!(folders.iter().any(|name| name == listed), "tests/conformance/{listed}/problem.toml is missing");
    }
}

#[test]
fn a_case_without_an_energy_says_what_to_do() {
    let message = energies::of("another").map(|_| ()).unwrap_err();
    for part in ["`another`", "conformance/src/reference/energies", "`CASES`", "--bin expected -- another"] {
        assert!(message.contains(part), "{message}");
    }
}

/// The files that are there, read and written again, are the same to the byte.
#[test]
fn files_keep_their_layout() {
    for folder in folders().iter().map(|folder| folder.join("expected")).filter(|folder| folder.exists()) {
        let written = files(&Results::read(&folder).unwrap()).unwrap();
        assert_eq!(written.len(), std::fs::read_dir(&folder).unwrap().count(), "{}", folder.display());
        for (name, bytes) in written {
            let path = folder.join(name);
            let there = std::fs::read(&path).unwrap();
            assert!(bytes == there, "{}: {}", path.display(), String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn numbers_that_are_not_finite_are_refused() {
    let mut results = Results::read(&folders()[0].join("expected")).unwrap();
    results.gradient[3] = f64::NAN;
    assert!(files(&results).unwrap_err().to_string().contains("NaN"));
}
