//! The pipeline: one function, one pass a line.

use crate::ad;
use crate::optimize;
use crate::program::{Program, Target};
use crate::sparsity::{self, SparseProgram};
use crate::waist::{self, Waists};

/// Every stage of the pipeline for one program.
#[derive(Clone, Debug)]
pub struct Stages {
    /// The energy or residual as written.
    pub program: Program,
    /// With its gradient.
    pub gradient: Program,
    /// With the products of its second derivative (of its Jacobian, for residuals) and a seed.
    pub tangent: Program,
    /// With one-hot seeds, as sums of brackets.
    pub sparse: SparseProgram,
    /// With the brackets solved: gradient, Hessian or Jacobian, entry by entry.
    pub solved: Program,
}

/// Products with a seed, without the sparse stages: of the Hessian, or of the Jacobian for a residual.
pub fn tangent(program: Program) -> Program {
    let (_, mut tangent) = derivatives(program);
    tangent.updates.retain(|u| matches!(u.target, Target::Product(_) | Target::ResidualProduct(_)));
    optimize::compact(tangent)
}

/// The gradient and the tangent stage.
fn derivatives(program: Program) -> (Program, Program) {
    let gradient = ad::gradient(program);
    let gradient = optimize::merge(gradient);
    let gradient = optimize::compact(gradient);
    let tangent = ad::tangent(gradient.clone());
    let tangent = optimize::merge(tangent);
    let tangent = optimize::compact(tangent);
    (gradient, tangent)
}

/// Runs the pipeline on a program of energy or residual updates.
pub fn run(program: Program) -> Stages {
    run_with(program, Waists::default())
}

/// Like [`run`], with a choice of waists.
pub fn run_with(program: Program, waists: Waists) -> Stages {
    let program = optimize::compact(program);
    let (gradient, tangent) = derivatives(program.clone());
    let sparse = sparsity::propagate(tangent.clone());
    let solved = waist::choose(&program, solve(sparse.clone()), waists, solved);
    Stages { program, gradient, tangent, sparse, solved }
}

/// The solved stage alone, without a waist.
pub fn solved(program: Program) -> Program {
    let (_, tangent) = derivatives(optimize::compact(program));
    solve(sparsity::propagate(tangent))
}

/// Solves brackets.
fn solve(sparse: SparseProgram) -> Program {
    let solved = sparsity::solve(sparse);
    let solved = optimize::merge(solved);
    let solved = optimize::symmetry(solved);
    optimize::compact(solved)
}

/// Whether a program is a residual's.
pub fn is_residual(program: &Program) -> bool {
    program.updates.iter().any(|u| matches!(u.target, Target::Residual { .. }))
}
