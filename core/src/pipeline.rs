//! The pipeline: a list of passes, one a line. Debug builds verify what every pass makes ([`crate::verify`]).

use crate::ad;
use crate::optimize;
use crate::program::{Program, Target};
use crate::sparsity::{self, SparseProgram};
use crate::verify::{self, Claim, Stage};
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

/// Runs the pipeline on a program of energy or residual updates.
pub fn run(program: Program) -> Stages {
    run_with(program, Waists::default())
}

/// Like [`run`], with a choice of waists.
pub fn run_with(program: Program, waists: Waists) -> Stages {
    let stages = passes(program);
    let solved = waist::choose(&stages.program, stages.solved, waists, |inner| passes(inner).solved);
    let solved = verified("waist", Stage::Solved, DERIVED, solved);
    Stages { solved, ..stages }
}

/// The solved stage alone, without a waist.
pub fn solved(program: Program) -> Program {
    passes(program).solved
}

/// Products with a seed, without the sparse stages: of the Hessian, or of the Jacobian for a residual.
pub fn tangent(program: Program) -> Program {
    let [_, _, tangent] = derivatives(program);
    let products = verified("products", Stage::Product, MERGED, products(tangent));
    verified("compact", Stage::Product, COMPACT, optimize::compact(products))
}

/// Equal updates are one.
const MERGED: &[Claim] = &[Claim::Merged];
/// There is no dead code, either.
const COMPACT: &[Claim] = &[Claim::Merged, Claim::Compact];
/// And the Hessian is one triangle.
const DERIVED: &[Claim] = &[Claim::Merged, Claim::Symmetric, Claim::Compact];

/// All passes but the choice of a waist.
fn passes(program: Program) -> Stages {
    let [program, gradient, tangent] = derivatives(program);
    let sparse = propagate(tangent.clone());
    let solved = verified("solve", Stage::Solved, &[], sparsity::solve(sparse.clone()));
    let solved = verified("merge", Stage::Solved, MERGED, optimize::merge(solved));
    let solved = verified("symmetry", Stage::Solved, &[Claim::Merged, Claim::Symmetric], optimize::symmetry(solved));
    let solved = verified("compact", Stage::Solved, DERIVED, optimize::compact(solved));
    Stages { program, gradient, tangent, sparse, solved }
}

/// The passes up to the tangent stage: the program, with its gradient, and with its tangent.
fn derivatives(program: Program) -> [Program; 3] {
    let program = verified("front-end", Stage::Program, &[], program);
    let program = verified("compact", Stage::Program, &[Claim::Compact], optimize::compact(program));
    let gradient = verified("gradient", Stage::Gradient, &[], ad::gradient(program.clone()));
    let gradient = verified("merge", Stage::Gradient, MERGED, optimize::merge(gradient));
    let gradient = verified("compact", Stage::Gradient, COMPACT, optimize::compact(gradient));
    let tangent = verified("tangent", Stage::Tangent, &[], ad::tangent(gradient.clone()));
    let tangent = verified("merge", Stage::Tangent, MERGED, optimize::merge(tangent));
    let tangent = verified("compact", Stage::Tangent, COMPACT, optimize::compact(tangent));
    [program, gradient, tangent]
}

/// The result of a pass, which is verified.
fn verified(pass: &str, stage: Stage, claims: &[Claim], program: Program) -> Program {
    verify::debug(pass, || verify::program(&program, stage, claims));
    program
}

/// The pass that gives a sparse program, which is verified.
fn propagate(tangent: Program) -> SparseProgram {
    let sparse = sparsity::propagate(tangent);
    verify::debug("propagate", || verify::sparse(&sparse));
    sparse
}

/// The products with the seed alone.
fn products(mut tangent: Program) -> Program {
    tangent.updates.retain(|u| matches!(u.target, Target::Product(_) | Target::ResidualProduct(_)));
    tangent
}

/// Returns true if a program is a residual's.
pub fn is_residual(program: &Program) -> bool {
    program.updates.iter().any(|u| matches!(u.target, Target::Residual { .. }))
}
