//! Literals, reads, quotients, bits and choices; sums and products are in [`poly`](super::poly).

use super::{BitOp, Cond, Index, IndexNode, Indices, Table, eval};
use rustc_hash::FxHashSet;

impl Indices {
    /// A literal.
    pub fn int(&mut self, value: i64) -> Index {
        self.intern(IndexNode::Const(value))
    }

    /// The literal an expression is, if it is one.
    pub fn as_const(&self, index: Index) -> Option<i64> {
        match self.node(index) {
            IndexNode::Const(c) => Some(*c),
            _ => None,
        }
    }

    /// `table[index]`.
    pub fn read(&mut self, table: Table, index: Index) -> Index {
        self.intern(IndexNode::Read(table, index))
    }

    /// The quotient, rounded toward zero. Division by a literal zero is kept and refused when it is evaluated.
    pub fn div(&mut self, a: Index, b: Index) -> Index {
        match (self.as_const(a), self.as_const(b)) {
            (Some(x), Some(y)) if y != 0 => return self.int(x.wrapping_div(y)),
            (_, Some(1)) => return a,
            (_, Some(d)) if d > 1 => {
                if let Some((quotient, _)) = self.split_multiple(a, d) {
                    return quotient;
                }
            }
            _ => {}
        }
        self.intern(IndexNode::Div(a, b))
    }

    /// The remainder, with the sign of `a`.
    pub fn rem(&mut self, a: Index, b: Index) -> Index {
        match (self.as_const(a), self.as_const(b)) {
            (Some(x), Some(y)) if y != 0 => return self.int(x.wrapping_rem(y)),
            (_, Some(1)) => return self.int(0),
            (_, Some(d)) if d > 1 => {
                if let Some((_, remainder)) = self.split_multiple(a, d) {
                    return remainder;
                }
            }
            _ => {}
        }
        self.intern(IndexNode::Rem(a, b))
    }

    /// A bitwise operation on the low 32 bits.
    pub fn bits(&mut self, op: BitOp, a: Index, b: Index) -> Index {
        if let (Some(x), Some(y)) = (self.as_const(a), self.as_const(b)) {
            return self.int(eval::bits(op, x, y));
        }
        self.intern(IndexNode::Bits(op, a, b))
    }

    /// `a` as a `u32` sees it: modulo 2³² unless it is provably not negative.
    pub fn wrap(&mut self, a: Index) -> Index {
        if let Some(c) = self.as_const(a) {
            return self.int(c & 0xffff_ffff);
        }
        if self.nonnegative(a) {
            return a;
        }
        self.intern(IndexNode::Wrap(a))
    }

    /// Everything that some integers are computed from in an iteration, themselves included; not the bounds of its loops.
    pub fn reachable(&self, roots: impl IntoIterator<Item = Index>) -> FxHashSet<Index> {
        let mut seen: FxHashSet<Index> = FxHashSet::default();
        let mut pending: Vec<Index> = roots.into_iter().collect();
        while let Some(at) = pending.pop() {
            if seen.insert(at) && !matches!(self.node(at), IndexNode::Var(_)) {
                self.operands(at, |a| pending.push(a));
            }
        }
        seen
    }

    /// Returns true if a `u32` somewhere in an expression may have gone below zero.
    pub fn wraps(&self, index: Index) -> bool {
        self.reachable([index]).iter().any(|&at| matches!(self.node(at), IndexNode::Wrap(_)))
    }

    /// `if cond { a } else { b }`.
    pub fn select(&mut self, cond: Cond, a: Index, b: Index) -> Index {
        match self.cond(cond) {
            IndexNode::Bool(true) => a,
            IndexNode::Bool(false) => b,
            _ if a == b => a,
            IndexNode::Not(inner) => {
                let inner = *inner;
                self.intern(IndexNode::Select(inner, b, a))
            }
            _ => self.intern(IndexNode::Select(cond, a, b)),
        }
    }

    /// The smaller of two integers.
    pub fn min(&mut self, a: Index, b: Index) -> Index {
        let less = self.lt(a, b);
        self.select(less, a, b)
    }

    /// The larger of two integers.
    pub fn max(&mut self, a: Index, b: Index) -> Index {
        let less = self.lt(a, b);
        self.select(less, b, a)
    }

    /// `index`, which must lie in `0..length` wherever it is needed: it is read from a table of these numbers, and so
    /// checked like every read.
    pub fn within(&mut self, index: Index, length: usize) -> Index {
        let last = self.int(length as i64 - 1);
        let room = self.sub(last, index);
        if self.nonnegative(index) && self.nonnegative(room) {
            return index;
        }
        let table = self.numbers_below(length);
        self.read(table, index)
    }
}
