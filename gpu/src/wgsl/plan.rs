//! Which steps become WGSL functions of their own, and what passes between functions.
//!
//! naga and the compilers of drivers take more than linear time in the length of a function, so that long blocks are cut
//! ([`Cut`]). What one function computes and another reads passes through a variable of the module; the compilers put the
//! functions together again and keep it in registers.

use crate::width::words_of;
use rustc_hash::FxHashMap;
use spadina_core::index::{Index, IndexNode, Indices};
use spadina_core::kernel::{Crossing, Cut, Kernel, Step, loop_ends};
pub(super) use spadina_core::kernel::{Key, WHOLE, value_key};
use spadina_core::real::{Graph, Node, Value};
use std::ops::Range;

/// Returns true if an integer is a condition.
fn is_condition(indices: &Indices, index: Index) -> bool {
    match indices.node(index) {
        IndexNode::Bool(_) | IndexNode::Positive(_) | IndexNode::Zero(_) => true,
        IndexNode::Not(_) | IndexNode::And(..) | IndexNode::Or(..) => true,
        IndexNode::Const(_) | IndexNode::Var(_) | IndexNode::Size(_) | IndexNode::Read(..) | IndexNode::Div(..) => {
            false
        }
        IndexNode::Rem(..) | IndexNode::Product(..) | IndexNode::Bits(..) | IndexNode::Wrap(_) => false,
        IndexNode::Select(..) | IndexNode::First(..) | IndexNode::Sum(..) | IndexNode::Poly(_) => false,
    }
}

/// The WGSL type of a value.
fn value_type(graph: &Graph, value: Value) -> &'static str {
    match graph.node(value) {
        Node::Cond(_) | Node::Compare(..) | Node::Not(_) | Node::And(..) | Node::Or(..) => "bool",
        Node::Const(_) | Node::Load(..) | Node::Seed(..) | Node::Bracket(..) | Node::Integer(_) => "real",
        Node::Unary(..) | Node::Binary(..) | Node::Select(..) | Node::Sum(..) | Node::Carried(_) => "real",
    }
}

/// The cut of a kernel into functions.
pub(super) struct Plan {
    /// The steps of each function; the first is the whole kernel.
    pub functions: Vec<Range<usize>>,
    /// The functions called in place of the body of a loop, by the position where it begins.
    pub calls: FxHashMap<usize, Vec<usize>>,
    /// The end of the loop that begins at a position.
    pub ends: Vec<usize>,
    /// The nodes that one function computes and another reads, with their types.
    pub crossing: FxHashMap<Key, &'static str>,
}

impl Plan {
    pub fn of(kernel: &Kernel, limit: usize) -> Self {
        let cut = Cut::of(kernel, limit.max(1), |step| weight(kernel, step));
        let (graph, indices) = (&kernel.graph, &kernel.graph.indices);
        let literal = |i: Index| matches!(indices.node(i), IndexNode::Const(_) | IndexNode::Bool(_));
        let typed = |node: Crossing| match node {
            Crossing::Integer(i) => (i.index(), if is_condition(indices, i) { "bool" } else { "i32" }),
            Crossing::Real(v) => (value_key(graph, v), value_type(graph, v)),
        };
        // A comparison may read what the difference that it compares is computed from.
        let words = |i: Index| match indices.node(i) {
            IndexNode::Positive(a) | IndexNode::Zero(a) => words_of(indices, *a),
            _ => Vec::new(),
        };
        let crossing = cut.crossing(kernel, literal, words).into_iter().map(typed).collect();
        let Cut { functions, calls, .. } = cut;
        Self { functions, calls, ends: loop_ends(&kernel.steps), crossing }
    }
}

/// Statements a step becomes, roughly.
fn weight(kernel: &Kernel, step: Step) -> usize {
    match step {
        Step::Index(i) => match kernel.graph.indices.node(i) {
            IndexNode::Poly(terms) => terms.iter().map(|t| t.atoms.len() + 1).sum(),
            IndexNode::Const(_) | IndexNode::Bool(_) => 0,
            _ => kernel.reductions.get(&i).map_or(1, |reduction| reduction.body.len() + 4),
        },
        Step::Value(v) => usize::from(!matches!(kernel.graph.node(v), Node::Const(_) | Node::Cond(_))),
        Step::Zero(_) | Step::Accumulate(_) | Step::Begin(..) | Step::End | Step::Output(_) => 1,
    }
}
