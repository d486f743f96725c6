//! Smooth functions near by those that are singular somewhere.

use super::Operand;
use crate::ad::WithRoot;
use crate::real::{BinaryOp, Compare, Graph, Node, UnaryOp, Value};

/// The smooth function that takes the place of an operation; `None` where it stays. A product of a root and its square is smooth.
pub fn value(g: &mut Graph, node: Value, epsilon: f64, of: &mut Operand<'_>) -> Option<Value> {
    if let Some(WithRoot { square, radicand, others, .. }) = WithRoot::of(g, node) {
        g.flat(square)?;
        let (square, radicand) = (of(g, square), of(g, radicand));
        let root = g.unary(UnaryOp::Sqrt, radicand);
        let product = g.mul(square, root);
        return Some(others.into_iter().fold(product, |product, other| {
            let other = of(g, other);
            g.mul(product, other)
        }));
    }
    g.singular_at(node)?;
    let e2 = g.constant(epsilon * epsilon);
    Some(match *g.node(node) {
        Node::Unary(UnaryOp::Sqrt, a) => {
            let a = of(g, a);
            root(g, a, e2)
        }
        Node::Unary(op @ (UnaryOp::Acos | UnaryOp::Asin), x) => {
            let x = of(g, x);
            let height = height(g, x, e2);
            let (y, x) = if op == UnaryOp::Acos { (height, x) } else { (x, height) };
            g.binary(BinaryOp::Atan2, y, x)
        }
        Node::Unary(UnaryOp::Acosh, x) => {
            let x = of(g, x);
            let one = g.constant(1.0);
            let (below, above) = (g.sub(x, one), g.add(x, one));
            let square = g.mul(below, above);
            let root = root(g, square, e2);
            let sum = g.add(x, root);
            g.unary(UnaryOp::Log, sum)
        }
        Node::Binary(BinaryOp::Pow, a, b) => {
            let singular = g.singular_exponent(a, b)?;
            let (a, b, singular) = (of(g, a), of(g, b), of(g, singular));
            let e2 = g.mask(singular, e2);
            let sum = g.add(a, e2);
            g.pow(sum, b)
        }
        Node::Binary(BinaryOp::Atan2, y, x) => {
            let (y, x) = (of(g, y), of(g, x));
            angle(g, y, x, e2)
        }
        _ => return None,
    })
}

/// `sqrt(a + ε²)`
fn root(g: &mut Graph, a: Value, e2: Value) -> Value {
    let sum = g.add(a, e2);
    g.unary(UnaryOp::Sqrt, sum)
}

/// `sqrt((1 - x) (1 + x) + ε²)`
fn height(g: &mut Graph, x: Value, e2: Value) -> Value {
    let one = g.constant(1.0);
    let (below, above) = (g.sub(one, x), g.add(one, x));
    let square = g.mul(below, above);
    root(g, square, e2)
}

/// `2 atan2(y, x + r)` with `r = sqrt(x² + y² + ε²)`; `x + r` is `(y² + ε²) / (r - x)`, which has its digits where `x` is negative.
fn angle(g: &mut Graph, y: Value, x: Value, e2: Value) -> Value {
    let (y2, x2) = (g.mul(y, y), g.mul(x, x));
    let y2 = g.add(y2, e2);
    let sum = g.add(x2, y2);
    let r = g.unary(UnaryOp::Sqrt, sum);
    let zero = g.constant(0.0);
    let negative = g.compare(Compare::Less, x, zero);
    let (near, rest) = (g.add(x, r), g.sub(r, x));
    let far = g.div(y2, rest);
    let base = g.select(negative, far, near);
    let half = g.binary(BinaryOp::Atan2, y, base);
    let two = g.constant(2.0);
    g.mul(two, half)
}
