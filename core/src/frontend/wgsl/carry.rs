//! What the variables of a loop hold after it: sums, counters, and what never changes.

use super::keep::{LoopRange, Trial};
use super::last::{LastValue, LoopEnd, any_leak, leaks, settled};

use super::machine::{Machine, Result};
use super::step::Steps;
use super::trip::{Carried, Placeholders};
use super::value::{Val, merge};
use crate::index::{Index, IndexNode, Indices, Loop, Monomial, REDUCTION_LEVEL, Var};
use crate::real::{BinaryOp, Graph, Node, Rebuild, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The rule that a recurrence breaks.
pub const ONLY_SUMS: &str = "a loop may carry nothing but sums: this variable comes out of an iteration as something else \
                         than its old value plus a term. Write it as `v += term`, or give the loop a literal trip count";

/// The rule that the use of a last value breaks.
const LAST_VALUE: &str = "this variable is assigned anew in every iteration of a loop, and its last value is used \
                          after it: declare it inside the loop, or add up";

/// How many selects an integer's increment may pass through.
const INCREMENT_DEPTH: usize = 64;

/// What is known of the variables of a loop.
pub struct Known {
    /// The inductive ones.
    pub steps: Steps,
    /// Those that hold what the iteration before assigned, written with the variable of its loop.
    pub previous: FxHashMap<usize, (Val, Var)>,
}

impl<'m> Machine<'m> {
    /// The values of the variables after the loop.
    pub fn outcomes(
        &mut self,
        carried: &Carried,
        list: &Placeholders,
        changed: &FxHashMap<usize, Val>,
        known: &Known,
        range: &LoopRange,
    ) -> Result<bool> {
        let mut clean = true;
        let placeholders: FxHashMap<usize, &Val> = list.values.iter().map(|(c, v)| (*c, v)).collect();
        let Loop { lo, hi, .. } = *self.graph.indices.loop_of(range.var);
        let (length, zero) = (self.graph.indices.sub(hi, lo), self.graph.indices.int(0));
        let times = self.graph.indices.max(length, zero);
        let end = LoopEnd::of(&mut self.graph, range.var, list);
        for &cell in &carried.cells {
            let before = self.cells[cell].clone();
            self.graph.span = self.assigned[cell];
            let after = match (known.steps.get(&cell), changed.get(&cell), &before) {
                // The exit may have come before the step.
                (Some(_), Some(new), _) if range.last => LastValue::after(new, &before, &end, self.graph.span),
                (Some(&step), _, Val::Int { signed, .. }) => {
                    Val::Int { index: self.closed_form(step, times), signed: *signed }
                }
                (None, Some(new), _) => {
                    let Some(placeholder) = placeholders.get(&cell) else { continue };
                    self.outcome(list, &before, placeholder, new, range.var, &end)
                }
                _ => continue,
            };
            after.leaves(&mut |leaf| clean &= !matches!(leaf, Val::Poison(reason) if reason.message == ONLY_SUMS));
            self.set_cell(cell, after);
        }
        Ok(clean)
    }

    fn outcome(
        &mut self,
        list: &Placeholders,
        before: &Val,
        placeholder: &Val,
        new: &Val,
        var: Var,
        end: &Rc<LoopEnd>,
    ) -> Val {
        match (placeholder, new) {
            (Val::Composite(p), Val::Composite(n)) => match before {
                Val::Composite(a) if a.len() == p.len() && p.len() == n.len() => {
                    let parts = a.iter().zip(p.iter()).zip(n.iter());
                    Val::composite(parts.map(|((a, p), n)| self.outcome(list, a, p, n, var, end)))
                }
                _ => self.poison(LAST_VALUE),
            },
            (_, Val::Poison(_)) => new.clone(),
            _ if placeholder.is_same(new) => before.clone(),
            (Val::Real(p), Val::Real(n)) => match increment(&mut self.graph, *n, *p) {
                Some(term) if self.leaks(term, list) => self.poison(ONLY_SUMS),
                Some(term) => {
                    let Val::Real(a) = settled(&mut self.graph, before) else { return self.poison(ONLY_SUMS) };
                    let sum = self.graph.sum(var, term);
                    Val::Real(self.graph.add(a, sum))
                }
                None if self.leaks(*n, list) => self.poison(ONLY_SUMS),
                None => LastValue::after(new, before, end, self.graph.span),
            },
            (&Val::Int { index: p, .. }, &Val::Int { index: n, .. }) => {
                let term = self.integer_increment(n, p, INCREMENT_DEPTH);
                let Some(term) = term.filter(|&term| !self.holds_placeholder(term, list)) else {
                    return LastValue::after(new, before, end, self.graph.span);
                };
                let Val::Int { index: a, signed } = settled(&mut self.graph, before) else {
                    return self.poison(ONLY_SUMS);
                };
                let sum = self.integer_sum(var, term);
                Val::Int { index: self.graph.indices.add(a, sum), signed }
            }
            (Val::Real(_), Val::Last(_)) | (Val::Int { .. } | Val::Bool(_), Val::Bool(_) | Val::Last(_)) => {
                LastValue::after(new, before, end, self.graph.span)
            }
            _ => self.poison(LAST_VALUE),
        }
    }

    /// The term that an integer adds to its placeholder: as a sum, and through selects of both sides.
    fn integer_increment(&mut self, value: Index, carried: Index, depth: usize) -> Option<Index> {
        let s = &mut self.graph.indices;
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
        let on = self.integer_increment(a, carried, depth - 1)?;
        let off = self.integer_increment(b, carried, depth - 1)?;
        let chosen = self.graph.indices.select(c, on, off);
        Some(self.graph.indices.add(chosen, rest))
    }

    /// The sum of an integer over a loop.
    fn integer_sum(&mut self, var: Var, term: Index) -> Index {
        let Loop { lo, hi, level, name } = self.graph.indices.loop_of(var).clone();
        let own = self.graph.indices.var(REDUCTION_LEVEL + level, lo, hi, &name);
        let symbol = self.graph.indices.var_index(own);
        let term = Rebuild::of_vars([(var, symbol)]).index(&mut self.graph, term);
        self.graph.indices.sum(own, term)
    }

    /// The variables that hold nothing but what the iteration before assigned, with that value.
    pub fn repeated(&self, run: &Trial, var: Var) -> FxHashMap<usize, (Val, Var)> {
        let cells = run.list.values.iter().map(|(cell, _)| cell);
        let new = |cell: &usize| {
            run.changed.get(cell).filter(|new| !any_leak(&self.graph, new, &run.list.vars, run.list.first_key))
        };
        cells.filter_map(|cell| Some((*cell, (new(cell)?.clone(), var)))).collect()
    }

    /// What the iteration before assigned; in the first one, the value from before the loop.
    pub fn iteration_before(&mut self, (new, var): &(Val, Var), first: &Val, range: &LoopRange) -> Val {
        let symbol = self.graph.indices.var_index(range.var);
        let before = self.graph.indices.offset(symbol, -1);
        let new = new.rebuilt(&mut self.graph, &mut Rebuild::of_vars([(*var, before)]));
        let zero = self.graph.indices.int(0);
        let begins = self.graph.indices.eq(range.t, zero);
        let begins = self.graph.cond(begins);
        merge(&mut self.graph, begins, first, &new)
    }

    /// Whether a value depends on what the iteration before left behind.
    pub fn leaks(&self, value: Value, list: &Placeholders) -> bool {
        leaks(&self.graph, value, &list.vars, list.first_key)
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
