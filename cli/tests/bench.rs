//! `spadina bench`: the table is there for each number of threads and for the GPU, and its columns line up.

mod common;

use common::{spadina, stderr};

#[test]
fn a_table_for_each_number_of_threads() {
    let problem = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/neo_hookean/problem.toml");
    let output = spadina(["bench", problem, "--threads", "1,2", "--repeat", "2"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    for start in
        ["1 thread; ", "2 threads; ", "value", "gradient", "Hessian", "projected", "hoist", "to the first Hessian"]
    {
        assert!(text.lines().any(|line| line.starts_with(start)), "no line `{start}` in\n{text}");
    }
    let rows: Vec<&str> = text.lines().filter(|line| line.contains(" %")).collect();
    assert_eq!(rows.len(), 6, "{text}");
    assert!(rows.iter().all(|row| row.chars().count() == rows[0].chars().count()), "{text}");
    // One operation for each that `explain` counts, for each element.
    let operations = |row: &str| row.split_whitespace().nth(4).unwrap().parse::<f64>().unwrap();
    assert!(operations(rows[0]) < operations(rows[1]) && operations(rows[1]) < operations(rows[2]), "{text}");
}

/// The table of a GPU; nothing where there is no adapter, unless `SPADINA_REQUIRE_GPU` is set.
fn on_gpu(case: &str, options: &[&str]) -> Option<String> {
    let problem = format!("{}/../tests/conformance/{case}/problem.toml", env!("CARGO_MANIFEST_DIR"));
    let arguments = ["bench", &problem, "--device", "gpu", "--precision", "f32", "--repeat", "2"];
    let output = spadina(arguments.iter().chain(options));
    let message = stderr(&output);
    if !output.status.success() {
        assert!(message.contains("no GPU adapter"), "{message}");
        spadina_conformance::without_gpu(message);
        return None;
    }
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_table_for_a_gpu() {
    let Some(text) = on_gpu("neo_hookean", &["--schedule", "staged"]) else { return };
    let starts =
        ["shaders", "to the first Hessian", "value", "gradient", "Hessian", "projected", "product", "PCG iteration"];
    for start in
        starts.into_iter().chain(["PCG, H d = gradient: ", "assembly: kernels: 1 staged; projected: kernels: 1 staged"])
    {
        assert!(text.lines().any(|line| line.starts_with(start)), "no line `{start}` in\n{text}");
    }
    let percent = |line: &&str| line.ends_with(" %") || line.contains(" % ");
    let ends: Vec<usize> = text.lines().filter(percent).map(|line| line.find(" %").unwrap_or(0)).collect();
    assert_eq!(ends, [ends[0]; 4], "{text}");
    assert!(!text.contains("inf") && !text.contains("NaN"), "{text}");
}

/// What cannot be projected, and a Hessian that no iteration can begin with, are said in words.
#[test]
fn a_table_for_a_gpu_says_what_cannot_be() {
    let Some(text) = on_gpu("edge_residual", &[]) else { return };
    assert!(text.contains("\nnot projected: "), "{text}");
    let Some(text) = on_gpu("chain", &["--project", "none"]) else { return };
    assert!(!text.contains("projected"), "{text}");
}

#[test]
fn devices_are_listed() {
    let output = spadina(["devices"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("processor: "), "{text}");
    let lines: Vec<&str> = text.lines().skip(2).take_while(|line| !line.is_empty()).collect();
    if lines[0].starts_with("There is no GPU adapter") {
        spadina_conformance::without_gpu(&text);
        return;
    }
    // Every column begins where its head does.
    for head in ["adapter", "backend", "kind", "driver", "f64", "float atomics", "timestamps", "largest buffer"] {
        let at = lines[0].find(head).unwrap();
        let begins =
            |line: &&str| line.is_char_boundary(at) && line[..at].ends_with(' ') && !line[at..].starts_with(' ');
        assert!(lines[1..].iter().all(|line| !line.is_ascii() || begins(line)), "{head}:\n{text}");
    }
}

/// Without adapters the list says what to do, and everything else is refused in words.
#[test]
fn a_machine_without_adapters() {
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_spadina"));
        command.args(arguments).env("WGPU_BACKEND", "noop").output().unwrap()
    };
    let output = run(&["devices"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("There is no GPU adapter: install"));
    let problem = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/chain/problem.toml");
    let output = run(&["bench", problem, "--device", "gpu"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no GPU adapter; found: none"), "{}", stderr(&output));
}
