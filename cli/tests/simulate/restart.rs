//! `--restart`: what it goes on with, what it refuses, and the rows of the energies.

use super::*;

#[test]
fn a_frame_every_other_number_of_steps_is_refused() {
    let case = Case::new("restart_every");
    case.good(&[]);
    std::fs::copy(case.0.path().join("every4.toml"), case.0.path().join("problem.toml")).unwrap();
    case.refused(&["--restart"], "o: the run there has a frame every 1 steps, and `every` is 4");
    case.refused(&["--restart"], "set every = 1; without --restart it starts again");
    case.good(&[]);
    assert_eq!(case.names(), sorted(&[frames("vtk", 0..7)]));
}

#[test]
fn a_run_of_another_problem_does_not_go_on() {
    let case = Case::new("restart_every");
    case.refused(&["--restart"], "there is nothing to go on from: simulation.json is missing");
    assert!(!case.out().exists());
    case.good(&[]);
    let original = std::fs::read_to_string(case.0.path().join("problem.toml")).unwrap();
    let differ = [
        ("springs = [[0, 1]]", "springs = [[1, 0]]", "the index array `springs` differs"),
        ("springs = [[0, 1]]", "springs = [[0, 1], [1, 0]]", "the index array `springs` differs"),
        ("[2.0, 0.0, 0.0]]", "[2.0, 0.0, 0.0], [3.0, 0.0, 0.0]]\nmass_ = [1.0]", "the shape of the unknown `x`"),
        ("rest = 1.0\nk = 1.0", "rest = 1.0\nk = 1.0\nK = 1.0", ""),
        ("over = \"springs\"", "over = \"springs\"\nbind = { k = \"rest\" }", "the arrays that term 0 takes differs"),
        ("step = 0.01", "step = 0.02", "the state was made with steps of 0.01 s, not 0.02 s"),
    ];
    for (from, to, wanted) in differ.into_iter().filter(|(.., wanted)| !wanted.is_empty()) {
        case.change(&[(from, to)]);
        if to.contains("mass_") {
            case.change(&[("\nmass_ = [1.0]", ""), ("mass = [1.0, 1.0]", "mass = 1.0")]);
        }
        case.refused(&["--restart"], wanted);
        std::fs::write(case.0.path().join("problem.toml"), &original).unwrap();
    }
    std::fs::remove_file(case.out().join("state.npy")).unwrap();
    case.refused(&["--restart"], "state.npy: ");
}

#[test]
fn changed_numbers_are_said_and_taken() {
    let case = Case::new("restart_every");
    case.good(&[]);
    case.change(&[
        ("k = 1.0", "k = 2.0"),
        ("mass = [1.0, 1.0]", "mass = [1.0, 2.0]\ngravity = [0.0, 0.0, -1.0]"),
        ("time = 0.2", "time = 0.25"),
    ]);
    let path = case.0.path().join("spring.wgsl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("0.5 * k", "0.25 * k")).unwrap();
    let message = stderr(&case.good(&["--restart"]));
    for name in ["the array `k`", "the masses", "`gravity`", "the energy of term 0 (`spring.wgsl`)"] {
        assert!(message.contains(&format!("warning: since the run began, {name} has changed\n")), "{name}: {message}");
    }
    assert_eq!(message.lines().count(), 4, "{message}");
    // It is said once, and not of what is not used or is only longer.
    case.change(&[("time = 0.25", "time = 0.3")]);
    assert_eq!(stderr(&case.good(&["--restart"])), "");
    // Less than there is: no step, and nothing is lost.
    case.change(&[("time = 0.3", "time = 0.1")]);
    let message = stderr(&case.good(&["--restart"]));
    assert!(message.contains("the state is at step 30 already, beyond `time` = 0.1 s"), "{message}");
    assert_eq!(case.names(), sorted(&[frames("vtk", 0..31)]));
}

#[test]
fn a_state_behind_an_obstacle_does_not_go_on() {
    let case = Case::new("restart_every");
    case.good(&[]);
    let plane =
        "mass = [1.0, 1.0]\n[[simulate.obstacle]]\nplane = { point = [1.5, 0.0, 0.0], normal = [-1.0, 0.0, 0.0] }";
    case.change(&[("mass = [1.0, 1.0]", plane), ("x = [[0.0, 0.0, 0.0], [2.0", "x = [[0.0, 0.0, 0.0], [1.2")]);
    case.refused(&["--restart"], "node 1 begins at obstacle 0, 4.792e-1 behind");
}

/// Rows are added to one file, which is never written again.
#[test]
fn rows_are_appended_and_survive_restarts() {
    let short = [("time = 1.0", "time = 0.003")];
    let whole = Case::with("energies_csv_quadratic", &short);
    whole.good(&[]);
    let rows = whole.rows();
    assert_eq!(rows.len(), 32);
    assert_eq!(rows[0], "step,time,kinetic,elastic,gravity,contact,total,iterations,converged");
    assert_eq!(rows[1], "0,0.0,0.0,0.5,0.0,0.0,0.5,0,1");
    assert!(rows[31].starts_with("30,0.003,"), "{}", rows[31]);
    let half = Case::with("energies_csv_quadratic", &[("time = 1.0", "time = 0.0015")]);
    half.good(&[]);
    let path = half.out().join("energies.csv");
    let identity = |path: &Path| {
        #[cfg(unix)]
        return std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(path).unwrap());
        #[cfg(not(unix))]
        return path.exists();
    };
    let before = identity(&path);
    // Rows after the time of the state: a run was killed between them.
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text + "16,0.0016,9.0,9.0,9.0,9.0,9.0,9,9.0,0\n17,0.00").unwrap();
    half.change(&[("time = 0.0015", "time = 0.003")]);
    half.good(&["--restart"]);
    assert_eq!((half.rows(), identity(&path)), (rows, before));
    let json: serde_json::Value = serde_json::from_str(&half.read("result.json")).unwrap();
    let other: serde_json::Value = serde_json::from_str(&whole.read("result.json")).unwrap();
    for key in ["steps", "iterations", "unconverged", "energies", "frames"] {
        assert_eq!(json[key], other[key], "{key}");
    }
}
