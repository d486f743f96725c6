//! Splitting a sum into updates: sums that reach the result linearly become loops of the program.

use super::{Target, Update};
use crate::index::Var;
use crate::real::{BinaryOp, Graph, Node, Rebuild, UnaryOp, Value};

/// Terms above this number stay together in one update.
const TERM_LIMIT: usize = 1 << 16;

/// A factor between a term and the result.
#[derive(Clone, Copy)]
enum Factor {
    Neg,
    Mul(Value),
    Div(Value),
    Mask(Value),
}

/// One term: its loops, and the factors around it, outermost first.
struct Summand {
    vars: Vec<Var>,
    factors: Vec<Factor>,
    value: Value,
}

/// Splits `value`, summed over `vars`, into updates of `target`, one for each loop nest.
///
/// Static factors, integer and real masks and signs move inside the sums.
pub fn split(graph: &mut Graph, vars: &[Var], target: Target, value: Value) -> Vec<Update> {
    let sums = holds_sum(graph);
    let has = |v: Value| sums[v.index()];
    let mut pending = vec![Summand { vars: vars.to_vec(), factors: Vec::new(), value }];
    let mut updates: Vec<Update> = Vec::new();
    let mut count = 0;
    while let Some(term) = pending.pop() {
        count += 1;
        let open = has(term.value) && count < TERM_LIMIT;
        let parts = if open { parts(graph, &has, &term) } else { None };
        match parts {
            Some(mut parts) => {
                parts.reverse();
                pending.extend(parts);
            }
            None => add_term(graph, &mut updates, target, &term),
        }
    }
    for update in &mut updates {
        update.value = Rebuild::with_fresh_sums(graph, &update.vars, update.value);
    }
    updates
}

/// The terms a term opens into, or `None` if it stays whole.
fn parts(graph: &mut Graph, has: &dyn Fn(Value) -> bool, term: &Summand) -> Option<Vec<Summand>> {
    let with = |value: Value, factor: Option<Factor>| {
        let mut factors = term.factors.clone();
        factors.extend(factor);
        Summand { vars: term.vars.clone(), factors, value }
    };
    let fixed = |g: &Graph, v: Value| !g.dynamic(v) && !has(v);
    Some(match *graph.node(term.value) {
        Node::Binary(BinaryOp::Add, a, b) => vec![with(a, None), with(b, None)],
        Node::Binary(BinaryOp::Sub, a, b) => vec![with(a, None), with(b, Some(Factor::Neg))],
        Node::Unary(UnaryOp::Neg, a) => vec![with(a, Some(Factor::Neg))],
        Node::Binary(BinaryOp::Mul, a, b) if fixed(graph, a) => vec![with(b, Some(Factor::Mul(a)))],
        Node::Binary(BinaryOp::Mul, a, b) if fixed(graph, b) => vec![with(a, Some(Factor::Mul(b)))],
        Node::Binary(BinaryOp::Div, a, b) if fixed(graph, b) => vec![with(a, Some(Factor::Div(b)))],
        Node::Select(p, a, b) if !has(p) => {
            let not = graph.not(p);
            vec![with(a, Some(Factor::Mask(p))), with(b, Some(Factor::Mask(not)))]
        }
        Node::Sum(var, body) if !term.vars.contains(&var) => {
            let mut inner = with(body, None);
            inner.vars.push(var);
            vec![inner]
        }
        _ => return None,
    })
}

fn add_term(graph: &mut Graph, updates: &mut Vec<Update>, target: Target, term: &Summand) {
    let mut value = term.value;
    for factor in term.factors.iter().rev() {
        value = match *factor {
            Factor::Neg => graph.neg(value),
            Factor::Mul(c) => graph.mul(c, value),
            Factor::Div(c) => graph.div(value, c),
            Factor::Mask(p) => graph.mask(p, value),
        };
    }
    if graph.is_zero(value) && !updates.is_empty() {
        return;
    }
    let mut vars = term.vars.clone();
    vars.sort_by_key(|v| graph.indices.loop_of(*v).level);
    match updates.iter_mut().find(|u| u.vars == vars) {
        Some(update) => update.value = graph.add(update.value, value),
        None => updates.push(Update { base: vars.len(), vars, target, value, stored: None }),
    }
}

/// For every value, whether a sum stands in it.
fn holds_sum(graph: &Graph) -> Vec<bool> {
    let mut holds = vec![false; graph.len()];
    for value in graph.values() {
        let mut any = matches!(graph.node(value), Node::Sum(..));
        graph.operands(value, |a| any |= holds[a.index()]);
        holds[value.index()] = any;
    }
    holds
}
