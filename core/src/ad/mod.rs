//! Differentiation, program to program.

mod forward;
mod reverse;
mod roots;
mod touched;
mod weighted;

pub use forward::tangent;
pub use reverse::gradient;
pub use touched::{SingularOperation, singular_operations, touched};
pub use weighted::weighted;

pub(crate) use roots::WithRoot;

use crate::real::{BinaryOp, Graph, Node, Singular, UnaryOp, Value};

/// The operands of a function of one or two reals that depend on unknowns, with its partial derivatives: those that do not exist are
/// zero if the policy of the graph is so. A product in which a root meets its square is taken for a function of the square.
fn partials(g: &mut Graph, value: Value) -> Vec<(Value, Value)> {
    if let Some(product) = WithRoot::of(g, value) {
        return product.partials(g);
    }
    let partials = plain_partials(g, value);
    let singular = if g.singular == Singular::Zero { g.singular_at(value) } else { None };
    let Some(singular) = singular else { return partials };
    let zero = g.constant(0.0);
    partials.into_iter().map(|(operand, slope)| (operand, g.select(singular, zero, slope))).collect()
}

/// The operands that depend on unknowns, each once, with the partial derivative as its rule has it.
fn plain_partials(g: &mut Graph, value: Value) -> Vec<(Value, Value)> {
    match *g.node(value) {
        Node::Unary(op @ (UnaryOp::Log | UnaryOp::Log2), a) if g.dynamic(a) => {
            let x = unscaled(g, a);
            op.derivative(g, x, value).map(|p| (x, p)).into_iter().collect()
        }
        Node::Unary(op, a) if g.dynamic(a) => op.derivative(g, a, value).map(|p| (a, p)).into_iter().collect(),
        Node::Binary(op, a, b) if a == b => {
            let (left, right) = (op.derivative(g, 0, a, b, value), op.derivative(g, 1, a, b, value));
            vec![(a, g.add(left, right))]
        }
        Node::Binary(op, a, b) => {
            let mut partials = Vec::new();
            for (side, operand) in [a, b].into_iter().enumerate().filter(|(_, operand)| g.dynamic(*operand)) {
                partials.push((operand, side));
            }
            partials.into_iter().map(|(operand, side)| (operand, op.derivative(g, side, a, b, value))).collect()
        }
        _ => Vec::new(),
    }
}

/// The value without the factors that no unknown changes: its logarithm has the same derivatives, whatever the factors are. With
/// them, a second derivative would lose its digits where the square of the value overflows.
fn unscaled(g: &Graph, mut value: Value) -> Value {
    loop {
        value = match *g.node(value) {
            Node::Unary(UnaryOp::Neg, x) => x,
            Node::Binary(BinaryOp::Mul, k, x) if !g.dynamic(k) => x,
            Node::Binary(BinaryOp::Mul | BinaryOp::Div, x, k) if !g.dynamic(k) => x,
            _ => return value,
        }
    }
}
