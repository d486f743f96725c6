//! The variables a loop counts, and their values in each iteration.

use super::machine::Machine;
use super::trip::Placeholders;
use super::value::Val;
use crate::index::{BitOp, Index, IndexNode};
use rustc_hash::FxHashMap;

/// How an integer variable changes from one iteration to the next.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Step {
    /// By an invariant that is added.
    Add(Index),
    /// To the left, or by a negative number to the right, by so many bits.
    Shift(i64),
}

/// The inductive variables with what they begin with and their step.
pub type Steps = FxHashMap<usize, (Index, Step)>;

/// Bits of an integer.
pub const WORD: i64 = 32;

impl Machine<'_> {
    /// The steps of the inductive variables.
    pub fn steps(&mut self, list: &Placeholders, known: impl Fn(usize) -> bool) -> Steps {
        let mut steps = Steps::default();
        for (cell, placeholder) in &list.values {
            let (&Val::Int { index: old, signed }, &Val::Int { index: new, .. }) = (placeholder, &self.cells[*cell])
            else {
                continue;
            };
            let Some(&before) = list.before.get(cell).filter(|_| known(*cell)) else { continue };
            let added = self.graph.indices.sub(new, old);
            if !self.holds_placeholder(added, list) {
                steps.insert(*cell, (before, Step::Add(added)));
            } else if let Some(bits) = self.shifted(new, old) {
                let begin = self.looked_at(before, signed);
                if self.graph.indices.nonnegative(begin) {
                    steps.insert(*cell, (begin, Step::Shift(bits)));
                }
            }
        }
        steps
    }

    /// By how many bits `new` is `old` shifted.
    fn shifted(&self, new: Index, old: Index) -> Option<i64> {
        let power = |c: i64| (c > 1 && c & (c - 1) == 0).then(|| i64::from(c.trailing_zeros()));
        let s = &self.graph.indices;
        let is_old = |a: Index| a == old || *s.node(a) == IndexNode::Wrap(old);
        match *s.node(new) {
            IndexNode::Div(a, b) if is_old(a) => power(s.as_const(b)?).map(|bits| -bits),
            IndexNode::Bits(BitOp::Shr, a, b) if is_old(a) => {
                s.as_const(b).filter(|b| (1..WORD).contains(b)).map(|b| -b)
            }
            IndexNode::Bits(BitOp::Shl, a, b) if is_old(a) => s.as_const(b).filter(|b| (1..WORD).contains(b)),
            _ => match s.monomials(new).as_slice() {
                [one] if *one.atoms == [old] => power(one.coef),
                _ => None,
            },
        }
    }

    /// The value of a counter in an iteration.
    pub fn closed_form(&mut self, (init, step): (Index, Step), t: Index) -> Index {
        let s = &mut self.graph.indices;
        match step {
            Step::Add(step) => {
                let moved = s.mul(step, t);
                s.add(init, moved)
            }
            Step::Shift(bits) => {
                let op = if bits > 0 { BitOp::Shl } else { BitOp::Shr };
                let count = s.scale(t, bits.abs());
                // A shift counts bits modulo the word; steps go on until all of them are out.
                let (word, zero) = (s.int(WORD), s.int(0));
                let some_left = s.lt(count, word);
                let shifted = s.bits(op, init, count);
                s.select(some_left, shifted, zero)
            }
        }
    }
}
