//! Branches: the side not taken, undefined there or not, has no influence on a value or a derivative.

use super::ast::{Bool, Int, Real, Sum, World};
use super::energies::check_energy;
use super::generate::Style;
use proptest::prelude::*;
use spadina_core::real::{BinaryOp, Compare, UnaryOp};

fn y(at: i64) -> Real {
    Real::Load(1, Int::Const(at))
}

fn unary(op: UnaryOp, a: Real) -> Real {
    Real::Unary(op, a.into())
}

fn binary(op: BinaryOp, a: Real, b: Real) -> Real {
    Real::Binary(op, a.into(), b.into())
}

/// `if 0 < u { a } else { b }`
fn where_positive(u: Real, a: Real, b: Real) -> Real {
    Real::Select(Compare::Less, [Real::Const(0.0), u, a, b].into())
}

/// Functions without a value or a derivative at 0 or below.
fn partial(k: usize, u: Real) -> Real {
    match k {
        0 => unary(UnaryOp::Sqrt, u),
        1 => unary(UnaryOp::Log, u),
        2 => binary(BinaryOp::Div, Real::Const(1.0), u),
        3 => binary(BinaryOp::Pow, u, Real::Const(1.5)),
        4 => binary(BinaryOp::Pow, u.clone(), u),
        5 => binary(BinaryOp::Div, u.clone(), binary(BinaryOp::Mul, u.clone(), u)),
        _ => unary(UnaryOp::Sqrt, unary(UnaryOp::Log, u)),
    }
}

fn world(y0: f64, y1: f64, x0: f64) -> World {
    let tables = vec![vec![0, 1, 2], vec![1, 0], vec![0, 1]];
    World { sizes: vec![2, 1], tables, arrays: vec![vec![x0, 1.25], vec![y0, y1], vec![0.5, -1.0]] }
}

fn numbers() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![-2.0, -0.5, 0.0, 0.25, 1.0, 1.5])
}

/// Programs around one partial function `f(y0)`, and `u = y0` itself.
fn programs(shape: usize, k: usize) -> Real {
    let (u, f) = (y(0), partial(k, y(0)));
    let masked = where_positive(u.clone(), f.clone(), Real::Const(0.0));
    match shape {
        0 => masked,
        1 => binary(BinaryOp::Mul, masked, y(1)),
        2 => unary(UnaryOp::Sin, binary(BinaryOp::Add, masked, y(1))),
        // Nested branches.
        3 => where_positive(y(1), where_positive(u, partial(k, binary(BinaryOp::Mul, f, y(1))), y(1)), y(0)),
        // One subexpression used on both sides, and outside.
        4 => {
            let helper = binary(BinaryOp::Mul, y(0), y(1));
            let (a, b) = (partial(k, helper.clone()), unary(UnaryOp::Exp, helper.clone()));
            binary(BinaryOp::Add, where_positive(helper.clone(), a, b), helper)
        }
        // The same partial value under two predicates.
        5 => {
            let other = where_positive(u.clone(), binary(BinaryOp::Mul, f, y(1)), y(1));
            binary(BinaryOp::Mul, masked, other)
        }
        // A quotient of masked values.
        6 => {
            let divisor = where_positive(u, partial(k, y(0)), Real::Const(2.0));
            binary(BinaryOp::Div, y(1), binary(BinaryOp::Add, Real::Const(3.0), divisor))
        }
        // Inside an inner sum that is used nonlinearly.
        _ => {
            let each = |at: Real| where_positive(at.clone(), partial(k, at), Real::Const(0.0));
            let body = each(Real::Load(1, Int::Var(0)));
            let sum = Sum { depth: 0, lo: Int::Const(0), hi: Int::Size(0), body: body.into() };
            unary(UnaryOp::Tanh, binary(BinaryOp::Mul, Real::Sum(sum), y(1)))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn untaken_sides_are_silent(shape in 0usize..8, k in 0usize..7, y0 in numbers(), y1 in numbers()) {
        check_energy(&programs(shape, k), &world(y0, y1, 0.5), Style::Any);
    }
}

/// `exp(y0² Σ_j [0 < j] x_j)` at `x = 0`: the adjoint of `y0²` is a sum of guarded terms that vanishes there, and its
/// derivative does not.
#[test]
fn an_adjoint_that_vanishes_by_chance_has_a_derivative() {
    let guard = Bool::Less(Int::Const(-1), Int::Sub(Int::Var(0).into(), Int::Size(1).into()));
    let term = binary(BinaryOp::Mul, Real::Load(0, Int::Var(0)), binary(BinaryOp::Mul, y(0), y(0)));
    let body = Real::Guard(guard, term.into(), Real::Const(0.0).into());
    let sum = Real::Sum(Sum { depth: 0, lo: Int::Const(0), hi: Int::Size(0), body: body.into() });
    let mut world = world(1.5, 1.0, 0.0);
    world.arrays[0] = vec![0.0, 0.0];
    check_energy(&unary(UnaryOp::Exp, sum), &world, Style::Any);
}
