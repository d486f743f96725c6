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

use crate::real::{Graph, Node, Singular, Value};

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
