//! `spadina view` of a problem that can be simulated.

use super::common::{spadina, stderr};
use super::device;

/// A soft box above two balls.
const PROBLEM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/problems/soft_body.toml");

#[test]
fn the_command_simulates_or_minimises() {
    if device().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, more: &[&str]| {
        let file = folder.path().join(name);
        let arguments = ["view", PROBLEM, "--frames", "3", "--png", file.to_str().unwrap()];
        let output = spadina(arguments.iter().chain(more));
        assert!(output.status.success(), "{}", stderr(&output));
        std::fs::read(file).unwrap()
    };
    assert_ne!(written("a.png", &[]), written("b.png", &["--iterations", "4", "--solve"]));
    let output = spadina(["view", PROBLEM, "--device", "gpu", "--png", "never.png"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--solve"), "{}", stderr(&output));
}
