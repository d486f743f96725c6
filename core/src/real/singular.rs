//! Singular points: those at which an operation has a value, but no derivative.

use super::{BinaryOp, Compare, Graph, Node, UnaryOp, Value};

/// The policy for derivatives that do not exist.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub enum Singular {
    /// They are infinite or NaN, which is an error.
    #[default]
    Error,
    /// They count as zero, and the direction of a vector of length zero is zero.
    Zero,
    /// A smooth function near by, within this distance of the point, takes the place of the operation.
    Smooth(f64),
}

impl Graph {
    /// The predicate "an operation is at a singular point", of an operation that has one; within a distance, if it is smoothed.
    pub fn singular_at(&mut self, value: Value) -> Option<Value> {
        let reach = if let Singular::Smooth(epsilon) = self.singular { epsilon * epsilon } else { 0.0 };
        match *self.node(value) {
            Node::Unary(UnaryOp::Sqrt, a) => Some(self.near_zero(a, reach)),
            Node::Unary(UnaryOp::Asin | UnaryOp::Acos, x) => {
                let (size, one) = (self.unary(UnaryOp::Abs, x), self.constant(1.0));
                let rest = self.sub(one, size);
                Some(self.near_zero(rest, reach))
            }
            Node::Unary(UnaryOp::Acosh, x) => {
                let one = self.constant(1.0);
                let rest = self.sub(x, one);
                Some(self.near_zero(rest, reach))
            }
            Node::Binary(BinaryOp::Pow, a, b) if self.dynamic(a) => self.singular_power(a, b, reach),
            Node::Binary(BinaryOp::Atan2, a, b) if reach == 0.0 => {
                let (left, right) = (self.near_zero(a, reach), self.near_zero(b, reach));
                Some(self.and(left, right))
            }
            Node::Binary(BinaryOp::Atan2, a, b) => {
                let (a2, b2) = (self.mul(a, a), self.mul(b, b));
                let square = self.add(a2, b2);
                Some(self.near_zero(square, reach))
            }
            _ => None,
        }
    }

    /// `|a| <= reach`
    fn near_zero(&mut self, a: Value, reach: f64) -> Value {
        let limit = self.constant(reach);
        if reach == 0.0 {
            return self.compare(Compare::Equal, a, limit);
        }
        let size = self.unary(UnaryOp::Abs, a);
        self.compare(Compare::LessEqual, size, limit)
    }

    /// A base of zero, with an exponent of which the power is singular there; not where the slope of the base is zero, too, which makes
    /// up for exponents above one.
    fn singular_power(&mut self, a: Value, b: Value, reach: f64) -> Option<Value> {
        let (one, mut near) = (self.constant(1.0), self.near_zero(a, reach));
        if let Some(flat) = self.flat(a) {
            let (steep, below) = (self.not(flat), self.compare(Compare::Less, b, one));
            let singular = self.or(below, steep);
            near = self.and(near, singular);
        }
        let exponent = self.singular_exponent(a, b)?;
        Some(self.and(exponent, near))
    }

    /// The predicate "the power is singular where its base is zero" of an exponent: it lies between zero and two and is not one, or
    /// between zero and one if the base is a sum of squares. Of other exponents the power is smooth enough, or has no value. `None` for
    /// literal ones of which it is not singular.
    pub fn singular_exponent(&mut self, a: Value, b: Value) -> Option<Value> {
        let [zero, one, two] = [0.0, 1.0, 2.0].map(|c| self.constant(c));
        let end = if self.squared(a).is_empty() { two } else { one };
        let (above, below) = (self.compare(Compare::Less, zero, b), self.compare(Compare::Less, b, end));
        let not_one = self.compare(Compare::NotEqual, b, one);
        let between = self.and(above, below);
        let singular = self.and(between, not_one);
        let never = self.bool(false);
        (singular != never).then_some(singular)
    }

    /// The length of a vector, of something that vanishes with it divided by it: a component of its direction.
    pub fn direction(&self, value: Value) -> Option<Value> {
        let (numerator, root) = match *self.node(value) {
            Node::Binary(BinaryOp::Div, x, root) => (x, root),
            Node::Binary(BinaryOp::Mul, x, y) => {
                [(x, y), (y, x)].into_iter().find_map(|(x, y)| match *self.node(y) {
                    Node::Binary(BinaryOp::Div, one, root) if self.as_const(one).is_some() => Some((x, root)),
                    _ => None,
                })?
            }
            _ => return None,
        };
        let Node::Unary(UnaryOp::Sqrt, square) = *self.node(root) else { return None };
        let parts = self.squared(square);
        (!parts.is_empty() && self.vanishes_with(numerator, &parts)).then_some(root)
    }

    /// Returns true if a value is a sum of multiples of others, as far as its form tells.
    fn vanishes_with(&self, value: Value, others: &[Value]) -> bool {
        let mut open = vec![value];
        let mut count = 0;
        while let Some(value) = open.pop() {
            count += 1;
            if count > 64 {
                return false;
            }
            if others.contains(&value) || self.as_const(value) == Some(0.0) {
                continue;
            }
            match *self.node(value) {
                Node::Unary(UnaryOp::Neg, a) => open.push(a),
                Node::Binary(BinaryOp::Add | BinaryOp::Sub, a, b) | Node::Select(_, a, b) => open.extend([a, b]),
                Node::Binary(BinaryOp::Mul, a, b) => {
                    let part =
                        |v: Value| others.contains(&v) || matches!(self.node(v), Node::Binary(BinaryOp::Mul, ..));
                    match (part(a), part(b)) {
                        (true, _) if others.contains(&a) => {}
                        (_, true) if others.contains(&b) => {}
                        (true, false) => open.push(a),
                        (_, true) => open.push(b),
                        (false, false) => return false,
                    }
                }
                Node::Binary(BinaryOp::Div, a, _) => open.push(a),
                _ => return false,
            }
        }
        true
    }
}
