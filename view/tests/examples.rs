//! Runs the examples of the viewer. `cargo test` builds the examples beside the tests; `cargo test --test examples` does
//! not, and needs `cargo build --examples` before it.

#[path = "../../tests/common/example.rs"]
mod example;

use example::{last_number, run_with};

#[test]
fn soft_body() {
    let (text, _) = run_with("soft_body", &["40", "4"]);
    assert!(text.starts_with("384 tetrahedra, 375 unknowns"), "{text}");
    let lowest = last_number(&text, "lowest at");
    assert!(lowest > 0.0 && lowest < 0.1, "{text}");
}

#[test]
fn view_cloth() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cloth.png");
    let (text, _) = run_with("view_cloth", &[file.to_str().unwrap(), "5"]);
    if text.starts_with("no GPU adapter") {
        spadina_conformance::without_gpu(&text);
        return;
    }
    assert!(text.starts_with("5 frames of 841 nodes"), "{text}");
    assert!(std::fs::read(file).unwrap().starts_with(b"\x89PNG"));
}
