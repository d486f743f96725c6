//! Runs an example.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::path::PathBuf;
use std::process::Command;

/// The output of an example, and its text on standard error; it must succeed.
pub fn run(name: &str) -> (String, String) {
    run_with(name, &[])
}

/// The same with arguments.
pub fn run_with(name: &str, arguments: &[&str]) -> (String, String) {
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

/// The number behind the last occurrence of a word.
pub fn last_number(text: &str, word: &str) -> f64 {
    let after = text.rsplit(word).next().unwrap_or("").trim_start();
    after
        .split([' ', ',', '\n'])
        .next()
        .unwrap_or("")
        .parse()
        .unwrap_or_else(|_| panic!("no number after {word}: {text}"))
}
