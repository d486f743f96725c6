//! What the integration tests share: the command line, and results on disk.

#![allow(dead_code, unused_imports, reason = "each test takes what it needs")]

pub use spadina_conformance::cases::folders as cases;
pub use spadina_conformance::expected::{Entries, Results, differences, matrix};
use std::process::{Command, Output};

/// Runs the command line.
pub fn spadina<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spadina")).args(arguments).output().unwrap()
}

/// Standard error as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
