//! When a value may differ from zero: a condition on integers that holds wherever it does.
//!
//! An update is stored only where its support holds, so that an entry which only guarded-off iterations would touch
//! is not in the pattern.

use super::Output;
use crate::index::{Cond, Indices};
use crate::program::{Target, Update};
use crate::real::{BinaryOp, Compare, Graph, Node, Value};
use rustc_hash::FxHashMap;

/// Under which condition each output has an entry, built into `indices`, a copy of the graph's own: what its update says,
/// or where its value may differ from zero; rows of a residual wherever they are written.
pub fn guards(graph: &Graph, indices: &mut Indices, updates: &[Update], outputs: &[Output]) -> Vec<Cond> {
    let values: Vec<Value> = outputs.iter().map(|o| o.value).collect();
    let mut guards = supports(graph, indices, &values);
    for (guard, output) in guards.iter_mut().zip(outputs) {
        let update = &updates[output.update];
        match update.target {
            Target::Residual { guard: written, .. } => *guard = written,
            _ => *guard = update.stored.unwrap_or(*guard),
        }
    }
    guards
}

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
    let mut known: FxHashMap<(Value, bool), Cond> = FxHashMap::default();
    let mut pending = vec![(predicate, truth)];
    while let Some(&(p, truth)) = pending.last() {
        let operands = match *graph.node(p) {
            Node::And(a, b) | Node::Or(a, b) => vec![(a, truth), (b, truth)],
            Node::Not(a) => vec![(a, !truth)],
            _ => vec![],
        };
        let before = pending.len();
        pending.extend(operands.iter().filter(|o| !known.contains_key(o)));
        if pending.len() > before {
            continue;
        }
        pending.pop();
        let parts: Vec<Cond> = operands.iter().map(|o| known[o]).collect();
        let cond = match (graph.node(p), truth, parts.as_slice()) {
            (Node::Cond(c), true, _) => *c,
            (Node::Cond(c), false, _) => indices.not(*c),
            (Node::Compare(Compare::Less, zero, a), true, _) if graph.is_zero(*zero) => counted(graph, indices, *a),
            (Node::And(..), true, [a, b]) | (Node::Or(..), false, [a, b]) => indices.and(*a, *b),
            (Node::And(..), false, [a, b]) | (Node::Or(..), true, [a, b]) => indices.or(*a, *b),
            (Node::Not(_), _, [a]) => *a,
            _ => indices.bool(true),
        };
        known.insert((p, truth), cond);
    }
    known[&(predicate, truth)]
}

/// A condition that holds wherever a value differs from zero, if it is a sum of masks: a count of iterations.
fn counted(graph: &Graph, indices: &mut Indices, value: Value) -> Cond {
    let (mut vars, mut inner) = (Vec::new(), value);
    while let Node::Sum(var, body) = *graph.node(inner) {
        vars.push(var);
        inner = body;
    }
    let mut cond = match *graph.node(inner) {
        Node::Select(p, _, b) if graph.is_zero(b) => implied(graph, indices, p, true),
        Node::Select(p, a, _) if graph.is_zero(a) => implied(graph, indices, p, false),
        _ => indices.bool(true),
    };
    for var in vars.into_iter().rev() {
        cond = indices.exists(var, cond);
    }
    cond
}
