//! Inputs that once went wrong in the hands of users: mesh files as programs write them, empty tables, sizes beyond memory.

mod common;

use common::{Results, differences, spadina, stderr};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/field").join(name)
}

/// Runs a command on a problem; the results go to `out` in the folder.
fn run(command: &str, problem: &Path, folder: &Path, more: &[&str]) -> Output {
    let out = folder.join("out");
    let arguments = [Path::new(command), problem, Path::new("--out"), &out].into_iter();
    spadina(arguments.chain(more.iter().map(Path::new)))
}

fn json(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(folder.join("out/result.json")).unwrap()).unwrap()
}

#[test]
fn cases_with_known_results() {
    let cases = [
        "obj_byte_order_mark",
        "off_faces_over_lines",
        "msh_comments_first",
        "ply_ascii_decimal_points",
        "hinges_of_one_triangle",
    ];
    for name in cases {
        for device in ["cpu", "interpreter"] {
            let folder = tempfile::tempdir().unwrap();
            let output = run("eval", &case(name).join("problem.toml"), folder.path(), &["--device", device]);
            assert!(output.status.success(), "{name}: {}", stderr(&output));
            let wanted = Results::read(&case(name).join("expected")).unwrap();
            let found = differences(&Results::read(&folder.path().join("out")).unwrap(), &wanted, 1e-12);
            assert!(found.is_empty(), "{name}: {found:?}");
        }
    }
}

#[test]
fn quads_are_there_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = run("eval", &case("obj_quads").join("problem.toml"), folder.path(), &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!((json(folder.path())["energy"].as_f64().unwrap() - 0.09).abs() < 1e-15);
    let note = "note: mesh: A quad is in `quads`, and cut into two triangles each in `triangles`.\n";
    assert!(stderr(&output).contains(note), "{}", stderr(&output));
}

/// The files of an empty problem: lists and tables without rows, of every kind.
const EMPTY: [&str; 4] = [
    "[indices]\nsprings = []\n",
    "[indices]\nsprings = \"reals.npy\"\n",
    "[indices]\nsprings = \"table.npy\"\n",
    "[indices]\nsprings = []\n[solve]\nfix = { x = [] }\n",
];

/// A problem with an empty table; `rest` is one number, or one for each of no elements.
fn empty_problem(folder: &Path, sections: &str, rest: &str) -> PathBuf {
    std::fs::copy(case("minus_zero").join("spring.wgsl"), folder.join("spring.wgsl")).unwrap();
    std::fs::copy(case("minus_zero").join("empty.npy"), folder.join("table.npy")).unwrap();
    let mut reals = Vec::new();
    spadina::npy::write(&mut reals, &[0], &[]).unwrap();
    std::fs::write(folder.join("reals.npy"), reals).unwrap();
    let text = format!(
        "[unknowns]\nx = [[0.0, 0.0, 0.0], [2.0, 0.0, 0.0]]\n[arrays]\nk = 1.0\nrest = {rest}\n{sections}\
         [[terms]]\nenergy = \"spring.wgsl\"\nover = \"springs\"\n"
    );
    std::fs::write(folder.join("p.toml"), text).unwrap();
    folder.join("p.toml")
}

#[test]
fn empty_tables_are_no_elements() {
    for sections in EMPTY {
        for rest in ["1.0", "[]", "\"reals.npy\""] {
            let folder = tempfile::tempdir().unwrap();
            let problem = empty_problem(folder.path(), sections, rest);
            for (command, more) in [
                ("eval", &["--device", "cpu"][..]),
                ("eval", &["--device", "interpreter"]),
                ("eval", &["--project", "clamp"]),
                ("solve", &[]),
            ] {
                let output = run(command, &problem, folder.path(), more);
                assert!(output.status.success(), "{command} {more:?} {sections} {rest}: {}", stderr(&output));
                let note = "`springs` has no rows: ";
                assert!(stderr(&output).contains(note), "{}", stderr(&output));
                let text = std::fs::read_to_string(folder.path().join("out/result.json")).unwrap();
                let printed = String::from_utf8_lossy(&output.stdout).into_owned();
                for text in [text, printed] {
                    assert!(!text.contains("-0.0"), "{text}");
                }
                let result = json(folder.path());
                assert_eq!((result["energy"].as_f64(), result["gradient_norm"].as_f64()), (Some(0.0), Some(0.0)));
            }
        }
    }
}

#[test]
fn empty_tables_are_no_elements_on_a_gpu() {
    for name in ["hinges_of_one_triangle", "empty_list_stencil", "minus_zero"] {
        let folder = tempfile::tempdir().unwrap();
        for more in [&[][..], &["--schedule", "rows"], &["--schedule", "atomic"], &["--project", "clamp"]] {
            let more = [&["--device", "gpu", "--precision", "f32"], more].concat();
            let output = run("eval", &case(name).join("problem.toml"), folder.path(), &more);
            let message = stderr(&output);
            if message.contains("no GPU adapter") {
                spadina_conformance::without_gpu(message);
                return;
            }
            assert!(output.status.success(), "{name} {more:?}: {message}");
            let wanted = if name == "hinges_of_one_triangle" { 0.5 } else { 0.0 };
            assert_eq!(json(folder.path())["energy"].as_f64(), Some(wanted));
        }
    }
}

#[test]
fn an_empty_list_fits_no_other_number_of_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let problem = empty_problem(folder.path(), "[indices]\nsprings = [[], []]\n", "1.0");
    let output = run("eval", &problem, folder.path(), &[]);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.contains("gathers 2 nodes, but the index array `springs` has 0 columns: shape (2, 0)"),
        "{message}"
    );
    assert!(!folder.path().join("out").exists());
}

#[test]
fn meshes_beyond_memory_are_refused_before_they_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let problem = case("huge_cells_abort").join("problem.toml");
    let refused = |output: &Output| {
        let message = stderr(output);
        assert_eq!(output.status.code(), Some(1), "{message}");
        let wanted = [
            "problem.toml:1:2: shape `box` of ",
            "tetrahedra: at least ",
            " of memory are needed, there are ",
            "; take fewer cells",
        ];
        assert!(wanted.iter().all(|part| message.contains(part)) && message.lines().count() == 1, "{message}");
        assert!(!folder.path().join("out").exists());
    };
    if spadina::mesh::memory::available().is_none_or(|free| free > 1 << 39) {
        return;
    }
    refused(&run("eval", &problem, folder.path(), &[]));
    refused(&run("solve", &problem, folder.path(), &[]));
    // Less than a million cells, within a limit of the process.
    let text = std::fs::read_to_string(&problem).unwrap().replace("1000,1000,1000", "90,90,90");
    std::fs::write(folder.path().join("problem.toml"), text).unwrap();
    std::fs::copy(case("huge_cells_abort").join("neo_hookean.wgsl"), folder.path().join("neo_hookean.wgsl")).unwrap();
    let script = "ulimit -v 600000 && exec \"$0\" eval \"$1\" --out \"$2\"";
    let (own, out) = (folder.path().join("problem.toml"), folder.path().join("out"));
    let limited = Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_spadina")]).args([&own, &out]).output();
    refused(&limited.unwrap());
}

#[test]
fn the_end_of_memory_is_an_error_like_others() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(case("huge_cells_abort").join("problem.toml")).unwrap();
    std::fs::write(folder.path().join("p.toml"), text.replace("1000,1000,1000", "60,60,60")).unwrap();
    std::fs::copy(case("huge_cells_abort").join("neo_hookean.wgsl"), folder.path().join("neo_hookean.wgsl")).unwrap();
    let script = "ulimit -v 800000 && exec \"$0\" eval \"$1\" --out \"$2\" --threads 1";
    let (own, out) = (folder.path().join("p.toml"), folder.path().join("out"));
    let limited = Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_spadina")]).args([&own, &out]).output();
    let output = limited.unwrap();
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{message}");
    let last = message.lines().last().unwrap_or_default();
    let ends = "bytes; take a smaller mesh, or fewer threads";
    assert!(last.starts_with("error: there is no memory for another ") && last.ends_with(ends), "{message}");
    assert!(!out.exists());
}

#[test]
fn texts_with_byte_order_marks_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["problem.toml", "spring.wgsl"] {
        let text = std::fs::read_to_string(case("empty_list_stencil").join(name)).unwrap();
        std::fs::write(folder.path().join(name), format!("\u{feff}{text}")).unwrap();
    }
    let output = run("eval", &folder.path().join("problem.toml"), folder.path(), &[]);
    assert!(output.status.success(), "{}", stderr(&output));
}

/// A problem over a mesh file of this text.
fn mesh_problem(folder: &Path, name: &str, text: &[u8]) -> PathBuf {
    std::fs::write(folder.join(name), text).unwrap();
    std::fs::copy(case("obj_byte_order_mark").join("energy.wgsl"), folder.join("energy.wgsl")).unwrap();
    let problem = format!(
        "[mesh]\nfile = \"{name}\"\n[unknowns]\nx = \"X\"\n[[terms]]\nenergy = \"energy.wgsl\"\nover = \"triangles\"\n"
    );
    std::fs::write(folder.join("p.toml"), problem).unwrap();
    folder.join("p.toml")
}

#[test]
fn what_a_reader_does_not_know_is_refused_by_name() {
    let obj = "v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n";
    for (name, text, wanted) in [
        (
            "m.obj",
            format!("{obj}vertex 0 0 0\n"),
            "m.obj:5: a keyword of OBJ (v, vt, vn, f, l, g, o, ...), or # before",
        ),
        (
            "m.obj",
            format!("{obj}call other.obj\n"),
            "m.obj:5: what another file or program adds (`call`) cannot be read",
        ),
        ("m.obj", obj.replace("1 1 0", "1,0 1 0"), "m.obj:3: a coordinate is wanted, found `1,0`"),
        ("m.obj", obj.replace("1 1 0", "nan 1 0"), "m.obj:3: a finite coordinate is wanted, found `NaN`"),
        ("m.off", "OFF\n3 2 0\n0 0 0\n1 0 0\n1 1 0\n3 0 1 2\n".into(), "m.off:7: a face is wanted, but the file ends"),
        (
            "m.ply",
            "ply\nformat ascii 1.0\nelement vertex 1\nproperty quad x\nend_header\n".into(),
            "m.ply:4: a line of a PLY",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = run("eval", &mesh_problem(folder.path(), name, text.as_bytes()), folder.path(), &[]);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains(wanted) && message.lines().count() == 1, "{message}");
        assert!(!folder.path().join("out").exists());
    }
}

#[test]
fn a_name_of_ones_own_goes_before_a_table_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    let problem = mesh_problem(folder.path(), "m.obj", b"v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n");
    let text = std::fs::read_to_string(&problem).unwrap();
    let own = "[indices]\nquads = [[0, 1, 2, 0]]\nhinges = [[0, 1, 2]]\n[[terms]]";
    std::fs::write(&problem, text.replacen("[[terms]]", own, 1).replace("\"triangles\"", "\"hinges\"")).unwrap();
    let output = run("eval", &problem, folder.path(), &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    std::fs::write(&problem, text.replacen("[[terms]]", "[indices]\nedges = [[0, 1]]\n[[terms]]", 1)).unwrap();
    let output = run("eval", &problem, folder.path(), &[]);
    assert!(stderr(&output).contains("the name `edges` is given twice"), "{}", stderr(&output));
}
