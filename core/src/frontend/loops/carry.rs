//! The values of a loop's variables in an iteration and after the last: sums, counters, and those that never change.

use super::body::Carried;
use super::placeholder::Placeholders;
use super::range::LoopRange;
use super::step::{Steps, closed_form};
use super::sums::{increment, integer_increment, integer_sum};
use crate::frontend::trace::{LastValue, LoopEnd, Trace, Val, any_leak, merge, settled};
use crate::index::{Loop as Bounds, Var};
use crate::real::Rebuild;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The rule that a recurrence breaks.
pub const ONLY_SUMS: &str = "a loop may carry nothing but sums: this variable comes out of an iteration as something else \
                         than its old value plus a term. Write it as `v += term`, or give the loop a literal trip count";

/// The rule that the use of a last value breaks.
const LAST_VALUE: &str = "this variable is assigned anew in every iteration of a loop, and its last value is used \
                          after it: declare it inside the loop, or add up";

/// The variables of a loop whose values in an iteration are known.
pub struct Known {
    /// The inductive ones.
    pub steps: Steps,
    /// Those that hold what the iteration before assigned, written with the variable of its loop.
    pub previous: FxHashMap<usize, (Val, Var)>,
}

impl Known {
    /// Puts the values of an iteration into the variables.
    pub fn put_in(&self, t: &mut Trace, carried: &Carried, range: &LoopRange) -> Placeholders {
        let before: FxHashMap<usize, Val> = self.previous.keys().map(|&c| (c, t.get(c).clone())).collect();
        let unknown = carried.cells().iter().copied().filter(|cell| !self.steps.contains_key(cell));
        let list = Placeholders::set(t, unknown);
        for &cell in carried.cells() {
            if let (Some(&step), &Val::Int { signed, .. }) = (self.steps.get(&cell), t.get(cell)) {
                let index = closed_form(&mut t.graph.indices, step, range.iteration);
                t.set(cell, Val::Int { index, signed });
            } else if let (Some(repeated), Some(first)) = (self.previous.get(&cell), before.get(&cell)) {
                let value = iteration_before(t, repeated, first, range);
                t.set(cell, value);
            }
        }
        list
    }

    /// Puts the values after the loop into the variables, given what an iteration assigned. Gives whether all of them
    /// are known; those that are not are poison.
    pub fn outcomes(
        &self,
        t: &mut Trace,
        carried: &Carried,
        list: &Placeholders,
        changed: &FxHashMap<usize, Val>,
        range: &LoopRange,
    ) -> bool {
        let mut clean = true;
        let placeholders: FxHashMap<usize, &Val> = list.values.iter().map(|(c, v)| (*c, v)).collect();
        let Bounds { lo, hi, .. } = *t.graph.indices.loop_of(range.var);
        let (length, zero) = (t.graph.indices.sub(hi, lo), t.graph.indices.int(0));
        let times = t.graph.indices.max(length, zero);
        let end = LoopEnd::of(&mut t.graph, range.var, &list.unknown);
        for &cell in carried.cells() {
            let before = t.get(cell).clone();
            t.graph.span = t.assigned_at(cell);
            let after = match (self.steps.get(&cell), changed.get(&cell), &before) {
                // The exit may have come before the step.
                (Some(_), Some(new), _) if range.last => last_value(t, new, &before, &end),
                (Some(&step), _, Val::Int { signed, .. }) => {
                    Val::Int { index: closed_form(&mut t.graph.indices, step, times), signed: *signed }
                }
                (None, Some(new), _) => {
                    let Some(placeholder) = placeholders.get(&cell) else { continue };
                    outcome(t, list, (&before, placeholder, new), range.var, &end)
                }
                _ => continue,
            };
            after.leaves(&mut |leaf| clean &= !matches!(leaf, Val::Poison(reason) if reason.message == ONLY_SUMS));
            t.set(cell, after);
        }
        clean
    }
}

fn last_value(t: &Trace, new: &Val, before: &Val, end: &Rc<LoopEnd>) -> Val {
    LastValue::after(new, before, end, t.graph.span, ONLY_SUMS)
}

/// The value after the loop of a variable that held `before`, the placeholder in an iteration, and `new` after it.
fn outcome(
    t: &mut Trace,
    list: &Placeholders,
    (before, placeholder, new): (&Val, &Val, &Val),
    var: Var,
    end: &Rc<LoopEnd>,
) -> Val {
    match (placeholder, new) {
        (Val::Composite(p), Val::Composite(n)) => match before {
            Val::Composite(a) if a.len() == p.len() && p.len() == n.len() => {
                let parts = a.iter().zip(p.iter()).zip(n.iter());
                Val::composite(parts.map(|((a, p), n)| outcome(t, list, (a, p, n), var, end)))
            }
            _ => t.poison(LAST_VALUE),
        },
        (_, Val::Poison(_)) => new.clone(),
        _ if placeholder.is_same(new) => before.clone(),
        (Val::Real(p), Val::Real(n)) => match increment(&mut t.graph, *n, *p) {
            Some(term) if list.leak_into(t, term) => t.poison(ONLY_SUMS),
            Some(term) => {
                let Val::Real(a) = settled(&mut t.graph, before) else { return t.poison(ONLY_SUMS) };
                let sum = t.graph.sum(var, term);
                Val::Real(t.graph.add(a, sum))
            }
            None if list.leak_into(t, *n) => t.poison(ONLY_SUMS),
            None => last_value(t, new, before, end),
        },
        (&Val::Int { index: p, .. }, &Val::Int { index: n, .. }) => {
            let term = integer_increment(&mut t.graph.indices, n, p);
            let Some(term) = term.filter(|&term| !list.holds(t, term)) else {
                return last_value(t, new, before, end);
            };
            let Val::Int { index: a, signed } = settled(&mut t.graph, before) else {
                return t.poison(ONLY_SUMS);
            };
            let sum = integer_sum(&mut t.graph, var, term);
            Val::Int { index: t.graph.indices.add(a, sum), signed }
        }
        (Val::Real(_), Val::Last(_)) | (Val::Int { .. } | Val::Bool(_), Val::Bool(_) | Val::Last(_)) => {
            last_value(t, new, before, end)
        }
        _ => t.poison(LAST_VALUE),
    }
}

/// The variables that hold nothing but what the iteration before assigned, with that value.
pub fn repeated(
    t: &Trace,
    list: &Placeholders,
    changed: &FxHashMap<usize, Val>,
    var: Var,
) -> FxHashMap<usize, (Val, Var)> {
    let cells = list.values.iter().map(|(cell, _)| cell);
    let new = |cell: &usize| changed.get(cell).filter(|new| !any_leak(&t.graph, new, &list.unknown));
    cells.filter_map(|cell| Some((*cell, (new(cell)?.clone(), var)))).collect()
}

/// The value that the iteration before assigned; in the first one, the value from before the loop.
fn iteration_before(t: &mut Trace, (new, var): &(Val, Var), first: &Val, range: &LoopRange) -> Val {
    let symbol = t.graph.indices.var_index(range.var);
    let before = t.graph.indices.offset(symbol, -1);
    let new = new.rebuilt(&mut t.graph, &mut Rebuild::of_vars([(*var, before)]));
    let begins = t.equals(range.iteration, 0);
    merge(&mut t.graph, begins, first, &new)
}
