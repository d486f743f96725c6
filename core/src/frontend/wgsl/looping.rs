//! Loops: short ones run iteration by iteration, long ones once, with their counter as a symbol.

use super::carry::ONLY_SUMS;
use super::machine::{Attempt, Frame, Machine, Result};
use super::trip::{Carried, LoopParts, Placeholders, Plan, Steps};
use super::value::Val;
use crate::error::Diagnostic;
use crate::index::{Index, Var};
use naga::{Block, Expression, Handle, Statement};
use rustc_hash::FxHashMap;

/// Loops whose trip counts multiply to at most this are unrolled.
const UNROLL: u64 = 64;

/// Iterations of a loop that can only be unrolled.
const FORCED_UNROLL: u64 = 4096;

/// Expressions that unrolling one loop may build.
const UNROLL_NODES: usize = 1 << 20;

impl<'m> Machine<'m> {
    /// Executes a loop.
    pub fn loop_statement(
        &mut self,
        frame: &mut Frame<'m>,
        body: &'m Block,
        continuing: &'m Block,
        break_if: Option<Handle<Expression>>,
    ) -> Result<()> {
        let parts = LoopParts { body, continuing, break_if, span: self.graph.span };
        let none = self.graph.bool(false);
        let (broken, continued) = (self.new_cell(Val::Bool(none)), self.new_cell(Val::Bool(none)));
        let outer = (frame.broken.replace(broken), frame.continued.replace(continued));
        let result = self.run_loop(frame, parts);
        (frame.broken, frame.continued) = outer;
        self.graph.span = parts.span;
        result
    }

    fn run_loop(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>) -> Result<()> {
        let carried = self.carried(frame, parts)?;
        let plan = match self.plan_loop(frame, parts, &carried) {
            Ok(plan) => plan,
            Err(reason) => return self.unroll_or(frame, parts, reason),
        };
        let count = self.graph.indices.as_const(plan.count).map(|c| c.max(0) as u64);
        if let Some(count) = count
            && count.saturating_mul(self.unrolled) <= UNROLL
        {
            return self.unroll(frame, parts, count);
        }
        let attempt = self.begin_attempt(frame);
        let writes = self.writes.len();
        match self.keep_loop(frame, parts, &plan, &carried) {
            Ok(clean) if clean || count.is_none_or(|count| count > FORCED_UNROLL) => {
                self.adopt(frame, attempt, writes);
                Ok(())
            }
            result => {
                self.abandon(frame, attempt);
                match (count, result) {
                    (Some(count), _) if count <= FORCED_UNROLL => self.unroll(frame, parts, count),
                    (_, Err(reason)) => Err(reason),
                    (_, Ok(_)) => Ok(()),
                }
            }
        }
    }

    /// Keeps what an attempt did that held: its writes, and what it assigned, outside of its journal.
    fn adopt(&mut self, frame: &mut Frame<'m>, attempt: Attempt, writes: usize) {
        let kept = self.writes.split_off(writes);
        let changed = self.abandon(frame, attempt);
        self.writes.extend(kept);
        for (cell, value) in changed {
            self.set_cell(cell, value);
        }
    }

    /// Unrolls a loop without a known trip count, if its test turns out literal; otherwise gives the reason why it has
    /// none.
    fn unroll_or(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>, reason: Diagnostic) -> Result<()> {
        let attempt = self.begin_attempt(frame);
        let writes = self.writes.len();
        match self.unroll(frame, parts, FORCED_UNROLL) {
            Ok(()) => {
                self.adopt(frame, attempt, writes);
                Ok(())
            }
            Err(_) => {
                self.abandon(frame, attempt);
                Err(reason)
            }
        }
    }

    /// Runs a loop iteration by iteration until its test is literally false.
    fn unroll(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>, count: u64) -> Result<()> {
        let outer = self.unrolled;
        self.unrolled = outer.saturating_mul(count.max(1));
        let nodes = self.graph.len() + self.graph.indices.len();
        let mut regions = Vec::new();
        for iteration in 0.. {
            let grown = self.graph.len() + self.graph.indices.len() - nodes;
            if iteration > FORCED_UNROLL || grown > UNROLL_NODES {
                self.graph.span = parts.span;
                return self.error("this loop is too long to be unrolled, and its trip count cannot be found");
            }
            self.block(frame, parts.body)?;
            self.clear(frame.continued);
            let left = self.left(frame)?;
            match self.literal(left) {
                Some(true) => break,
                Some(false) => {}
                None if iteration == 0 && count == FORCED_UNROLL => {
                    return self.error("the end of this loop depends on data");
                }
                None => {
                    let stayed = self.graph.not(left);
                    regions.push(self.open(frame, stayed));
                }
            }
            self.block(frame, parts.continuing)?;
            let Some(condition) = parts.break_if else { continue };
            let ends = self.predicate(frame, condition)?;
            match self.literal(ends) {
                Some(true) => break,
                Some(false) => {}
                None => {
                    let stayed = self.graph.not(ends);
                    regions.push(self.open(frame, stayed));
                }
            }
        }
        while let Some(region) = regions.pop() {
            self.close(region);
        }
        self.unrolled = outer;
        self.clear(frame.broken);
        self.clear(frame.continued);
        Ok(())
    }

    fn clear(&mut self, flag: Option<usize>) {
        let none = self.graph.bool(false);
        if let Some(cell) = flag {
            self.set_cell(cell, Val::Bool(none));
        }
    }

    /// Runs the body once with the counter as a symbol, and sums what it adds. `false`: a variable carries something
    /// else, which is an error if it is used.
    fn keep_loop(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        plan: &Plan,
        carried: &Carried,
    ) -> Result<bool> {
        let (var, t) = self.loop_variable(frame, plan)?;
        // While the counters of an outer loop are looked for, nothing is known of their sign.
        if self.planning == 0 && !self.stays_unsigned(plan, t) {
            return self.error(
                "a u32 in the test of this loop may pass below zero, where it wraps: the trip count cannot be bounded",
            );
        }
        let mut known = plan.steps.clone();
        // A counter that only the body steps is found in a first run, and is a symbol in the second.
        loop {
            let attempt = self.begin_attempt(frame);
            let writes = self.writes.len();
            let list = self.symbols(carried, &known, t);
            self.iteration(frame, parts, plan)?;
            let found = self.steps(&list, |cell| !known.contains_key(&cell));
            let kept = self.writes.split_off(writes);
            let changed: FxHashMap<usize, Val> = self.abandon(frame, attempt).into_iter().collect();
            self.graph.span = parts.span;
            self.all_foreseen(frame, carried, &changed)?;
            let moving = found.iter().any(|(_, (_, step))| self.graph.indices.as_const(*step) != Some(0));
            if moving {
                known.extend(found);
                continue;
            }
            for mut write in kept {
                if self.leaks(write.value, &list)
                    || self.leaks(write.path, &list)
                    || self.holds_placeholder(write.row, &list)
                {
                    return Err(Diagnostic::new(write.span, ONLY_SUMS));
                }
                write.vars.insert(0, var);
                self.writes.push(write);
            }
            return self.outcomes(carried, &list, &changed, var, &known, plan);
        }
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

    /// The variable of a loop, and the number of the iteration.
    fn loop_variable(&mut self, frame: &Frame<'m>, plan: &Plan) -> Result<(Var, Index)> {
        let local = |cell: usize| {
            let at = cell.checked_sub(frame.first_cell)?;
            frame.locals?.iter().nth(at).and_then(|(_, v)| v.name.clone())
        };
        let counter = plan.direct.or(plan.vars.first().map(|(_, cell)| *cell));
        let name = counter.and_then(local).unwrap_or_else(|| "i".to_string());
        let begins = plan.direct.and_then(|cell| plan.steps.get(&cell)).map(|(init, _)| *init);
        let lo = begins.unwrap_or_else(|| self.graph.indices.int(0));
        let hi = self.graph.indices.add(lo, plan.count);
        let var = self.graph.indices.var(self.depth, lo, hi, &name);
        let symbol = self.graph.indices.var_index(var);
        Ok((var, self.graph.indices.sub(symbol, lo)))
    }

    /// Puts the values of an iteration into the variables.
    fn symbols(&mut self, carried: &Carried, known: &Steps, t: Index) -> Placeholders {
        let unknown = carried.cells.iter().copied().filter(|cell| !known.contains_key(cell));
        let list = self.set_placeholders(unknown.collect::<Vec<_>>());
        for cell in &carried.cells {
            if let Some(&step) = known.get(cell)
                && let Val::Int { signed, .. } = self.cells[*cell]
            {
                let index = self.closed_form(step, t);
                self.set_cell(*cell, Val::Int { index, signed });
            }
        }
        list
    }

    /// Runs the body and the step once, without the test.
    fn iteration(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>, plan: &Plan) -> Result<()> {
        self.depth += 1;
        if let Some(head) = plan.head {
            for (statement, span) in parts.body.span_iter().take(head) {
                self.graph.span = self.source.place(*span);
                if let Statement::Emit(range) = statement {
                    for handle in range.clone() {
                        self.emit(frame, handle)?;
                    }
                }
            }
        }
        self.statements(frame, parts.body, plan.head.map_or(0, |at| at + 1))?;
        self.clear(frame.continued);
        let left = self.left(frame)?;
        if self.literal(left) != Some(false) {
            self.graph.span = parts.span;
            return self.error(
                "this loop is left by `break` or `return` besides its test: make it a guard, or give the loop a \
                 literal trip count",
            );
        }
        self.block(frame, parts.continuing)?;
        self.depth -= 1;
        Ok(())
    }
}
