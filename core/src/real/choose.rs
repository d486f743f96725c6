//! The constructors of predicates and selects, with their simplifications; the rules are listed in `fold`.

use super::{Compare, Graph, Node, Value};
use crate::index::{Cond, IndexNode};

/// The number of predicates of a conjunction that are looked at.
const CONJUNCTS: usize = 8;

impl Graph {
    /// The condition on integers as a predicate.
    pub fn cond(&mut self, cond: Cond) -> Value {
        self.intern(Node::Cond(cond))
    }

    /// The condition a predicate is, if it depends on integers only.
    pub fn as_cond(&self, predicate: Value) -> Option<Cond> {
        match self.node(predicate) {
            Node::Cond(cond) => Some(*cond),
            _ => None,
        }
    }

    fn as_bool(&self, predicate: Value) -> Option<bool> {
        self.as_cond(predicate).and_then(|c| self.indices.as_bool(c))
    }

    /// The literal predicate.
    pub fn bool(&mut self, value: bool) -> Value {
        let cond = self.indices.bool(value);
        self.cond(cond)
    }

    /// A comparison of reals.
    pub fn compare(&mut self, op: Compare, a: Value, b: Value) -> Value {
        if let (Some(x), Some(y)) = (self.as_const(a), self.as_const(b)) {
            return self.bool(op.eval(x, y));
        }
        // Some compilers of shaders take every number for one.
        if [a, b].iter().any(|&v| self.as_const(v).is_some_and(f64::is_nan)) {
            return self.bool(op == Compare::NotEqual);
        }
        self.intern(Node::Compare(op, a, b))
    }

    /// Negation of a predicate.
    pub fn not(&mut self, p: Value) -> Value {
        match *self.node(p) {
            Node::Cond(c) => {
                let c = self.indices.not(c);
                self.cond(c)
            }
            Node::Not(inner) => inner,
            Node::Compare(Compare::Equal, a, b) => self.intern(Node::Compare(Compare::NotEqual, a, b)),
            Node::Compare(Compare::NotEqual, a, b) => self.intern(Node::Compare(Compare::Equal, a, b)),
            _ => self.intern(Node::Not(p)),
        }
    }

    /// Conjunction of predicates.
    pub fn and(&mut self, p: Value, q: Value) -> Value {
        if let (Some(a), Some(b)) = (self.as_cond(p), self.as_cond(q)) {
            let c = self.indices.and(a, b);
            return self.cond(c);
        }
        match (self.as_bool(p), self.as_bool(q)) {
            (Some(true), _) => return q,
            (_, Some(true)) => return p,
            (Some(false), _) => return p,
            (_, Some(false)) => return q,
            _ => {}
        }
        let (left, right) = (self.conjuncts(p), self.conjuncts(q));
        if left.contains(&q) {
            return p;
        }
        if right.contains(&p) {
            return q;
        }
        if self.contradict(&left, &right) {
            return self.bool(false);
        }
        self.intern(Node::And(p, q))
    }

    /// The predicates that a conjunction is made of, itself included; the first few of a long one.
    fn conjuncts(&self, p: Value) -> Vec<Value> {
        let mut found = vec![p];
        let mut at = 0;
        while at < found.len() && found.len() < CONJUNCTS {
            if let Node::And(a, b) = *self.node(found[at]) {
                found.extend([a, b]);
            }
            at += 1;
        }
        found
    }

    /// Returns true if something in one list is the negation of something in the other.
    fn contradict(&mut self, left: &[Value], right: &[Value]) -> bool {
        left.iter().any(|&p| {
            let not = self.not(p);
            right.contains(&not)
        })
    }

    /// Disjunction of predicates.
    pub fn or(&mut self, p: Value, q: Value) -> Value {
        if let (Some(a), Some(b)) = (self.as_cond(p), self.as_cond(q)) {
            let c = self.indices.or(a, b);
            return self.cond(c);
        }
        match (self.as_bool(p), self.as_bool(q)) {
            (Some(false), _) => return q,
            (_, Some(false)) => return p,
            (Some(true), _) => return p,
            (_, Some(true)) => return q,
            _ => {}
        }
        if p == q {
            return p;
        }
        if self.not(p) == q {
            return self.bool(true);
        }
        self.intern(Node::Or(p, q))
    }

    /// `if p { a } else { b }`.
    pub fn select(&mut self, p: Value, a: Value, b: Value) -> Value {
        if let Some(p) = self.as_bool(p) {
            return if p { a } else { b };
        }
        if a == b {
            return a;
        }
        match *self.node(p) {
            Node::Not(inner) => return self.select(inner, b, a),
            Node::Cond(c) if matches!(self.indices.cond(c), IndexNode::Not(_)) => {
                let inner = self.not(p);
                return self.select(inner, b, a);
            }
            _ => {}
        }
        let (a, b) = (self.given(p, true, a), self.given(p, false, b));
        if a == b {
            return a;
        }
        if let Node::Select(q, x, y) = *self.node(a)
            && self.is_zero(b)
            && self.is_zero(y)
        {
            let both = self.and(p, q);
            return self.intern_select(both, x, b);
        }
        // So that `p` is not asked where `q` is off: it may have no value there.
        if let Node::Select(q, x, y) = *self.node(b)
            && self.is_zero(a)
            && self.is_zero(y)
        {
            let not = self.not(p);
            let both = self.and(not, q);
            return self.intern_select(both, x, a);
        }
        self.intern_select(p, a, b)
    }

    fn intern_select(&mut self, p: Value, a: Value, b: Value) -> Value {
        match self.as_bool(p) {
            Some(true) => a,
            Some(false) => b,
            None => self.intern(Node::Select(p, a, b)),
        }
    }

    /// `if p { a } else { 0 }`.
    pub fn mask(&mut self, p: Value, a: Value) -> Value {
        let zero = self.constant(0.0);
        self.select(p, a, zero)
    }

    /// `value`, knowing that `p` is `truth`, where that shows at its top.
    fn given(&mut self, p: Value, truth: bool, value: Value) -> Value {
        let Node::Select(q, x, y) = *self.node(value) else {
            return value;
        };
        if q == p {
            return if truth { x } else { y };
        }
        let asked = self.conjuncts(q);
        let known = if truth {
            self.conjuncts(p)
        } else {
            let not = self.not(p);
            self.conjuncts(not)
        };
        if known.contains(&q) {
            return x;
        }
        if self.contradict(&known, &asked) {
            return y;
        }
        value
    }

    /// `select(p, x, 0) * b` as `select(p, x * b, 0)`.
    pub(super) fn pull_mask(&mut self, a: Value, b: Value) -> Option<Value> {
        let Node::Select(p, x, y) = *self.node(a) else {
            return None;
        };
        if !self.is_zero(x) && !self.is_zero(y) {
            return None;
        }
        let (b_true, b_false) = (self.given(p, true, b), self.given(p, false, b));
        let (x, y) = (self.mul(x, b_true), self.mul(y, b_false));
        Some(self.select(p, x, y))
    }

    /// Combines selects of one predicate branch by branch where one of the branches is then simpler.
    pub(super) fn join_selects(
        &mut self,
        a: Value,
        b: Value,
        f: impl Fn(&mut Self, Value, Value) -> Value,
    ) -> Option<Value> {
        let (Node::Select(p, x, y), Node::Select(q, z, w)) = (self.node(a).clone(), self.node(b).clone()) else {
            return None;
        };
        let (z, w) = if p == q {
            (z, w)
        } else if self.not(p) == q {
            (w, z)
        } else {
            return None;
        };
        if ![x, y, z, w].iter().any(|&v| self.is_zero(v)) {
            return None;
        }
        let (on, off) = (f(self, x, z), f(self, y, w));
        let off = self.plus_zero(off);
        Some(self.select(p, on, off))
    }
}
