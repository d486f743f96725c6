//! The interface of iterative methods, and functions that they share.

use super::error::Error;
use super::guard::Guard;
use super::report::{Iteration, Outcome};
use crate::system::System;
use std::fmt;

/// An iterative method on one system.
pub trait Minimizer: fmt::Debug + Send {
    /// Limits all steps from now on.
    fn guard(&mut self, guard: Guard);

    /// Makes one iteration; the system's unknowns are then what it led to. The outcome is there when it was the last one.
    fn step(&mut self, system: &mut System) -> Result<(Iteration, Option<Outcome>), Error>;

    /// Begins anew, after the system's data or connectivity have changed. What still fits is kept: the symbolic phase, if
    /// the pattern is the same.
    fn restart(&mut self, system: &mut System) -> Result<(), Error>;

    /// The seconds that symbolic phases have taken so far.
    fn seconds_symbolic(&self) -> f64 {
        0.0
    }
}

/// Checks that there is a flag for each unknown.
pub fn check(system: &System, held: &[bool]) -> Result<(), Error> {
    let (found, wanted) = (held.len(), system.unknowns());
    if found == wanted { Ok(()) } else { Err(Error::Held { found, wanted }) }
}

/// The flags of what is held, also of the unknowns that stand in no entry of the Hessian, and the numbers of these.
pub fn with_unused(system: &mut System, held: &[bool]) -> Result<(Vec<bool>, Vec<usize>), Error> {
    let pattern = system.pattern()?;
    let unused = |&row: &usize| !held[row] && pattern.row_ptr[row] == pattern.row_ptr[row + 1];
    let unused: Vec<usize> = (0..held.len()).filter(unused).collect();
    let mut all = held.to_vec();
    unused.iter().for_each(|&row| all[row] = true);
    Ok((all, unused))
}
