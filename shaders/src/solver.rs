//! Declarations that the shaders of the linear solver share with the host.

use crate::layout::{place, real_structure, reals, word_enumeration, word_structure, words};

word_enumeration! {
    /// The reason the iterations stopped.
    #[derive(Default)]
    pub enum Status {
        /// They did not.
        #[default]
        Running = 0,
        /// The residual is small enough.
        Converged = 1,
        /// A direction has no positive curvature: the matrix, or the preconditioner, is not positive definite, or a number is not
        /// finite.
        Indefinite = 2,
    }
}

/// The number of iterations before the first check.
pub const NOT_STARTED: u32 = u32::MAX;

word_structure! {
    /// The progress of a solution.
    pub struct SolverProgress {
        /// The status of the iterations.
        status: Status,
        /// Iterations that were done; `NOT_STARTED` before the first check.
        iterations: u32,
    }
}

impl SolverProgress {
    /// Before the first check.
    pub const START: Self = Self { status: Status::Running, iterations: NOT_STARTED };

    /// Iterations that were done.
    pub fn done(self) -> u32 {
        if self.iterations == NOT_STARTED { 0 } else { self.iterations }
    }
}

word_enumeration! {
    /// The vectors that `work` holds, one after another: all of them times [`SolverScalars::scale`].
    pub enum Vector {
        /// The residual of the solution.
        Residual = 0,
        /// The preconditioned residual.
        Preconditioned = 1,
        /// The direction of the next step.
        Direction = 2,
        /// Its product with the matrix.
        Product = 3,
    }
}

word_structure! {
    /// The uniform of the solver's shaders.
    pub struct SolverWords {
        /// Invocations in a row of the grid.
        row: u32,
        /// Items: an invocation each, or a team.
        count: u32,
        /// The number of unknowns; `work` holds four vectors of so many.
        unknowns: u32,
        /// The number of partial sums.
        partials: u32,
        /// The first cluster of the level.
        first: u32,
        /// The number of clusters, and of their levels.
        clusters: u32,
        /// The number of levels.
        levels: u32,
        /// True if the right-hand side is that of the buffer times -1.
        negate: bool,
    }
}

real_structure! {
    /// The numbers that iterations hand on. Sums are those of vectors times the scale.
    pub struct SolverScalars {
        /// residual · preconditioned
        mixed,
        /// The length of the step.
        alpha,
        /// The factor of the old direction in the new one.
        beta,
        /// residual · residual
        square,
        /// The same at the start.
        first,
        /// The square of the relative tolerance: iterations stop at a residual of so much of the first one.
        relative,
        /// The absolute tolerance: iterations stop at a residual of this norm, without the scale.
        absolute,
        /// The number added to every entry on the matrix's diagonal.
        shift,
        /// The scale: a power of two that brings the largest number of the right-hand side to between 1 and 2.
        scale,
        /// 1 / scale
        unscale,
    }
    /// The number of these numbers.
    pub const SOLVER_SCALARS;
}

/// The place of [`SolverScalars::shift`].
pub const SHIFT: usize = place!(SolverScalars, shift);

/// The largest scale; the least one is its inverse, and both have all their digits.
pub(crate) const LARGEST_SCALE: f32 = (1u128 << 126) as f32;

/// The most that an absolute tolerance times the scale is taken for: its square is finite, and more than that of any residual
/// that iterations come to.
pub(crate) const LARGEST_NORM: f32 = (1u64 << 60) as f32;

/// No cluster.
pub(crate) const NONE: u32 = u32::MAX;

/// The declarations of the shaders of the solver.
pub(crate) fn declarations(double: bool) -> String {
    let constants = words([("NOT_STARTED", NOT_STARTED), ("NONE", NONE), ("BITS", u32::BITS)]);
    let [scale, norm] = [LARGEST_SCALE, LARGEST_NORM].map(f64::from);
    let bounds = [("LEAST_SCALE", 1.0 / scale), ("LARGEST_SCALE", scale), ("LARGEST_NORM", norm)];
    constants
        + &reals(double, bounds)
        + &Status::wgsl()
        + &Vector::wgsl()
        + &SolverWords::uniform()
        + &SolverProgress::wgsl()
        + &SolverScalars::<f32>::wgsl()
}
