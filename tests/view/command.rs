//! `spadina view` without a window.

use super::common::{spadina, stderr};
use super::device;
use std::process::Command;

const PROBLEM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/neo_hookean/problem.toml");

#[test]
fn a_picture_is_written() {
    if device().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("view.png");
    let output = spadina(
        ["view", PROBLEM, "--frames", "3", "--png"].map(Into::into).iter().chain([&file.clone().into_os_string()]),
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let mut reader =
        png::Decoder::new(std::io::BufReader::new(std::fs::File::open(file).unwrap())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (1200, 800));
    // In the middle there is something that is no background.
    let at = 3 * (400 * 1200 + 600);
    assert!(pixels[at].abs_diff(pixels[at + 2]) > 40, "{:?}", &pixels[at..at + 3]);
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
    let problem = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/chain/problem.toml");
    let output = spadina(["view", problem, "--png", "never.png"]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("nothing to draw"), "{}", stderr(&output));
}
