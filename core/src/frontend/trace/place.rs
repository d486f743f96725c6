//! The place of an execution in its program.

use crate::real::Value;

/// The variables that tell whether control has left the function, loop or switch at hand.
#[derive(Clone, Copy, Default, Debug)]
pub struct Flow {
    pub(super) returned: Option<usize>,
    pub(super) broken: Option<usize>,
    pub(super) continued: Option<usize>,
}

impl Flow {
    /// All of them.
    pub(super) fn cells(self) -> impl Iterator<Item = usize> {
        [self.returned, self.broken, self.continued].into_iter().flatten()
    }
}

/// A way out of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Out of the function.
    Return,
    /// Out of the innermost loop or switch.
    Break,
    /// To the step of the innermost loop.
    Continue,
}

/// The place of the statement at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// The condition under which it runs.
    pub path: Value,
    /// The number of loops that stay around it.
    pub depth: u32,
    /// The product of the trip counts of the unrolled loops around it.
    pub unrolled: u64,
    /// Loops around it whose counters are being looked for: nothing is known of them yet, and nothing built is kept.
    pub planning: usize,
    /// The variables that tell whether control has left.
    pub flow: Flow,
}
