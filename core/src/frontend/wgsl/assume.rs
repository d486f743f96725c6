//! The simplification of a value where an index is known.
//!
//! `a[i % 3] += v` reads one element through a chain of selects and writes every element under a condition. Under
//! `i % 3 == k` the chain is `a[k]`: the sum that each element carries only shows once this is put in.

use crate::frontend::trace::Val;
use crate::index::{Cond, Index, IndexNode};
use crate::real::{BinaryOp, Graph, Node, Value};

/// The depth below arithmetic to which a chain is looked for.
const DEPTH: usize = 8;

/// A value where `index` is `known`.
pub fn assume(g: &mut Graph, value: &Val, index: Index, known: i64) -> Val {
    match value {
        Val::Real(v) => Val::Real(assume_real(g, *v, index, known, DEPTH)),
        Val::Composite(parts) => Val::composite(parts.iter().map(|p| assume(g, p, index, known))),
        other => other.clone(),
    }
}

fn assume_real(g: &mut Graph, value: Value, index: Index, known: i64, depth: usize) -> Value {
    let mut value = value;
    // Chains are as long as their array: walked, not recursed into.
    while let Node::Select(p, a, b) = *g.node(value) {
        let truth = g.as_cond(p).and_then(|c| truth(g, c, index, known));
        match truth {
            Some(true) => value = a,
            Some(false) => value = b,
            None => break,
        }
    }
    if depth == 0 {
        return value;
    }
    let below = |g: &mut Graph, v| assume_real(g, v, index, known, depth - 1);
    match *g.node(value) {
        Node::Binary(op @ (BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul), a, b) => {
            let (x, y) = (below(g, a), below(g, b));
            if (x, y) == (a, b) { value } else { g.binary(op, x, y) }
        }
        Node::Unary(op, a) => {
            let x = below(g, a);
            if x == a { value } else { g.unary(op, x) }
        }
        _ => value,
    }
}

/// The truth of `index + c == 0` or `c - index == 0` where `index` is `known`.
fn truth(g: &mut Graph, cond: Cond, index: Index, known: i64) -> Option<bool> {
    let IndexNode::Zero(gap) = *g.indices.cond(cond) else { return None };
    let (less, more) = (g.indices.sub(gap, index), g.indices.add(gap, index));
    let above = g.indices.as_const(less).map(|c| c + known);
    let below = g.indices.as_const(more).map(|c| c - known);
    above.or(below).map(|value| value == 0)
}
