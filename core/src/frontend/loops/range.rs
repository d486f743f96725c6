//! The range of a loop that stays.

use super::body::Loop;
use super::exits::{DATA_EXIT, Ending};
use super::plan::Plan;
use super::step::at_iteration;
use crate::frontend::trace::{Result, Trace};
use crate::index::{Index, Loop as Bounds, REDUCTION_LEVEL, Var};
use crate::program::{Word, implied};
use crate::real::{Graph, Rebuild, Value};

/// The range of a loop that stays.
pub struct LoopRange {
    /// Its variable.
    pub var: Var,
    /// The number of the iteration.
    pub iteration: Index,
    /// The last iteration may end before the step.
    pub last: bool,
    /// Predicates that are false in every iteration.
    pub assumed: Vec<Value>,
    /// The conditions that end the loop with the range.
    pub exits: Vec<Value>,
    /// The condition under which one more iteration runs after the range, up to a `return`.
    pub returns: Option<Value>,
    /// The exit that this iteration takes, if there is one only.
    pub taken: Option<Value>,
}

impl LoopRange {
    /// Takes the predicates for known that are false in every iteration.
    pub fn assume(&self, t: &mut Trace) {
        t.assume(self.assumed.iter().map(|&p| (p, false)));
    }

    /// Takes that back.
    pub fn forget(&self, t: &mut Trace) {
        t.forget(self.assumed.iter().copied());
    }

    /// Records what the test of the loop looks at when the loop begins and, if no iteration of the range does, when it
    /// ends.
    pub fn look_at_last_test(&self, t: &mut Trace, plan: &Plan) {
        let Plan { counted, steps, .. } = plan;
        let Bounds { lo, hi, .. } = *t.graph.indices.loop_of(self.var);
        let end = t.graph.indices.sub(hi, lo);
        let zero = t.graph.indices.int(0);
        for &side in &counted.unsigned {
            // A side that falls is above zero in all iterations if there are any: that says nothing of the first.
            if let Some(first) = at_iteration(t, &counted.counters, steps, side, zero)
                && !t.graph.indices.nonnegative(first)
            {
                t.look(first, Word::U32);
            }
        }
        for (sides, word) in [(&counted.unsigned, Word::U32), (&counted.signed, Word::I32)] {
            for &side in sides.iter().filter(|_| !self.last) {
                if let Some(last) = at_iteration(t, &counted.counters, steps, side, end) {
                    t.look(last, word);
                }
            }
        }
    }
}

impl Loop<'_> {
    /// The range of the counting exit.
    pub fn counted_range(&mut self, plan: &Plan) -> Result<LoopRange> {
        let Plan { counted, steps, .. } = plan;
        let counter = counted.direct.or(counted.counters.first().map(|(_, cell)| *cell));
        let name = counter.and_then(|cell| self.body.name(cell)).unwrap_or_else(|| "i".to_string());
        let begins = counted.direct.and_then(|cell| steps.get(&cell)).map(|(init, _)| *init);
        let t = self.trace();
        let lo = begins.unwrap_or_else(|| t.graph.indices.int(0));
        let hi = t.graph.indices.add(lo, plan.count);
        let hi = guarded_end(t, lo, hi);
        let depth = t.depth();
        let var = t.graph.indices.var(depth, lo, hi, &name);
        let symbol = t.graph.indices.var_index(var);
        let iteration = t.graph.indices.sub(symbol, lo);
        // While the counters of an outer loop are looked for, nothing is known of their sign.
        if !t.is_planning() && !counted.stays_unsigned(t, steps, iteration) {
            return t.error(
                "a u32 in the test of this loop may pass below zero, where it wraps: the trip count cannot be bounded",
            );
        }
        let exit = counted.exit_at(t, steps, iteration);
        let exits: Vec<Value> = exit.into_iter().collect();
        let assumed = if plan.ending == Ending::Work { Vec::new() } else { exits.clone() };
        let returns = (plan.ending == Ending::Return).then(|| t.graph.bool(true));
        let taken = counted.exit_at(t, steps, plan.count);
        Ok(LoopRange { var, iteration, last: plan.ending == Ending::Work, assumed, exits, returns, taken })
    }

    /// The range up to the first value that satisfies one of `exits`.
    pub fn shortened(
        &mut self,
        range: &LoopRange,
        exits: &[Value],
        prepare: impl FnMut(&mut Trace),
    ) -> Result<LoopRange> {
        range.assume(self.trace());
        let ending = self.ending(exits, prepare);
        range.forget(self.trace());
        let ending = ending?;
        let t = self.trace();
        let returns = ending == Ending::Return || range.returns.is_some();
        if returns && range.last {
            return t.error(DATA_EXIT);
        }
        let full = returns || (ending == Ending::Nothing && !range.last);
        Ok(shorten(t, range, exits, full, returns))
    }
}

/// The end of a range that wraps below zero where the loop is not reached (`if n > 7 { for i in 0..n - 7 … }`): there
/// the range is empty.
fn guarded_end(t: &mut Trace, lo: Index, hi: Index) -> Index {
    if !t.graph.indices.wraps(hi) {
        return hi;
    }
    let path = t.path();
    let reached = implied(&mut t.graph, path);
    t.graph.indices.select(reached, hi, lo)
}

/// The range up to the first value that satisfies one of `exits`. `full`: the iteration that does is none of the range.
fn shorten(t: &mut Trace, range: &LoopRange, exits: &[Value], full: bool, returns: bool) -> LoopRange {
    let depth = t.depth();
    let g = &mut t.graph;
    let Bounds { lo, hi, .. } = *g.indices.loop_of(range.var);
    let search = g.indices.like(range.var, REDUCTION_LEVEL + depth, lo, hi);
    let symbol = g.indices.var_index(search);
    let mut found = g.indices.bool(false);
    for &exit in exits {
        let Some(cond) = g.as_cond(exit) else { continue };
        let searched = Rebuild::of_vars([(range.var, symbol)]).cond(g, cond);
        found = g.indices.or(found, searched);
    }
    let first = g.indices.first(search, found);
    let end = match full {
        true => first,
        false => {
            let next = g.indices.offset(first, 1);
            g.indices.min(next, hi)
        }
    };
    let var = g.indices.like(range.var, depth, lo, end);
    let symbol = g.indices.var_index(var);
    let iteration = g.indices.sub(symbol, lo);
    let mut moved = Rebuild::of_vars([(range.var, symbol)]);
    let mut move_all =
        |g: &mut Graph, list: &[Value]| -> Vec<Value> { list.iter().map(|&p| moved.value(g, p)).collect() };
    let mut assumed = move_all(g, &range.assumed);
    let mut known = move_all(g, &range.exits);
    let moved_exits = move_all(g, exits);
    known.extend(&moved_exits);
    if full {
        assumed.extend(&moved_exits);
    }
    let early = g.indices.lt(first, hi);
    let early = g.cond(early);
    let taken = match (exits, range.returns) {
        ([one], None) => Some(Rebuild::of_vars([(range.var, first)]).value(g, *one)),
        _ => None,
    };
    let returns = returns.then(|| range.returns.unwrap_or(early));
    LoopRange { var, iteration, last: !full, assumed, exits: known, returns, taken }
}
