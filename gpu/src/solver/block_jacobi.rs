//! The preconditioner that the solver is made with.

use super::matrix::Matrix;
use super::preconditioner::{Preconditioner, Stages};
use super::system::System;
use crate::Error;

/// The inverse block on the diagonal of every node, and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockJacobi;

impl Preconditioner for BlockJacobi {
    fn name(&self) -> &'static str {
        "block-jacobi"
    }

    fn check(&self, _: &Matrix<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn bind(&self, _: &System<'_>) -> Result<Stages, Error> {
        Ok(Stages::default())
    }
}
