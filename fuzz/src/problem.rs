//! A text as a problem file, up to gradient and Hessian on the interpreter and in machine code, which must agree.
//!
//! The file stands in tests/conformance, so that it can name the data there. Texts after a NUL byte replace the energies
//! of the terms, in their order.

use crate::{text, words};
use spadina::files::ProblemFile;
use spadina::problem::{Problem, Source};
use spadina::system::{Device, Options, System};
use std::path::Path;

/// The longest input.
const LIMIT: usize = 8192;

/// The most unknowns, the largest size, and the largest entry of a table.
const MOST: (usize, i32, i32) = (400, 20, 400);

/// Reads and evaluates a problem.
pub fn problem(data: &[u8]) -> String {
    let Some(text) = text(data, LIMIT) else { return "skipped".into() };
    let mut parts = text.split('\0');
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance/fuzz.toml");
    let loaded = ProblemFile::parse(path, parts.next().unwrap_or("")).and_then(|file| file.load());
    let mut problem = match loaded {
        Ok(problem) => problem,
        Err(e) => return words(&e.to_string()),
    };
    for (term, text) in problem.terms.iter_mut().zip(parts) {
        term.source = Source::Text(text.to_string());
    }
    if !is_small(&problem) {
        return "large".into();
    }
    let results = [Device::Interpreter, Device::Cpu].map(|device| evaluate(problem.clone(), device));
    match &results {
        [Ok(a), Ok(b)] => compare(a, b),
        // Where products are fused with sums, another operation may be the first without a value.
        [Err(a), Err(b)] if a.contains("not finite") && b.contains("not finite") => {}
        [Err(a), Err(b)] => assert_eq!(a, b, "the devices refuse differently"),
        // One of them may overflow where the other just does not.
        [Ok(_), Err(e)] | [Err(e), Ok(_)] => assert!(e.contains("not finite"), "one device refuses: {e}"),
    }
    let [result, _] = results;
    result.map_or_else(|e| words(&e), |v| format!("evaluated {} numbers", v.len()))
}

fn is_small(problem: &Problem) -> bool {
    let (unknowns, size, entry) = MOST;
    let tables = |t: &spadina::Tensor<i32>| {
        let most = if t.shape.is_empty() { size } else { entry };
        t.data.len() <= unknowns && t.data.iter().all(|&i| i <= most)
    };
    problem.unknown_count() <= unknowns
        && problem.arrays.iter().all(|(_, t)| t.data.len() <= 4 * unknowns)
        && problem.indices.iter().all(|(_, t)| tables(t))
}

/// Energy, gradient and Hessian in one list.
fn evaluate(problem: Problem, device: Device) -> Result<Vec<f64>, String> {
    let options = Options::default().device(device).threads(Some(1));
    let mut system = System::build(problem, options).map_err(|e| e.to_string())?;
    let at = system.evaluate().map_err(|e| e.to_string())?;
    let mut all = vec![at.energy];
    all.extend(at.gradient);
    all.extend(at.hessian.values);
    Ok(all)
}

fn compare(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len(), "the devices find different patterns");
    let scale = a.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    for (k, (x, y)) in a.iter().zip(b).enumerate() {
        assert!((x - y).abs() <= 1e-9 * scale, "number {k}: {x:e} interpreted, {y:e} compiled, largest {scale:e}");
    }
}
