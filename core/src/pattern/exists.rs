//! Existential conditions: what each evaluates in its own loop.

use crate::index::{Cond, Index, IndexNode, Loop, Var};
use crate::kernel::Step;
use crate::real::Graph;

/// For every existential condition the nodes to evaluate in its loop, in order.
pub(super) fn exists_bodies(graph: &Graph, steps: &[Step]) -> rustc_hash::FxHashMap<Index, Vec<Index>> {
    let mut bodies = rustc_hash::FxHashMap::default();
    let mut pending: Vec<Index> =
        steps.iter().filter_map(|s| if let Step::Index(i) = s { Some(*i) } else { None }).collect();
    while let Some(at) = pending.pop() {
        let IndexNode::Exists(var, cond) = *graph.indices.node(at) else { continue };
        if bodies.contains_key(&at) {
            continue;
        }
        let (body, nested) = quantified(graph, var, cond);
        bodies.insert(at, body.into_iter().collect());
        pending.extend(nested);
    }
    bodies
}

/// What an existential condition evaluates for each value of its variable, in ascending order, and the existential
/// conditions nested in it: these evaluate by themselves what changes with their own variables.
fn quantified(graph: &Graph, var: Var, cond: Cond) -> (std::collections::BTreeSet<Index>, Vec<Index>) {
    let indices = &graph.indices;
    let moves = |i: Index, v: Var| indices.contains(indices.free(i), v);
    let (mut body, mut nested) = (std::collections::BTreeSet::new(), Vec::new());
    let mut seen: rustc_hash::FxHashSet<(Index, Vec<Var>)> = Default::default();
    let mut pending = vec![(cond.as_index(), Vec::new())];
    while let Some((i, bound)) = pending.pop() {
        let skipped = !moves(i, var) || matches!(indices.node(i), IndexNode::Var(_));
        if skipped || !seen.insert((i, bound.clone())) {
            continue;
        }
        if !bound.iter().any(|&v| moves(i, v)) {
            body.insert(i);
        }
        if let IndexNode::Exists(v, c) = *indices.node(i) {
            nested.push(i);
            let Loop { lo, hi, .. } = *indices.loop_of(v);
            let inner = if bound.contains(&v) { bound.clone() } else { [&bound[..], &[v]].concat() };
            pending.extend([(lo, bound.clone()), (hi, bound), (c.as_index(), inner)]);
        } else {
            indices.operands(i, |a| pending.push((a, bound.clone())));
        }
    }
    (body, nested)
}
