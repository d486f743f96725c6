//! Energies made of sums over different loops that stand in each other and are used several times: the parts of an entry
//! of the Hessian and those of its transpose are then distributed over different loops.

use super::ast::{Int, Real, Sum};
use super::energies::check_energy;
use super::generate::Style;
use super::tape::Tape;
use super::worlds::world;
use super::{config, tapes};
use proptest::prelude::*;
use spadina_core::real::{BinaryOp, UnaryOp};

fn binary(op: BinaryOp, a: Real, b: Real) -> Real {
    Real::Binary(op, Box::new(a), Box::new(b))
}

/// A number that stays in range: a load, an earlier sum or a constant.
fn leaf(tape: &mut Tape<'_>, in_loop: bool, sums: &[Real]) -> Real {
    let own = || Int::Rem(Box::new(Int::Var(0)), Box::new(Int::Size(0)));
    match tape.pick(8) {
        0..=2 if in_loop => Real::Load(0, own()),
        3 if in_loop => Real::Load(1, own()),
        4 if in_loop => Real::Load(0, Int::Read(2, Box::new(own()))),
        5 => Real::Load(0, Int::Const(0)),
        6 => Real::Const(1.5),
        k if !sums.is_empty() => sums[k % sums.len()].clone(),
        _ => Real::Load(1, Int::Const(0)),
    }
}

fn value(tape: &mut Tape<'_>, in_loop: bool, sums: &[Real], depth: usize) -> Real {
    if depth == 0 {
        return leaf(tape, in_loop, sums);
    }
    let operator = tape.pick(8);
    let a = value(tape, in_loop, sums, depth - 1);
    if operator == 7 {
        return Real::Unary(UnaryOp::Sin, Box::new(a));
    }
    let b = value(tape, in_loop, sums, depth - 1);
    match operator {
        0..=2 => binary(BinaryOp::Mul, a, b),
        3..=5 => binary(BinaryOp::Add, a, b),
        _ => binary(BinaryOp::Sub, a, b),
    }
}

fn energy(bytes: &[u8]) -> Real {
    let mut tape = Tape::new(bytes);
    let mut sums: Vec<Real> = Vec::new();
    for _ in 0..1 + tape.pick(3) {
        let hi = match tape.pick(3) {
            0 => Int::Size(0),
            1 => Int::Size(1),
            _ => Int::Const(2),
        };
        let body = value(&mut tape, true, &sums[sums.len().saturating_sub(1)..], 2);
        sums.push(Real::Sum(Sum { depth: 0, lo: Int::Const(0), hi, body: Box::new(body) }));
    }
    let all = value(&mut tape, false, &sums, 2);
    sums.into_iter().fold(all, |all, sum| binary(BinaryOp::Add, all, sum))
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn sums_in_each_other((code, data) in tapes()) {
        check_energy(&energy(&code), &world(&data, Style::Any), Style::Any);
    }
}
