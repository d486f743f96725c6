//! Settings and results of a minimisation.

use crate::solver;
use spadina_shaders::newton::State;

/// When something is small: relative to what it is in the first iteration, or absolutely. Zeros never stop anything that
/// is not zero.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Tolerance {
    /// Small is so much of the first one,
    pub relative: f64,
    /// or this.
    pub absolute: f64,
}

/// Settings of a minimisation.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    /// Settings for the linear systems; their right-hand side is always `-g`.
    pub linear: solver::Settings,
    /// The norm of the gradient, without fixed unknowns, at which iterations stop.
    pub gradient: Tolerance,
    /// The decrement at which iterations stop: √(-g·d), whose square is twice the energy that a quadratic model would gain.
    pub decrement: Tolerance,
    /// The most iterations.
    pub iterations: u32,
    /// The part of what the slope promises that a step must gain, between 0 and 1/2.
    pub armijo: f64,
    /// The length of a trial relative to the one before, between 0 and 1.
    pub shrink: f64,
    /// The largest errors of the energies of elements, and of half the squares of rows of a residual, in units in their
    /// last places. The sum of these errors is a bound: a trial that changes the energy by less is judged by its slope.
    /// The energy of an element that is a difference of numbers 500 times as large has errors of about 500 units; too
    /// large a bound does little harm.
    pub noise: f64,
    /// The most trials in an iteration.
    pub trials: u32,
}

/// The gradient at which iterations stop, relative to the first one: what single precision reaches on most meshes.
const GRADIENT: f64 = 1e-4;

/// More iterations than Newton's method needs where it converges.
const ITERATIONS: u32 = 100;

/// The c₁ that Nocedal and Wright, "Numerical Optimization", section 3.1, say is usual.
const ARMIJO: f64 = 1e-4;

/// Every trial is half as long as the one before.
const SHRINK: f64 = 0.5;

/// Twice the errors of an element whose energy is the difference of numbers 500 times as large.
const NOISE: f64 = 1000.0;

/// With [`SHRINK`] the last trial is shorter than the last digit of single precision, 2⁻²³.
const TRIALS: u32 = 24;

impl Default for Settings {
    fn default() -> Self {
        Self {
            linear: solver::Settings::default(),
            gradient: Tolerance { relative: GRADIENT, absolute: 0.0 },
            decrement: Tolerance::default(),
            iterations: ITERATIONS,
            armijo: ARMIJO,
            shrink: SHRINK,
            noise: NOISE,
            trials: TRIALS,
        }
    }
}

/// The result of an iteration.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// Its number, from one.
    pub iteration: u32,
    /// [`Accepted`](State::Accepted) if there was a step, [`Searching`](State::Searching) if no trial was accepted.
    pub state: State,
    /// The final status of the linear solver, and the number of its iterations.
    pub linear: (solver::Status, u32),
    /// The energy after the step; that before if there was none.
    pub energy: f64,
    /// The change of the energy by the last trial.
    pub difference: f64,
    /// A bound of the rounding errors in that.
    pub noise: f64,
    /// The slope at the last trial, g(x + a d)·d.
    pub slope: f64,
    /// √(-g·d) before the step; zero where the direction is none of descent.
    pub decrement: f64,
    /// The norm of the gradient before the step.
    pub gradient: f64,
    /// The length of the step, relative to the direction.
    pub alpha: f64,
    /// The number of steps tried.
    pub trials: u32,
}

/// The reason that iterations ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The gradient is small enough.
    Stationary,
    /// The decrement is small enough.
    Converged,
    /// There were not enough iterations.
    Iterations,
    /// The linear solver found no direction of descent: the Hessian is not positive definite (project it, or shift it), or a
    /// number is not finite.
    NoDescent,
    /// No trial lowered the energy enough, although the step promised more than rounding errors.
    NoStep,
    /// The precision ends: no trial was accepted of a step that promised less than the rounding errors of the energy, or some
    /// iterations in a row ([`PATIENCE`](spadina_shaders::newton::PATIENCE)) lowered neither the energy by more than these nor
    /// the norm of the gradient.
    Exhausted,
}

/// The result of a minimisation.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Report {
    /// The reason that it ended.
    pub outcome: Outcome,
    /// The number of steps accepted.
    pub steps: u32,
    /// The energy at the start.
    pub first_energy: f64,
    /// The last iteration, if there was one.
    pub last: Option<Step>,
}
