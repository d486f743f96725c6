//! Energies as programs: chains, rings, masses, cotangents, shells, solids. Value, gradient, Hessian and pattern on every
//! device against second-order dual numbers, which know nothing of the library.

#[path = "common/dual.rs"]
mod dual;
#[path = "programs/meshes.rs"]
mod meshes;
#[path = "programs/reference.rs"]
mod reference;

use dual::Dual;
use reference::*;
use spadina::system::Device;
use spadina::{Options, Problem, System, Term};
use std::collections::BTreeSet;

/// The distance of the points of evaluation from the start, at most, in each coordinate.
const SPREAD: f64 = 0.15;

const POINTS: usize = 3;

const TOLERANCE: f64 = 1e-12;

/// Noise between -1 and 1.
fn noise(k: usize) -> f64 {
    let mut z = (k as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

fn points(x: &[f64]) -> Vec<Vec<f64>> {
    let moved = |p: usize| x.iter().enumerate().map(|(k, v)| v + SPREAD * noise(p * 1000 + k)).collect();
    (0..POINTS).map(moved).collect()
}

fn close(name: &str, got: &[f64], expected: &[f64]) {
    let norm = |v: &mut dyn Iterator<Item = f64>| v.map(|d| d * d).sum::<f64>().sqrt();
    let error = norm(&mut got.iter().zip(expected).map(|(g, e)| g - e));
    let scale = norm(&mut expected.iter().copied());
    assert!(got.len() == expected.len() && error <= TOLERANCE * scale, "{name}: off by {:e}", error / scale);
}

/// The gradient against central differences of the energy, which knows neither the library nor duals.
fn check_dual(energy: &impl Energy, x: &[f64], dual: &Dual) {
    let step = 1e-5;
    let differences = (0..x.len()).map(|k| {
        let shifted = |by: f64| {
            let mut y = x.to_vec();
            y[k] += by;
            energy.value(&y)
        };
        (shifted(step) - shifted(-step)) / (2.0 * step)
    });
    for (d, g) in differences.zip(&dual.gradient) {
        assert!((d - g).abs() <= 1e-6 * (1.0 + g.abs()), "the reference itself: {d} by differences, {g}");
    }
}

/// Compares a problem with the unknown `x` with its reference on every device. The pattern must be exactly what is
/// non-zero at one of the points.
fn check(problem: Problem, energy: &impl Energy) {
    let (name, start) = (problem.unknowns[0].0.clone(), problem.unknowns[0].1.data.clone());
    let n = start.len();
    assert!(n <= 40, "{n} unknowns are too many for dense duals");
    let points = points(&start);
    let references: Vec<Dual> = points.iter().map(|x| energy.value(&Dual::unknowns(x))).collect();
    points.iter().zip(&references).for_each(|(x, reference)| check_dual(energy, x, reference));
    let nonzero = |r: &Dual| (0..n * n).filter(|&k| r.hessian[k] != 0.0).map(|k| (k / n, k % n)).collect::<Vec<_>>();
    let wanted: BTreeSet<(usize, usize)> = references.iter().flat_map(nonzero).collect();
    for device in [Device::Interpreter, Device::Cpu] {
        let options = Options::default().device(device);
        let mut system = System::build(problem.clone(), options).unwrap_or_else(|e| panic!("{e}"));
        for (x, reference) in points.iter().zip(&references) {
            system.set_unknown(&name, x).unwrap();
            let at = system.evaluate().unwrap();
            close("energy", &[at.energy], &[energy.value(x)]);
            close("gradient", at.gradient, &reference.gradient);
            let mut dense = vec![0.0; n * n];
            at.hessian.coordinates().unwrap().for_each(|(i, j, v)| dense[i * n + j] = v);
            close("Hessian", &dense, &reference.hessian);
            let pattern: BTreeSet<(usize, usize)> = at.hessian.coordinates().unwrap().map(|(i, j, _)| (i, j)).collect();
            let missing: Vec<_> = wanted.difference(&pattern).collect();
            let extra: Vec<_> = pattern.difference(&wanted).collect();
            assert!(missing.is_empty() && extra.is_empty(), "{device:?}: missing {missing:?}, too many {extra:?}");
        }
    }
}

macro_rules! program {
    ($name:literal) => {
        Term::energy($name, include_str!(concat!("programs/", $name)))
    };
}

/// Points on a line, or around a circle in the first two of more dimensions.
fn circle(n: usize, dim: usize) -> Vec<f64> {
    let radius = 0.2 * n as f64;
    let coordinate = |i: usize, c: usize| match (dim, c) {
        (1, _) => i as f64,
        (_, 0) => radius * (std::f64::consts::TAU * i as f64 / n as f64).cos(),
        (_, 1) => radius * (std::f64::consts::TAU * i as f64 / n as f64).sin(),
        _ => 0.3 * i as f64,
    };
    (0..n * dim).map(|k| coordinate(k / dim, k % dim)).collect()
}

#[test]
fn sqrt_chain() {
    for n in [2, 3, 7, 40] {
        let problem = Problem::new().unknown("x", circle(n, 1)).term(program!("sqrt_chain.wgsl"));
        check(problem, &SqrtChain);
    }
}

#[test]
fn ring() {
    for n in [2, 3, 4, 11, 40] {
        let x: Vec<f64> = (0..n).map(noise).collect();
        let problem = Problem::new().unknown("x", x).indices("n", n as i32);
        check(problem.term(program!("ring.wgsl")), &Ring);
    }
}

/// A ring of one is a spring from a node to itself: no energy, and whatever is stored is zero.
#[test]
fn ring_of_one() {
    let problem = Problem::new().unknown("x", vec![3.0]).indices("n", 1).term(program!("ring.wgsl"));
    let mut system = System::build(problem, Options::default()).unwrap();
    let at = system.evaluate().unwrap();
    assert_eq!((at.energy, at.gradient), (0.0, &[0.0][..]));
    assert!(at.hessian.values.iter().all(|v| *v == 0.0));
}

#[test]
fn lists_that_end_early() {
    for (n, marked) in [(5, 3), (9, 8), (12, 12)] {
        let width = 3;
        let entry = |v: usize, k: usize| if k < v % (width + 1) { ((v * 5 + k * 3 + 1) % n) as i32 } else { n as i32 };
        let neighbours: Vec<i32> = (0..n * width).map(|at| entry(at / width, at % width)).collect();
        let mark: Vec<i32> = (0..n).map(|v| i32::from(v >= marked)).collect();
        let problem = Problem::new().unknown("x", (0..n).map(noise).collect::<Vec<f64>>());
        let problem = problem.indices("n", n as i32).indices("width", width as i32);
        let problem = problem.indices("neighbours", neighbours.clone()).indices("mark", mark.clone());
        check(problem.term(program!("padded.wgsl")), &Padded { width, neighbours, mark });
    }
}

#[test]
fn rings_with_rest_length() {
    for n in [2, 3, 5, 13] {
        let flat = Problem::new().unknown("x", circle(n, 2)).indices("n", n as i32).array("rest", 0.4);
        check(flat.term(program!("ring2d.wgsl")), &RingSprings { dim: 2, rest: Some(0.4) });
        for dim in [1, 2, 3] {
            let problem = Problem::new().unknown("x", circle(n, dim)).indices("n", n as i32);
            let problem = problem.indices("dim", dim as i32).array("rest", 0.4);
            check(problem.term(program!("ring_any.wgsl")), &RingSprings { dim, rest: Some(0.4) });
        }
    }
}

#[test]
fn rings_without_rest_length() {
    for n in [2, 3, 5, 13] {
        let problem = Problem::new().unknown("x", circle(n, 3)).indices("n", n as i32);
        check(problem.term(program!("ring3d_free.wgsl")), &RingSprings { dim: 3, rest: None });
    }
}

/// The sizes of the sheets.
const SHEETS: [(usize, usize); 3] = [(2, 2), (3, 3), (4, 3)];

fn flat(rows: &[[f64; 3]]) -> Vec<f64> {
    rows.concat()
}

#[test]
fn mass() {
    for (w, h) in SHEETS {
        let (rest, faces) = (meshes::sheet(w, h), meshes::faces(w, h));
        let problem = Problem::new().unknown("x", flat(&rest)).array("density", 1.7).indices("faces", faces.clone());
        check(problem.term(program!("mass.wgsl")), &Mass { faces, density: 1.7 });
    }
}

#[test]
fn cotangents_of_rest_positions() {
    for (w, h) in [(2, 2), (4, 4), (8, 5)] {
        let (rest, faces) = (meshes::sheet(w, h), meshes::faces(w, h));
        let u: Vec<f64> = (0..w * h).map(|k| noise(7 * k)).collect();
        let problem = Problem::new().unknown("u", u).array("X", rest.clone()).indices("faces", faces.clone());
        check(problem.term(program!("cotan_rest.wgsl")), &CotanRest { faces, rest });
    }
}

#[test]
fn cotangents_of_unknown_positions() {
    for (w, h) in SHEETS {
        let (rest, faces) = (meshes::sheet(w, h), meshes::faces(w, h));
        let problem = Problem::new().unknown("x", flat(&rest)).array("X", rest.clone()).indices("faces", faces.clone());
        check(problem.term(program!("cotan.wgsl")), &Cotan { faces, rest });
    }
}

#[test]
fn shells() {
    for (w, h) in SHEETS {
        let (rest, faces) = (meshes::sheet(w, h), meshes::faces(w, h));
        let hinges = meshes::hinges(&faces);
        let stiffness = [1.3, 0.8, 0.4];
        let problem = Problem::new().unknown("x", flat(&rest)).array("X", rest.clone()).indices("faces", faces.clone());
        let problem = problem.indices("hinges", hinges.clone()).array("k_edge", 1.3).array("k_area", 0.8);
        let problem = problem.array("k_bend", 0.4).term(program!("shell.wgsl"));
        check(problem, &Shell { faces, hinges, rest, stiffness });
    }
}

#[test]
fn hinges_as_elements() {
    for (w, h) in SHEETS {
        let (rest, hinges) = (meshes::sheet(w, h), meshes::hinges(&meshes::faces(w, h)));
        let problem = Problem::new().unknown("x", rest.clone()).array("X", rest.clone()).array("k_bend", 0.4);
        let problem = problem.indices("hinges", hinges.clone()).term(program!("hinge.wgsl").over("hinges"));
        check(problem, &Shell { faces: Vec::new(), hinges, rest, stiffness: [0.0, 0.0, 0.4] });
    }
}

/// Integers of elements and nodes: bounds, indices, conditions, and stencils of different widths in one table.
#[test]
fn polygons() {
    let (cells, corners) = (vec![[0, 1, 4, 3], [1, 2, 4, -1], [2, 5, 4, -1], [3, 4, 7, 6]], vec![4, 3, 3, 4]);
    for part in [vec![0; 8], vec![0, 0, 1, 0, 1, 1, 0, 1], (0..8).collect()] {
        let x: Vec<[f64; 2]> = (0..8).map(|k| [f64::from(k % 3), 0.9 * f64::from(k / 3)]).collect();
        let problem = Problem::new().unknown("x", x).indices("cells", cells.clone());
        let problem = problem.indices("corners", corners.clone()).indices("part", part.clone());
        let problem = problem.term(program!("polygons.wgsl").over("cells").bind("nodes", "cells"));
        check(problem, &Polygons { cells: cells.clone(), corners: corners.clone(), part });
    }
}

#[test]
fn solids() {
    for cells in [1, 2] {
        let (rest, tetrahedra) = (meshes::column(cells), meshes::tetrahedra(cells));
        let problem = Problem::new().unknown("x", rest.clone()).array("X", rest.clone());
        let problem = problem.array("mu", 1.3).array("lambda", 2.1).indices("tetrahedra", tetrahedra.clone());
        check(problem.term(program!("neo_hookean.wgsl")), &NeoHookean { tetrahedra, rest, mu: 1.3, lambda: 2.1 });
    }
}
