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

mod layout;
#[cfg(test)]
mod tests;

pub use layout::{CURVATURE, NewtonProgress, NewtonScalars, PATIENCE, PROGRESS, SCALARS, State, TRIAL_SLOPE, WOLFE};

use crate::number::Number;
use crate::shader::{FINITE, Shader, TREE};
use crate::solver::SolverScalars;
use crate::tree::{partial_sums, total};
use layout::declarations;

/// The slope along a direction, and the checks before a search: `partials`, `linear`, `scalars`, `progress`.
pub const SLOPE: Shader = Shader { name: "slope", declarations, texts: &[TREE, FINITE, include_str!("slope.wgsl")] };
/// The unknowns of a trial: `base`, `direction`, `unknowns`, `scalars`, `progress`.
pub const ADVANCE: Shader = Shader { name: "advance", declarations, texts: &[include_str!("advance.wgsl")] };
/// The partial sums of what changed and of sizes: `numbers`, `base`, `partials`.
pub const DIFFERENCE: Shader =
    Shader { name: "difference", declarations, texts: &[TREE, include_str!("difference.wgsl")] };
/// The decision on a trial: `partials`, `scalars`, `progress`.
pub const JUDGE: Shader = Shader { name: "judge", declarations, texts: &[TREE, FINITE, include_str!("judge.wgsl")] };

/// The twin of `slope.wgsl`, from the partial sums of gradient · direction and what the linear solver has left.
pub fn slope<T: Number>(
    partials: &[T],
    linear: &SolverScalars<T>,
    scalars: &mut NewtonScalars<T>,
    progress: &mut NewtonProgress,
) {
    let larger = |a: T, b: T| if a > b { a } else { b };
    let square = linear.first * linear.unscale * linear.unscale;
    let gradient = if linear.first > T::default() { larger(square, T::SMALLEST) } else { square };
    let (zero, descent) = (T::default(), total(partials));
    let first = progress.iterations == 0;
    if first {
        (scalars.first_gradient, scalars.first_decrement) = (gradient, zero - descent);
    }
    progress.idle += 1;
    if first || zero - scalars.difference > scalars.noise || gradient <= T::from(PROGRESS as f32) * scalars.least {
        (progress.idle, scalars.least) = (0, gradient);
    }
    (scalars.descent, scalars.gradient) = (descent, gradient);
    (scalars.alpha, scalars.difference) = (T::from(1.0), zero);
    (progress.iterations, progress.trials) = (progress.iterations + 1, 0);
    let small_gradient = larger(scalars.gradient_relative * scalars.first_gradient, scalars.gradient_absolute);
    let small_decrement = larger(scalars.decrement_relative * scalars.first_decrement, scalars.decrement_absolute);
    progress.state = if gradient.is_finite() && gradient <= small_gradient {
        State::Stationary
    } else if !descent.is_finite() || descent >= zero {
        State::NoDescent
    } else if zero - descent <= small_decrement {
        State::Converged
    } else if progress.idle >= PATIENCE {
        State::Exhausted
    } else {
        State::Searching
    };
}

/// The twin of `advance.wgsl`.
pub fn advance<T: Number>(progress: &NewtonProgress, alpha: T, (base, direction): (&[T], &[T]), unknowns: &mut [T]) {
    if progress.state == State::Searching {
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
pub fn judge<T: Number>(
    [differences, sizes]: [&[T]; 2],
    scalars: &mut NewtonScalars<T>,
    progress: &mut NewtonProgress,
) {
    if progress.state != State::Searching {
        return;
    }
    let (zero, one) = (T::default(), T::from(1.0));
    let (difference, noise) = (total(differences), scalars.roughness * total(sizes));
    progress.trials += 1;
    scalars.difference = difference;
    scalars.noise = if noise.is_finite() { noise } else { zero };
    let NewtonScalars { descent, trial_slope: slope, alpha, noise, .. } = *scalars;
    let falls = difference <= scalars.armijo * alpha * descent && zero - difference > noise;
    let not_too_long = slope <= (scalars.wolfe + scalars.wolfe - one) * descent;
    let not_too_short = alpha == one || slope >= scalars.curvature * descent;
    let flattens = difference <= noise && not_too_long && not_too_short;
    if difference.is_finite() && slope.is_finite() && (falls || flattens) {
        progress.state = State::Accepted;
    } else {
        scalars.alpha = scalars.shrink * alpha;
    }
}
