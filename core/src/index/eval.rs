//! The value of an integer node from the values of its operands: the one definition every evaluator uses.

use super::{BitOp, IndexNode, Table};

/// The reason an integer could not be evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IndexFault {
    /// Division or remainder by zero.
    DivisionByZero,
    /// A value left 64 bits, or left 32 bits where WGSL's integers would have wrapped.
    Overflow,
    /// A table was read outside its length at this position.
    OutOfRange(Table, i64),
}

/// A bitwise operation on the low 32 bits; shifts count modulo 32.
pub(super) fn bits(op: BitOp, a: i64, b: i64) -> i64 {
    let (a, b) = (a as u32, b as u32);
    i64::from(match op {
        BitOp::And => a & b,
        BitOp::Or => a | b,
        BitOp::Xor => a ^ b,
        BitOp::Shl => a.wrapping_shl(b),
        BitOp::Shr => a.wrapping_shr(b),
    })
}

/// Evaluates one node. `value` gives operands by arena position (conditions are 0 or 1), `read` a table entry.
/// Variables and reductions are the caller's: they are not values of their operands.
#[inline]
pub fn eval_node(
    node: &IndexNode,
    value: impl Fn(usize) -> i64,
    size: impl Fn(usize) -> i64,
    read: impl Fn(Table, i64) -> Option<i64>,
) -> Result<i64, IndexFault> {
    let of = |i: &super::Index| value(i.index());
    let is = |c: &super::Cond| value(c.index()) != 0;
    Ok(match node {
        IndexNode::Const(c) => *c,
        IndexNode::Size(s) => size(s.0 as usize),
        IndexNode::Read(table, at) => read(*table, of(at)).ok_or(IndexFault::OutOfRange(*table, of(at)))?,
        IndexNode::Div(a, b) => of(a).checked_div(of(b)).ok_or(IndexFault::DivisionByZero)?,
        IndexNode::Rem(a, b) => of(a).checked_rem(of(b)).ok_or(IndexFault::DivisionByZero)?,
        IndexNode::Product(a, b) => of(a).checked_mul(of(b)).ok_or(IndexFault::Overflow)?,
        IndexNode::Bits(op, a, b) => bits(*op, of(a), of(b)),
        IndexNode::Wrap(a) => of(a) & 0xffff_ffff,
        IndexNode::Select(c, a, b) => {
            if is(c) {
                of(a)
            } else {
                of(b)
            }
        }
        IndexNode::Poly(terms) => {
            let mut sum = 0i64;
            for term in terms {
                let product = term.atoms.iter().try_fold(term.coef, |p, a| p.checked_mul(of(a)));
                sum = product.and_then(|p| sum.checked_add(p)).ok_or(IndexFault::Overflow)?;
            }
            sum
        }
        IndexNode::Bool(b) => i64::from(*b),
        IndexNode::Positive(a) => i64::from(of(a) > 0),
        IndexNode::Zero(a) => i64::from(of(a) == 0),
        IndexNode::Not(a) => i64::from(!is(a)),
        IndexNode::And(a, b) => i64::from(is(a) && is(b)),
        IndexNode::Or(a, b) => i64::from(is(a) || is(b)),
        IndexNode::Var(_) | IndexNode::First(..) | IndexNode::Sum(..) => 0,
    })
}
