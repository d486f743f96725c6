//! When a value may differ from zero: a condition on integers that holds wherever it does.
//!
//! An update is stored only where its support holds, so that an entry which only guarded-off iterations would touch
//! is not in the pattern.

use crate::index::{Cond, Indices};
use crate::real::{BinaryOp, Graph, Node, Value};

/// The supports of values, built into `indices`, a copy of the graph's own.
pub fn supports(graph: &Graph, indices: &mut Indices, roots: &[Value]) -> Vec<Cond> {
    let reachable = graph.reachable(roots.iter().copied());
    let always = indices.bool(true);
    let mut supports: Vec<Cond> = vec![always; reachable.len()];
    for value in graph.values().filter(|v| reachable[v.index()]) {
        supports[value.index()] = support(graph, indices, value, &|v: Value| supports[v.index()]);
    }
    roots.iter().map(|r| supports[r.index()]).collect()
}

fn support(graph: &Graph, indices: &mut Indices, value: Value, of: &dyn Fn(Value) -> Cond) -> Cond {
    match *graph.node(value) {
        Node::Const(bits) => indices.bool(f64::from_bits(bits) != 0.0),
        Node::Unary(op, a) if op.eval(0.0) == 0.0 => of(a),
        Node::Binary(BinaryOp::Add | BinaryOp::Sub, a, b) => indices.or(of(a), of(b)),
        Node::Binary(BinaryOp::Mul, a, b) => indices.and(of(a), of(b)),
        Node::Binary(BinaryOp::Div, a, _) => of(a),
        Node::Select(p, a, b) => {
            let (on, off) = (implied(graph, indices, p, true), implied(graph, indices, p, false));
            let (on, off) = (indices.and(on, of(a)), indices.and(off, of(b)));
            indices.or(on, off)
        }
        Node::Sum(var, body) => indices.exists(var, of(body)),
        _ => indices.bool(true),
    }
}

/// A condition on integers that holds wherever the predicate is `truth`.
pub fn implied(graph: &Graph, indices: &mut Indices, predicate: Value, truth: bool) -> Cond {
    let mut all = indices.bool(true);
    let mut pending = vec![(predicate, truth)];
    while let Some((p, truth)) = pending.pop() {
        match (graph.node(p), truth) {
            (Node::Cond(c), true) => all = indices.and(all, *c),
            (Node::Cond(c), false) => {
                let not = indices.not(*c);
                all = indices.and(all, not);
            }
            (Node::And(a, b), true) | (Node::Or(a, b), false) => pending.extend([(*a, truth), (*b, truth)]),
            (Node::Not(a), _) => pending.push((*a, !truth)),
            _ => {}
        }
    }
    all
}
