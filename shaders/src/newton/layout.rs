//! Declarations that the shaders of Newton's method share with the host.

use crate::layout::{place, real_structure, reals, word_enumeration, word_structure, words};
use crate::solver::SolverScalars;
use crate::vector::VectorWords;

word_enumeration! {
    /// The state of the iterations.
    #[derive(Default)]
    pub enum State {
        /// A step is searched.
        #[default]
        Searching = 0,
        /// A step was accepted.
        Accepted = 1,
        /// The gradient is small enough.
        Stationary = 2,
        /// The step would gain too little: the decrement is small enough.
        Converged = 3,
        /// The direction is none of descent: the matrix is not positive definite, or a number is not finite.
        NoDescent = 4,
        /// For [`PATIENCE`] iterations neither the energy fell by more than noise, nor the gradient.
        Exhausted = 5,
    }
}

/// δ: the part of what the slope promises that the parabola with the slopes at both ends must gain, below 1/2. The value of
/// Hager and Zhang.
pub const WOLFE: f64 = 0.1;
/// σ: the slope at the end of a shortened step is at most so much of that at its start, between δ and 1. The value of Hager
/// and Zhang.
pub const CURVATURE: f64 = 0.9;
/// Iterations without progress that end them: projected steps, which converge linearly, may need some to make progress.
pub const PATIENCE: u32 = 5;
/// An iteration makes progress if it lowers the square of the gradient to so much of the least one: its norm by an eighth.
pub const PROGRESS: f64 = 0.75;

real_structure! {
    /// The numbers that iterations hand on; tolerances are squares.
    pub struct NewtonScalars {
        /// gradient · direction: the square of the decrement, times -1.
        descent,
        /// The change of the energy by a trial.
        difference,
        /// The length of the step.
        alpha,
        /// gradient · gradient, without fixed unknowns.
        gradient,
        /// The same in the first iteration.
        first_gradient,
        /// The square of the decrement in the first iteration.
        first_decrement,
        /// A gradient of so much of the first one is small.
        gradient_relative,
        /// A gradient of this size is small.
        gradient_absolute,
        /// A decrement of so much of the first one is small.
        decrement_relative,
        /// A decrement of this size is small.
        decrement_absolute,
        /// The part of what a step promises that it must gain.
        armijo,
        /// The length of a trial, relative to that of the one before.
        shrink,
        /// The rounding errors that are to be expected in the last difference, at most.
        noise,
        /// The gradient at a trial · direction.
        trial_slope,
        /// The least gradient · gradient since the energy fell by more than noise, or little more.
        least,
        /// `WOLFE`, the δ of Hager and Zhang.
        wolfe,
        /// `CURVATURE`, the σ of Hager and Zhang.
        curvature,
        /// The rounding errors of a number relative to its size, at most.
        roughness,
    }
    /// The number of these numbers.
    pub const SCALARS;
}

/// The place of [`NewtonScalars::trial_slope`].
pub const TRIAL_SLOPE: usize = place!(NewtonScalars, trial_slope);

word_structure! {
    /// The words that iterations hand on.
    pub struct NewtonProgress {
        /// The state of the iterations.
        state: State,
        /// Trials of this iteration.
        trials: u32,
        /// Iterations.
        iterations: u32,
        /// Iterations without progress, in a row.
        idle: u32,
    }
}

/// The declarations of the shaders of Newton's method.
pub(super) fn declarations(double: bool) -> String {
    words([("PATIENCE", PATIENCE)])
        + &reals(double, [("PROGRESS", PROGRESS)])
        + &State::wgsl()
        + &VectorWords::uniform()
        + &NewtonProgress::wgsl()
        + &NewtonScalars::<f32>::wgsl()
        + &SolverScalars::<f32>::wgsl()
}
