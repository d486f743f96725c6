//! The files of others stay, whatever happens, and one run at a time writes into a folder.

use super::*;
#[cfg(unix)]
use std::process::{Child, Command, Stdio};
#[cfg(unix)]
use std::time::{Duration, Instant};

#[test]
fn only_what_runs_have_written_is_removed() {
    let case = Case::new("foreign_frames_deleted");
    let foreign =
        ["frame_0120.exr", "frame_00120.vtk", "frame_00003.obj", "frame_00004.vtk.bak", ".frame_00002.vtk.1.tmp"];
    foreign.iter().for_each(|name| case.put(name, "of others"));
    let with_foreign = |own: &[Vec<String>]| {
        let mut all = [sorted(own), foreign.map(String::from).to_vec()].concat();
        all.sort();
        all
    };
    case.good(&[]);
    assert_eq!(case.names(), with_foreign(&[frames("vtk", 0..21)]));
    // A shorter run with other files of each frame, after which what the first run has written is gone.
    case.change(&[("time = 0.2", "time = 0.05"), ("[\"vtk\"]", "[\"png\"]")]);
    case.good(&[]);
    assert_eq!(case.names(), with_foreign(&[frames("png", 0..6)]));
    assert!(foreign.iter().all(|name| case.read(name) == "of others"));
    let record: serde_json::Value = serde_json::from_str(&case.read("simulation.json")).unwrap();
    assert_eq!(
        (&record["frames"], &record["earlier"]),
        (&serde_json::json!({"png": [[0, 6]]}), &serde_json::json!({}))
    );
}

#[test]
fn what_others_have_written_is_not_overwritten() {
    for name in ["frame_00020.vtk", "frame_00000.vtk", "energies.csv", "energies.svg", "state.npy"] {
        let case = Case::new("foreign_frames_deleted");
        case.put(name, "of others");
        case.refused(
            &[],
            &format!("{name}: would be overwritten, but no record says that `spadina simulate` wrote it"),
        );
    }
    for text in ["{}", "[1, 2", "{\"written_by\": \"another program\"}"] {
        let case = Case::new("foreign_frames_deleted");
        case.put("simulation.json", text);
        case.refused(&[], "simulation.json: is no record of a simulation");
    }
    // After a run of its own, too.
    let case = Case::new("foreign_frames_deleted");
    case.good(&[]);
    case.put("frame_00021.vtk", "of others");
    case.change(&[("time = 0.2", "time = 0.3")]);
    case.refused(&[], "frame_00021.vtk: would be overwritten");
    case.refused(&["--restart"], "frame_00021.vtk: would be overwritten");
    // What any command may have written.
    let case = Case::new("foreign_frames_deleted");
    case.put("result.json", "{}");
    case.good(&[]);
}

/// Results do not replace what the problem reads.
#[test]
fn inputs_are_not_overwritten() {
    let case = Case::new("two_bodies");
    let folder = case.0.path();
    std::fs::rename(folder.join("two.vtk"), folder.join("mesh.vtk")).unwrap();
    case.change(&[("two.vtk", "mesh.vtk")]);
    let run = |command: &str| {
        let out = folder.join("../").join(folder.file_name().unwrap());
        spadina([command.as_ref(), folder.join("problem.toml").as_os_str(), "--out".as_ref(), out.as_os_str()])
    };
    let before = std::fs::read_dir(folder).unwrap().count();
    let refused = |command: &str, name: &str| {
        let (output, wanted) = (run(command), format!("{name}: would be overwritten, but the problem reads it"));
        assert!(stderr(&output).contains(&wanted), "{}", stderr(&output));
        assert_eq!((output.status.code(), std::fs::read_dir(folder).unwrap().count()), (Some(1), before));
    };
    refused("solve", "mesh.vtk");
    std::fs::rename(folder.join("mesh.vtk"), folder.join("frame_00010.vtk")).unwrap();
    case.change(&[("mesh.vtk", "frame_00010.vtk")]);
    refused("simulate", "frame_00010.vtk");
    std::fs::rename(folder.join("mu2.npy"), folder.join("gradient.npy")).unwrap();
    case.change(&[("mu2.npy", "gradient.npy")]);
    refused("eval", "gradient.npy");
}

#[cfg(unix)]
fn spawn(case: &Case, more: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_spadina"))
        .args(case.arguments("problem.toml", more))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[cfg(unix)]
fn wait_for(case: &Case, child: &mut Child, name: &str) {
    let start = Instant::now();
    while !case.out().join(name).exists() {
        assert!(child.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(60), "{name}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
#[test]
fn one_run_at_a_time_writes_into_a_folder() {
    let case = Case::with("foreign_frames_deleted", &[("time = 0.2", "time = 1000.0")]);
    let mut child = spawn(&case, &[]);
    wait_for(&case, &mut child, "frame_00002.vtk");
    for more in [&[][..], &["--restart"]] {
        let output = case.run(more);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            stderr(&output).contains("o: another run of `spadina simulate` writes into this folder"),
            "{}",
            stderr(&output)
        );
    }
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
    // A dead process holds nothing.
    case.change(&[("time = 1000.0", "time = 0.02")]);
    case.good(&[]);
    assert_eq!(case.names(), sorted(&[frames("vtk", 0..3)]));
}

/// Runs that are killed at any moment, go on or begin again, and leave the files of others alone; at the end everything is as
/// if nothing had happened.
#[cfg(unix)]
#[test]
fn killed_runs_lose_nothing_and_remove_nothing_of_others() {
    let long = [("time = 0.2", "time = 100.0"), ("[\"vtk\"]", "[\"vtk\", \"obj\"]")];
    let case = Case::with("foreign_frames_deleted", &long);
    let foreign = ["frame_0120.exr", "frame_00004.png", "frame_99999.vtk"];
    foreign.iter().for_each(|name| case.put(name, "of others"));
    // Moments that look random, but are the same in each run of the test.
    let mut seed = 12345u64;
    let mut most = 0;
    for round in 0..14 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let goes_on = round % 4 != 0;
        let before = frames("vtk", 0..2000).iter().filter(|name| case.out().join(name).exists()).count();
        let mut child = spawn(&case, if goes_on { &["--restart"] } else { &[] });
        if round == 0 {
            wait_for(&case, &mut child, "frame_00001.obj");
        }
        std::thread::sleep(Duration::from_millis(20 + (seed >> 33) % 180));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(foreign.iter().all(|name| case.read(name) == "of others"), "round {round}");
        let after = frames("vtk", 0..2000).iter().filter(|name| case.out().join(name).exists()).count();
        assert!(after >= before, "round {round}: frames are lost, {before} {after}");
        most = most.max(after);
    }
    assert!(most > 3, "{most}");
    // To the end of what there is, and on: as a run that nothing has disturbed.
    let time = format!("time = {}", 0.01 * (most + 5) as f64);
    case.change(&[("time = 100.0", &time)]);
    if !case.run(&["--restart"]).status.success() {
        // The last one that began again was killed before its first state.
        case.good(&[]);
    }
    let whole = Case::with("foreign_frames_deleted", &[("time = 0.2", &time), long[1]]);
    whole.good(&[]);
    assert_eq!(case.rows(), whole.rows());
    for (name, text) in whole.content() {
        if name.starts_with("frame") || name == "state.npy" {
            assert!(std::fs::read(case.out().join(&name)).unwrap() == text, "{name}");
        }
    }
    let mut names = [whole.names(), foreign.map(String::from).to_vec()].concat();
    names.sort();
    // A record that was not complete may be left; nothing else.
    assert_eq!(case.names().into_iter().filter(|name| name != ".simulation.json.tmp").collect::<Vec<_>>(), names);
    // A short run from the start: all other frames go, and the foreign ones stay.
    case.change(&[(&time, "time = 0.02")]);
    case.good(&[]);
    let wanted = [sorted(&[frames("vtk", 0..3), frames("obj", 0..3)]), foreign.map(String::from).to_vec()].concat();
    assert_eq!(case.names().len(), wanted.len(), "{:?}", case.names());
    assert!(wanted.iter().all(|name| case.names().contains(name)), "{:?}", case.names());
}
