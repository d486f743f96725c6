//! What the variables of a loop hold after it: sums, counters, and what never changes.

use super::machine::{Machine, Result};
use super::trip::{Carried, Placeholders, Plan, Steps};
use super::value::{Val, merge};
use crate::index::Var;
use crate::real::{BinaryOp, Graph, Node, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// The rule that a recurrence breaks.
pub const ONLY_SUMS: &str = "a loop may carry nothing but sums: this variable comes out of an iteration as something else \
                         than its old value plus a term. Write it as `v += term`, or give the loop a literal trip count";

/// The rule that the use of a last value breaks.
const LAST_VALUE: &str = "this variable is assigned anew in every iteration of a loop, and its last value is used \
                          after it: declare it inside the loop, or add up";

impl<'m> Machine<'m> {
    /// The values of the variables after the loop.
    pub fn outcomes(
        &mut self,
        carried: &Carried,
        list: &Placeholders,
        changed: &FxHashMap<usize, Val>,
        var: Var,
        known: &Steps,
        plan: &Plan,
    ) -> Result<bool> {
        let mut clean = true;
        let placeholders: FxHashMap<usize, &Val> = list.values.iter().map(|(c, v)| (*c, v)).collect();
        let zero = self.graph.indices.int(0);
        let times = self.graph.indices.max(plan.count, zero);
        for &cell in &carried.cells {
            let before = self.cells[cell].clone();
            let after = if let (Some(&step), Val::Int { signed, .. }) = (known.get(&cell), &before) {
                Val::Int { index: self.closed_form(step, times), signed: *signed }
            } else {
                let (Some(placeholder), Some(new)) = (placeholders.get(&cell), changed.get(&cell)) else { continue };
                let span = self.assigned[cell];
                self.graph.span = span;
                self.outcome(list, &before, placeholder, new, var)
            };
            after.leaves(&mut |leaf| clean &= !matches!(leaf, Val::Poison(reason) if reason.message == ONLY_SUMS));
            self.set_cell(cell, after);
        }
        Ok(clean)
    }

    fn outcome(&mut self, list: &Placeholders, before: &Val, placeholder: &Val, new: &Val, var: Var) -> Val {
        match (before, placeholder, new) {
            (Val::Composite(a), Val::Composite(p), Val::Composite(n)) if a.len() == p.len() && p.len() == n.len() => {
                let parts = a.iter().zip(p.iter()).zip(n.iter());
                Val::composite(parts.map(|((a, p), n)| self.outcome(list, a, p, n, var)))
            }
            (_, _, Val::Poison(_)) => new.clone(),
            (Val::Real(a), Val::Real(p), Val::Real(n)) => {
                if p == n {
                    return before.clone();
                }
                if let Some(term) = increment(&mut self.graph, *n, *p) {
                    if self.leaks(term, list) {
                        return self.poison(ONLY_SUMS);
                    }
                    let sum = self.graph.sum(var, term);
                    return Val::Real(self.graph.add(*a, sum));
                }
                if self.leaks(*n, list) {
                    return self.poison(ONLY_SUMS);
                }
                let fixed = !self.graph.indices.contains(self.graph.free(*n), var);
                self.last_value(before, new, var, fixed)
            }
            (_, Val::Int { index: p, .. }, Val::Int { index: n, .. }) => {
                if p == n {
                    return before.clone();
                }
                let free = self.graph.indices.free(*n);
                let fixed = !self.holds_placeholder(*n, list) && !self.graph.indices.contains(free, var);
                self.last_value(before, new, var, fixed)
            }
            (_, Val::Bool(p), Val::Bool(n)) => {
                if p == n {
                    return before.clone();
                }
                let fixed = !self.leaks(*n, list) && !self.graph.indices.contains(self.graph.free(*n), var);
                self.last_value(before, new, var, fixed)
            }
            _ => self.poison(LAST_VALUE),
        }
    }

    /// The value of a variable that every iteration assigns anew: known if it is the same in all of them.
    fn last_value(&mut self, before: &Val, new: &Val, var: Var, fixed: bool) -> Val {
        if !fixed {
            return self.poison(LAST_VALUE);
        }
        let l = self.graph.indices.loop_of(var).clone();
        let runs = self.graph.indices.lt(l.lo, l.hi);
        let runs = self.graph.cond(runs);
        merge(&mut self.graph, runs, new, before)
    }

    /// Whether a value depends on what the iteration before left behind.
    pub fn leaks(&self, value: Value, list: &Placeholders) -> bool {
        let free = self.graph.free(value);
        if self.graph.indices.vars(free).iter().any(|v| list.vars.contains(v)) {
            return true;
        }
        let mut seen: FxHashSet<Value> = FxHashSet::default();
        let mut pending = vec![value];
        while let Some(at) = pending.pop() {
            if !self.graph.carried(at) || !seen.insert(at) {
                continue;
            }
            if matches!(self.graph.node(at), Node::Carried(key) if *key >= list.first_key) {
                return true;
            }
            self.graph.operands(at, |a| pending.push(a));
        }
        false
    }
}

/// The term that `value` adds to the placeholder `carried`: through sums, differences and selects of both sides.
fn increment(g: &mut Graph, value: Value, carried: Value) -> Option<Value> {
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
