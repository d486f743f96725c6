//! Conditions over integers, in a canonical form built from `0 < a` and `a == 0`.

use super::{Cond, Index, IndexNode, Indices};

impl Indices {
    /// The literal condition.
    pub fn bool(&mut self, value: bool) -> Cond {
        self.cond_of(IndexNode::Bool(value))
    }

    /// The literal a condition is, if it is one.
    pub fn as_bool(&self, cond: Cond) -> Option<bool> {
        match self.cond(cond) {
            IndexNode::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// `a < b`.
    pub fn lt(&mut self, a: Index, b: Index) -> Cond {
        let gap = self.sub(b, a);
        self.positive(gap)
    }

    /// `a <= b`.
    pub fn le(&mut self, a: Index, b: Index) -> Cond {
        let gap = self.sub(b, a);
        let gap = self.offset(gap, 1);
        self.positive(gap)
    }

    /// `a == b`.
    pub fn eq(&mut self, a: Index, b: Index) -> Cond {
        let mut gap = self.sub(a, b);
        if let Some(c) = self.as_const(gap) {
            return self.bool(c == 0);
        }
        if self.monomials(gap).first().is_some_and(|t| t.coef < 0) {
            gap = self.neg(gap);
        }
        if self.excludes_zero(gap) {
            return self.bool(false);
        }
        self.cond_of(IndexNode::Zero(gap))
    }

    /// Returns true if the sign of an integer can be proved not to be zero.
    fn excludes_zero(&mut self, a: Index) -> bool {
        let below = self.offset(a, -1);
        let negated = self.neg(a);
        let above = self.offset(negated, -1);
        self.nonnegative(below) || self.nonnegative(above)
    }

    /// `0 < a`.
    pub fn positive(&mut self, a: Index) -> Cond {
        if let Some(c) = self.as_const(a) {
            return self.bool(c > 0);
        }
        let less_one = self.offset(a, -1);
        if self.nonnegative(less_one) {
            return self.bool(true);
        }
        let negated = self.neg(a);
        if self.nonnegative(negated) {
            return self.bool(false);
        }
        self.cond_of(IndexNode::Positive(a))
    }

    /// `!a`. Negations of inequalities are inequalities.
    pub fn not(&mut self, a: Cond) -> Cond {
        match *self.cond(a) {
            IndexNode::Bool(b) => self.bool(!b),
            IndexNode::Not(inner) => inner,
            IndexNode::Positive(x) => {
                let negated = self.neg(x);
                let flipped = self.offset(negated, 1);
                self.cond_of(IndexNode::Positive(flipped))
            }
            _ => self.cond_of(IndexNode::Not(a)),
        }
    }

    /// `a && b`.
    pub fn and(&mut self, a: Cond, b: Cond) -> Cond {
        let (a, b) = (a.min(b), a.max(b));
        match (self.as_bool(a), self.as_bool(b)) {
            (Some(false), _) | (_, Some(false)) => return self.bool(false),
            (Some(true), _) => return b,
            (_, Some(true)) => return a,
            _ => {}
        }
        if a == b || self.and_holds(a, b) {
            return a;
        }
        if self.and_holds(b, a) {
            return b;
        }
        if self.not(a) == b {
            return self.bool(false);
        }
        self.cond_of(IndexNode::And(a, b))
    }

    /// `a || b`.
    pub fn or(&mut self, a: Cond, b: Cond) -> Cond {
        let (a, b) = (a.min(b), a.max(b));
        match (self.as_bool(a), self.as_bool(b)) {
            (Some(true), _) | (_, Some(true)) => return self.bool(true),
            (Some(false), _) => return b,
            (_, Some(false)) => return a,
            _ => {}
        }
        if a == b || self.and_holds(a, b) {
            return b;
        }
        if self.and_holds(b, a) {
            return a;
        }
        if self.not(a) == b {
            return self.bool(true);
        }
        self.cond_of(IndexNode::Or(a, b))
    }

    /// `a == b`, of conditions.
    pub fn iff(&mut self, a: Cond, b: Cond) -> Cond {
        let (not_a, not_b) = (self.not(a), self.not(b));
        let both = self.and(a, b);
        let neither = self.and(not_a, not_b);
        self.or(both, neither)
    }

    /// Returns true if `a` is a conjunction with the side `b`, or `b` a disjunction with the side `a`: `a` implies `b`.
    fn and_holds(&self, a: Cond, b: Cond) -> bool {
        matches!(*self.cond(a), IndexNode::And(x, y) if x == b || y == b)
            || matches!(*self.cond(b), IndexNode::Or(x, y) if x == a || y == a)
    }

    fn cond_of(&mut self, node: IndexNode) -> Cond {
        let id: Index = self.intern(node);
        Cond(id.0)
    }
}
