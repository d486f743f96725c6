//! Loops that run iteration by iteration.

use super::body::Loop;
use crate::error::Diagnostic;
use crate::frontend::trace::{Exit, Region, Result};
use crate::real::Value;

/// Loops whose trip counts multiply to at most this are unrolled.
pub const UNROLL: u64 = 64;

/// Iterations of a loop that can only be unrolled.
pub const FORCED_UNROLL: u64 = 4096;

/// The most that unrolling one loop may build: expressions, and the monomials added up for them.
const UNROLL_WORK: usize = 1 << 22;

/// The number of iterations of a loop that is unrolled, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Iterations {
    /// Nothing: the test must be literal in every iteration.
    Unknown,
    /// So many, if no other exit comes first.
    Counted(u64),
    /// So many, or fewer: the test in the iteration after them is not executed, for what it says is known.
    AtMost(u64),
}

impl Loop<'_> {
    /// Unrolls a loop without a known trip count, if its test turns out literal; otherwise gives the reason why it has
    /// none.
    pub fn unroll_or(&mut self, reason: Diagnostic) -> Result<()> {
        let attempt = self.trace().begin();
        match self.unroll(Iterations::Unknown) {
            Ok(()) => {
                self.trace().adopt(attempt);
                Ok(())
            }
            Err(_) => {
                self.trace().abandon(attempt);
                Err(reason)
            }
        }
    }

    /// Runs a loop iteration by iteration until its test is literally false, or, if the count is a bound, up to that.
    pub fn unroll(&mut self, iterations: Iterations) -> Result<()> {
        let (count, most) = match iterations {
            Iterations::Unknown => (FORCED_UNROLL, None),
            Iterations::Counted(count) => (count, None),
            Iterations::AtMost(count) => (count, Some(count)),
        };
        let counted = iterations != Iterations::Unknown;
        let span = self.span;
        let t = self.trace();
        let outer = t.unrolled();
        t.set_unrolled(outer.saturating_mul(count.max(1)));
        let before = t.graph.len() + t.graph.indices.work();
        let mut regions = Vec::new();
        for iteration in 0.. {
            // What the regions do not know: the iteration after the last leaves the loop.
            if most.is_some_and(|most| iteration > most) {
                break;
            }
            let t = self.trace();
            let grown = t.graph.len() + t.graph.indices.work() - before;
            if iteration > FORCED_UNROLL || grown > UNROLL_WORK {
                t.graph.span = span;
                return t.error("this loop is too long to be unrolled, and its trip count cannot be found");
            }
            self.body.body()?;
            let t = self.trace();
            t.clear(&[Exit::Continue]);
            let left = t.left()?;
            if self.ends(left, counted, &mut regions)? {
                break;
            }
            let Some(ends) = self.body.step()? else { continue };
            if self.ends(ends, counted, &mut regions)? {
                break;
            }
        }
        let t = self.trace();
        while let Some(region) = regions.pop() {
            t.close(region);
        }
        t.set_unrolled(outer);
        t.clear(&[Exit::Break, Exit::Continue]);
        Ok(())
    }

    /// True if a loop that is unrolled ends here. If that depends on data, what follows runs where it does not end.
    fn ends(&mut self, ends: Value, counted: bool, regions: &mut Vec<Region>) -> Result<bool> {
        let t = self.trace();
        match t.literal(ends) {
            Some(literal) => Ok(literal),
            None if counted => {
                let stayed = t.graph.not(ends);
                regions.push(t.open(stayed));
                Ok(false)
            }
            None => t.error("the end of this loop depends on data"),
        }
    }
}
