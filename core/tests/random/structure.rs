//! The reference for patterns: which pairs of unknowns meet. Integer conditions are followed exactly, branches on reals
//! are united.

use super::ast::{MAX_UNKNOWNS, OutOfRange, Place, Real, World, condition, integer, place};
use super::dual::iterations;
use spadina_core::real::{BinaryOp, UnaryOp};

/// Sets of unknowns and of pairs, as bits.
#[derive(Clone, Copy, Default, Debug)]
pub struct Structure {
    /// Unknowns with a first derivative.
    pub first: u16,
    /// By unknown, those it has a second derivative with.
    pub second: [u16; MAX_UNKNOWNS],
    /// Whether the value may differ from zero.
    pub nonzero: bool,
}

impl Structure {
    fn union(mut self, other: &Self) -> Self {
        self.first |= other.first;
        self.second.iter_mut().zip(&other.second).for_each(|(a, b)| *a |= b);
        self.nonzero |= other.nonzero;
        self
    }

    /// Adds all pairs of one of `a` with one of `b`, either way round.
    fn meet(&mut self, a: u16, b: u16) {
        for i in 0..MAX_UNKNOWNS {
            if a >> i & 1 == 1 {
                self.second[i] |= b;
            }
            if b >> i & 1 == 1 {
                self.second[i] |= a;
            }
        }
    }

    pub fn has(&self, i: usize, j: usize) -> bool {
        self.second[i] >> j & 1 == 1
    }
}

fn product(a: &Structure, b: &Structure) -> Structure {
    if !a.nonzero || !b.nonzero {
        return Structure::default();
    }
    let mut out = a.union(b);
    out.meet(a.first, b.first);
    out
}

fn quotient(a: &Structure, b: &Structure) -> Structure {
    if !a.nonzero {
        return Structure::default();
    }
    let mut out = a.union(b);
    out.meet(a.first, b.first);
    out.meet(b.first, b.first);
    out
}

fn all_pairs(a: &Structure) -> Structure {
    let mut out = *a;
    out.meet(a.first, a.first);
    out.nonzero = true;
    out
}

fn unary(op: UnaryOp, a: &Structure) -> Structure {
    match op {
        UnaryOp::Neg => *a,
        UnaryOp::Abs => *a,
        UnaryOp::Floor => Structure { nonzero: a.nonzero, ..Structure::default() },
        _ => Structure { nonzero: a.nonzero || op.eval(0.0) != 0.0, ..all_pairs(a) },
    }
}

fn binary(op: BinaryOp, a: &Structure, b: &Structure) -> Structure {
    match op {
        BinaryOp::Add | BinaryOp::Sub => a.union(b),
        BinaryOp::Mul => product(a, b),
        BinaryOp::Div => quotient(a, b),
        BinaryOp::Pow | BinaryOp::Atan2 => all_pairs(&a.union(b)),
    }
}

/// The structure of a real.
pub fn eval(world: &World, vars: &[i64], real: &Real) -> Result<Structure, OutOfRange> {
    let of = |r: &Real| eval(world, vars, r);
    let nonzero = |nonzero: bool| Structure { nonzero, ..Structure::default() };
    Ok(match real {
        Real::Const(c) => nonzero(*c != 0.0),
        Real::Load(array, at) => match place(world, vars, *array, at)? {
            Place::Unknown(k) => Structure { first: 1 << k, ..nonzero(true) },
            Place::Data(_) => nonzero(true),
        },
        Real::Integer(i) => {
            integer(world, vars, i)?;
            nonzero(true)
        }
        Real::Unary(op, a) => unary(*op, &of(a)?),
        Real::Binary(op, a, b) => binary(*op, &of(a)?, &of(b)?),
        Real::Select(_, parts) => {
            let [a, b, on, off] = &**parts;
            let _ = (of(a)?, of(b)?);
            of(on)?.union(&of(off)?)
        }
        Real::Guard(c, a, b) => {
            if condition(world, vars, c)? {
                of(a)?
            } else {
                of(b)?
            }
        }
        Real::Sum(sum) => {
            let mut total = Structure::default();
            for inner in iterations(world, vars, sum)? {
                total = total.union(&eval(world, &inner, &sum.body)?);
            }
            total
        }
    })
}
