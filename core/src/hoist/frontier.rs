//! Which static values to store: a minimum cut.

use super::cut::Network;
use crate::real::{BinaryInstruction, Graph, Kind, Node, UnaryInstruction, Value};

/// Stores at this cost or above are never made, operations of this cost or above never repeated.
const NEVER: u32 = 1 << 28;

/// The cost of a stored number: eight bytes streamed in every evaluation, in the unit of [`operation_cost`].
const STORE: u32 = 5;

/// The costs of a division or square root, and of a function.
const DIVISION: u32 = 16;
const FUNCTION: u32 = 80;

/// By value.
pub struct Facts {
    /// True if it is static.
    pub fixed: Vec<bool>,
    /// True if it may be stored.
    pub storable: Vec<bool>,
}

/// The values to store so that all that depends on unknowns can be computed at the least cost, in ascending order.
///
/// A static value is *present* in the evaluation if something there reads it; it is either stored or *repeated*, and
/// a repeated value has its operands present. Both are the sides of a minimum cut.
pub fn frontier(graph: &Graph, roots: impl Iterator<Item = Value>, facts: &Facts) -> Vec<Value> {
    let reachable = graph.reachable(roots);
    let fixed: Vec<Value> = graph.values().filter(|v| reachable[v.index()] && facts.fixed[v.index()]).collect();
    let mut number = vec![usize::MAX; graph.len()];
    fixed.iter().enumerate().for_each(|(k, v)| number[v.index()] = k);
    let (source, sink) = (2 * fixed.len(), 2 * fixed.len() + 1);
    let (present, repeated) = (|k: usize| 2 * k, |k: usize| 2 * k + 1);
    let mut network = Network::new(sink + 1);
    for (k, &value) in fixed.iter().enumerate() {
        network.edge(present(k), repeated(k), if facts.storable[value.index()] { STORE } else { NEVER });
        network.edge(repeated(k), sink, operation_cost(graph, value));
        graph.operands(value, |a| network.edge(repeated(k), present(number[a.index()]), NEVER));
    }
    for value in graph.values().filter(|v| reachable[v.index()] && !facts.fixed[v.index()]) {
        graph.operands(value, |a| {
            if facts.fixed[a.index()] {
                network.edge(source, present(number[a.index()]), NEVER);
            }
        });
    }
    let near = network.cut(source, sink);
    (fixed.iter().enumerate())
        .filter(|&(k, v)| near[present(k)] && !near[repeated(k)] && facts.storable[v.index()])
        .map(|(_, v)| *v)
        .collect()
}

/// The cost of computing a static value in every evaluation.
fn operation_cost(graph: &Graph, value: Value) -> u32 {
    if graph.free(value).is_empty() {
        // Outside of all loops.
        return 0;
    }
    match graph.node(value) {
        Node::Const(_) | Node::Cond(_) => 0,
        Node::Integer(_) | Node::Carried(_) => 1,
        Node::Load(..) | Node::Seed(..) | Node::Bracket(..) => 4,
        Node::Unary(op, _) => match op.kind() {
            Kind::Instruction(UnaryInstruction::Sqrt) => DIVISION,
            Kind::Instruction(_) => 2,
            Kind::Function(_) => FUNCTION,
        },
        Node::Binary(op, ..) => match op.kind() {
            Kind::Instruction(BinaryInstruction::Div) => DIVISION,
            Kind::Instruction(_) => 2,
            Kind::Function(_) => FUNCTION,
        },
        Node::Select(..) | Node::Compare(..) | Node::Not(_) | Node::And(..) | Node::Or(..) => 2,
        Node::Sum(..) => 1000,
    }
}
