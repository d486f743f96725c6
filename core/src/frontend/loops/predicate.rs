//! The parts of predicates.

use crate::frontend::trace::Trace;
use crate::index::{Cond, IndexNode};
use crate::real::{Graph, Node, Value};

/// The parts of a disjunction. A part `!a && b` beside a part `a` counts as `b`.
pub fn disjuncts(t: &mut Trace, predicate: Value) -> Vec<Value> {
    let g = &mut t.graph;
    let mut parts = split(g, predicate, Junction::Or);
    for at in 0..parts.len() {
        let conjuncts = split(g, parts[at], Junction::And);
        let mut rest = Vec::new();
        for &conjunct in &conjuncts {
            let not = negated(g, conjunct);
            if !parts.contains(&not) {
                rest.push(conjunct);
            }
        }
        if rest.len() < conjuncts.len() {
            let all = g.bool(true);
            parts[at] = rest.into_iter().fold(all, |all, c| g.and(all, c));
        }
    }
    parts.retain(|&p| t.literal(p) != Some(false));
    parts
}

/// The negation of a disjunction as the conjunction it is.
fn negated(g: &mut Graph, predicate: Value) -> Value {
    let all = g.bool(true);
    split(g, predicate, Junction::Or).into_iter().fold(all, |all, p| {
        let not = g.not(p);
        g.and(all, not)
    })
}

/// A way to join predicates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Junction {
    /// One of them holds.
    Or,
    /// All of them hold.
    And,
}

/// The operands of nested disjunctions, or conjunctions, also below negations.
pub fn split(g: &mut Graph, predicate: Value, by: Junction) -> Vec<Value> {
    let mut parts = Vec::new();
    let mut pending = vec![predicate];
    while let Some(p) = pending.pop() {
        match operands(g, p, by) {
            Some((a, b)) => pending.extend([b, a]),
            None if parts.contains(&p) => {}
            None => parts.push(p),
        }
    }
    parts
}

/// The operands of one disjunction (or conjunction).
fn operands(g: &mut Graph, p: Value, by: Junction) -> Option<(Value, Value)> {
    let or = by == Junction::Or;
    match *g.node(p) {
        Node::Or(a, b) if or => Some((a, b)),
        Node::And(a, b) if !or => Some((a, b)),
        Node::Not(inner) => match *g.node(inner) {
            Node::And(a, b) if or => Some((g.not(a), g.not(b))),
            Node::Or(a, b) if !or => Some((g.not(a), g.not(b))),
            _ => None,
        },
        Node::Cond(cond) => {
            let (a, b) = integer_operands(g, cond, or)?;
            Some((g.cond(a), g.cond(b)))
        }
        _ => None,
    }
}

fn integer_operands(g: &mut Graph, cond: Cond, or: bool) -> Option<(Cond, Cond)> {
    let s = &mut g.indices;
    match *s.cond(cond) {
        IndexNode::Or(a, b) if or => Some((a, b)),
        IndexNode::And(a, b) if !or => Some((a, b)),
        IndexNode::Not(inner) => match *s.cond(inner) {
            IndexNode::And(a, b) if or => Some((s.not(a), s.not(b))),
            IndexNode::Or(a, b) if !or => Some((s.not(a), s.not(b))),
            _ => None,
        },
        _ => None,
    }
}
