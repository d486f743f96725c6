//! The content that is read, and its order.

use super::*;
use crate::problem::ProblemError;
use crate::tensor::Tensor;
use std::path::Path;

fn parse(text: &str) -> Result<ProblemFile, ProblemError> {
    ProblemFile::parse(Path::new("dir/problem.toml"), text)
}

const TERM: &str = "[[terms]]\nenergy = \"e.wgsl\"\n";

#[test]
fn unknowns_keep_the_order_of_the_file() {
    let file = parse(&format!("[unknowns]\nz = 1\na = \"a.npy\"\nm = \"z\"\n{TERM}")).unwrap();
    let names: Vec<&str> = file.unknowns.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["z", "a", "m"]);
    assert_eq!(file.unknowns[1].value, EntryValue::File("a.npy".into()));
    assert_eq!(file.unknowns[2].value, EntryValue::Name("z".into()));
    assert_eq!(file.unknowns[2].value_place.to_string(), "dir/problem.toml:4:5");
    assert_eq!(file.resolve("a.npy"), Path::new("dir/a.npy"));
}

#[test]
fn numbers_and_lists_become_tensors() {
    let file =
        parse(&format!("[unknowns]\nx = [[1, 2.5], [3, 4]]\n[indices]\nn = 0x10\ne = [[0, 1]]\n{TERM}")).unwrap();
    let matrix = Tensor { shape: vec![2, 2], data: vec![1.0, 2.5, 3.0, 4.0] };
    assert_eq!(file.unknowns[0].value, EntryValue::Real(matrix));
    assert_eq!(file.indices[0].value, EntryValue::Integer(Tensor::scalar(16)));
    assert_eq!(file.indices[1].value, EntryValue::Integer(Tensor { shape: vec![1, 2], data: vec![0, 1] }));
}

#[test]
fn terms_have_bindings_and_places() {
    let text =
        "[unknowns]\nx = 1.0\n\n[[terms]]\nresidual = \"r.wgsl\"\nover = \"e\"\nbind = { k = \"mu\", t = \"a@b\" }\n";
    let file = parse(text).unwrap();
    let term = &file.terms[0];
    assert!(term.residual);
    assert_eq!(term.place.to_string(), "dir/problem.toml:4:1");
    assert_eq!(term.over_place.to_string(), "dir/problem.toml:6:8");
    assert_eq!(term.bind[0].1.table, None);
    assert_eq!(term.bind[1].1.table.as_deref(), Some("b"));
    assert_eq!(term.bind[1].1.place.to_string(), "dir/problem.toml:7:20");
}

#[test]
fn a_mesh_gives_points_and_elements() {
    let mesh = "[mesh]\ngenerate = \"box\"\ncells = [4, 1, 1]\nsize = [4.0, 1.0, 1.0]\n";
    let file = parse(&format!("{mesh}[unknowns]\nx = \"X\"\n{TERM}")).unwrap();
    assert!(
        matches!(&file.mesh, Some(MeshSection { source: MeshSource::Generate { shape, .. }, .. }) if shape == "box")
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("e.wgsl"), "fn energy() -> f32 { return 0.0; }").unwrap();
    let load = |text: &str| {
        let text = format!("{mesh}[unknowns]\nx = \"X\"\n{text}{TERM}");
        ProblemFile::parse(folder.path().join("p.toml"), &text).unwrap().load()
    };
    let loaded = load("").unwrap();
    assert_eq!(loaded.unknowns[0].1.shape, [20, 3]);
    let shapes: Vec<_> = loaded.indices.iter().map(|(name, table)| (name.as_str(), table.shape[1])).collect();
    assert_eq!(shapes, [("edges", 2), ("triangles", 3), ("tetrahedra", 4), ("hinges", 4), ("quads", 4)]);
    let message = load("[indices]\nedges = [[0, 1]]\n").unwrap_err().to_string();
    assert!(message.contains("the name `edges` is given twice"), "{message}");
}

#[test]
fn deep_nesting_is_an_error() {
    let text = format!("[unknowns]\nx = {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(parse(&text).is_err());
    let text = format!("a{} = 1\n", ".a".repeat(100_000));
    assert!(parse(&text).is_err());
}

#[test]
fn unknowns_start_from_arrays_and_from_each_other() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("e.wgsl"), "fn energy() -> f32 { return 0.0; }").unwrap();
    let text = format!("[unknowns]\na = \"b\"\nb = \"X\"\nc = \"a\"\n[arrays]\nX = [1.0, 2.0]\n{TERM}");
    let loaded = ProblemFile::parse(folder.path().join("p.toml"), &text).unwrap().load().unwrap();
    assert_eq!(loaded.unknown_count(), 6);
    assert!(loaded.unknowns.iter().all(|(_, t)| t.data == [1.0, 2.0]));
}

#[test]
fn long_chains_of_names_take_linear_time() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("e.wgsl"), "").unwrap();
    let names: String = (0..50_000).map(|i| format!("u{i} = \"u{}\"\n", i + 1)).collect();
    let text = format!("[unknowns]\n{names}u50000 = 7\n{TERM}");
    let loaded = ProblemFile::parse(folder.path().join("p.toml"), &text).unwrap().load().unwrap();
    assert!(loaded.unknowns.iter().all(|(_, t)| t.data == [7.0]));
    let line = (0..50_000).map(|i| format!("u{i} = 1")).collect::<Vec<_>>().join(", ");
    let file = parse(&format!("unknowns = {{ {line} }}\n{TERM}")).unwrap();
    assert_eq!(file.unknowns[2].place.to_string(), "dir/problem.toml:1:30");
}

#[test]
fn columns_count_characters() {
    let message = parse("[unknowns]\n\"\u{e9}\u{e9}\" = true\n").unwrap_err().to_string();
    assert!(message.starts_with("dir/problem.toml:2:8: `\u{e9}\u{e9}` is a boolean"), "{message}");
}

proptest::proptest! {
    #[test]
    fn damage_never_panics(at in 0usize..200, piece in "[\\[\\]{}=\"@#.,\n\\- a-z0-9\u{e9}]{0,6}", cut in 0usize..20) {
        let text = "[unknowns]\nx = [[1, 2.5], [3, 4]]\n[arrays]\nk = 1.0\n[indices]\ne = [[0, 1]]\n\
                    [[terms]]\nresidual = \"r.wgsl\"\nover = \"e\"\nbind = { k = \"mu\", t = \"a@b\" }\n";
        let at = at % text.len();
        let damaged = format!("{}{piece}{}", &text[..at], &text[(at + cut).min(text.len())..]);
        let _ = parse(&damaged);
    }
}
