//! The constructors of nodes, and the simplifications they make.
//!
//! Constants fold in double precision. The algebraic identities are exact in floating point, up to the sign of a zero, but
//! for the ones of literals of extreme size:
//!
//! - `x + 0`, `x - 0`, `x * 1`, `x / 1`, `pow(x, 1)` are `x`; `0 - x`, `x * -1`, `x / -1` are `-x`; `--x` is `x`
//! - `x - y` is `-(y - x)` where `y - x` is there already
//! - `x + -y` is `x - y`; `x - -y` is `x + y`; `-x * y`, `-x / y` are `-(x * y)`, `-(x / y)`; `-x - y` is `-(x + y)`
//! - `c * x ± d * x` is `(c ± d) * x` for powers of two `c`, `d` and one
//! - `x + x` is `2 * x`; `x - x` is 0; `x / c` is `x * (1 / c)` for powers of two `c`; powers of two join: `2 * (2 * x)`
//! - `(c * x) * y` is `c * (x * y)`, `y / (c * x)` is `(1 / c) * y / x`, and a root of `c * x` that of `c` times that of `x`, for literals `c` of extreme size
//! - `pow(x, 2)` is `x * x`, `pow(x, -1)` is `1 / x`, `pow(x, 0.5)` is `sqrt(x)`, `pow(x, 0)` is 1
//! - `sqrt(x) * sqrt(x)` is `x`, where `x` is not negative
//! - `pow(sqrt(x), p)` is `pow(x, p / 2)`, where `x` is not negative, and `pow(x, 1.5)` is `x * sqrt(x)`, but for their last bits
//! - even functions lose the sign of `-x`; odd functions pass it outward
//! - `abs` takes of `x` and `-x` the one that is not opposite ([`Graph::is_opposite`])
//!
//! Three rules are structural, not numerical: `0 * x` and `0 / x` are 0, the rule that makes sparsity (in an energy itself a
//! guard keeps the domain of `x`, see `domain`);
//! `select(p, a, 0) * x` is `select(p, a * x, 0)`, so that the untaken side of a branch never meets a NaN as `0 * NaN`;
//! and nested masks join: `select(p, select(q, a, 0), 0)` is `select(p && q, a, 0)`.

use super::literal::{is_far, power_of_two};
use super::{BinaryOp, Graph, Node, Symmetry, UnaryOp, Value};
use crate::index::{Index, Loop, Var};

impl Graph {
    /// A number.
    pub fn constant(&mut self, number: f64) -> Value {
        self.intern(Node::Const(number.to_bits()))
    }

    /// The number a value is, if it is one.
    pub fn as_const(&self, value: Value) -> Option<f64> {
        match self.node(value) {
            Node::Const(bits) => Some(f64::from_bits(*bits)),
            _ => None,
        }
    }

    /// Returns true if a value is the number zero: structurally zero.
    pub fn is_zero(&self, value: Value) -> bool {
        self.as_const(value) == Some(0.0)
    }

    /// An entry of an array. Entries of constant arrays at a literal index are numbers.
    pub fn load(&mut self, array: super::Array, index: Index) -> Value {
        if let (super::ArrayKind::Constant(numbers), Some(at)) =
            (&self.array_info(array).kind, self.indices.as_const(index))
            && let Some(&number) = usize::try_from(at).ok().and_then(|at| numbers.get(at))
        {
            return self.constant(number);
        }
        self.intern(Node::Load(array, index))
    }

    /// The tangent of an unknown's entry.
    pub fn seed(&mut self, array: super::Array, index: Index) -> Value {
        self.intern(Node::Seed(array, index))
    }

    /// The bracket of an unknown's entry.
    pub fn bracket(&mut self, array: super::Array, index: Index) -> Value {
        self.intern(Node::Bracket(array, index))
    }

    /// A placeholder for what a loop carries.
    pub fn carried_value(&mut self, key: u32) -> Value {
        self.intern(Node::Carried(key))
    }

    /// An integer as a real.
    pub fn integer(&mut self, index: Index) -> Value {
        match self.indices.as_const(index) {
            Some(c) => self.constant(c as f64),
            None => self.intern(Node::Integer(index)),
        }
    }

    /// `-a`.
    pub fn neg(&mut self, a: Value) -> Value {
        self.unary(UnaryOp::Neg, a)
    }

    /// A function of one real.
    pub fn unary(&mut self, op: UnaryOp, a: Value) -> Value {
        if let Some(c) = self.as_const(a) {
            return self.constant(op.eval(c));
        }
        if let Some(moved) = self.unary_outward(op, a) {
            return moved;
        }
        if op == UnaryOp::Abs {
            let a = if self.is_opposite(a) { self.neg(a) } else { a };
            return self.intern(Node::Unary(op, a));
        }
        if let Some(x) = self.negated(a) {
            match op.symmetry() {
                _ if op == UnaryOp::Neg => return x,
                Symmetry::Even => return self.unary(op, x),
                Symmetry::Odd => {
                    let y = self.unary(op, x);
                    return self.neg(y);
                }
                Symmetry::None => {}
            }
        }
        if op == UnaryOp::Neg {
            match *self.node(a) {
                Node::Binary(BinaryOp::Mul, c, x) if self.as_const(c).is_some() => {
                    let c = self.neg(c);
                    return self.mul(c, x);
                }
                Node::Select(p, x, y) if self.is_zero(y) || self.is_zero(x) => {
                    let (x, y) = (self.neg(x), self.neg(y));
                    let (x, y) = (self.plus_zero(x), self.plus_zero(y));
                    return self.select(p, x, y);
                }
                _ => {}
            }
        }
        self.intern(Node::Unary(op, a))
    }

    /// A function of two reals.
    pub fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        match op {
            BinaryOp::Add => self.add(a, b),
            BinaryOp::Sub => self.sub(a, b),
            BinaryOp::Mul => self.mul(a, b),
            BinaryOp::Div => self.div(a, b),
            BinaryOp::Pow => self.pow(a, b),
            BinaryOp::Atan2 => self.binary_outward(op, a, b).unwrap_or_else(|| self.plain(op, a, b)),
        }
    }

    pub(super) fn plain(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        if let (Some(x), Some(y)) = (self.as_const(a), self.as_const(b)) {
            return self.constant(op.eval(x, y));
        }
        self.intern(Node::Binary(op, a, b))
    }

    /// `a + b`.
    pub fn add(&mut self, a: Value, b: Value) -> Value {
        if let Some(moved) = self.binary_outward(BinaryOp::Add, a, b) {
            return moved;
        }
        if self.is_zero(a) {
            return b;
        }
        if self.is_zero(b) {
            return a;
        }
        match (self.negated(a), self.negated(b)) {
            (Some(x), Some(y)) => {
                let sum = self.add(x, y);
                return self.neg(sum);
            }
            (_, Some(y)) => return self.sub(a, y),
            (Some(x), _) => return self.sub(b, x),
            _ => {}
        }
        if a == b {
            let two = self.constant(2.0);
            return self.mul(two, a);
        }
        if let Some(multiple) = self.multiple(a, b, 1.0) {
            return multiple;
        }
        if let Some(joined) = self.join_selects(a, b, |g, x, y| g.add(x, y)) {
            return joined;
        }
        self.plain(BinaryOp::Add, a.min(b), a.max(b))
    }

    /// `a - b`.
    pub fn sub(&mut self, a: Value, b: Value) -> Value {
        if let Some(moved) = self.binary_outward(BinaryOp::Sub, a, b) {
            return moved;
        }
        if self.is_zero(b) {
            return a;
        }
        if self.is_zero(a) {
            return self.neg(b);
        }
        if a == b {
            let zero = self.constant(0.0);
            return self.without(zero, a);
        }
        match (self.negated(a), self.negated(b)) {
            (Some(x), Some(y)) => return self.sub(y, x),
            (_, Some(y)) => return self.add(a, y),
            (Some(x), _) => {
                let sum = self.add(x, b);
                return self.neg(sum);
            }
            _ => {}
        }
        if let Some(multiple) = self.multiple(a, b, -1.0) {
            return multiple;
        }
        if let Some(joined) = self.join_selects(a, b, |g, x, y| g.sub(x, y)) {
            return joined;
        }
        if let Some(opposite) = self.interned(&Node::Binary(BinaryOp::Sub, b, a)) {
            return self.neg(opposite);
        }
        self.plain(BinaryOp::Sub, a, b)
    }

    /// `a * b`.
    pub fn mul(&mut self, a: Value, b: Value) -> Value {
        if let Some(moved) = self.binary_outward(BinaryOp::Mul, a, b) {
            return moved;
        }
        let (a, b) = if self.as_const(b).is_some() { (b, a) } else { (a, b) };
        if let Some(c) = self.as_const(a) {
            return self.scale(c, a, b);
        }
        match (self.negated(a), self.negated(b)) {
            (Some(x), Some(y)) => return self.mul(x, y),
            (Some(x), _) => {
                let product = self.mul(x, b);
                return self.neg(product);
            }
            (_, Some(y)) => {
                let product = self.mul(a, y);
                return self.neg(product);
            }
            _ => {}
        }
        if let Some(masked) = self.pull_mask(a, b).or_else(|| self.pull_mask(b, a)) {
            return masked;
        }
        if let Some(square) = self.square_of_root(a, b) {
            return square;
        }
        for (x, y) in [(a, b), (b, a)] {
            if let Node::Binary(BinaryOp::Mul, c, z) = *self.node(x)
                && self.as_const(c).is_some_and(|c| power_of_two(c) || is_far(c))
            {
                let product = self.mul(z, y);
                return self.mul(c, product);
            }
        }
        self.plain(BinaryOp::Mul, a.min(b), a.max(b))
    }

    /// `c * x` for the literal `c`, whose node is `literal`.
    fn scale(&mut self, c: f64, literal: Value, x: Value) -> Value {
        if c == 0.0 {
            let zero = self.constant(0.0);
            return self.without(zero, x);
        }
        if c == 1.0 {
            return x;
        }
        if c == -1.0 {
            return self.neg(x);
        }
        if let Some(y) = self.negated(x) {
            let minus = self.constant(-c);
            return self.mul(minus, y);
        }
        match *self.node(x) {
            Node::Binary(BinaryOp::Mul, d, y) => {
                if let Some(d) = self.as_const(d)
                    && (power_of_two(c) || power_of_two(d))
                {
                    let product = self.constant(c * d);
                    return self.mul(product, y);
                }
            }
            Node::Select(p, y, z) if self.as_const(y).is_some() && self.as_const(z).is_some() => {
                let (y, z) = (self.mul(literal, y), self.mul(literal, z));
                return self.select(p, y, z);
            }
            Node::Select(p, y, z) if self.is_zero(y) || self.is_zero(z) => {
                let (y, z) = (self.mul(literal, y), self.mul(literal, z));
                return self.select(p, y, z);
            }
            _ => {}
        }
        self.plain(BinaryOp::Mul, literal, x)
    }

    /// `a` to the power `b`.
    pub fn pow(&mut self, a: Value, b: Value) -> Value {
        if let Some(moved) = self.binary_outward(BinaryOp::Pow, a, b) {
            return moved;
        }
        if self.as_const(a).is_none() {
            match self.as_const(b) {
                Some(0.0) => {
                    let one = self.constant(1.0);
                    return self.without(one, a);
                }
                Some(1.0) => return a,
                Some(2.0) => return self.mul(a, a),
                Some(-1.0) => {
                    let one = self.constant(1.0);
                    return self.div(one, a);
                }
                Some(0.5) => return self.unary(UnaryOp::Sqrt, a),
                Some(1.5) => {
                    let root = self.unary(UnaryOp::Sqrt, a);
                    return self.mul(a, root);
                }
                _ => {}
            }
            if let Node::Unary(UnaryOp::Sqrt, x) = *self.node(a)
                && self.is_nonnegative(x)
            {
                let half = self.constant(0.5);
                let half = self.mul(half, b);
                return self.pow(x, half);
            }
        }
        if let (Some((c, x)), Some(power)) = (self.far_factor(a), self.as_const(b))
            && c > 0.0
            && power.abs() < 1.0
        {
            let (scale, power) = (self.constant(c.powf(power)), self.pow(x, b));
            return self.mul(scale, power);
        }
        self.plain(BinaryOp::Pow, a, b)
    }

    /// The sum over a loop. A body that the loop does not change is multiplied by the count of iterations.
    pub fn sum(&mut self, var: Var, body: Value) -> Value {
        if self.is_zero(body) {
            return body;
        }
        let free = self.free(body);
        if !self.indices.contains(free, var) {
            let Loop { lo, hi, .. } = *self.indices.loop_of(var);
            let count = self.indices.sub(hi, lo);
            let zero = self.indices.int(0);
            let count = self.indices.max(count, zero);
            let count = self.integer(count);
            let runs = self.indices.lt(lo, hi);
            let runs = self.cond(runs);
            let product = self.mul(count, body);
            return self.mask(runs, product);
        }
        self.intern(Node::Sum(var, body))
    }

    /// The operand of a negation.
    pub(super) fn negated(&self, value: Value) -> Option<Value> {
        match self.node(value) {
            Node::Unary(UnaryOp::Neg, x) => Some(*x),
            _ => None,
        }
    }

    pub(super) fn plus_zero(&mut self, value: Value) -> Value {
        if self.is_zero(value) { self.constant(0.0) } else { value }
    }

    /// `c * x + sign * d * x` as a multiple of `x`, where a product with `c` or `d` is exact.
    fn multiple(&mut self, a: Value, b: Value, sign: f64) -> Option<Value> {
        let factor = |g: &Self, v: Value| match *g.node(v) {
            Node::Binary(BinaryOp::Mul, c, x) => g.as_const(c).filter(|&c| power_of_two(c)).map(|c| (c, x)),
            _ => None,
        };
        let (c, d, x) = match (factor(self, a), factor(self, b)) {
            (Some((c, x)), _) if x == b => (c, 1.0, b),
            (_, Some((d, x))) if x == a => (1.0, d, a),
            (Some((c, x)), Some((d, y))) if x == y => (c, d, x),
            _ => return None,
        };
        let sum = c + sign * d;
        let exact = sum - c == sign * d;
        let sum = self.constant(sum);
        exact.then(|| self.mul(sum, x))
    }
}
