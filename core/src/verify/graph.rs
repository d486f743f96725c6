//! The rules of the real graph.

use super::broken::{Broken, Rule, Site, Stage, check};
use super::integers::{are_integers, integers, is_condition, is_union};
use crate::index::Index;
use crate::real::{Array, ArrayKind, BinaryOp, Graph, Node, Value};

/// Verifies a graph and its integers.
pub fn graph(graph: &Graph, stage: Stage) -> Result<(), Broken> {
    integers(&graph.indices, stage)?;
    for value in graph.values() {
        node(graph, value).or_else(|rule| check(false, stage, Site::Value(value), rule))?;
    }
    check(graph.interned_nodes() == graph.len(), stage, Site::Whole, Rule::Shared)
}

/// Returns true if a value is a predicate.
pub(super) fn is_predicate(graph: &Graph, value: Value) -> bool {
    match graph.node(value) {
        Node::Cond(_) | Node::Compare(..) | Node::Not(_) | Node::And(..) | Node::Or(..) => true,
        Node::Const(_) | Node::Load(..) | Node::Seed(..) | Node::Bracket(..) | Node::Integer(_) => false,
        Node::Unary(..) | Node::Binary(..) | Node::Select(..) | Node::Sum(..) | Node::Carried(_) => false,
    }
}

/// Returns true if a value exists and is a real.
pub(super) fn is_real(graph: &Graph, value: Value) -> bool {
    value.index() < graph.len() && !is_predicate(graph, value)
}

fn holds(holds: bool, rule: Rule) -> Result<(), Rule> {
    if holds { Ok(()) } else { Err(rule) }
}

/// The first rule that a node breaks.
fn node(graph: &Graph, own: Value) -> Result<(), Rule> {
    let mut ascending = true;
    graph.operands(own, |a| ascending &= a < own);
    holds(ascending, Rule::Ascending)?;
    holds(is_declared(graph, own), Rule::Declared)?;
    holds(graph.interned(graph.node(own)) == Some(own), Rule::Shared)?;
    holds(is_typed(graph, own), Rule::Typed)?;
    holds(is_folded(graph, own), Rule::Folded)?;
    holds(is_outside(graph, own), Rule::Masked)?;
    if let Node::Sum(var, body) = *graph.node(own) {
        holds(graph.indices.contains(graph.free(body), var), Rule::Moving)?;
    }
    holds(has_facts(graph, own), Rule::Facts)
}

fn is_declared(graph: &Graph, own: Value) -> bool {
    let kind = |array: Array| graph.arrays().get(array.0 as usize).map(|info| &info.kind);
    match *graph.node(own) {
        Node::Load(array, _) => kind(array).is_some(),
        Node::Seed(array, _) | Node::Bracket(array, _) => kind(array).is_some_and(ArrayKind::is_unknown),
        Node::Sum(var, _) => var.index() < graph.indices.loops(),
        _ => true,
    }
}

fn is_typed(graph: &Graph, own: Value) -> bool {
    let real = |v: Value| !is_predicate(graph, v);
    let predicate = |v: Value| is_predicate(graph, v);
    let integer = |i: Index| are_integers(&graph.indices, &[i]);
    match *graph.node(own) {
        Node::Const(_) | Node::Carried(_) => true,
        Node::Load(_, i) | Node::Seed(_, i) | Node::Bracket(_, i) | Node::Integer(i) => integer(i),
        Node::Unary(_, a) | Node::Sum(_, a) => real(a),
        Node::Binary(_, a, b) | Node::Compare(_, a, b) => real(a) && real(b),
        Node::Select(p, a, b) => predicate(p) && real(a) && real(b),
        Node::Cond(c) => c.index() < graph.indices.len() && is_condition(&graph.indices, c.as_index()),
        Node::Not(a) => predicate(a),
        Node::And(a, b) | Node::Or(a, b) => predicate(a) && predicate(b),
    }
}

/// Returns true if a node is not one that the constructors make a number, or one of its operands.
fn is_folded(graph: &Graph, own: Value) -> bool {
    let number = |v: Value| graph.as_const(v).is_some();
    match *graph.node(own) {
        Node::Unary(_, a) => !number(a),
        Node::Binary(_, a, b) | Node::Compare(_, a, b) => !(number(a) && number(b)),
        Node::Select(p, ..) => graph.as_cond(p).is_none_or(|c| graph.indices.as_bool(c).is_none()),
        Node::Integer(i) => graph.indices.as_const(i).is_none(),
        _ => true,
    }
}

/// Returns true if a product or ratio has its masks around it.
fn is_outside(graph: &Graph, own: Value) -> bool {
    let mask = |v: Value| match *graph.node(v) {
        Node::Select(_, a, b) => graph.is_zero(a) || graph.is_zero(b),
        _ => false,
    };
    match *graph.node(own) {
        Node::Binary(BinaryOp::Mul, a, b) => !mask(a) && !mask(b),
        Node::Binary(BinaryOp::Div, a, _) => !mask(a),
        _ => true,
    }
}

/// Returns true if the facts beside a node are those that follow from its operands.
fn has_facts(graph: &Graph, own: Value) -> bool {
    let (mut sets, mut integers) = (Vec::new(), Vec::new());
    let (mut dynamic, mut tangent, mut carried) = match *graph.node(own) {
        Node::Load(array, _) => (graph.array_info(array).kind.is_unknown(), false, false),
        Node::Seed(..) | Node::Bracket(..) => (true, true, false),
        Node::Carried(_) => (true, false, true),
        _ => (false, false, false),
    };
    graph.operands(own, |a| {
        sets.push(graph.free(a));
        dynamic |= graph.dynamic(a);
        tangent |= graph.tangent(a);
        carried |= graph.carried(a);
    });
    graph.index_operands(own, |i| integers.push(graph.indices.free(i)));
    let same = (dynamic, tangent, carried) == (graph.dynamic(own), graph.tangent(own), graph.carried(own));
    sets.extend(integers);
    let bound = match *graph.node(own) {
        Node::Sum(var, _) => Some(var),
        _ => None,
    };
    same && is_union(&graph.indices, graph.free(own), &sets, bound, None)
}
