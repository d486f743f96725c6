//! Residuals: rows, Jacobian and its pattern, and the gradient and Hessian of the weighted sum of the rows.

use super::ast::{MAX_UNKNOWNS, Nest, World, integer};
use super::dual::{self, Dual, Unfit, nest_iterations};
use super::energies::{close, explain};
use super::generate::{Generator, Style};
use super::machine::{Extra, ROWS, run};
use super::worlds::world;
use super::{config, graph, structure, tapes};
use proptest::prelude::*;
use spadina_core::ad;
use spadina_core::kernel::Outputs;
use spadina_core::pipeline;

const NONE: Outputs =
    Outputs { energy: false, gradient: false, hessian: false, residual: false, jacobian: false, product: false };
const ROW_OUTPUTS: Outputs = Outputs { residual: true, jacobian: true, ..NONE };
const WEIGHTED_OUTPUTS: Outputs = Outputs { energy: true, gradient: true, hessian: true, ..NONE };
const LARGE: f64 = 1e5;

/// The rows as dual numbers.
fn rows(world: &World, nests: &[Nest]) -> Result<Vec<Dual>, Unfit> {
    let mut rows = vec![Dual::constant(0.0); ROWS];
    for nest in nests {
        for vars in nest_iterations(world, nest)? {
            let row = integer(world, &vars, &nest.row)? as usize;
            rows[row] = rows[row].add(&dual::eval(world, &vars, &nest.value)?);
        }
    }
    Ok(rows)
}

/// By row, the unknowns it depends on; `None` where an index is out of range.
fn dependence(world: &World, nests: &[Nest]) -> Option<Vec<u16>> {
    let mut rows = vec![0; ROWS];
    for nest in nests {
        for vars in nest_iterations(world, nest).ok()? {
            let row = integer(world, &vars, &nest.row).ok()? as usize;
            rows[row] |= structure::eval(world, &vars, &nest.value).ok()?.first;
        }
    }
    Some(rows)
}

fn check(code: &[u8], data: &[u8], style: Style) {
    let nests = Generator::new(code, style).residual();
    let world = world(data, style);
    let program = graph::residual(&nests);
    let stages = pipeline::run(program.clone());
    let text = format!("{nests:?}\n{world:?}\n{}", explain(&stages));
    let structured = dependence(&world, &nests);
    let out = match run(&stages.solved, ROW_OUTPUTS, &world, &Extra::default(), &[]) {
        Ok(out) => out,
        Err(fault) => {
            assert!(structured.is_none(), "{fault:?}\n{text}");
            return;
        }
    };
    let n = world.unknowns();
    for (r, wanted) in structured.iter().flatten().enumerate() {
        for j in 0..n {
            let (got, wanted) = (out.jacobian.has(r, j), wanted >> j & 1 == 1);
            assert!(!got || wanted, "entry [{r}, {j}] is stored but the row does not depend on it\n{text}");
            assert!(got == wanted || style != Style::Positive, "entry [{r}, {j}] is missing\n{text}");
        }
    }
    let Ok(rows) = rows(&world, &nests) else { return };
    if rows.iter().any(|r| r.magnitude() > LARGE) {
        return;
    }
    for (r, row) in rows.iter().enumerate() {
        let scale = row.magnitude();
        assert!(close(out.residual[r], row.v, scale), "row {r}: {} is not {}\n{text}", out.residual[r], row.v);
        for j in 0..n {
            let (got, wanted) = (out.jacobian.get(r, j), row.g[j]);
            assert!(close(got, wanted, scale), "jacobian[{r}, {j}] {got} is not {wanted}\n{text}");
        }
    }
    check_weighted(program, &world, &rows);
}

fn check_weighted(program: spadina_core::program::Program, world: &World, rows: &[Dual]) {
    let stages = pipeline::run(ad::weighted(program));
    let text = explain(&stages);
    let weights: Vec<f64> = (0..ROWS).map(|r| [1.0, -2.0, 0.5][r % 3]).collect();
    let mut total = Dual::constant(0.0);
    for (row, weight) in rows.iter().zip(&weights) {
        total = total.add(&row.mul(&Dual::constant(*weight)));
    }
    let scale = rows.iter().map(Dual::magnitude).fold(0.0, f64::max) * 4.0;
    let extra = Extra { weights, ..Extra::default() };
    let out = run(&stages.solved, WEIGHTED_OUTPUTS, world, &extra, &[]).expect("the rows had no fault");
    assert!(close(out.energy, total.v, scale), "weighted sum {} is not {}\n{text}", out.energy, total.v);
    for i in 0..world.unknowns().min(MAX_UNKNOWNS) {
        assert!(close(out.gradient[i], total.g[i], scale), "gradient[{i}]\n{text}");
        for j in 0..world.unknowns() {
            let (got, wanted) = (out.hessian.get(i, j), total.h[i][j]);
            assert!(close(got, wanted, scale), "weighted hessian[{i}, {j}] {got} is not {wanted}\n{text}");
        }
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn any_residual((code, data) in tapes()) {
        check(&code, &data, Style::Any);
    }

    #[test]
    fn exact_patterns((code, data) in tapes()) {
        check(&code, &data, Style::Positive);
    }
}
