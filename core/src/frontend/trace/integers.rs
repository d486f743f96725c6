//! Integers where their value matters.

use super::look::Look;
use super::state::Trace;
use super::unknown::Test;
use crate::index::{BitOp, Index};
use crate::program::Word;
use crate::real::Value;

impl Trace {
    /// The integer as the operand of an operation that needs its value. A `u32` that may be below zero wraps, and so does a
    /// [hash](crate::index::Indices::is_hash); that it stays within 32 bits otherwise is checked when data is bound.
    pub fn looked_at(&mut self, index: Index, signed: bool) -> Index {
        let s = &mut self.graph.indices;
        if let Some(c) = s.as_const(index) {
            return s.int(if signed { i64::from(c as i32) } else { i64::from(c as u32) });
        }
        // While counters are looked for, nothing is known of their sign; it is proved once they are found.
        if self.is_planning() && self.is_unknown(index) {
            return index;
        }
        if !signed {
            let wrapped = self.graph.indices.wrap(index);
            if wrapped != index {
                self.look(index, Word::Low);
                return wrapped;
            }
            if self.graph.indices.is_hash(index) {
                self.look(index, Word::Low);
                let mask = self.graph.indices.int(i64::from(u32::MAX));
                return self.graph.indices.bits(BitOp::And, index, mask);
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

    /// A comparison of integers that have been looked at, as a predicate. A loop may be counted by it.
    pub fn compare(&mut self, test: Test) -> Value {
        let p = test.comparison.predicate(&mut self.graph, test.left, test.right);
        if self.is_planning() && (self.is_unknown(test.left) || self.is_unknown(test.right)) {
            self.unknowns.note(&mut self.graph, p, test);
        }
        p
    }

    /// Records that the value of an integer matters, and not only its low 32 bits.
    pub(in crate::frontend) fn look(&mut self, index: Index, word: Word) {
        if word == Word::Low && !self.graph.indices.node(index).adds_up() {
            return;
        }
        self.looks.push(Look { index, word, path: self.path(), span: self.graph.span });
    }

    /// Compares an integer with a literal.
    pub fn equals(&mut self, index: Index, number: i64) -> Value {
        let number = self.graph.indices.int(number);
        let equal = self.graph.indices.eq(index, number);
        self.graph.cond(equal)
    }
}
