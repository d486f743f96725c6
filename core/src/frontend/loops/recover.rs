//! The ways of a loop: unrolled, or kept.

use super::body::{Body, Carried, Loop};
use super::carry::ONLY_SUMS;
use super::keep::{Kept, Recurrence};
use super::plan::Plan;
use super::unroll::{FORCED_UNROLL, Iterations, UNROLL};
use crate::frontend::trace::{Attempt, Result};

/// Executes a loop whatever number of times it runs, between [`enter_loop`](crate::frontend::trace::Trace::enter_loop)
/// and [`go_out`](crate::frontend::trace::Trace::go_out). Afterwards the variables hold what they hold after the loop,
/// and what it wrote stands in the trace.
pub fn run(body: &mut dyn Body, carried: &Carried) -> Result<()> {
    let t = body.trace();
    let (span, variables) = (t.graph.span, t.variables());
    for &cell in carried.cells() {
        let value = t.get(cell).clone();
        if let Some(integer) = value.waiting_integer(&mut t.graph) {
            t.set(cell, integer);
        }
    }
    let result = Loop { body: &mut *body, carried, span, variables }.run();
    body.trace().graph.span = span;
    result
}

impl Loop<'_> {
    fn run(&mut self) -> Result<()> {
        let plan = match self.plan() {
            Ok(plan) => plan,
            Err(reason) => return self.unroll_or(reason),
        };
        let t = self.trace();
        let count = t.graph.indices.as_const(plan.count).map(|c| c.max(0) as u64);
        if let Some(count) = count
            && count.saturating_mul(t.unrolled()) <= UNROLL
        {
            return self.unroll_counted(&plan, count);
        }
        let (attempt, result) = self.attempt_to_keep(&plan);
        let short = count.filter(|&count| count <= FORCED_UNROLL);
        match (result, short) {
            (Ok(Kept::Clean), _) | (Ok(Kept::Unclean), None) => {
                self.trace().adopt(attempt);
                Ok(())
            }
            (Ok(Kept::Once), _) => {
                self.trace().abandon(attempt);
                self.unroll(Iterations::Counted(1))
            }
            (_, Some(count)) => {
                self.trace().abandon(attempt);
                self.unroll_counted(&plan, count)
            }
            (Err(reason), None) => {
                self.trace().abandon(attempt);
                Err(reason)
            }
        }
    }

    fn unroll_counted(&mut self, plan: &Plan, count: u64) -> Result<()> {
        match plan.counted.stays_in_words(self.trace(), &plan.steps) {
            true => self.unroll(Iterations::AtMost(count)),
            false => self.unroll(Iterations::Counted(count)),
        }
    }

    /// Keeps a loop, in an attempt that is still to be adopted or abandoned. Where something is carried that is no sum,
    /// it may be what the iteration before assigned.
    fn attempt_to_keep(&mut self, plan: &Plan) -> (Attempt, Result<Kept>) {
        // An attempt that failed leaves nothing behind: the first is made again if the second is no better.
        let mut attempt = self.trace().begin();
        let mut result = self.keep(plan, Recurrence::Refused);
        let refused = matches!(&result, Err(reason) if reason.message == ONLY_SUMS);
        if refused || matches!(result, Ok(Kept::Unclean)) {
            self.trace().abandon(attempt);
            attempt = self.trace().begin();
            let again = self.keep(plan, Recurrence::Repeats);
            if matches!(again, Ok(kept) if kept != Kept::Unclean || refused) {
                return (attempt, again);
            }
            self.trace().abandon(attempt);
            attempt = self.trace().begin();
            result = self.keep(plan, Recurrence::Refused);
        }
        (attempt, result)
    }
}
