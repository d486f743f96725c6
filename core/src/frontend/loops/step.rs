//! The variables a loop counts, and their values in each iteration.

use super::placeholder::Placeholders;
use crate::frontend::trace::{Trace, Val};
use crate::index::{BitOp, Index, IndexNode, Indices, Var};
use crate::real::Rebuild;
use rustc_hash::FxHashMap;

/// The change of an integer variable from one iteration to the next.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Step {
    /// By an invariant that is added.
    Add(Index),
    /// To the left, or by a negative number to the right, by so many bits.
    Shift(i64),
}

/// The *inductive* variables, which are functions of the iteration, with what they begin with and their step.
pub type Steps = FxHashMap<usize, (Index, Step)>;

/// Placeholders of counters, with their variables.
pub type Counters = [(Var, usize)];

/// Bits of an integer.
pub const WORD: i64 = 32;

/// The steps of the inductive variables.
pub fn steps(t: &mut Trace, list: &Placeholders, known: impl Fn(usize) -> bool) -> Steps {
    let mut steps = Steps::default();
    for (cell, placeholder) in &list.values {
        let (&Val::Int { index: old, signed }, &Val::Int { index: new, .. }) = (placeholder, t.get(*cell)) else {
            continue;
        };
        let Some(&before) = list.before.get(cell).filter(|_| known(*cell)) else { continue };
        let added = t.graph.indices.sub(new, old);
        if !list.holds(t, added) {
            steps.insert(*cell, (before, Step::Add(added)));
        } else if let Some(bits) = shifted(&t.graph.indices, new, old) {
            let begin = t.looked_at(before, signed);
            if t.graph.indices.nonnegative(begin) {
                steps.insert(*cell, (begin, Step::Shift(bits)));
            }
        }
    }
    steps
}

/// By how many bits `new` is `old` shifted.
fn shifted(s: &Indices, new: Index, old: Index) -> Option<i64> {
    let power = |c: i64| (c > 1 && c & (c - 1) == 0).then(|| i64::from(c.trailing_zeros()));
    let is_old = |a: Index| a == old || *s.node(a) == IndexNode::Wrap(old);
    match *s.node(new) {
        IndexNode::Div(a, b) if is_old(a) => power(s.as_const(b)?).map(|bits| -bits),
        IndexNode::Bits(BitOp::Shr, a, b) if is_old(a) => s.as_const(b).filter(|b| (1..WORD).contains(b)).map(|b| -b),
        IndexNode::Bits(BitOp::Shl, a, b) if is_old(a) => s.as_const(b).filter(|b| (1..WORD).contains(b)),
        _ => match s.monomials(new).as_slice() {
            [one] if *one.atoms == [old] => power(one.coef),
            _ => None,
        },
    }
}

/// The value of a counter in an iteration.
pub fn closed_form(s: &mut Indices, (init, step): (Index, Step), iteration: Index) -> Index {
    match step {
        Step::Add(step) => {
            let moved = s.mul(step, iteration);
            s.add(init, moved)
        }
        Step::Shift(bits) => {
            let op = if bits > 0 { BitOp::Shl } else { BitOp::Shr };
            let count = s.scale(iteration, bits.abs());
            // A shift counts bits modulo the word; steps go on until all of them are out.
            let (word, zero) = (s.int(WORD), s.int(0));
            let some_left = s.lt(count, word);
            let shifted = s.bits(op, init, count);
            s.select(some_left, shifted, zero)
        }
    }
}

/// The substitution of counters' values in an iteration for their placeholders.
pub fn counters_at(t: &mut Trace, counters: &Counters, steps: &Steps, iteration: Index) -> Option<Rebuild> {
    let pair =
        |&(var, cell): &(Var, usize)| Some((var, closed_form(&mut t.graph.indices, *steps.get(&cell)?, iteration)));
    let pairs: Option<Vec<(Var, Index)>> = counters.iter().map(pair).collect();
    Some(Rebuild::of_vars(pairs?))
}

/// An expression with its counters as they are in an iteration.
pub fn at_iteration(
    t: &mut Trace,
    counters: &Counters,
    steps: &Steps,
    index: Index,
    iteration: Index,
) -> Option<Index> {
    let mut rebuild = counters_at(t, counters, steps, iteration)?;
    Some(rebuild.index(&mut t.graph, index))
}
