//! What simulations say: nodes and obstacles by name, bodies that overlap, and steps for programs.

use super::*;

#[test]
fn key_frames_into_obstacles_name_node_and_obstacle() {
    let case = Case::new("keyframe_into_obstacle");
    let output = case.run(&[]);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("step 50, at 0.5 s: key frames move node 0 to obstacle 0, on its surface"), "{message}");
    // The frames and rows until then are there to go on from.
    assert!(case.names().contains(&"frame_00004.vtk".to_string()), "{:?}", case.names());
    assert_eq!(case.rows().len(), 51);
    assert_eq!(stderr(&case.run(&["--restart"])), message);
    let ball = (
        "plane = { point = [0.0, 0.0, 0.0], normal = [0.0, 0.0, 1.0] }",
        "sphere = { center = [0.0, 0.0, -0.91], radius = 0.5 }",
    );
    let case = Case::with(
        "keyframe_into_obstacle",
        &[ball, ("step = 0.01", "step = 0.02"), ("every = 10", "every = 10\nframes = []")],
    );
    let message = stderr(&case.run(&[]));
    assert!(message.contains("step 46, at 0.92 s: key frames move node 0 to obstacle 0, 1.000e-2 behind"), "{message}");
}

#[test]
fn a_node_that_is_held_needs_no_mass() {
    let case = Case::new("massless_pin");
    case.good(&[]);
    let pinned = Case::with("massless_pin", &[("fix = { x = [0] }", "fix = { x = [[0, 0], [0, 1]] }")]);
    pinned.refused(&[], "node 0 has the mass 0; masses are positive and finite, and zero where nodes are held");
    let moved = "[[simulate.move]]\nunknown = \"x\"\nnodes = [0]\nby = [0.1, 0.0, 0.0]\n";
    Case::with("massless_pin", &[("fix = { x = [0] }", moved)]).good(&[]);
    Case::with("massless_pin", &[("[0.0, 1.0]", "[-1.0, 1.0]")]).refused(&[], "node 0 has the mass -1;");
}

#[test]
fn bodies_that_pass_through_each_other_are_named_once() {
    let case = Case::with("two_bodies", &[("every = 10", "every = 10\nframes = []")]);
    let output = case.good(&[]);
    let message = stderr(&output);
    assert_eq!(message.matches("warning: ").count(), 1, "{message}");
    assert!(
        message.contains("bodies 0 (of node 0) and 1 (of node ") && message.contains("no contact between bodies"),
        "{message}"
    );
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("no contact  at step "), "{text}");
    let json: serde_json::Value = serde_json::from_str(&case.read("result.json")).unwrap();
    assert!(json["overlap"].as_str().is_some_and(|text| text.contains("overlap")), "{json}");
}

#[test]
fn steps_are_lines_of_json() {
    let case = Case::new("massless_pin");
    let output = case.good(&["--json"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 20, "{text}");
    let rows = case.rows();
    for (line, row) in lines.iter().zip(&rows[2..]) {
        let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
        let own = ["step", "time", "total", "iterations"].map(|key| line[key].as_f64().unwrap());
        assert_eq!(own, [cells[0], cells[1], cells[6], cells[7]]);
        assert_eq!(
            (line["energies"]["elastic"].as_f64(), line["outcome"].as_str()),
            (Some(cells[3]), Some("converged"))
        );
    }
    // Those that are left.
    case.change(&[("time = 0.2", "time = 0.25")]);
    let output = case.good(&["--json", "--restart"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 5);
}

#[test]
fn steps_that_have_not_converged_are_counted() {
    let slow = ("[simulate]", "[solve]\niterations = 1\n[simulate]\ngravity = [0.0, 0.0, -9.81]");
    let case = Case::with("massless_pin", &[slow, ("k = 1.0", "k = 1e4")]);
    let output = case.good(&[]);
    let json: serde_json::Value = serde_json::from_str(&case.read("result.json")).unwrap();
    let count = json["unconverged"].as_u64().unwrap();
    assert!(count > 1, "{json}");
    let message = stderr(&output);
    assert!(message.contains(&format!("{count} of 20 steps have not converged, step ")), "{message}");
    assert_eq!(message.matches("that were the most iterations").count(), 1, "{message}");
    // A run that goes on counts them all.
    case.change(&[("time = 0.2", "time = 0.3")]);
    let message = stderr(&case.good(&["--restart"]));
    let json: serde_json::Value = serde_json::from_str(&case.read("result.json")).unwrap();
    let all = json["unconverged"].as_u64().unwrap();
    assert!(all > count && message.contains(&format!("{all} of 30 steps have not converged")), "{message}");
}
