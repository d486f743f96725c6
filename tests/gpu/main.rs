//! The shared part of the tests of the GPU: the same problem on both devices, compared.

#[allow(dead_code, reason = "the tests of the peers use the rest")]
#[path = "../../benches/problems/peers.rs"]
mod benchmarks;

mod schedules;
#[cfg(feature = "faer")]
mod solvers;
mod systems;

use spadina::system::{Device, Precision};
use spadina::{Options, Problem, System};
use spadina_conformance::without_gpu;
use std::path::Path;

/// A conformance case.
fn read(case: &str) -> Problem {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    Problem::read(root.join(case).join("problem.toml")).unwrap()
}

/// A benchmark problem of a size.
fn peer(letter: &str, size: usize) -> Problem {
    let (_, make) = benchmarks::PEERS.into_iter().find(|(name, _)| *name == letter).unwrap();
    make(size).problem().1
}

/// All conformance cases by name.
fn cases() -> impl Iterator<Item = (String, Problem)> {
    spadina_conformance::cases::problems()
}

/// Small benchmark problems by letter.
fn peers() -> impl Iterator<Item = (&'static str, Problem)> {
    [("A", 9), ("B", 4), ("C", 5), ("D", 9)].into_iter().map(|(letter, size)| (letter, peer(letter, size)))
}

/// A system on the GPU; nothing where there is no adapter, unless `SPADINA_REQUIRE_GPU` is set, or where the adapter has no
/// double precision and that was asked for.
fn on_gpu(problem: &Problem, options: &Options) -> Option<System> {
    match System::build(problem.clone(), options.clone().device(Device::Gpu)) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            match error.to_string() {
                narrow if narrow.contains("cannot compute in double precision") => println!("not tested: {narrow}"),
                missing if missing.contains("no GPU adapter") => without_gpu(missing),
                other => panic!("{other}"),
            }
            None
        }
    }
}

/// The same problem on both devices, on the CPU in double precision.
fn both(problem: &Problem, options: &Options) -> Option<[System; 2]> {
    let cpu = options.clone().precision(Precision::F64).device(Device::Cpu);
    let cpu = System::build(problem.clone(), cpu).unwrap();
    Some([cpu, on_gpu(problem, options)?])
}

/// The difference of two lists relative to the second.
fn difference(found: &[f64], wanted: &[f64]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let norm = |list: &mut dyn Iterator<Item = f64>| list.map(|x| x * x).sum::<f64>().sqrt();
    let scale = norm(&mut wanted.iter().copied()).max(f64::MIN_POSITIVE);
    norm(&mut found.iter().zip(wanted).map(|(a, b)| a - b)) / scale
}

/// Evaluates both and compares everything; gives all numbers that the GPU found.
fn compare([cpu, gpu]: &mut [System; 2], tolerance: f64, what: &str) -> Vec<f64> {
    let wanted = cpu.evaluate().unwrap();
    let found = gpu.evaluate().unwrap();
    let near = |found: &[f64], wanted: &[f64], part: &str| {
        let difference = difference(found, wanted);
        assert!(difference <= tolerance, "{what}: {part} differs by {difference:e} of its norm");
    };
    near(&[found.energy], &[wanted.energy], "the energy");
    near(found.gradient, wanted.gradient, "the gradient");
    near(found.hessian.values, wanted.hessian.values, "the Hessian");
    assert_eq!((found.hessian.row_ptr, found.hessian.col_idx), (wanted.hessian.row_ptr, wanted.hessian.col_idx));
    let mut all = [&[found.energy], found.gradient, found.hessian.values].concat();
    for (found, wanted) in found.residual.into_iter().zip(wanted.residual) {
        near(found, wanted, "the residual");
        all.extend(found);
    }
    for (found, wanted) in found.jacobian.into_iter().zip(wanted.jacobian) {
        near(found.values, wanted.values, "the Jacobian");
        all.extend(found.values);
    }
    all
}
