//! Loops that stay: the body is executed once, with the counters as functions of the loop's variable.

use super::body::Loop;
use super::carry::{Known, ONLY_SUMS, repeated};
use super::exits::integer_exits;
use super::placeholder::Placeholders;
use super::plan::Plan;
use super::range::LoopRange;
use super::step::{Step, Steps, steps};
use crate::error::Diagnostic;
use crate::frontend::trace::{Effects, Exit, Result, Trace, Val};
use crate::program::Write;
use crate::real::Value;
use rustc_hash::FxHashMap;

/// The outcome of a loop that was to stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// All that it carries is known.
    Clean,
    /// A variable carries something else than sums, which is an error if it is used.
    Unclean,
    /// Its first iteration always ends it.
    Once,
}

/// The values that a variable may have that is no sum and no counter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recurrence {
    /// None.
    Refused,
    /// Those that the iteration before assigned.
    Repeats,
}

/// The effects of one iteration.
struct Trial {
    /// The placeholders it ran with.
    list: Placeholders,
    /// The variables it assigned, with their values.
    changed: FxHashMap<usize, Val>,
    /// The exits besides those of the range.
    exits: Vec<Value>,
    steps: Steps,
    effects: Effects,
}

impl Loop<'_> {
    /// Runs the body once with the counter as a symbol, and sums what it adds.
    pub fn keep(&mut self, plan: &Plan, recurrence: Recurrence) -> Result<Kept> {
        let (carried, span) = (self.carried, self.span);
        let mut range = self.counted_range(plan)?;
        let mut known = Known { steps: plan.steps.clone(), previous: FxHashMap::default() };
        let mut shortened = false;
        // A counter that only the body steps is found in a first run, and is a symbol in the second; so is what only
        // repeats the iteration before. Exits besides the test shorten the range.
        loop {
            let Some(run) = self.trial(&known, &range)? else { return Ok(Kept::Once) };
            let t = self.trace();
            t.graph.span = span;
            let zero = t.graph.indices.int(0);
            let moving = run.steps.values().any(|(_, step)| *step != Step::Add(zero));
            if moving {
                known.steps.extend(run.steps);
                continue;
            }
            if recurrence == Recurrence::Repeats && known.previous.is_empty() {
                known.previous = repeated(t, &run.list, &run.changed, range.var);
                if !known.previous.is_empty() {
                    continue;
                }
            }
            if !run.exits.is_empty() && !shortened {
                range = self.shortened(&range, &run.exits, |t| {
                    known.put_in(t, carried, &range);
                })?;
                shortened = true;
                continue;
            }
            self.all_foreseen(&run.changed)?;
            let t = self.trace();
            let number = t.number_loop();
            t.add_looks(run.effects.looks);
            range.look_at_last_test(t, plan);
            keep_writes(t, run.effects.writes, &run.list, &range, number)?;
            let clean = known.outcomes(t, carried, &run.list, &run.changed, &range);
            if let Some(condition) = range.returns {
                self.return_from(condition, range.taken)?;
            }
            return Ok(if clean { Kept::Clean } else { Kept::Unclean });
        }
    }

    /// Runs the iteration that returns from the function, after the range of the loop.
    fn return_from(&mut self, condition: Value, taken: Option<Value>) -> Result<()> {
        let region = self.trace().open(condition);
        self.trace().assume(taken.map(|p| (p, true)));
        let run = self.body.body();
        self.trace().forget(taken);
        run?;
        self.trace().clear(&[Exit::Break, Exit::Continue]);
        self.trace().close(region);
        Ok(())
    }

    /// Runs one iteration and takes it back. `None`: it always leaves the loop.
    fn trial(&mut self, known: &Known, range: &LoopRange) -> Result<Option<Trial>> {
        let (carried, span) = (self.carried, self.span);
        let attempt = self.trace().begin();
        let list = known.put_in(self.trace(), carried, range);
        range.assume(self.trace());
        let left = self.iteration();
        range.forget(self.trace());
        let left = left?;
        let t = self.trace();
        t.graph.span = span;
        if t.literal(left) == Some(true) {
            t.abandon(attempt);
            return Ok(None);
        }
        let exits = integer_exits(t, left, &range.exits, &list)?;
        let mut steps = steps(t, &list, |_| true);
        steps.retain(|_, (_, step)| match step {
            Step::Add(added) => !t.graph.indices.contains(t.graph.indices.free(*added), range.var),
            Step::Shift(_) => true,
        });
        let mut effects = t.take_effects(&attempt);
        // What depends on what the iteration before left behind goes: nothing that comes of it is kept either.
        effects.looks.retain(|look| !list.holds(t, look.index()) && !list.leak_into(t, look.path()));
        let changed: FxHashMap<usize, Val> = t.abandon(attempt).into_iter().collect();
        Ok(Some(Trial { list, exits, steps, effects, changed }))
    }

    /// Checks that an iteration assigned no variable that was not given a symbol.
    fn all_foreseen(&mut self, changed: &FxHashMap<usize, Val>) -> Result<()> {
        let (carried, older) = (self.carried, self.variables);
        let t = self.trace();
        let foreseen = |cell: &usize| carried.cells().binary_search(cell).is_ok() || t.is_flow(*cell);
        if changed.keys().any(|cell| *cell < older && !foreseen(cell)) {
            return t.error("this loop assigns a variable through a pointer that cannot be followed");
        }
        Ok(())
    }

    /// Runs the body and the step once; gives the predicate that the loop ends then.
    fn iteration(&mut self) -> Result<Value> {
        let outside = self.trace().depth();
        self.trace().set_depth(outside + 1);
        self.body.body()?;
        let t = self.trace();
        t.clear(&[Exit::Continue]);
        let mut left = t.left_loop()?;
        let region = match t.literal(left) {
            None => {
                let stayed = t.graph.not(left);
                Some(t.open(stayed))
            }
            Some(false) => None,
            // The step is not reached.
            Some(true) => {
                t.set_depth(outside);
                return Ok(left);
            }
        };
        let ends = self.body.step()?;
        let t = self.trace();
        if let Some(ends) = ends {
            left = t.graph.or(left, ends);
        }
        if let Some(region) = region {
            t.close(region);
        }
        t.set_depth(outside);
        Ok(left)
    }
}

/// Puts the writes of an iteration into the loop.
fn keep_writes(t: &mut Trace, writes: Vec<Write>, list: &Placeholders, range: &LoopRange, number: u32) -> Result<()> {
    for mut write in writes {
        if list.leak_into(t, write.value) || list.leak_into(t, write.path) || list.holds(t, write.row) {
            return Err(Diagnostic::new(write.span, ONLY_SUMS));
        }
        write.vars.insert(0, range.var);
        write.loops.insert(0, number);
        t.write(write);
    }
    Ok(())
}
