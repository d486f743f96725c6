//! Accesses out of range: a fault where the program executes them, none where a guard keeps it from it.

use super::ast::{Bool, Int, Real, Sum, World};
use super::machine::{Extra, run};
use super::{graph, structure};
use proptest::prelude::*;
use spadina_core::kernel::Outputs;
use spadina_core::pipeline;
use spadina_core::real::{BinaryOp, UnaryOp};

fn offset(a: Int, c: i64) -> Int {
    Int::Add(a.into(), Int::Const(c).into())
}

/// A load of `y[i + shift]`, directly or through a table, guarded by `0 <= i + low && i + high < n` if asked for.
fn term(shift: i64, table: bool, guard: Option<(i64, i64)>) -> Real {
    let at = offset(Int::Var(0), shift);
    let at = if table { Int::Read(2, at.into()) } else { at };
    let load = Real::Load(1, at);
    let load = Real::Binary(BinaryOp::Mul, load.clone().into(), load.into());
    let Some((low, high)) = guard else { return load };
    let above = Bool::Less(Int::Const(-1), offset(Int::Var(0), low));
    let below = Bool::Less(offset(Int::Var(0), high), Int::Size(0));
    Real::Guard(Bool::And(above.into(), below.into()), load.into(), Real::Const(0.0).into())
}

fn program(shape: usize, term: Real) -> Real {
    let sum = Real::Sum(Sum { depth: 0, lo: Int::Const(0), hi: Int::Size(0), body: term.into() });
    match shape {
        0 => sum,
        1 => Real::Unary(UnaryOp::Exp, sum.into()),
        _ => Real::Sum(Sum {
            depth: 0,
            lo: Int::Const(0),
            hi: Int::Size(1),
            body: Real::Binary(BinaryOp::Mul, sum.into(), Real::Load(0, Int::Var(0)).into()).into(),
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn executed_accesses_fault_and_others_do_not(
        shape in 0usize..3,
        shift in -2i64..3,
        table: bool,
        guard in prop::option::of((-2i64..3, -2i64..3)),
        n in 1i64..4,
        hessian: bool,
    ) {
        let energy = program(shape, term(shift, table, guard));
        let len = n as usize;
        let world = World {
            sizes: vec![n, 1],
            tables: vec![vec![0; len + 1], vec![], (0..n as i32).rev().collect()],
            arrays: vec![vec![0.5; len]; 3],
        };
        let stages = pipeline::run(graph::energy(&energy));
        let outputs = Outputs { energy: true, gradient: hessian, hessian, ..Outputs::default() };
        let out = run(&stages.solved, outputs, &world, &Extra::default(), &[]);
        let wanted = structure::eval(&world, &[], &energy);
        prop_assert_eq!(out.is_err(), wanted.is_err(), "{:?}\n{}", out.err(), stages.solved);
    }
}
