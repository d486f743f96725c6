//! Loops that stay: the body is executed once, with the counters as functions of the loop's variable.

use super::carry::{Known, ONLY_SUMS};
use super::exits::{DATA_EXIT, Ending};
use super::looked::Look;
use super::machine::{Frame, Machine, Result};
use super::step::{Step, Steps};
use super::trip::{Carried, LoopParts, Placeholders, Plan};
use super::value::Val;
use crate::error::Diagnostic;
use crate::index::{Index, Loop, REDUCTION_LEVEL, Var};
use crate::program::{Write, implied};
use crate::real::{Graph, Rebuild, Value};
use rustc_hash::FxHashMap;

/// What a loop that stays runs over.
pub struct LoopRange {
    /// Its variable.
    pub var: Var,
    /// The number of the iteration.
    pub t: Index,
    /// The last iteration may end before the step.
    pub last: bool,
    /// Predicates that are false in every iteration.
    assumed: Vec<Value>,
    /// The conditions that end the loop with the range.
    exits: Vec<Value>,
    /// Where one more iteration runs after the range, up to a `return`.
    returns: Option<Value>,
    /// The exit that this iteration takes, if there is one only.
    taken: Option<Value>,
}

/// What came of a loop that was to stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// All that it carries is known.
    Clean,
    /// A variable carries something else than sums, which is an error if it is used.
    Unclean,
    /// Its first iteration always ends it.
    Once,
}

/// What one iteration did.
pub struct Trial {
    /// The placeholders it ran with.
    pub list: Placeholders,
    /// What it assigned.
    pub changed: FxHashMap<usize, Val>,
    exits: Vec<Value>,
    steps: Steps,
    writes: Vec<Write>,
    looks: Vec<Look>,
}

impl<'m> Machine<'m> {
    /// Runs the body once with the counter as a symbol, and sums what it adds.
    pub fn keep_loop(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        plan: &Plan,
        carried: &Carried,
        previous: bool,
    ) -> Result<Kept> {
        let mut range = self.counted_range(frame, plan)?;
        let mut known = Known { steps: plan.steps.clone(), previous: FxHashMap::default() };
        let mut shortened = false;
        // A counter that only the body steps is found in a first run, and is a symbol in the second; so is what only
        // repeats the iteration before. Exits besides the test shorten the range.
        loop {
            let Some(run) = self.trial(frame, parts, carried, &known, &range)? else { return Ok(Kept::Once) };
            self.graph.span = parts.span;
            let zero = self.graph.indices.int(0);
            let moving = run.steps.values().any(|(_, step)| *step != Step::Add(zero));
            if moving {
                known.steps.extend(run.steps);
                continue;
            }
            if previous && known.previous.is_empty() {
                known.previous = self.repeated(&run, range.var);
                if !known.previous.is_empty() {
                    continue;
                }
            }
            if !run.exits.is_empty() && !shortened {
                let prepare = |s: &mut Self| s.symbols(carried, &known, &range);
                range = self.shorten(frame, parts, &range, &run.exits, prepare)?;
                shortened = true;
                continue;
            }
            self.all_foreseen(frame, carried, &run.changed)?;
            self.loops += 1;
            let number = self.loops;
            self.looks.extend(run.looks);
            self.look_at_last_test(plan, &range);
            for mut write in run.writes {
                if self.leaks(write.value, &run.list)
                    || self.leaks(write.path, &run.list)
                    || self.holds_placeholder(write.row, &run.list)
                {
                    return Err(Diagnostic::new(write.span, ONLY_SUMS));
                }
                write.vars.insert(0, range.var);
                write.loops.insert(0, number);
                self.writes.push(write);
            }
            let clean = self.outcomes(carried, &run.list, &run.changed, &known, &range)?;
            if let Some(condition) = range.returns {
                self.return_from(frame, parts, condition, range.taken)?;
            }
            return Ok(if clean { Kept::Clean } else { Kept::Unclean });
        }
    }

    /// Runs the iteration that returns from the function, after the range of the loop.
    fn return_from(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        condition: Value,
        taken: Option<Value>,
    ) -> Result<()> {
        let region = self.open(frame, condition);
        self.assume(taken.map(|p| (p, true)));
        let run = self.block(frame, parts.body);
        self.forget_assumed(taken);
        run?;
        self.clear(frame.broken);
        self.clear(frame.continued);
        self.close(region);
        Ok(())
    }

    /// Runs one iteration and takes it back. `None`: it always leaves the loop.
    fn trial(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        carried: &Carried,
        known: &Known,
        range: &LoopRange,
    ) -> Result<Option<Trial>> {
        let attempt = self.begin_attempt(frame);
        let writes = self.writes.len();
        let list = self.symbols(carried, known, range);
        self.assume(range.assumed.iter().map(|&p| (p, false)));
        let left = self.iteration(frame, parts);
        self.forget_assumed(range.assumed.iter().copied());
        let left = left?;
        self.graph.span = parts.span;
        if self.literal(left) == Some(true) {
            self.abandon(frame, attempt);
            return Ok(None);
        }
        let exits = self.integer_exits(left, &range.exits, &list)?;
        let mut steps = self.steps(&list, |_| true);
        steps.retain(|_, (_, step)| match step {
            Step::Add(added) => !self.graph.indices.contains(self.graph.indices.free(*added), range.var),
            Step::Shift(_) => true,
        });
        let writes = self.writes.split_off(writes);
        let looks = self.kept_looks(attempt.looks, &list);
        let changed: FxHashMap<usize, Val> = self.abandon(frame, attempt).into_iter().collect();
        Ok(Some(Trial { list, exits, steps, writes, looks, changed }))
    }

    /// The range of the counting exit.
    fn counted_range(&mut self, frame: &Frame<'m>, plan: &Plan) -> Result<LoopRange> {
        let counted = &plan.counted;
        let local = |cell: usize| {
            let at = cell.checked_sub(frame.first_cell)?;
            frame.locals?.iter().nth(at).and_then(|(_, v)| v.name.clone())
        };
        let counter = counted.direct.or(counted.vars.first().map(|(_, cell)| *cell));
        let name = counter.and_then(local).unwrap_or_else(|| "i".to_string());
        let begins = counted.direct.and_then(|cell| plan.steps.get(&cell)).map(|(init, _)| *init);
        let lo = begins.unwrap_or_else(|| self.graph.indices.int(0));
        let hi = self.graph.indices.add(lo, plan.count);
        let hi = self.guarded_end(lo, hi);
        let var = self.graph.indices.var(self.depth, lo, hi, &name);
        let symbol = self.graph.indices.var_index(var);
        let t = self.graph.indices.sub(symbol, lo);
        // While the counters of an outer loop are looked for, nothing is known of their sign.
        if self.planning == 0 && !self.stays_unsigned(counted, &plan.steps, t) {
            return self.error(
                "a u32 in the test of this loop may pass below zero, where it wraps: the trip count cannot be bounded",
            );
        }
        let exit = self.exit_at(counted, &plan.steps, t);
        let exits: Vec<Value> = exit.into_iter().collect();
        let assumed = if plan.ending == Ending::Work { Vec::new() } else { exits.clone() };
        let returns = (plan.ending == Ending::Return).then(|| self.graph.bool(true));
        let taken = self.exit_at(counted, &plan.steps, plan.count);
        Ok(LoopRange { var, t, last: plan.ending == Ending::Work, assumed, exits, returns, taken })
    }

    /// The end of a range that wraps below zero where the loop is not reached (`if n > 7 { for i in 0..n - 7 … }`): there
    /// the range is empty.
    fn guarded_end(&mut self, lo: Index, hi: Index) -> Index {
        if !self.graph.indices.wraps(hi) {
            return hi;
        }
        let reached = implied(&mut self.graph, self.path);
        self.graph.indices.select(reached, hi, lo)
    }

    /// The range up to the first value that satisfies one of `exits`.
    fn shorten(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        range: &LoopRange,
        exits: &[Value],
        mut prepare: impl FnMut(&mut Self) -> Placeholders,
    ) -> Result<LoopRange> {
        self.assume(range.assumed.iter().map(|&p| (p, false)));
        let ending = self.ending(frame, parts, exits, |s| {
            prepare(s);
        });
        self.forget_assumed(range.assumed.iter().copied());
        let ending = ending?;
        let returns = ending == Ending::Return || range.returns.is_some();
        if returns && range.last {
            return self.error(DATA_EXIT);
        }
        let full = returns || (ending == Ending::Nothing && !range.last);
        let Loop { lo, hi, name, .. } = self.graph.indices.loop_of(range.var).clone();
        let search = self.graph.indices.var(REDUCTION_LEVEL + self.depth, lo, hi, &name);
        let symbol = self.graph.indices.var_index(search);
        let mut found = self.graph.indices.bool(false);
        for &exit in exits {
            let Some(cond) = self.graph.as_cond(exit) else { continue };
            let searched = Rebuild::of_vars([(range.var, symbol)]).cond(&mut self.graph, cond);
            found = self.graph.indices.or(found, searched);
        }
        let first = self.graph.indices.first(search, found);
        let end = match full {
            true => first,
            false => {
                let next = self.graph.indices.offset(first, 1);
                self.graph.indices.min(next, hi)
            }
        };
        let var = self.graph.indices.var(self.depth, lo, end, &name);
        let symbol = self.graph.indices.var_index(var);
        let t = self.graph.indices.sub(symbol, lo);
        let mut moved = Rebuild::of_vars([(range.var, symbol)]);
        let mut move_all =
            |g: &mut Graph, list: &[Value]| -> Vec<Value> { list.iter().map(|&p| moved.value(g, p)).collect() };
        let mut assumed = move_all(&mut self.graph, &range.assumed);
        let mut known = move_all(&mut self.graph, &range.exits);
        let moved_exits = move_all(&mut self.graph, exits);
        known.extend(&moved_exits);
        if full {
            assumed.extend(&moved_exits);
        }
        let early = self.graph.indices.lt(first, hi);
        let early = self.graph.cond(early);
        let taken = match (exits, range.returns) {
            ([one], None) => Some(Rebuild::of_vars([(range.var, first)]).value(&mut self.graph, *one)),
            _ => None,
        };
        let returns = returns.then(|| range.returns.unwrap_or(early));
        Ok(LoopRange { var, t, last: !full, assumed, exits: known, returns, taken })
    }

    /// Checks that an iteration assigned no variable that was not given a symbol.
    fn all_foreseen(&self, frame: &Frame<'m>, carried: &Carried, changed: &FxHashMap<usize, Val>) -> Result<()> {
        let flow: Vec<usize> = frame.flow().collect();
        let older = |cell: &usize| *cell < frame.returned || (frame.first_cell..frame.end_cell()).contains(cell);
        let foreseen = |cell: &usize| carried.cells.binary_search(cell).is_ok() || flow.contains(cell);
        if changed.keys().any(|cell| older(cell) && !foreseen(cell)) {
            return self.error("this loop assigns a variable through a pointer that cannot be followed");
        }
        Ok(())
    }

    /// Puts the values of an iteration into the variables.
    fn symbols(&mut self, carried: &Carried, known: &Known, range: &LoopRange) -> Placeholders {
        let before: FxHashMap<usize, Val> = known.previous.keys().map(|&c| (c, self.cells[c].clone())).collect();
        let unknown = carried.cells.iter().copied().filter(|cell| !known.steps.contains_key(cell));
        let list = self.set_placeholders(unknown.collect::<Vec<_>>());
        for cell in &carried.cells {
            if let Some(&step) = known.steps.get(cell)
                && let Val::Int { signed, .. } = self.cells[*cell]
            {
                let index = self.closed_form(step, range.t);
                self.set_cell(*cell, Val::Int { index, signed });
            } else if let (Some(repeated), Some(first)) = (known.previous.get(cell), before.get(cell)) {
                let value = self.iteration_before(repeated, first, range);
                self.set_cell(*cell, value);
            }
        }
        list
    }

    /// Runs the body and the step once; gives the predicate that the loop ends then.
    fn iteration(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>) -> Result<Value> {
        self.depth += 1;
        self.block(frame, parts.body)?;
        self.clear(frame.continued);
        let mut left = self.broken(frame)?;
        let region = match self.literal(left) {
            None => {
                let stayed = self.graph.not(left);
                Some(self.open(frame, stayed))
            }
            Some(false) => None,
            // The step is not reached.
            Some(true) => {
                self.depth -= 1;
                return Ok(left);
            }
        };
        self.block(frame, parts.continuing)?;
        if let Some(condition) = parts.break_if {
            let ends = self.predicate(frame, condition)?;
            left = self.graph.or(left, ends);
        }
        if let Some(region) = region {
            self.close(region);
        }
        self.depth -= 1;
        Ok(left)
    }
}
