//! The values of operations in double precision, by which numbers are folded.

use super::ops::{Kind, UnaryOp};
use crate::function::{self, Native};

impl UnaryOp {
    /// The value in double precision: that of the standard library, if it has one.
    pub fn eval(self, x: f64) -> f64 {
        match (self.standard(), self.kind()) {
            (Some(standard), _) => standard(x),
            (None, Kind::Function(function)) => function::evaluate(&mut Native::<f64>::new(false), function, &[x]),
            (None, Kind::Instruction(_)) => unreachable!("the standard library has every instruction"),
        }
    }
}
