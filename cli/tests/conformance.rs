//! Every conformance case on every device, against results of an independent implementation.

mod common;

use common::{Results, cases, differences, spadina, stderr};
use std::path::Path;

/// Runs a case and compares.
fn run(case: &Path, [device, precision]: [&str; 2], tolerance: f64) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let out = folder.path().join("out");
    let problem = case.join("problem.toml");
    let options = ["--device", device, "--precision", precision].map(Path::new);
    let arguments: Vec<&Path> =
        [Path::new("eval"), &problem, "--out".as_ref(), &out].into_iter().chain(options).collect();
    let output = spadina(arguments);
    if !output.status.success() {
        return Err(format!("{}: {}", output.status, stderr(&output)));
    }
    let got = Results::read(&out)?;
    let found = differences(&got, &Results::read(&case.join("expected"))?, tolerance);
    if found.is_empty() { Ok(()) } else { Err(found.join("; ")) }
}

fn run_all(on: [&str; 2], tolerance: f64) {
    let failed: Vec<String> = cases()
        .iter()
        .filter_map(|case| run(case, on, tolerance).err().map(|e| format!("{}: {e}", case.display())))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_interpreter_agrees() {
    run_all(["interpreter", "f64"], 1e-12);
}

#[test]
fn the_cpu_agrees() {
    run_all(["cpu", "f64"], 1e-12);
}

#[test]
fn the_cpu_agrees_in_single_precision() {
    run_all(["cpu", "f32"], 1e-4);
}

/// Runs all cases on the GPU, if there is one that has the precision; the environment variable `SPADINA_REQUIRE_GPU=1`
/// makes it a failure if there is none.
fn run_all_on_gpu(precision: &str, tolerance: f64) {
    let reason = run(&cases()[0], ["gpu", precision], tolerance).err().unwrap_or_default();
    let none = reason.contains("no GPU adapter") || reason.contains("cannot compute in double precision");
    if none && std::env::var_os("SPADINA_REQUIRE_GPU").is_none_or(|v| v != "1") {
        println!("not tested: {reason}");
        return;
    }
    run_all(["gpu", precision], tolerance);
}

#[test]
fn the_gpu_agrees() {
    run_all_on_gpu("f64", 1e-10);
}

#[test]
fn the_gpu_agrees_in_single_precision() {
    run_all_on_gpu("f32", 1e-4);
}

/// The comparison itself: expected results agree with themselves, and every kind of damage is found.
#[test]
fn the_comparison_finds_what_differs() {
    let all = cases();
    assert!(all.len() >= 14, "{} cases", all.len());
    for case in all {
        let expected = Results::read(&case.join("expected")).unwrap();
        assert_eq!(differences(&expected, &expected, 0.0), Vec::<String>::new(), "{}", case.display());
        for (wanted, damage) in damages() {
            let mut got = expected.clone();
            damage(&mut got);
            if got != expected {
                let found = differences(&got, &expected, 1e-12).join("; ");
                assert!(found.contains(wanted), "{}: `{found}` should name {wanted}", case.display());
            }
        }
        let mut close = expected.clone();
        close.gradient.iter_mut().for_each(|g| *g *= 1.0 + 1e-14);
        assert!(differences(&close, &expected, 1e-12).is_empty());
    }
}

type Damage = fn(&mut Results);

fn damages() -> Vec<(&'static str, Damage)> {
    vec![
        ("energy", |r| r.summary["energy"] = (r.summary["energy"].as_f64().unwrap() * (1.0 + 1e-9)).into()),
        ("energy", |r| r.summary["energy"] = serde_json::Value::Null),
        ("nonzeros", |r| r.summary["nonzeros"] = (r.summary["nonzeros"].as_u64().unwrap() + 1).into()),
        ("gradient", |r| r.gradient[0] += 1e-6),
        ("gradient", |r| r.gradient[0] = f64::NAN),
        ("gradient", |r| r.gradient.push(0.0)),
        ("Hessian: differs", |r| *r.hessian.values_mut().next().unwrap() += 1e-6),
        ("Hessian: entries missing [(", |r| _ = r.hessian.pop_first()),
        ("entries too many [(1000, 0)]", |r| _ = r.hessian.insert((1000, 0), 0.0)),
        ("residual", |r| r.residual.iter_mut().for_each(|v| v[0] += 1e-6)),
        ("residual there: false", |r| r.residual = None),
        ("Jacobian", |r| r.jacobian.iter_mut().for_each(|m| _ = m.pop_first())),
        ("Jacobian", |r| r.jacobian = r.jacobian.is_none().then(Default::default)),
    ]
}
