//! Signs of values, as far as their form tells.

use super::{BinaryOp, Compare, Graph, Node, UnaryOp, Value};

impl Graph {
    /// Returns true for one of `x` and `-x`, where neither is the number zero: what a negation, a negative factor or the value of
    /// a select makes opposite. As of `a - b` and `b - a` one is the negation of the other, functions with a kink take
    /// by it sides that agree, whatever the order of their operands.
    pub fn is_opposite(&self, value: Value) -> bool {
        let (mut value, mut opposite) = (value, false);
        loop {
            value = match *self.node(value) {
                Node::Const(bits) => return opposite != (f64::from_bits(bits) < 0.0),
                Node::Unary(UnaryOp::Neg, x) => {
                    opposite = !opposite;
                    x
                }
                Node::Binary(BinaryOp::Mul, c, x) if self.as_const(c).is_some() => {
                    opposite ^= self.as_const(c).is_some_and(|c| c < 0.0);
                    x
                }
                Node::Select(_, x, y) if self.is_zero(x) => y,
                Node::Select(_, x, _) => x,
                _ => return opposite,
            };
        }
    }

    /// `a * b` without the square root that both are, or have as a factor: a square of a length is smooth where the length is not.
    /// Of a negative number there is none.
    pub(super) fn square_of_root(&mut self, a: Value, b: Value) -> Option<Value> {
        if a == b {
            let Node::Unary(UnaryOp::Sqrt, x) = *self.node(a) else { return None };
            if self.is_nonnegative(x) {
                return Some(x);
            }
            let (zero, none) = (self.constant(0.0), self.constant(f64::NAN));
            let fits = self.compare(Compare::LessEqual, zero, x);
            return Some(self.select(fits, x, none));
        }
        for (root, product) in [(a, b), (b, a)] {
            let (Node::Unary(UnaryOp::Sqrt, _), Node::Binary(BinaryOp::Mul, p, q)) =
                (self.node(root), self.node(product))
            else {
                continue;
            };
            let (p, q) = (*p, *q);
            let other = match (p == root, q == root) {
                (true, _) => q,
                (_, true) => p,
                _ => continue,
            };
            let square = self.mul(root, root);
            return Some(self.mul(other, square));
        }
        None
    }
}
