//! Errors of minimisers.

use crate::problem::ProblemError;

/// The reason why there is no minimisation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system.
    #[error(transparent)]
    System(#[from] crate::system::Error),
    /// Flags that are not one for each unknown.
    #[error("{found} flags say what is held, but there are {wanted} unknowns")]
    Held {
        /// Their number.
        found: usize,
        /// The number of unknowns.
        wanted: usize,
    },
    /// The energy is finite, but its gradient is not.
    #[error("the gradient is not finite where the minimisation begins")]
    NotFinite,
    /// No linear system can be solved.
    #[error(
        "the Hessian is singular, whatever is added to its diagonal: is the energy's scale beyond double precision?"
    )]
    Singular,
    /// The unknowns are at no minimum.
    #[error("the Hessian is not positive definite: the unknowns are at no minimum, or something moves freely")]
    NoMinimum,
    /// The caller wanted to stop, within the solution of a linear system.
    #[error("stopped")]
    Stopped,
    /// Out of memory.
    #[error("there is no memory for the factors of the Hessian: take the iterative solver")]
    Memory,
}

impl From<ProblemError> for Error {
    fn from(error: ProblemError) -> Self {
        Self::System(error.into())
    }
}
