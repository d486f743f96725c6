//! Singular points: the policy in a problem file, what is refused, and what is reported.

mod common;

use common::{spadina, stderr};
use serde_json::Value;
use std::path::Path;
use std::process::Output;

const LENGTH: &str = "fn energy(x: array<vec2f, 2>) -> f32 {\n  return length(x[1] - x[0]);\n}";
const SPRING: &str = "fn energy(x: array<vec2f, 2>) -> f32 {\n  let s = length(x[1] - x[0]) - 1.0;\n  return s * s;\n}";
const PULL: &str = "fn energy(x: array<vec2f, 1>) -> f32 { let d = x[0] - vec2f(2.0, 1.0); return dot(d, d); }";
const DATA: &str =
    "[unknowns]\nx = [[0.0, 0.0], [0.0, 0.0], [3.0, 4.0]]\n[indices]\nedges = [[0, 1], [1, 2]]\nnodes = [[2]]\n";

fn problem(head: &str, terms: &[(&str, &str)]) -> String {
    let term = |(file, keys): &(&str, &str)| {
        let over = if *file == "pull" { "nodes" } else { "edges" };
        format!("[[terms]]\nenergy = \"{file}.wgsl\"\nover = \"{over}\"\n{keys}\n")
    };
    format!("{head}\n{DATA}{}", terms.iter().map(term).collect::<String>())
}

fn run(folder: &Path, command: &str, problem: &str, more: &[&str]) -> Output {
    for (name, text) in [("length", LENGTH), ("spring", SPRING), ("pull", PULL)] {
        std::fs::write(folder.join(format!("{name}.wgsl")), text).unwrap();
    }
    std::fs::write(folder.join("p.toml"), problem).unwrap();
    let path = |name: &str| folder.join(name).into_os_string();
    let mut arguments = vec![command.into(), path("p.toml"), "--out".into(), path("out")];
    arguments.extend(more.iter().map(Into::into));
    spadina(arguments)
}

fn refused(problem: &str, wanted: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for command in ["eval", "solve"] {
        let output = run(folder.path(), command, problem, &[]);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(wanted.iter().all(|wanted| message.contains(wanted)), "{message}");
        assert!(!folder.path().join("out").exists());
    }
}

fn evaluated(problem: &str, more: &[&str]) -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), "eval", problem, more);
    assert!(output.status.success(), "{problem}: {}", stderr(&output));
    let json = std::fs::read(folder.path().join("out/result.json")).unwrap();
    (serde_json::from_slice(&json).unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn without_a_policy_the_message_names_it() {
    let wanted =
        ["length.wgsl:2:10", "element 0", "`length` has no derivative there", "singular = \"zero\" or \"smooth\""];
    refused(&problem("", &[("length", "")]), &wanted);
    refused(&problem("singular = \"error\"", &[("length", "")]), &wanted);
    refused(&problem("singular = \"zero\"", &[("length", "singular = \"error\"")]), &wanted);
    refused(&problem("", &[("length", "singular = \"zero\""), ("length", "")]), &["term 1 ", "element 0"]);
}

#[test]
fn keys_that_cannot_be() {
    let own = |keys: &str| problem("", &[("length", keys)]);
    let words = "`singular` is \"none\"; \"error\", \"zero\" or \"smooth\" is wanted";
    refused(&problem("singular = \"none\"", &[("length", "")]), &["p.toml:1:12: ", words]);
    refused(&own("singular = \"none\""), &["p.toml:10:12: ", words]);
    refused(&own("singular = 0.5"), &["p.toml:10:12: `singular` is ", "is wanted"]);
    let missing = "`epsilon` of singular = \"smooth\" is missing; give the distance";
    refused(&problem("singular = \"smooth\"", &[("length", "")]), &["p.toml:1:1: ", missing]);
    refused(&own("singular = \"smooth\""), &["p.toml:10:1: ", missing]);
    let useless = "`epsilon` changes nothing without singular = \"smooth\"";
    refused(&problem("epsilon = 0.1", &[("length", "")]), &["p.toml:1:1: ", useless]);
    refused(&problem("epsilon = 0.1\nsingular = \"zero\"", &[("length", "")]), &["p.toml:1:1: ", useless]);
    refused(&own("singular = \"zero\"\nepsilon = 0.1"), &["p.toml:11:1: ", useless]);
    refused(&own("epsilon = 0.1"), &["p.toml:10:1: ", useless]);
    let lent = "singular = \"smooth\"\nepsilon = 0.1";
    refused(&problem(lent, &[("length", "singular = \"zero\"\nepsilon = 0.2")]), &["p.toml:12:1: ", useless]);
    for number in ["0.0", "-1", "inf", "\"small\""] {
        refused(&own(&format!("singular = \"smooth\"\nepsilon = {number}")), &["p.toml:11:11: "]);
    }
    refused(&problem("singula = \"zero\"", &[("length", "")]), &["`singula`", "singular, epsilon"]);
}

#[test]
fn evaluations_count_elements() {
    let (json, text) = evaluated(&problem("singular = \"zero\"", &[("length", "")]), &[]);
    assert_eq!((&json["singular"], &json["energy"]), (&1.into(), &5.0.into()));
    assert!(text.contains("singular elements  1\n"), "{text}");
    for keys in ["singular = \"zero\"", "singular = \"smooth\"\nepsilon = 1e-4"] {
        for device in [&[][..], &["--device", "interpreter"], &["--precision", "f32"]] {
            let (json, _) = evaluated(&problem("", &[("length", keys), ("pull", "")]), device);
            assert_eq!(json["singular"], 1, "{keys} {device:?}");
        }
    }
    // The number of the problem, and the word.
    let head = "singular = \"smooth\"\nepsilon = 0.5";
    for (head, keys, energy) in [
        (head, "", 0.5),
        (head, "epsilon = 0.25", 0.25),
        ("epsilon = 0.5", "singular = \"smooth\"", 0.5),
        (head, "singular = \"smooth\"", 0.5),
        (head, "singular = \"zero\"", 0.0),
    ] {
        let (json, _) = evaluated(&problem(head, &[("length", keys)]).replace("[1, 2]", "[0, 1]"), &[]);
        let found = json["energy"].as_f64().unwrap();
        assert!((found - 2.0 * energy).abs() < 1e-12 && json["singular"] == 2, "{head} {keys}: {found}");
    }
    let (json, text) = evaluated(&problem("", &[("pull", "")]), &[]);
    assert!(json.get("singular").is_none() && !text.contains("singular"), "{json}");
}

#[test]
fn iterations_count_elements() {
    let folder = tempfile::tempdir().unwrap();
    let terms = [("spring", "singular = \"smooth\"\nepsilon = 1e-3"), ("pull", "")];
    let output = run(folder.path(), "solve", &problem("", &terms), &["--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    assert_eq!(json["iterations"][0]["singular"], 1, "{json}");
    assert!(json["singular"].is_u64(), "{json}");
    let output = run(folder.path(), "solve", &problem("", &[("pull", "")]), &["--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    assert!(json.get("singular").is_none() && json["iterations"][0]["singular"] == 0, "{json}");
}
