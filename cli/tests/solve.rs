//! `spadina solve` and `spadina simulate`: what they write, and what they refuse.

mod common;

use common::{spadina, stderr};
use std::path::Path;

const SPRING: &str = "fn energy(x: array<vec3f, 2>, X: array<vec3f, 2>, k: f32) -> f32 {
  let s = length(x[1] - x[0]) - length(X[1] - X[0]);
  return 0.5 * k * s * s;
}";
const PULL: &str = "fn energy(x: array<vec3f, 1>) -> f32 { return 9.81 * x[0].z; }";
const VOLUME: &str = "fn energy(x: array<vec3f, 4>) -> f32 {
  return -log(dot(x[1] - x[0], cross(x[2] - x[0], x[3] - x[0])));
}";

const CLOTH: &str = "[mesh]\ngenerate = \"cloth\"\ncells = [4, 4]\nsize = [1.0, 1.0]\n[unknowns]\nx = \"X\"\n\
    [arrays]\nk = 100.0\n[[terms]]\nenergy = \"spring.wgsl\"\nover = \"edges\"\n";
const FIX: &str = "fix = { x = [0, 4] }\n";
const NODES: &str = "[indices]\nnodes = [[0], [1], [2], [3], [4], [5], [6], [7], [8], [9], [10], [11], [12], [13], [14], \
    [15], [16], [17], [18], [19], [20], [21], [22], [23], [24]]\n[[terms]]\nenergy = \"pull.wgsl\"\nover = \"nodes\"\n";

struct Run {
    folder: tempfile::TempDir,
    output: std::process::Output,
}

impl Run {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    fn has(&self, name: &str) -> bool {
        self.folder.path().join("out").join(name).exists()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.folder.path().join("out/result.json")).unwrap()).unwrap()
    }
}

fn write(folder: &Path, problem: &str) {
    for (name, text) in [("spring.wgsl", SPRING), ("pull.wgsl", PULL), ("volume.wgsl", VOLUME), ("p.toml", problem)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

fn run_in(folder: &Path, command: &str, more: &[&str]) -> std::process::Output {
    let path = |name: &str| folder.join(name).into_os_string();
    let mut arguments = vec![command.into(), path("p.toml"), "--out".into(), path("out")];
    arguments.extend(more.iter().map(Into::into));
    spadina(arguments.iter().map(|a: &std::ffi::OsString| a.as_os_str()))
}

fn run(command: &str, problem: &str, more: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), problem);
    let output = run_in(folder.path(), command, more);
    Run { folder, output }
}

/// Runs a problem that is refused: the message, one line, and nothing is written.
fn refused(command: &str, problem: &str, wanted: &str) {
    let run = run(command, problem, &[]);
    let message = stderr(&run.output);
    let errors: Vec<&str> = message.lines().filter(|line| !line.starts_with("warning: ")).collect();
    assert_eq!(run.output.status.code(), Some(1), "{problem}\n{message}");
    assert!(
        errors.len() == 1 && errors[0].starts_with("error: ") && errors[0].contains(wanted),
        "{problem}\n{message}"
    );
    assert!(!run.folder.path().join("out").exists(), "{problem}: something was written");
}

#[test]
fn solve_writes_mesh_picture_and_plot() {
    let run = run("solve", &format!("{CLOTH}{NODES}[solve]\n{FIX}"), &[]);
    assert!(run.output.status.success(), "{}", stderr(&run.output));
    for name in ["result.json", "x.npy", "mesh.vtk", "mesh.obj", "mesh.ply", "picture.png", "convergence.svg"] {
        assert!(run.has(name), "{name}");
    }
    let json = run.json();
    assert_eq!((json["outcome"].as_str(), json["held"].as_u64()), (Some("converged"), Some(6)));
    assert!(run.text().contains("iteration ") && run.text().contains("converged"), "{}", run.text());
    let json = self::run("solve", &format!("{CLOTH}{NODES}[solve]\n{FIX}"), &["--json"]);
    let printed: serde_json::Value = serde_json::from_slice(&json.output.stdout).unwrap();
    assert_eq!(printed["outcome"], "converged");
}

#[test]
fn prescribed_displacements_are_reached() {
    let problem = format!(
        "{CLOTH}{NODES}[solve]\nfix = {{ x = {{ box = [[-0.5, -inf, -inf], [-0.5, inf, inf]] }} }}\nsteps = 3\n\
         [[solve.move]]\nunknown = \"x\"\nnodes = {{ box = [[0.5, -inf, -inf], [0.5, inf, inf]] }}\nby = [0.2, 0.0, 0.1]\n"
    );
    let run = run("solve", &problem, &[]);
    assert!(run.output.status.success(), "{}", stderr(&run.output));
    let spadina::npy::ArrayData::Real(x) = spadina::npy::read(&run.folder.path().join("out/x.npy")).unwrap() else {
        panic!("reals")
    };
    let moved = x.data.chunks(3).filter(|p| (p[0] - 0.7).abs() < 1e-12 && (p[2] - 0.1).abs() < 1e-12).count();
    assert_eq!((x.shape, moved), (vec![25, 3], 5));
}

#[test]
fn what_cannot_be_solved_is_refused() {
    let solve = |text: &str| format!("{CLOTH}{NODES}[solve]\n{text}");
    refused("solve", &solve(""), "are enough nodes fixed");
    refused("solve", &solve("fix = { x = [25] }"), "node 25 of `x` is out of range: there are 25 nodes");
    refused("solve", &solve("fix = { x = [[1, 3]] }"), "component 3 of `x` is out of range");
    refused("solve", &solve("fix = { y = [0] }"), "`y` names no unknown; there are `x`");
    refused("solve", &solve("fix = { x = \"none.npy\" }"), "cannot be read");
    refused("solve", &solve("fix = { x = { box = [[5, 5, 5], [6, 6, 6]] } }"), "there is no node of `x` in the box");
    refused("solve", &solve("tolerance = 0.0"), "`tolerance` is 0.0; a number above zero is wanted");
    refused("solve", &solve("method = \"magic\""), "newton, exact-newton, levenberg-marquardt or lbfgs is wanted");
    refused("solve", &solve("speed = 1"), "`speed` is not known in [solve]");
    let moved = "[[solve.move]]\nunknown = \"x\"\nnodes = [0]\nby = [0.1, 0.0, 0.0]\n";
    refused("solve", &solve(&format!("{FIX}{moved}")), "node 0 of `x` is moved by 0.1, but it is held");
    refused(
        "solve",
        &solve(&format!("{FIX}{}", moved.replace("[0]", "[1]").replace("[0.1, 0.0, 0.0]", "[0.1]"))),
        "`by`",
    );
    // A tetrahedron without volume, and one that is inverted.
    for (z, what) in [("0.0", "element 0"), ("-1.0", "element 0")] {
        let tetrahedron = format!(
            "[unknowns]\nx = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, {z}]]\n[indices]\n\
             tets = [[0, 1, 2, 3]]\n[[terms]]\nenergy = \"volume.wgsl\"\nover = \"tets\"\n"
        );
        refused("solve", &tetrahedron, what);
    }
}

#[test]
fn folders_that_cannot_be_written_are_named() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &format!("{CLOTH}{NODES}[solve]\n{FIX}"));
    std::fs::write(folder.path().join("out"), "a file").unwrap();
    let output = run_in(folder.path(), "solve", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("out: the output folder cannot be made"), "{}", stderr(&output));
}

const SIMULATE: &str = "[simulate]\nstep = 0.01\ntime = 0.1\nevery = 2\ndensity = 1.0\ngravity = [0.0, 0.0, -9.81]\n\
    fix = { x = [0] }\n";

#[test]
fn simulate_writes_frames_and_goes_on() {
    let whole = run("simulate", &format!("{CLOTH}{SIMULATE}"), &[]);
    assert!(whole.output.status.success(), "{}", stderr(&whole.output));
    for frame in 0..=5 {
        assert!(whole.has(&format!("frame_{frame:05}.vtk")) && whole.has(&format!("frame_{frame:05}.png")), "{frame}");
    }
    assert!(
        whole.has("energies.csv")
            && whole.has("energies.svg")
            && whole.has("state.npy")
            && !whole.has("frame_00006.vtk")
    );
    // Half, and then the rest.
    let half = run("simulate", &format!("{CLOTH}{}", SIMULATE.replace("time = 0.1", "time = 0.06")), &[]);
    write(half.folder.path(), &format!("{CLOTH}{SIMULATE}"));
    let output = run_in(half.folder.path(), "simulate", &["--restart"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let read = |run: &Run, name: &str| std::fs::read(run.folder.path().join("out").join(name)).unwrap();
    for name in ["state.npy", "frame_00005.vtk", "frame_00005.png"] {
        assert_eq!(read(&whole, name), read(&half, name), "{name}");
    }
    let lines = |run: &Run| String::from_utf8(read(run, "energies.csv")).unwrap().lines().count();
    assert_eq!((lines(&whole), lines(&half)), (12, 12));
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_a_state_to_go_on_from() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &format!("{CLOTH}{}", SIMULATE.replace("time = 0.1", "time = 1000.0")));
    let (problem, out) = (folder.path().join("p.toml"), folder.path().join("out"));
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_spadina"))
        .args(["simulate".as_ref(), problem.as_os_str(), "--out".as_ref(), out.as_os_str()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !out.join("frame_00002.png").exists() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let kill = |signal: &str, id: u32| std::process::Command::new("kill").args([signal, &id.to_string()]).status();
    assert!(kill("-INT", child.id()).unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(stderr(&output).contains("--restart goes on from there"), "{}", stderr(&output));
    assert!(spadina::simulate::State::read(&out.join("state.npy")).unwrap().step >= 4);
    let leftover =
        std::fs::read_dir(&out).unwrap().filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().contains("tmp"));
    assert_eq!(leftover.count(), 0);
}

#[test]
fn reports_say_what_was_tested_and_where_time_went() {
    let section = "[solve]\nsolver = \"iterative\"\nlinear_iterations = 1\n";
    let run = run("solve", &format!("{CLOTH}{NODES}{section}{FIX}"), &["--json"]);
    assert!(run.output.status.success(), "{}", stderr(&run.output));
    let warned = stderr(&run.output);
    assert_eq!(
        warned.matches("conjugate gradients did not reach `linear_tolerance` in 1 steps").count(),
        1,
        "{warned}"
    );
    let report: serde_json::Value = serde_json::from_slice(&run.output.stdout).unwrap();
    let tested = &report["tested"];
    assert_eq!(tested["hessian"], "unchanged");
    assert!(tested["decrement"].as_f64().unwrap() <= tested["decrement_limit"].as_f64().unwrap());
    let seconds = |name: &str| report["seconds"][name].as_f64().unwrap();
    let parts: f64 = ["symbolic", "evaluate", "linear", "other"].map(seconds).iter().sum();
    assert!((parts - seconds("solve")).abs() < 1e-9, "{report}");
    assert!(seconds("symbolic") > 0.0 && report["iterations"][0]["linear_stalled"] == true);
}

#[test]
fn what_cannot_be_simulated_is_refused() {
    refused("simulate", CLOTH, "no section [simulate]");
    refused("simulate", &format!("{CLOTH}[simulate]\nstep = 0.1\n"), "there are no masses: give `density`");
    refused(
        "simulate",
        &format!("{CLOTH}[simulate]\nmass = [1.0, 2.0]\n"),
        "the list of masses has 2 entries; 25 are needed",
    );
    refused("simulate", &format!("{CLOTH}[simulate]\nmass = -1.0\n"), "node 0 has the mass -1");
    let section = |text: &str| format!("{CLOTH}{SIMULATE}{text}");
    refused("simulate", &section("[[simulate.obstacle]]\nfriction = 0.1\n"), "either `plane` or `sphere`");
    let plane = "[[simulate.obstacle]]\nplane = { point = [0.0, 0.0, 0.1], normal = [0.0, 0.0, 1.0] }\n";
    refused("simulate", &section(plane), "node 0 begins at obstacle 0, 1.000e-1 behind its surface");
    refused("simulate", &section(&plane.replace(", 0.1]", "]")), "obstacle 0 needs vectors of 3 components");
    let damped = plane.replace("0.1]", "-0.1]") + "damping = -1.0\n";
    refused("simulate", &section(&damped), "`damping`");
    let moved = "[[simulate.move]]\nunknown = \"x\"\nnodes = [0]\nby = [0.1, 0.0, 0.0]\n";
    refused("simulate", &section(moved), "node 0 of `x` is moved, but it is held");
}

/// A disk that is full: files may not grow beyond some blocks of 512 bytes.
#[cfg(target_os = "linux")]
fn run_with_little_room(folder: &Path, command: &str, blocks: u32) -> std::process::Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {command} \"$1\" --out \"$2\"");
    let [problem, out] = ["p.toml", "out"].map(|name| folder.join(name));
    std::process::Command::new("sh")
        .args([
            "-c".as_ref(),
            script.as_ref(),
            env!("CARGO_BIN_EXE_spadina").as_ref(),
            problem.as_os_str(),
            out.as_os_str(),
        ])
        .output()
        .unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn where_there_is_no_room_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &format!("{CLOTH}{NODES}[solve]\n{FIX}"));
    let output = run_with_little_room(folder.path(), "solve", 4);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("cannot be written"), "{}", stderr(&output));
    assert!(!folder.path().join("out").exists());
    // Frames that were finished stay.
    let text = SIMULATE.replace("density", "frames = [\"vtk\"]\ndensity");
    write(folder.path(), &format!("{CLOTH}{text}"));
    assert!(run_in(folder.path(), "simulate", &[]).status.success());
    let frame = folder.path().join("out/frame_00003.vtk");
    let before = std::fs::read(&frame).unwrap();
    let output = run_with_little_room(folder.path(), "simulate", 2);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(std::fs::read(&frame).unwrap(), before);
}

#[test]
fn the_beam_bends() {
    let out = tempfile::tempdir().unwrap();
    let beam = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/problems/beam.toml");
    let output = spadina(["solve".as_ref(), beam.as_os_str(), "--out".as_ref(), out.path().as_os_str()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("outcome         converged"), "{text}");
    for name in ["picture.png", "convergence.svg", "mesh.vtk", "x.npy"] {
        assert!(out.path().join(name).exists(), "{name}");
    }
}
