//! Writes the expected values of conformance cases.

use spadina_conformance::cases::root;
use spadina_conformance::reference::{energies, files, results};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cases: Vec<String> = std::env::args().skip(1).collect();
    if cases.is_empty() || cases.iter().any(|case| case.starts_with('-')) {
        println!("Usage: cargo run -p spadina-conformance --bin expected -- CASE...\n");
        println!("Writes tests/conformance/CASE/expected of each case. There are:\n");
        energies::CASES.iter().for_each(|(name, _)| println!("  {name}"));
        return if cases.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) };
    }
    for case in &cases {
        match write(case) {
            Ok(line) => println!("{line}"),
            Err(message) => {
                eprintln!("{message}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Writes the files of a case; gives a line that says so.
fn write(case: &str) -> Result<String, String> {
    let folder = root().join(case);
    let results = results(&folder)?;
    let files = files(&results).map_err(|e| format!("the case `{case}`: {e}"))?;
    let folder = folder.join("expected");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    let numbers = &results.summary;
    Ok(format!(
        "{case}: {} unknowns, {} non-zeros, energy {}",
        numbers["unknowns"], numbers["nonzeros"], numbers["energy"]
    ))
}
