//! The parts of an evaluation.

use crate::job::Job;
use spadina_core::element::{Element, Projection};
use spadina_core::pattern::Places;
use std::ops::Range;

/// The parts of an evaluation.
#[derive(Clone, Default, Debug)]
pub struct Evaluation<'a> {
    /// Second derivatives that are projected before kernels read them.
    pub matrices: Vec<Matrices<'a>>,
    /// Kernels that run one after another. Those of a stage read what earlier stages wrote (rows of the residual).
    pub stages: Vec<Vec<Job<'a>>>,
    /// Rows of the residual, half the squares of which are part of the energy.
    pub squares: Vec<Range<usize>>,
    /// Patterns of the Jacobian and of the Hessian with the slots of the latter: JᵀJ is added to the Hessian.
    pub gram: Option<[Places<'a>; 2]>,
    /// The most bytes of the staging buffer; what the device allows if that is less, or if none is given.
    pub staging: Option<u64>,
}

/// Symmetric matrices of elements, that are projected where kernels have left them.
#[derive(Clone, Debug)]
pub struct Matrices<'a> {
    /// Kernels that compute the matrices as rows of a residual: lower triangles row by row, element after element.
    pub jobs: Vec<Job<'a>>,
    /// An element: its size and basis.
    pub element: &'a Element,
    /// The treatment of negative eigenvalues.
    pub projection: Projection,
    /// The number of elements.
    pub count: usize,
}
