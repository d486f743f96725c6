//! Loops: short ones run iteration by iteration, long ones once, with their counter as a symbol.

use super::carry::ONLY_SUMS;
use super::keep::Kept;
use super::machine::{Attempt, Frame, Machine, Region, Result};
use super::trip::{Carried, LoopParts, Plan};
use super::value::Val;
use crate::error::Diagnostic;
use crate::real::Value;
use naga::{Block, Expression, Handle, Literal, Statement};

/// Loops whose trip counts multiply to at most this are unrolled.
const UNROLL: u64 = 64;

/// Iterations of a loop that can only be unrolled.
const FORCED_UNROLL: u64 = 4096;

/// What unrolling one loop may build: expressions, and the monomials added up for them.
const UNROLL_WORK: usize = 1 << 22;

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
        let result = match break_if.is_some() || leaves(frame, body) {
            true => self.run_loop(frame, parts),
            false => self.error("nothing ends this loop: give it a test, as in `for (var i = 0u; i < n; i++)`"),
        };
        (frame.broken, frame.continued) = outer;
        self.graph.span = parts.span;
        result
    }

    fn run_loop(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>) -> Result<()> {
        let carried = self.carried(frame, parts)?;
        for &cell in &carried.cells {
            if let Some(integer) = self.cells[cell].waiting_integer(&mut self.graph) {
                self.set_cell(cell, integer);
            }
        }
        let plan = match self.plan_loop(frame, parts, &carried) {
            Ok(plan) => plan,
            Err(reason) => return self.unroll_or(frame, parts, reason),
        };
        let count = self.graph.indices.as_const(plan.count).map(|c| c.max(0) as u64);
        if let Some(count) = count
            && count.saturating_mul(self.unrolled) <= UNROLL
        {
            let bounded = self.stays_in_words(&plan);
            return self.unroll(frame, parts, Some(count), bounded);
        }
        let writes = self.writes.len();
        let (attempt, result) = self.attempt_to_keep(frame, parts, &plan, &carried);
        let short = count.filter(|&count| count <= FORCED_UNROLL);
        match (result, short) {
            (Ok(Kept::Clean), _) | (Ok(Kept::Unclean), None) => {
                self.adopt(frame, attempt, writes);
                Ok(())
            }
            (Ok(Kept::Once), _) => {
                self.abandon(frame, attempt);
                self.unroll(frame, parts, Some(1), false)
            }
            (_, Some(count)) => {
                self.abandon(frame, attempt);
                let bounded = self.stays_in_words(&plan);
                self.unroll(frame, parts, Some(count), bounded)
            }
            (Err(reason), None) => {
                self.abandon(frame, attempt);
                Err(reason)
            }
        }
    }

    /// Keeps a loop, in an attempt that is still to be adopted or abandoned. Where something is carried that is no sum,
    /// it may be what the iteration before assigned.
    fn attempt_to_keep(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        plan: &Plan,
        carried: &Carried,
    ) -> (Attempt, Result<Kept>) {
        // An attempt that failed leaves nothing behind: the first is made again if the second is no better.
        let mut attempt = self.begin_attempt(frame);
        let mut result = self.keep_loop(frame, parts, plan, carried, false);
        let refused = matches!(&result, Err(reason) if reason.message == ONLY_SUMS);
        if refused || matches!(result, Ok(Kept::Unclean)) {
            self.abandon(frame, attempt);
            attempt = self.begin_attempt(frame);
            let again = self.keep_loop(frame, parts, plan, carried, true);
            if matches!(again, Ok(kept) if kept != Kept::Unclean || refused) {
                return (attempt, again);
            }
            self.abandon(frame, attempt);
            attempt = self.begin_attempt(frame);
            result = self.keep_loop(frame, parts, plan, carried, false);
        }
        (attempt, result)
    }

    /// Keeps what an attempt did that held: its writes and looks, and what it assigned, outside of its journal.
    fn adopt(&mut self, frame: &mut Frame<'m>, attempt: Attempt, writes: usize) {
        let (kept, looks) = (self.writes.split_off(writes), self.looks.split_off(attempt.looks));
        let changed = self.abandon(frame, attempt);
        self.writes.extend(kept);
        self.looks.extend(looks);
        for (cell, value) in changed {
            self.set_cell(cell, value);
        }
    }

    /// Unrolls a loop without a known trip count, if its test turns out literal; otherwise gives the reason why it has
    /// none.
    fn unroll_or(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>, reason: Diagnostic) -> Result<()> {
        let attempt = self.begin_attempt(frame);
        let writes = self.writes.len();
        match self.unroll(frame, parts, None, false) {
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

    /// Runs a loop iteration by iteration until its test is literally false, or, if the count is a bound, up to that.
    /// Where the count is not known, the test must be literal in every iteration.
    fn unroll(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>, count: Option<u64>, bounded: bool) -> Result<()> {
        let outer = self.unrolled;
        self.unrolled = outer.saturating_mul(count.unwrap_or(FORCED_UNROLL).max(1));
        let before = self.graph.len() + self.graph.indices.work();
        let mut regions = Vec::new();
        for iteration in 0.. {
            // What the regions do not know: the iteration after the last leaves the loop.
            if bounded && count.is_some_and(|count| iteration > count) {
                break;
            }
            let grown = self.graph.len() + self.graph.indices.work() - before;
            if iteration > FORCED_UNROLL || grown > UNROLL_WORK {
                self.graph.span = parts.span;
                return self.error("this loop is too long to be unrolled, and its trip count cannot be found");
            }
            self.block(frame, parts.body)?;
            self.clear(frame.continued);
            let left = self.left(frame)?;
            if self.ends(frame, left, count.is_some(), &mut regions)? {
                break;
            }
            self.block(frame, parts.continuing)?;
            let Some(condition) = parts.break_if else { continue };
            let ends = self.predicate(frame, condition)?;
            if self.ends(frame, ends, count.is_some(), &mut regions)? {
                break;
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

    /// Whether a loop that is unrolled ends here. If that depends on data, what follows runs where it does not end.
    fn ends(&mut self, frame: &Frame<'m>, ends: Value, counted: bool, regions: &mut Vec<Region>) -> Result<bool> {
        match self.literal(ends) {
            Some(literal) => Ok(literal),
            None if counted => {
                let stayed = self.graph.not(ends);
                regions.push(self.open(frame, stayed));
                Ok(false)
            }
            None => self.error("the end of this loop depends on data"),
        }
    }

    /// Takes back that control has left.
    pub fn clear(&mut self, flag: Option<usize>) {
        let none = self.graph.bool(false);
        if let Some(cell) = flag {
            self.set_cell(cell, Val::Bool(none));
        }
    }
}

/// Whether a statement of the body leaves its loop.
fn leaves(frame: &Frame, body: &Block) -> bool {
    let always = |condition| matches!(frame.arena[condition], Expression::Literal(Literal::Bool(true)));
    let mut pending = vec![(body, true)];
    while let Some((block, own)) = pending.pop() {
        for statement in block.iter() {
            match statement {
                Statement::Return { .. } | Statement::Kill => return true,
                Statement::Break if own => return true,
                Statement::Block(inner) => pending.push((inner, own)),
                // `while (true)`
                Statement::If { condition, accept, .. } if always(*condition) => pending.push((accept, own)),
                Statement::If { accept, reject, .. } => pending.extend([(accept, own), (reject, own)]),
                Statement::Switch { cases, .. } => pending.extend(cases.iter().map(|c| (&c.body, false))),
                Statement::Loop { body, continuing, .. } => pending.extend([(body, false), (continuing, false)]),
                _ => {}
            }
        }
    }
    false
}
