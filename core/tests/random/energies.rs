//! Energies: value, gradient, Hessian, its pattern, and its product with a direction.

use super::ast::{Real, UNKNOWN_ARRAYS, World};
use super::dual::{self, Dual};
use super::generate::{Generator, Style};
use super::machine::{Extra, Outcome, run, run_whole};
use super::worlds::world;
use super::{config, graph, structure, tapes};
use proptest::prelude::*;
use spadina_core::kernel::{Outputs, build};
use spadina_core::pipeline::{self, Stages};
use spadina_core::waist::{Waists, displaced};

const VALUE: Outputs =
    Outputs { energy: true, gradient: false, hessian: false, residual: false, jacobian: false, product: false };
const GRADIENT: Outputs = Outputs { gradient: true, ..VALUE };
const ALL: Outputs = Outputs { hessian: true, ..GRADIENT };
const PRODUCT: Outputs = Outputs { energy: false, product: true, ..VALUE };

/// Dual numbers above this say too little in double precision.
const LARGE: f64 = 1e5;

/// Whether two numbers agree, given the magnitude of what they were computed from.
pub fn close(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-9 * scale.max(1.0)
}

/// Prints every stage, which must not panic, and gives the last as text.
pub fn explain(stages: &Stages) -> String {
    let mut text = format!("{}\n{}\n{}\n{}\n", stages.program, stages.gradient, stages.tangent, stages.sparse);
    text += &stages.solved.to_string();
    for kernel in build(&stages.solved, ALL) {
        text += &format!("\n{kernel}\n{:?}", kernel.counts());
    }
    text
}

fn check_numbers(out: &Outcome, expected: &Dual, scale: f64, n: usize, text: &str) {
    assert!(close(out.energy, expected.v, scale), "energy {} is not {}\n{text}", out.energy, expected.v);
    for i in 0..n {
        let (got, wanted) = (out.gradient[i], expected.g[i]);
        assert!(close(got, wanted, scale), "gradient[{i}] {got} is not {wanted}\n{text}");
        for j in 0..n {
            let (got, wanted) = (out.hessian.get(i, j), expected.h[i][j]);
            assert!(close(got, wanted, scale), "hessian[{i}, {j}] {got} is not {wanted}\n{text}");
            assert!(wanted.abs() < 1e-12 || out.hessian.has(i, j), "no entry [{i}, {j}] = {wanted}\n{text}");
            let gap = (out.hessian.get(i, j) - out.hessian.get(j, i)).abs();
            assert!(
                gap <= 1e-9 * scale.max(1.0),
                "not symmetric at [{i}, {j}]: {} {}\n{text}",
                out.hessian.get(i, j),
                out.hessian.get(j, i)
            );
        }
    }
}

fn check_products(stages: &Stages, world: &World, expected: &Dual, scale: f64, text: &str) {
    let n = world.unknowns();
    let seed: Vec<f64> = (0..n).map(|k| [1.0, -0.5, 0.25, 2.0][k % 4]).collect();
    let out = run(&stages.tangent, PRODUCT, world, &Extra::default(), &seed).expect("the Hessian has no fault");
    for i in 0..n {
        let wanted: f64 = (0..n).map(|j| expected.h[i][j] * seed[j]).sum();
        let got = out.product[i];
        assert!(close(got, wanted, scale * 4.0), "product[{i}] {got} is not {wanted}\n{text}");
    }
}

fn check_pattern(out: &Outcome, energy: &Real, world: &World, exact: bool, text: &str) {
    let Ok(expected) = structure::eval(world, &[], energy) else { return };
    for i in 0..world.unknowns() {
        for j in 0..world.unknowns() {
            let (got, wanted) = (out.hessian.has(i, j), expected.has(i, j));
            assert!(!got || wanted, "entry [{i}, {j}] is stored but its unknowns never meet\n{text}");
            assert!(!exact || got == wanted, "entry [{i}, {j}] is missing\n{text}");
        }
    }
}

/// All properties of the energy on a tape.
fn check(code: &[u8], data: &[u8], style: Style) {
    check_energy(&Generator::new(code, style).energy(), &world(data, style), style);
}

/// All properties of one energy in one world.
pub fn check_energy(energy: &Real, world: &World, style: Style) {
    let stages = pipeline::run(graph::energy(energy));
    let text = format!("{energy:?}\n{world:?}\n{}", explain(&stages));
    let structured = structure::eval(world, &[], energy);
    let out = match run(&stages.solved, ALL, world, &Extra::default(), &[]) {
        Ok(out) => out,
        Err(fault) => {
            assert!(structured.is_err(), "{fault:?}\n{text}");
            return;
        }
    };
    check_pattern(&out, energy, world, style == Style::Positive, &text);
    let Ok(expected) = dual::eval(world, &[], energy) else { return };
    let Some(amplified) = dual::amplified(world, energy, &expected) else { return };
    // A thousand rounding errors of the numbers that it is made of, where these count for more than its size.
    let scale = expected.magnitude().max(1e3 / 1e-9 * amplified);
    if scale > LARGE {
        return;
    }
    check_numbers(&out, &expected, scale, world.unknowns(), &text);
    for outputs in [VALUE, GRADIENT] {
        let part = run(&stages.solved, outputs, world, &Extra::default(), &[]).expect("a part has no fault");
        let (a, b) = (part.energy, out.energy);
        assert!(close(a, b, scale), "energy {a}, with {outputs:?}, is not {b}\n{text}");
        let wanted = if outputs.gradient { &out.gradient } else { &part.gradient };
        let same = part.gradient.iter().zip(wanted).all(|(a, b)| close(*a, *b, scale));
        assert!(same, "the gradient alone differs\n{text}");
    }
    check_products(&stages, world, &expected, scale, &text);
    for waists in [Waists::Never, Waists::Always] {
        let solved = pipeline::run_with(graph::energy(energy), waists).solved;
        let text = format!("{waists:?}\n{text}\n{solved}");
        for out in [run(&solved, ALL, world, &Extra::default(), &[]), run_whole(&solved, ALL, world)] {
            let out = out.expect("with other waists there was no fault");
            check_pattern(&out, energy, world, style == Style::Positive, &text);
            check_numbers(&out, &expected, scale, world.unknowns(), &text);
        }
    }
    check_displaced(energy, world, (&expected, scale), style, &text);
}

/// Half of every unknown is the reference, half the displacement: their sum has no rounding.
fn check_displaced(energy: &Real, world: &World, (expected, scale): (&Dual, f64), style: Style, text: &str) {
    let solved = pipeline::run(displaced(&graph::energy(energy))).solved;
    let mut halved = world.clone();
    halved.arrays[..UNKNOWN_ARRAYS].iter_mut().flatten().for_each(|x| *x *= 0.5);
    let extra = Extra { references: halved.arrays[..UNKNOWN_ARRAYS].to_vec(), ..Extra::default() };
    let text = format!("displaced\n{text}\n{solved}");
    let out = run(&solved, ALL, &halved, &extra, &[]).expect("without displacements there was no fault");
    check_pattern(&out, energy, world, style == Style::Positive, &text);
    check_numbers(&out, expected, scale, world.unknowns(), &text);
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn any_energy((code, data) in tapes()) {
        check(&code, &data, Style::Any);
    }

    #[test]
    fn without_branches((code, data) in tapes()) {
        check(&code, &data, Style::NoBranches);
    }

    #[test]
    fn exact_patterns((code, data) in tapes()) {
        check(&code, &data, Style::Positive);
    }
}
