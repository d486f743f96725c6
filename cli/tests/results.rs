//! What results look like: pictures, values at elements, maps, and tables in narrow terminals.

mod common;

use common::stderr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Runs a command in a folder, with results in `out`, as in a terminal of so many columns.
fn run(folder: &Path, arguments: &[&str], columns: Option<usize>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spadina"));
    command.current_dir(folder).args(arguments).env_remove("COLUMNS");
    columns.map(|columns| command.env("COLUMNS", columns.to_string()));
    command.output().unwrap()
}

/// The bytes of a file of the results.
fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join("out").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn good(folder: &Path, arguments: &[&str]) {
    let output = run(folder, arguments, None);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn maps_have_texture_coordinates_a_checkerboard_and_values_at_elements() {
    let (folder, problem) = (tempfile::tempdir().unwrap(), root("examples/problems/flatten.toml"));
    let folder = folder.path();
    let solve = ["solve", problem.to_str().unwrap(), "--out", "out"];
    good(folder, &solve);
    let plain = read(folder, "picture.png");
    good(folder, &[&solve[..], &["--color", "distortion"]].concat());
    let distortion = read(folder, "picture.png");
    good(folder, &[&solve[..], &["--color", "energy"]].concat());
    assert!(plain != distortion && distortion != read(folder, "picture.png"));
    let obj = String::from_utf8(read(folder, "uv.obj")).unwrap();
    let count = |start: &str| obj.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((count("v "), count("vt "), count("f ")), (817, 817, 1536));
    let face: Vec<&str> = obj.lines().find(|line| line.starts_with("f ")).unwrap()[2..].split(' ').collect();
    assert!(face.iter().all(|corner| corner.split_once('/').is_some_and(|(a, b)| a == b)), "{face:?}");
    assert!(read(folder, "uv.png").starts_with(b"\x89PNG"));
    let vtk = String::from_utf8_lossy(&read(folder, "mesh.vtk")).into_owned();
    for name in ["CELL_DATA 1536", "energy 1 1536", "energy_of_symmetric_dirichlet 1 1536", "distortion 1 1536"] {
        assert!(vtk.contains(name), "{name}");
    }
}

#[test]
fn evaluations_have_values_at_elements() {
    let (folder, problem) = (tempfile::tempdir().unwrap(), root("tests/conformance/neo_hookean/problem.toml"));
    good(folder.path(), &["eval", problem.to_str().unwrap(), "--out", "out"]);
    let vtk = String::from_utf8_lossy(&read(folder.path(), "mesh.vtk")).into_owned();
    assert!(vtk.contains("CELL_DATA") && vtk.contains("distortion 1 "), "{vtk}");
}

#[test]
fn energies_of_no_elements_colour_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = "@group(0) @binding(0) var<storage, read> x: array<vec2f>;\n\
        fn energy() -> f32 {\n  var e = 0.0;\n  for (var i = 0u; i < arrayLength(&x); i++) { e += dot(x[i], x[i]); }\n  return e;\n}\n";
    std::fs::write(folder.path().join("program.wgsl"), text).unwrap();
    let problem = "[unknowns]\nx = [[1.0, 2.0], [3.0, 4.0]]\n[[terms]]\nenergy = \"program.wgsl\"\n";
    std::fs::write(folder.path().join("p.toml"), problem).unwrap();
    let output = run(folder.path(), &["solve", "p.toml", "--out", "out", "--color", "energy"], None);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("no term has elements (`over`)"), "{}", stderr(&output));
    assert!(!folder.path().join("out").exists());
    good(folder.path(), &["solve", "p.toml", "--out", "out", "--color", "distortion"]);
}

#[test]
fn tables_fit_narrow_terminals() {
    let folder = tempfile::tempdir().unwrap();
    let [flatten, pin] = ["examples/problems/flatten.toml", "tests/field/massless_pin/problem.toml"].map(root);
    let [flatten, pin] = [&flatten, &pin].map(|path| path.to_str().unwrap());
    for arguments in [
        vec!["solve", flatten, "--out", "solved"],
        vec!["simulate", pin, "--out", "simulated"],
        vec!["eval", flatten, "--out", "evaluated"],
        vec!["bench", flatten],
        vec!["devices"],
    ] {
        let output = run(folder.path(), &arguments, Some(40));
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        // One word may be longer than there is room for.
        let long = text.lines().find(|line| line.chars().count() > 40 && line.trim().contains(' '));
        assert_eq!(long, None, "{arguments:?}\n{text}");
    }
    let wide = run(folder.path(), &["solve", flatten, "--out", "solved"], Some(200));
    let text = String::from_utf8_lossy(&wide.stdout).into_owned();
    assert!(text.starts_with("iteration                energy     gradient    decrement      step"), "{text}");
}
