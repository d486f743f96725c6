//! The interface of preconditioners.

use super::matrix::Matrix;
use super::system::System;
use crate::Error;
use crate::dispatch::Dispatch;
use std::fmt::Debug;

/// A preconditioner: a matrix that the residual is multiplied with to get closer to the solution.
///
/// The solver itself multiplies the residual with the inverse blocks of the nodes on the diagonal. A preconditioner goes on
/// from there: it changes the preconditioned residual, as a symmetric positive definite matrix would.
///
/// Iterations for a residual of 1e-5, in single precision, with three unknowns a node, and what one takes longer on a
/// software adapter:
///
/// | system | block-Jacobi | several levels | an iteration |
/// |---|---|---|---|
/// | springs in a plane, 60² and 120² nodes, all pulled back | 20 and 20 | 16 and 18 | 1.7 and 1.4 times |
/// | springs along the axes, 20³ and 40³ nodes, a side held | 84 and 175 | 58 and 102 | 1.0 times |
/// | elastic body, 20³, 30³ and 40³ nodes, a side held | 161, 264 and 335 | 128, 167 and 208 | 1.1 times |
pub trait Preconditioner: Debug + Send + Sync {
    /// Its name, by which it is told from others.
    fn name(&self) -> &'static str;

    /// Refuses a matrix that it is not for, with [`Error::System`].
    fn check(&self, matrix: &Matrix<'_>) -> Result<(), Error>;

    /// Binds it to a system.
    fn bind(&self, system: &System<'_>) -> Result<Stages, Error>;
}

impl PartialEq for dyn Preconditioner {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

/// The dispatches of a preconditioner.
#[derive(Clone, Default, Debug)]
pub struct Stages {
    /// At the start of every solution, after the blocks on the diagonal have been inverted: what depends on the values of the
    /// matrix.
    pub setup: Vec<Dispatch>,
    /// Whenever there is a new residual, whose product with the inverse blocks is the preconditioned residual: changes the
    /// latter, and leaves the partial sums ([`Buffers::partials`](super::Buffers::partials)) of what it is then. Nothing is
    /// to be done where the progress says that the iterations have stopped.
    pub apply: Vec<Dispatch>,
}
