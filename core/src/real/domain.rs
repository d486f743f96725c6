//! The domain of an energy. Where folding would lose a number that may be infinite or none, a *guard* is added: zero where the number
//! is finite, and no number elsewhere. Guards move outward, through whatever gives no number for none, so that folding sees the
//! values without them and derivatives do not see them at all.
//!
//! Sums, differences and products of finite numbers count as finite: they overflow beyond any practical point.

use super::{BinaryOp, Compare, Graph, Node, UnaryOp, Value};

/// Operands of a denominator that are looked at.
const DENOMINATOR: usize = 8;

impl Graph {
    /// Returns true if a value may be infinite or none where the data are finite.
    pub fn may_escape(&self, value: Value) -> bool {
        !self.facts[value.index()].finite
    }

    /// Returns true if a value is known to be zero or more, or no number.
    pub(super) fn is_nonnegative(&self, value: Value) -> bool {
        self.facts[value.index()].nonnegative
    }

    /// Returns true if a node is finite where the data are.
    pub(super) fn is_finite_node(&self, node: &Node) -> bool {
        use UnaryOp::{
            Abs, Asinh, Atan, Ceil, Cos, Erf, Erfc, Exp, Exp2, Floor, Neg, Round, Sin, Sqrt, Tan, Tanh, Trunc,
        };
        let finite = |v: Value| !self.may_escape(v);
        match *node {
            Node::Const(bits) => f64::from_bits(bits).is_finite(),
            Node::Unary(
                Neg | Abs | Floor | Ceil | Round | Trunc | Sin | Cos | Tan | Atan | Asinh | Tanh | Erf | Erfc,
                a,
            ) => finite(a),
            Node::Unary(Sqrt, a) => finite(a) && self.is_nonnegative(a),
            Node::Unary(Exp | Exp2, a) => finite(a) && self.is_nonpositive(a),
            Node::Unary(..) => false,
            Node::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Atan2, a, b) => {
                finite(a) && finite(b)
            }
            Node::Binary(BinaryOp::Div, a, b) => finite(a) && self.as_const(b).is_some_and(|c| c != 0.0),
            Node::Binary(BinaryOp::Pow, ..) => false,
            Node::Select(_, a, b) => finite(a) && finite(b),
            Node::Sum(_, a) => finite(a),
            _ => true,
        }
    }

    /// Returns true if a node is zero or more, or no number.
    pub(super) fn is_nonnegative_node(&self, node: &Node) -> bool {
        match *node {
            Node::Const(bits) => f64::from_bits(bits) >= 0.0,
            Node::Unary(UnaryOp::Abs | UnaryOp::Sqrt | UnaryOp::Exp | UnaryOp::Exp2 | UnaryOp::Cosh, _) => true,
            Node::Binary(BinaryOp::Mul, a, b) if a == b => true,
            Node::Binary(BinaryOp::Mul | BinaryOp::Add | BinaryOp::Div, a, b) | Node::Select(_, a, b) => {
                self.is_nonnegative(a) && self.is_nonnegative(b)
            }
            Node::Sum(_, body) => self.is_nonnegative(body),
            _ => false,
        }
    }

    fn is_nonpositive(&self, value: Value) -> bool {
        match *self.node(value) {
            Node::Unary(UnaryOp::Neg, x) => self.is_nonnegative(x),
            Node::Binary(BinaryOp::Mul, c, x) => self.as_const(c).is_some_and(|c| c < 0.0) && self.is_nonnegative(x),
            _ => false,
        }
    }

    /// `kept`, and no number where `lost`, which folding leaves out, is not finite.
    pub(super) fn without(&mut self, kept: Value, lost: Value) -> Value {
        if !self.guarded || !self.may_escape(lost) {
            return kept;
        }
        if self.as_const(lost).is_some() {
            return self.constant(f64::NAN);
        }
        let (value, outer) = self.guard_of(lost).map_or((lost, None), |(value, fits)| (value, Some(fits)));
        let kept = outer.map_or(kept, |fits| self.with_guard(kept, fits));
        if !self.may_escape(value) {
            return kept;
        }
        let fits = self.below_infinity(value);
        self.with_guard(kept, fits)
    }

    /// Zero for `0 / b`, and no number where `b` is zero or none.
    pub(super) fn zero_over(&mut self, zero: Value, b: Value) -> Value {
        if !self.guarded || self.as_const(b).is_some_and(|c| !c.is_nan()) {
            return zero;
        }
        let size = self.unary(UnaryOp::Abs, b);
        let zero_itself = self.constant(0.0);
        let fits = self.compare(Compare::Less, zero_itself, size);
        self.with_guard(zero, fits)
    }

    /// `|x| < infinity`
    fn below_infinity(&mut self, x: Value) -> Value {
        let size = if self.is_nonnegative(x) { x } else { self.unary(UnaryOp::Abs, x) };
        let infinity = self.constant(f64::INFINITY);
        self.compare(Compare::Less, size, infinity)
    }

    /// The ratio `ratio` of something to `b`, and no number where `b` has a root whose cube overflows: second derivatives of the ratio, which are
    /// made of the inverse of the cube, would be zero, and the ratio itself where what the root is of overflows.
    pub(super) fn over_root(&mut self, ratio: Value, b: Value) -> Value {
        if !self.guarded {
            return ratio;
        }
        let (mut ratio, mut open) = (ratio, vec![b]);
        let mut at = 0;
        while at < open.len() && open.len() < DENOMINATOR {
            match *self.node(open[at]) {
                Node::Unary(UnaryOp::Sqrt, a) if !self.may_escape(a) && !matches!(self.node(a), Node::Load(..)) => {
                    let cube = self.mul(a, open[at]);
                    let fits = self.below_infinity(cube);
                    ratio = self.with_guard(ratio, fits);
                }
                Node::Unary(UnaryOp::Neg | UnaryOp::Abs, a) => open.push(a),
                Node::Binary(BinaryOp::Add | BinaryOp::Mul, a, b) => open.extend([a, b]),
                _ => {}
            }
            at += 1;
        }
        ratio
    }

    /// The value that a guard is added to, and the predicate under which it is zero.
    pub(crate) fn guard_of(&self, value: Value) -> Option<(Value, Value)> {
        let none = |v: Value| self.as_const(v).is_some_and(f64::is_nan);
        let own = |v: Value| match *self.node(v) {
            Node::Select(p, c, n) if none(n) && self.as_const(c).is_some() => Some((c, p)),
            _ => None,
        };
        if let Some(guard) = own(value) {
            return Some(guard);
        }
        let Node::Binary(BinaryOp::Add, a, b) = *self.node(value) else { return None };
        [(a, b), (b, a)].into_iter().find_map(|(v, guard)| match own(guard) {
            Some((c, p)) if self.is_zero(c) => Some((v, p)),
            _ => None,
        })
    }

    /// `value` where `fits` holds, else no number.
    pub(crate) fn with_guard(&mut self, value: Value, fits: Value) -> Value {
        let (value, fits) = match self.guard_of(value) {
            Some((value, inner)) => (value, self.and(inner, fits)),
            None => (value, fits),
        };
        let (zero, none) = (self.constant(0.0), self.constant(f64::NAN));
        if self.as_const(value).is_some() {
            return if value == none { none } else { self.select(fits, value, none) };
        }
        let guard = self.select(fits, zero, none);
        match self.as_const(guard) {
            Some(0.0) => value,
            Some(_) => none,
            None => self.intern(Node::Binary(BinaryOp::Add, value.min(guard), value.max(guard))),
        }
    }

    /// A function of a value with a guard, which moves outward.
    pub(super) fn unary_outward(&mut self, op: UnaryOp, a: Value) -> Option<Value> {
        let (value, fits) = self.guard_of(a).filter(|_| self.guarded)?;
        let result = self.unary(op, value);
        Some(self.with_guard(result, fits))
    }

    /// A function of values with guards, which move outward. What no unknown changes keeps its own where it meets what one does: it is
    /// one number for each binding then.
    pub(super) fn binary_outward(&mut self, op: BinaryOp, a: Value, b: Value) -> Option<Value> {
        if !self.guarded {
            return None;
        }
        let moved = |g: &Self, v: Value, other: Value| {
            let stays = |value: Value| !g.dynamic(v) && g.dynamic(other) && g.as_const(value).is_none();
            g.guard_of(v).filter(|&(value, _)| !stays(value))
        };
        let (left, right) = (moved(self, a, b), moved(self, b, a));
        let fits = match (left, right) {
            (None, None) => return None,
            (Some((_, p)), Some((_, q))) => self.and(p, q),
            (Some((_, p)), None) | (None, Some((_, p))) => p,
        };
        let (x, y) = (left.map_or(a, |(x, _)| x), right.map_or(b, |(y, _)| y));
        let result = self.binary(op, x, y);
        Some(self.with_guard(result, fits))
    }

    /// The other side of a select of which one side is a number that is not finite, where comparisons of reals alone decide.
    pub(crate) fn refusing(&self, value: Value) -> Option<Value> {
        let Node::Select(p, a, b) = *self.node(value) else { return None };
        let escapes = |v: Value| self.as_const(v).is_some_and(|c| !c.is_finite());
        let other = match (escapes(a), escapes(b)) {
            (false, true) => a,
            (true, false) => b,
            _ => return None,
        };
        let mut open = vec![p];
        while let Some(p) = open.pop() {
            match *self.node(p) {
                Node::Cond(_) => return None,
                Node::Not(a) => open.push(a),
                Node::And(a, b) | Node::Or(a, b) => open.extend([a, b]),
                _ => {}
            }
        }
        Some(other)
    }

    /// Marks the values that, if they are not finite, make a root not finite either.
    pub(crate) fn strict(&self, roots: impl IntoIterator<Item = Value>) -> Vec<bool> {
        use UnaryOp::{Atan, Erf, Erfc, Exp, Exp2, Tanh};
        let mut marks = vec![false; self.len()];
        let mut open: Vec<Value> = roots.into_iter().collect();
        while let Some(value) = open.pop() {
            if std::mem::replace(&mut marks[value.index()], true) {
                continue;
            }
            match *self.node(value) {
                // Of infinity they are finite.
                Node::Unary(Exp | Exp2 | Atan | Tanh | Erf | Erfc, _) => {}
                Node::Unary(_, a) | Node::Binary(BinaryOp::Div, a, _) => open.push(a),
                Node::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, a, b) => open.extend([a, b]),
                Node::Select(..) => open.extend(self.refusing(value)),
                _ => {}
            }
        }
        marks
    }
}
