//! Preconditioners of conjugate gradients. Another one is a file in this folder and a line in [`PRECONDITIONERS`].

mod incomplete;
mod preconditioner;

use incomplete::IncompleteCholesky;
pub use preconditioner::{Preconditioner, Preconditioning};

/// All preconditioners of the library; the first is the default. The tests below hold for each of them.
pub const PRECONDITIONERS: &[Preconditioning] =
    &[Preconditioning::new("incomplete-cholesky", |matrix| Box::new(IncompleteCholesky::new(matrix)))];

#[cfg(test)]
mod tests;
