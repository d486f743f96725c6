//! The terms that an iteration adds to variables.

use crate::index::{Index, IndexNode, Indices, Loop as Bounds, Monomial, REDUCTION_LEVEL, Var};
use crate::real::{BinaryOp, Graph, Node, Rebuild, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// Selects that an integer's increment may pass through.
const INCREMENT_DEPTH: usize = 64;

/// The term that `value` adds to the placeholder `carried`: through sums, differences and selects of both sides.
pub fn increment(g: &mut Graph, value: Value, carried: Value) -> Option<Value> {
    let mut seen: FxHashSet<Value> = FxHashSet::default();
    let mut order = Vec::new();
    let mut pending = vec![value];
    while let Some(at) = pending.pop() {
        if g.carried(at) && seen.insert(at) {
            order.push(at);
            g.operands(at, |a| pending.push(a));
        }
    }
    order.sort_unstable();
    // `None`: holds the placeholder in another way. Absent: does not hold it.
    let mut terms: FxHashMap<Value, Option<Value>> = FxHashMap::default();
    let zero = g.constant(0.0);
    terms.insert(carried, Some(zero));
    for at in order {
        if at == carried {
            continue;
        }
        let mut holds = false;
        g.operands(at, |a| holds |= terms.contains_key(&a));
        if !holds {
            continue;
        }
        let term = |v: Value| terms.get(&v).copied();
        let new = match *g.node(at) {
            Node::Binary(BinaryOp::Add, a, b) => match (term(a), term(b)) {
                (Some(Some(x)), None) => Some(g.add(x, b)),
                (None, Some(Some(y))) => Some(g.add(a, y)),
                _ => None,
            },
            Node::Binary(BinaryOp::Sub, a, b) => match (term(a), term(b)) {
                (Some(Some(x)), None) => Some(g.sub(x, b)),
                _ => None,
            },
            Node::Select(p, a, b) => match (term(p), term(a), term(b)) {
                (None, Some(Some(x)), Some(Some(y))) => Some(g.select(p, x, y)),
                _ => None,
            },
            _ => None,
        };
        terms.insert(at, new);
    }
    terms.get(&value).copied().flatten()
}

/// The term that an integer adds to its placeholder: as a sum, and through selects of both sides.
pub fn integer_increment(s: &mut Indices, value: Index, carried: Index) -> Option<Index> {
    through_selects(s, value, carried, INCREMENT_DEPTH)
}

fn through_selects(s: &mut Indices, value: Index, carried: Index, depth: usize) -> Option<Index> {
    let moves = |s: &Indices, i: Index| {
        let (own, free) = (s.free(carried), s.free(i));
        s.vars(own).iter().any(|&v| s.contains(free, v))
    };
    let (with, rest): (Vec<Monomial>, Vec<Monomial>) =
        s.monomials(value).into_iter().partition(|t| t.atoms.iter().any(|&a| moves(s, a)));
    let [Monomial { atoms, coef: 1 }] = with.as_slice() else { return None };
    let [atom] = **atoms else { return None };
    let rest = s.polynomial(rest);
    if atom == carried {
        return Some(rest);
    }
    let IndexNode::Select(c, a, b) = *s.node(atom) else { return None };
    if depth == 0 || moves(s, c.as_index()) {
        return None;
    }
    let on = through_selects(s, a, carried, depth - 1)?;
    let off = through_selects(s, b, carried, depth - 1)?;
    let chosen = s.select(c, on, off);
    Some(s.add(chosen, rest))
}

/// The sum of an integer over a loop.
pub fn integer_sum(g: &mut Graph, var: Var, term: Index) -> Index {
    let Bounds { lo, hi, level, .. } = *g.indices.loop_of(var);
    let own = g.indices.like(var, REDUCTION_LEVEL + level, lo, hi);
    let symbol = g.indices.var_index(own);
    let term = Rebuild::of_vars([(var, symbol)]).index(g, term);
    g.indices.sum(own, term)
}
