//! Ratios, and literal factors of extreme size; the rules are listed in `fold`.

use super::literal::{is_far, power_of_two};
use super::{BinaryOp, Compare, Graph, Node, Value};

impl Graph {
    /// `a / b`.
    pub fn div(&mut self, a: Value, b: Value) -> Value {
        if let Some(moved) = self.binary_outward(BinaryOp::Div, a, b) {
            return moved;
        }
        if self.is_zero(a) && !self.is_zero(b) {
            return self.zero_over(a, b);
        }
        match self.as_const(b) {
            Some(1.0) => return a,
            Some(0.0) if self.as_const(a).is_none() => return self.over_zero(a, b),
            Some(c) if power_of_two(c) => {
                let inverse = self.constant(1.0 / c);
                return self.mul(inverse, a);
            }
            _ => {}
        }
        if let Some((c, x)) = self.far_factor(b) {
            let inverse = self.constant(1.0 / c);
            let a = self.mul(inverse, a);
            return self.div(a, x);
        }
        match (self.negated(a), self.negated(b)) {
            (Some(x), Some(y)) => return self.div(x, y),
            (Some(x), _) => {
                let ratio = self.div(x, b);
                return self.neg(ratio);
            }
            (_, Some(y)) => {
                let ratio = self.div(a, y);
                return self.neg(ratio);
            }
            _ => {}
        }
        if let Node::Select(p, x, y) = *self.node(a)
            && (self.is_zero(x) || self.is_zero(y))
        {
            let (x, y) = (self.div(x, b), self.div(y, b));
            return self.select(p, x, y);
        }
        let ratio = self.plain(BinaryOp::Div, a, b);
        self.over_root(ratio, b)
    }

    /// `a / 0`: infinite, or no number. A device's division need not say so.
    fn over_zero(&mut self, a: Value, b: Value) -> Value {
        let infinity = f64::INFINITY.copysign(self.as_const(b).unwrap_or(0.0));
        let [zero, above, below, none] = [0.0, infinity, -infinity, f64::NAN].map(|c| self.constant(c));
        let (positive, negative) = (self.compare(Compare::Less, zero, a), self.compare(Compare::Less, a, zero));
        let other = self.select(negative, below, none);
        self.select(positive, above, other)
    }

    /// The literal factor of a value, and the rest, where it is so large or small that derivatives which keep it inside leave the range.
    pub(super) fn far_factor(&self, value: Value) -> Option<(f64, Value)> {
        let Node::Binary(BinaryOp::Mul, c, x) = *self.node(value) else { return None };
        self.as_const(c).filter(|&c| is_far(c)).map(|c| (c, x))
    }
}
