//! `spadina view` without a window.

use super::common::{spadina, stderr};
use super::device;
use super::net::net;
use std::process::Command;

const PROBLEM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/neo_hookean/problem.toml");

/// The pixels of a picture that `spadina view` writes.
fn written(options: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("view.png");
    let name = file.to_str().unwrap();
    let problem = net(folder.path());
    let arguments = ["view", problem.to_str().unwrap(), "--frames", "12", "--png", name];
    let output = spadina(arguments.iter().chain(options));
    assert!(output.status.success(), "{}", stderr(&output));
    let bytes = std::fs::read(file).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (1200, 800));
    pixels
}

#[test]
fn pictures_are_the_same_from_processor_and_device() {
    if device().is_none() {
        return;
    }
    let [own, in_place] = [&["--device", "cpu"], &["--device", "gpu"]].map(|place| written(place));
    // In the middle there is something that is no background.
    let at = 3 * (400 * 1200 + 600);
    assert!(own[at].abs_diff(own[at + 2]) > 40, "{:?}", &own[at..at + 3]);
    let total: u64 = own.iter().zip(&in_place).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(total < own.len() as u64, "{total}");
}

#[test]
fn minimisations_are_drawn_where_they_end() {
    if device().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let problem = net(folder.path());
    let drawn = |name: &str, more: &[&str]| {
        let file = folder.path().join(name);
        let arguments = ["view", problem.to_str().unwrap(), "--png", file.to_str().unwrap()];
        let output = spadina(arguments.iter().chain(more));
        assert!(output.status.success(), "{}", stderr(&output));
        (std::fs::read(file).unwrap(), stderr(&output))
    };
    let (end, said) = drawn("end.png", &[]);
    assert!(!said.contains("warning: "), "{said}");
    assert!(end == drawn("long.png", &["--frames", "300"]).0 && end != drawn("first.png", &["--frames", "1"]).0);
}

#[test]
fn without_a_display_it_says_what_can_be_done() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spadina"));
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    if !cfg!(target_os = "linux") {
        return;
    }
    let output = command.args(["view", PROBLEM]).output().unwrap();
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(message.starts_with("error: there is no display") && message.contains("--png FILE"), "{message}");
}

#[test]
fn a_problem_without_nodes_is_refused() {
    let problem = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/chain/problem.toml");
    let output = spadina(["view", problem, "--png", "never.png"]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("nothing to draw"), "{}", stderr(&output));
}
