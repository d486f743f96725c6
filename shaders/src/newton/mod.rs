//! Newton's method: what is around evaluations and linear systems. A step is searched backwards along the direction `d`, from
//! its whole length, until the energy falls enough, `f(x + a d) - f(x) <= c a g·d` (Armijo's rule; Nocedal and Wright,
//! "Numerical Optimization", chapter 3), and by more than noise.
//!
//! Near a minimum steps promise less than the rounding errors of the energy. There a trial is judged by its slope instead:
//! `(2 δ - 1) g·d >= g(x + a d)·d >= σ g·d` ([`WOLFE`], [`CURVATURE`]), as long as the energy rises by no more than noise. These
//! are the approximate Wolfe conditions of W. Hager and H. Zhang, "A new conjugate gradient method with guaranteed descent and
//! an efficient line search", SIAM Journal on Optimization 16 (2005), pages 170–192: the first is Armijo's rule for the parabola
//! with the two slopes. An energy is known to a relative accuracy ε, and its derivative near a minimum likewise, so that the
//! latter finds a minimum to within ε where the former finds it to within √ε. The second keeps trials from being too short; a
//! whole step never is.

use crate::matrix::Number;
use crate::tree::{partial_sums, total};

/// What is going on.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
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

impl State {
    /// From the word of a device.
    pub fn of(word: u32) -> Self {
        match word {
            0 => Self::Searching,
            1 => Self::Accepted,
            2 => Self::Stationary,
            3 => Self::Converged,
            4 => Self::NoDescent,
            _ => Self::Exhausted,
        }
    }
}

/// Numbers in [`Scalars`].
pub const SCALARS: usize = 18;
/// δ: the part of what the slope promises that the parabola with the slopes at both ends must gain, below 1/2.
pub const WOLFE: f64 = 0.1;
/// σ: the slope at the end of a shortened step is at most so much of that at its start, between δ and 1.
pub const CURVATURE: f64 = 0.9;
/// Iterations without progress that end them.
pub const PATIENCE: u32 = 5;

/// The numbers that iterations hand on, in the order in which the device has them; tolerances are squares.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Scalars<T> {
    /// gradient · direction: the square of the decrement, times -1.
    pub descent: T,
    /// What a trial changes the energy by.
    pub difference: T,
    /// The length of the step.
    pub alpha: T,
    /// gradient · gradient, without fixed unknowns.
    pub gradient: T,
    /// The same in the first iteration.
    pub first_gradient: T,
    /// The square of the decrement in the first iteration.
    pub first_decrement: T,
    /// A gradient of so much of the first one is small.
    pub gradient_relative: T,
    /// A gradient of this size is small.
    pub gradient_absolute: T,
    /// A decrement of so much of the first one is small.
    pub decrement_relative: T,
    /// A decrement of this size is small.
    pub decrement_absolute: T,
    /// The part of what a step promises that it must gain.
    pub armijo: T,
    /// The length of a trial, relative to that of the one before.
    pub shrink: T,
    /// The rounding errors that are to be expected in the last difference, at most.
    pub noise: T,
    /// The gradient at a trial · direction.
    pub trial_slope: T,
    /// The least gradient · gradient since the energy fell by more than noise, or little more.
    pub least: T,
    /// [`WOLFE`].
    pub wolfe: T,
    /// [`CURVATURE`].
    pub curvature: T,
    /// The rounding errors of a number relative to its size, at most.
    pub roughness: T,
}

/// The words that iterations hand on.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Words {
    /// What is going on.
    pub state: State,
    /// Trials of this iteration.
    pub trials: u32,
    /// Iterations.
    pub iterations: u32,
    /// Iterations without progress, in a row.
    pub idle: u32,
}

/// The twin of `slope.wgsl`, from the partial sums of gradient · direction and the square of the gradient.
pub fn slope<T: Number>(partials: &[T], gradient: T, scalars: &mut Scalars<T>, words: &mut Words) {
    let (zero, descent) = (T::default(), total(partials));
    let first = words.iterations == 0;
    if first {
        (scalars.first_gradient, scalars.first_decrement) = (gradient, zero - descent);
    }
    words.idle += 1;
    if first || zero - scalars.difference > scalars.noise || gradient <= T::from(0.75) * scalars.least {
        (words.idle, scalars.least) = (0, gradient);
    }
    (scalars.descent, scalars.gradient) = (descent, gradient);
    (scalars.alpha, scalars.difference) = (T::from(1.0), zero);
    (words.iterations, words.trials) = (words.iterations + 1, 0);
    let larger = |a: T, b: T| if a > b { a } else { b };
    let small_gradient = larger(scalars.gradient_relative * scalars.first_gradient, scalars.gradient_absolute);
    let small_decrement = larger(scalars.decrement_relative * scalars.first_decrement, scalars.decrement_absolute);
    words.state = if gradient.is_finite() && gradient <= small_gradient {
        State::Stationary
    } else if !descent.is_finite() || descent >= zero {
        State::NoDescent
    } else if zero - descent <= small_decrement {
        State::Converged
    } else if words.idle >= PATIENCE {
        State::Exhausted
    } else {
        State::Searching
    };
}

/// The twin of `advance.wgsl`.
pub fn advance<T: Number>(words: &Words, alpha: T, (base, direction): (&[T], &[T]), unknowns: &mut [T]) {
    if words.state == State::Searching {
        let steps = base.iter().zip(direction);
        unknowns.iter_mut().zip(steps).for_each(|(x, (&base, &d))| *x = base + alpha * d);
    }
}

/// The twin of `difference.wgsl`: the partial sums of differences, and those of sizes.
pub fn difference<T: Number>(numbers: &[T], base: &[T], squares: bool) -> [Vec<T>; 2] {
    let (zero, two, four) = (T::default(), T::from(2.0), T::from(4.0));
    let size = |x: T| if x < zero { zero - x } else { x };
    let own = |(&now, &base): (&T, &T)| match squares {
        true => ((now - base) * (now + base) / two, (now * now + base * base) / four),
        false => (now - base, (size(now) + size(base)) / two),
    };
    let (all, sizes): (Vec<T>, Vec<T>) = numbers.iter().zip(base).map(own).unzip();
    [partial_sums(&all), partial_sums(&sizes)]
}

/// The twin of `judge.wgsl`, from the partial sums of the energy's difference and of sizes; the slope at the trial is known.
pub fn judge<T: Number>([differences, sizes]: [&[T]; 2], scalars: &mut Scalars<T>, words: &mut Words) {
    if words.state != State::Searching {
        return;
    }
    let (zero, one) = (T::default(), T::from(1.0));
    let (difference, noise) = (total(differences), scalars.roughness * total(sizes));
    words.trials += 1;
    scalars.difference = difference;
    scalars.noise = if noise.is_finite() { noise } else { zero };
    let Scalars { descent, trial_slope: slope, alpha, noise, .. } = *scalars;
    let falls = difference <= scalars.armijo * alpha * descent && zero - difference > noise;
    let not_too_long = slope <= (scalars.wolfe + scalars.wolfe - one) * descent;
    let not_too_short = alpha == one || slope >= scalars.curvature * descent;
    let flattens = difference <= noise && not_too_long && not_too_short;
    if difference.is_finite() && slope.is_finite() && (falls || flattens) {
        words.state = State::Accepted;
    } else {
        scalars.alpha = scalars.shrink * alpha;
    }
}

#[cfg(test)]
mod tests;
