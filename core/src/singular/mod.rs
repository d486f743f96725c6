//! Policies for singular points ([`Singular`]), as passes over a program before it is differentiated.
//!
//! Zero is a matter of derivatives (`ad::partials`), but for the direction of a vector of length zero, which has no value. A smooth
//! function near by is put into the energy itself, so that its derivatives are those of what is evaluated.

mod counter;
mod smooth;

pub use counter::Counter;

use crate::program::Program;
use crate::real::{Compare, Graph, Node, Rebuild, Singular, Value};

/// The program under a policy.
pub fn with_policy(mut program: Program, policy: Singular) -> Program {
    program.graph.singular = policy;
    match policy {
        Singular::Error => {}
        Singular::Zero => rewrite(&mut program, direction),
        Singular::Smooth(epsilon) => rewrite(&mut program, |g, node, of| smooth::value(g, node, epsilon, of)),
    }
    program
}

/// Builds an operand anew.
type Operand<'a> = dyn FnMut(&mut Graph, Value) -> Value + 'a;

/// Puts other values in place of operations, from operands to users.
fn rewrite(program: &mut Program, mut replace: impl FnMut(&mut Graph, Value, &mut Operand<'_>) -> Option<Value>) {
    let g = &mut program.graph;
    let reachable = g.reachable(program.updates.iter().map(|u| u.value));
    let mut rebuild = Rebuild::default();
    for at in (0..reachable.len()).filter(|&at| reachable[at]) {
        let node = Value(at as u32);
        if !g.dynamic(node) || !matches!(g.node(node), Node::Unary(..) | Node::Binary(..)) {
            continue;
        }
        g.span = g.span_of(node);
        if let Some(value) = replace(g, node, &mut |g, operand| rebuild.value(g, operand)) {
            rebuild.replace(node, value);
        }
    }
    for update in &mut program.updates {
        update.value = rebuild.value(g, update.value);
    }
}

/// The direction of a vector, zero where its length is.
fn direction(g: &mut Graph, node: Value, of: &mut Operand<'_>) -> Option<Value> {
    let root = g.direction(node)?;
    let Node::Unary(_, square) = *g.node(root) else { return None };
    let (Node::Binary(op, a, b), square) = (g.node(node).clone(), of(g, square)) else { return None };
    let (a, b) = (of(g, a), of(g, b));
    let value = g.binary(op, a, b);
    let zero = g.constant(0.0);
    let vanishes = g.compare(Compare::Equal, square, zero);
    Some(g.select(vanishes, zero, value))
}
