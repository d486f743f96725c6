//! Sums of squares, as far as their form tells: numbers whose slope is zero where they are.
//!
//! A power `aᵖ` with 1 < p < 2 has an infinite second derivative by `a` at zero. Where `a` is smooth and its slope vanishes there, as
//! of a number that is never negative, `|∇a|² ≤ c a`, so that the second derivative of the power by the unknowns is zero.

use super::{BinaryOp, Compare, Graph, Node, UnaryOp, Value};
use rustc_hash::FxHashSet;

/// The number of terms and factors that are looked at.
const LARGEST: usize = 64;

/// The number of factors that are compared with zero.
const COMPARED: usize = 16;

/// The number of roots inside of each other that are looked into.
const DEEPEST: usize = 4;

/// A sum of products of two factors each.
struct Form {
    /// Every factor that depends on unknowns.
    factors: Vec<Value>,
    /// True if the sum is known to be zero only where all factors are.
    square: bool,
}

impl Graph {
    /// The predicate "the value is zero, and so is its slope", of a value that is a sum of squares or of products.
    pub fn flat(&mut self, value: Value) -> Option<Value> {
        let form = self.sum_of_products(value, DEEPEST)?;
        let zero = self.constant(0.0);
        let mut all = self.compare(Compare::Equal, value, zero);
        let factors = if form.square { &[] } else { &form.factors[..] };
        for &factor in factors {
            let vanishes = self.compare(Compare::Equal, factor, zero);
            all = self.and(all, vanishes);
        }
        Some(all)
    }

    /// The values whose squares a value is the sum of; nothing if it is none.
    pub fn squared(&self, value: Value) -> Vec<Value> {
        self.sum_of_products(value, DEEPEST).filter(|form| form.square).map_or(Vec::new(), |form| form.factors)
    }

    fn sum_of_products(&self, value: Value, depth: usize) -> Option<Form> {
        let mut form = Form { factors: Vec::new(), square: true };
        let (mut open, mut in_sum) = (vec![self.without_scale(value)], false);
        let mut count = 0;
        while let Some(term) = open.pop() {
            count += 1;
            if count > LARGEST {
                return None;
            }
            if !self.dynamic(term) {
                form.square &= self.is_nonnegative(term);
                continue;
            }
            match *self.node(term) {
                Node::Binary(BinaryOp::Add, a, b) | Node::Select(_, a, b) => open.extend([a, b]),
                Node::Binary(BinaryOp::Mul, a, b) if a == b => form.factors.push(a),
                Node::Binary(BinaryOp::Mul, k, a) if !self.dynamic(k) => open.extend([k, a]),
                Node::Binary(BinaryOp::Mul | BinaryOp::Div, a, k) if !self.dynamic(k) => open.extend([k, a]),
                Node::Binary(BinaryOp::Mul, a, b) => {
                    form.square = false;
                    form.factors.extend([a, b]);
                }
                Node::Binary(BinaryOp::Sub, a, b) => {
                    form.square = false;
                    open.extend([a, b]);
                }
                Node::Unary(UnaryOp::Neg, a) => {
                    form.square = false;
                    open.push(a);
                }
                Node::Sum(_, body) => {
                    in_sum = true;
                    open.push(body);
                }
                _ => return None,
            }
        }
        form.factors.sort_unstable();
        form.factors.dedup();
        let compared = form.square || (!in_sum && form.factors.len() <= COMPARED);
        (compared && form.factors.iter().all(|&factor| self.has_slopes(factor, depth))).then_some(form)
    }

    /// The value without factors that no unknown changes: it is zero where the value is, or they are.
    pub(crate) fn without_scale(&self, mut value: Value) -> Value {
        loop {
            value = match *self.node(value) {
                Node::Unary(UnaryOp::Neg, a) => a,
                Node::Binary(BinaryOp::Mul, k, a) if !self.dynamic(k) => a,
                Node::Binary(BinaryOp::Mul | BinaryOp::Div, a, k) if !self.dynamic(k) => a,
                _ => return value,
            }
        }
    }

    /// Returns true if a value is known to have finite slopes wherever it is finite.
    fn has_slopes(&self, value: Value, depth: usize) -> bool {
        use UnaryOp::{Abs, Asinh, Atan, Cos, Cosh, Erf, Erfc, Exp, Exp2, Neg, Sin, Sinh, Tanh};
        let (mut open, mut seen) = (vec![value], FxHashSet::default());
        while let Some(value) = open.pop() {
            if !self.dynamic(value) || !seen.insert(value) {
                continue;
            }
            if seen.len() > 8 * LARGEST {
                return false;
            }
            match *self.node(value) {
                Node::Load(..) => {}
                Node::Unary(Neg | Abs | Sin | Cos | Atan | Sinh | Cosh | Tanh | Asinh | Exp | Exp2 | Erf | Erfc, a)
                | Node::Sum(_, a) => open.push(a),
                Node::Unary(UnaryOp::Sqrt, a) if depth > 0 => match self.sum_of_products(a, depth - 1) {
                    Some(form) if form.square => {}
                    _ => return false,
                },
                Node::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div, a, b)
                | Node::Select(_, a, b) => open.extend([a, b]),
                _ => return false,
            }
        }
        true
    }
}
