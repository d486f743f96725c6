//! Where the value of an integer matters, and not only its low 32 bits.

use super::keep::LoopRange;
use super::machine::Machine;
use super::trip::{Placeholders, Plan};
use crate::index::{BitOp, Index, Loop};
use crate::program::{LookedAt, Word, implied};
use crate::real::{Span, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// An integer that is looked at, under the condition `path`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Look {
    index: Index,
    word: Word,
    path: Value,
    span: Span,
}

impl Machine<'_> {
    /// The integer as the operand of an operation that needs its value. A `u32` that may be below zero wraps; that it
    /// stays within 32 bits otherwise is checked when data is bound.
    pub fn looked_at(&mut self, index: Index, signed: bool) -> Index {
        let s = &mut self.graph.indices;
        if let Some(c) = s.as_const(index) {
            return s.int(if signed { i64::from(c as i32) } else { i64::from(c as u32) });
        }
        // While counters are looked for, nothing is known of their sign; it is proved once they are found.
        if self.planning > 0 && self.is_unknown(index) {
            return index;
        }
        let s = &mut self.graph.indices;
        if !signed {
            let wrapped = s.wrap(index);
            if wrapped != index {
                self.look(index, Word::Low);
                return wrapped;
            }
        }
        self.look(index, if signed { Word::I32 } else { Word::U32 });
        index
    }

    /// A bitwise operation, which takes the low 32 bits of its operands; the result of a signed one is signed again.
    pub fn bits(&mut self, op: BitOp, a: Index, b: Index, signed: bool) -> Index {
        [a, b].into_iter().for_each(|operand| self.look(operand, Word::Low));
        let s = &mut self.graph.indices;
        let literal = |c: i64| if signed { i64::from(c as i32) } else { i64::from(c as u32) };
        let [a, b] = [a, b].map(|operand| s.as_const(operand).map_or(operand, |c| s.int(literal(c))));
        let bits = s.bits(op, a, b);
        let mask = |operand| op == BitOp::And && s.as_const(operand).is_some_and(|c| c >= 0);
        if !signed || mask(a) || mask(b) || (s.nonnegative(a) && s.nonnegative(b)) {
            return bits;
        }
        let top = self.graph.indices.int(i64::from(i32::MAX));
        let negative = self.graph.indices.lt(top, bits);
        let wrapped = self.graph.indices.offset(bits, -(1 << 32));
        self.graph.indices.select(negative, wrapped, bits)
    }

    fn look(&mut self, index: Index, word: Word) {
        if word == Word::Low && !self.graph.indices.node(index).adds_up() {
            return;
        }
        self.looks.push(Look { index, word, path: self.path, span: self.graph.span });
    }

    /// Records what the test of a loop looks at when the loop begins and, if no iteration of the range does, when it ends.
    pub fn look_at_last_test(&mut self, plan: &Plan, range: &LoopRange) {
        let Plan { counted, steps, .. } = plan;
        let Loop { lo, hi, .. } = *self.graph.indices.loop_of(range.var);
        let end = self.graph.indices.sub(hi, lo);
        let zero = self.graph.indices.int(0);
        for &side in &counted.unsigned {
            // A side that falls is above zero in all iterations if there are any: that says nothing of the first.
            if let Some(first) = self.at_iteration(&counted.vars, steps, side, zero)
                && !self.graph.indices.nonnegative(first)
            {
                self.look(first, Word::U32);
            }
        }
        for (sides, word) in [(&counted.unsigned, Word::U32), (&counted.signed, Word::I32)] {
            for &side in sides.iter().filter(|_| !range.last) {
                if let Some(last) = self.at_iteration(&counted.vars, steps, side, end) {
                    self.look(last, word);
                }
            }
        }
    }

    /// Takes the looks since `first` out of the list: what a loop keeps of an iteration. Those that depend on what the
    /// iteration before left behind go: nothing that comes of them is kept either.
    pub fn kept_looks(&mut self, first: usize, list: &Placeholders) -> Vec<Look> {
        let mut looks = self.looks.split_off(first);
        looks.retain(|look| !self.holds_placeholder(look.index, list) && !self.leaks(look.path, list));
        looks
    }

    /// The list for the program, each integer once under one condition.
    pub fn all_looked_at(&mut self) -> Vec<LookedAt> {
        let looks = std::mem::take(&mut self.looks);
        let mut guards: FxHashMap<Value, _> = FxHashMap::default();
        let mut seen = FxHashSet::default();
        let mut all = Vec::new();
        for Look { index, word, path, span } in looks {
            if !seen.insert((index, word, path)) {
                continue;
            }
            let guard = *guards.entry(path).or_insert_with(|| implied(&mut self.graph, path));
            all.push(LookedAt { index, word, guard, span });
        }
        all
    }
}
