//! The numbers of the last evaluation, and the buffers of the next.

use super::product::Scratch;
use spadina_core::backend::Quantity;
use spadina_core::bind::Buffers;

/// The numbers of the last evaluation.
#[derive(Default)]
pub struct State {
    pub gradient: Vec<f64>,
    pub hessian: Vec<f64>,
    pub residual: Vec<f64>,
    pub jacobian: Vec<f64>,
    pub product: Vec<f64>,
    pub rows: Scratch,
}

/// The buffer that the values of the Hessian are put into.
#[derive(Debug)]
pub enum Destination<'a> {
    /// The system's own.
    Own,
    /// The caller's, of the same length.
    Caller(&'a mut [f64]),
}

impl Destination<'_> {
    /// The same one.
    pub fn again(&mut self) -> Destination<'_> {
        match self {
            Self::Own => Destination::Own,
            Self::Caller(numbers) => Destination::Caller(numbers),
        }
    }
}

impl State {
    /// The buffers that an evaluation of a quantity sets; the others are empty.
    pub fn buffers<'a>(&'a mut self, quantity: Quantity, hessian: Destination<'a>) -> Buffers<'a> {
        let Self { gradient, hessian: own, residual, jacobian, .. } = self;
        let mut buffers = Buffers { residual, ..Buffers::default() };
        if quantity >= Quantity::Gradient {
            buffers.gradient = gradient;
        }
        if quantity >= Quantity::Hessian {
            buffers.jacobian = jacobian;
            buffers.hessian = match hessian {
                Destination::Own => own,
                Destination::Caller(numbers) => numbers,
            };
        }
        buffers
    }
}
