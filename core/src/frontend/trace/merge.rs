//! Two values under a condition, and values that are built when they are read.

use super::value::{LastValue, Unknown, Val, literal, poison};
use crate::index::{Indices, VarSet};
use crate::real::{Graph, Node, Value};
use rustc_hash::FxHashSet;

/// `if p { a } else { b }`, of values of one type.
pub fn merge(g: &mut Graph, p: Value, a: &Val, b: &Val) -> Val {
    if let Some(truth) = literal(g, p) {
        return if truth { a.clone() } else { b.clone() };
    }
    if a.same(b) {
        return a.clone();
    }
    match (a, b) {
        (Val::Unset, other) | (other, Val::Unset) => other.clone(),
        (Val::Last(_), _) | (_, Val::Last(_)) => {
            let (a, b) = (settled(g, a), settled(g, b));
            merge(g, p, &a, &b)
        }
        (Val::Poison(_), _) => a.clone(),
        (_, Val::Poison(_)) => b.clone(),
        (Val::Real(x), Val::Real(y)) => Val::Real(g.select(p, *x, *y)),
        (Val::Bool(x), Val::Bool(y)) => Val::Bool(merge_bool(g, p, *x, *y)),
        (Val::Int { index: x, signed }, Val::Int { index: y, .. }) => match g.as_cond(p) {
            Some(cond) => Val::Int { index: g.indices.select(cond, *x, *y), signed: *signed },
            None => poison(g, "an integer that depends on a comparison of reals: indices depend on integers only"),
        },
        (Val::Composite(x), Val::Composite(y)) if x.len() == y.len() => {
            Val::composite(x.iter().zip(y.iter()).map(|(x, y)| merge(g, p, x, y)))
        }
        _ => poison(g, "a pointer or parameter that depends on a condition"),
    }
}

fn merge_bool(g: &mut Graph, p: Value, a: Value, b: Value) -> Value {
    let not_p = g.not(p);
    match (literal(g, a), literal(g, b)) {
        (Some(true), _) => g.or(p, b),
        (Some(false), _) => g.and(not_p, b),
        (_, Some(true)) => g.or(not_p, a),
        (_, Some(false)) => g.and(p, a),
        _ => {
            let (on, off) = (g.and(p, a), g.and(not_p, b));
            g.or(on, off)
        }
    }
}

impl LastValue {
    /// The value; loops one after another may make a long chain.
    fn settle(&self, g: &mut Graph) -> Val {
        let mut chain = vec![self];
        while let Some(LastValue { before: Val::Last(earlier), .. }) = chain.last()
            && earlier.settled.get().is_none()
        {
            chain.push(earlier);
        }
        for last in chain.into_iter().rev() {
            let before = match &last.before {
                Val::Last(earlier) => earlier.settled().clone(),
                known => known.clone(),
            };
            let new = settled(g, &last.new);
            let value = if any_leak(g, &new, &last.end.unknown) {
                let span = std::mem::replace(&mut g.span, last.span);
                let refused = poison(g, last.rule);
                g.span = span;
                refused
            } else {
                let new = new.rebuilt(g, &mut last.end.rebuild.borrow_mut());
                merge(g, last.end.runs, &new, &before)
            };
            let _ = last.settled.set(value);
        }
        self.settled().clone()
    }

    fn settled(&self) -> &Val {
        self.settled.get().unwrap_or_else(|| unreachable!("a chain of last values is settled from its beginning"))
    }
}

impl Val {
    /// The integer that is still to be built: counters begin with it.
    pub fn waiting_integer(&self, g: &mut Graph) -> Option<Val> {
        match self {
            Val::Last(last) if matches!(last.new, Val::Int { .. }) => Some(settled(g, self)),
            _ => None,
        }
    }
}

/// A value as it is read: with the last values in it built.
pub fn settled(g: &mut Graph, value: &Val) -> Val {
    match value {
        Val::Last(last) => match last.settled.get() {
            Some(value) => value.clone(),
            None => last.settle(g),
        },
        Val::Composite(parts) => {
            let mut waits = false;
            value.leaves(&mut |leaf| waits |= matches!(leaf, Val::Last(_)));
            if waits { Val::composite(parts.iter().map(|p| settled(g, p))) } else { value.clone() }
        }
        other => other.clone(),
    }
}

/// True if some scalar of a value depends on what the iteration before left behind, or cannot be used.
pub fn any_leak(g: &Graph, value: &Val, unknown: &Unknown) -> bool {
    let mut found = false;
    value.leaves(&mut |leaf| {
        found |= match leaf {
            Val::Real(v) | Val::Bool(v) => leaks(g, *v, unknown),
            Val::Int { index, .. } => holds(&g.indices, g.indices.free(*index), unknown),
            _ => true,
        }
    });
    found
}

/// True if a value depends on what the iteration before left behind.
pub fn leaks(g: &Graph, value: Value, unknown: &Unknown) -> bool {
    if holds(&g.indices, g.free(value), unknown) {
        return true;
    }
    let mut seen: FxHashSet<Value> = FxHashSet::default();
    let mut pending = vec![value];
    while let Some(at) = pending.pop() {
        if !g.carried(at) || !seen.insert(at) {
            continue;
        }
        if matches!(g.node(at), Node::Carried(key) if *key >= unknown.first_key) {
            return true;
        }
        g.operands(at, |a| pending.push(a));
    }
    false
}

/// True if one of these variables is a placeholder.
pub fn holds(indices: &Indices, free: VarSet, unknown: &Unknown) -> bool {
    indices.vars(free).iter().any(|v| unknown.vars.contains(v))
}
