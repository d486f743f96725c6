//! A loop, as a front-end gives it.

use crate::frontend::trace::{Result, Trace};
use crate::real::Span;
use rustc_hash::FxHashSet;

/// A loop of a program that is executed symbolically. An iteration is the body, then the step.
///
/// Both are executed several times, with other values in the variables each time: as long as counters are looked for,
/// and once more to build what is kept. They read the values of variables from the trace when they run and put what they
/// assign there, and keep nothing of their own from one time to the next. Branches ask for the [literal](Trace::literal) that
/// a condition is first, as [`Trace::when`] does: it may be assumed.
pub trait Body {
    /// The execution that the loop is part of.
    fn trace(&mut self) -> &mut Trace;

    /// Executes the body once. Where it leaves the loop or the function, it says so with [`Trace::leave`].
    fn body(&mut self) -> Result<()>;

    /// Executes the head of the body: its statements up to the first that leaves the loop under a condition. Where an
    /// execution of the whole body is cheap, the body is its own head.
    fn head(&mut self) -> Result<()> {
        self.body()
    }

    /// Executes the step: what stands between two iterations. Gives the condition that ends the loop after it, if it has
    /// one.
    fn step(&mut self) -> Result<Option<crate::real::Value>>;

    /// The name of a variable; the loop that counts it has the same one in print.
    fn name(&self, variable: usize) -> Option<String>;

    /// True if a variable is none of the text, but was made to hold the value of an expression that is used once.
    fn is_temporary(&self, variable: usize) -> bool;
}

/// The variables that a loop may assign, among those that exist when it begins.
#[derive(Clone, Default, Debug)]
pub struct Carried {
    /// All of them, in ascending order.
    cells: Vec<usize>,
    /// Those that the body itself may assign, not the step alone.
    in_body: FxHashSet<usize>,
}

impl Carried {
    /// The variables that the body may assign, and those that the step may.
    pub fn new(in_body: impl IntoIterator<Item = usize>, in_step: impl IntoIterator<Item = usize>) -> Self {
        let in_body: FxHashSet<usize> = in_body.into_iter().collect();
        let mut cells: Vec<usize> = in_step.into_iter().chain(in_body.iter().copied()).collect();
        cells.sort_unstable();
        cells.dedup();
        Carried { cells, in_body }
    }

    /// All of them, in ascending order.
    pub(super) fn cells(&self) -> &[usize] {
        &self.cells
    }

    /// True if the body may assign a variable.
    pub(super) fn in_body(&self, cell: usize) -> bool {
        self.in_body.contains(&cell)
    }
}

/// A loop that is being recovered.
pub(super) struct Loop<'a> {
    /// Its body.
    pub body: &'a mut dyn Body,
    /// The variables it may assign.
    pub carried: &'a Carried,
    /// The place of its statement.
    pub span: Span,
    /// The number of variables when it began.
    pub variables: usize,
}

impl Loop<'_> {
    /// The execution it is part of.
    pub fn trace(&mut self) -> &mut Trace {
        self.body.trace()
    }
}
