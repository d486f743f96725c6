//! Newton's method: what is around evaluations and linear systems. A step is searched backwards along the direction, from its
//! whole length, until the energy falls enough (Armijo's rule; Nocedal and Wright, "Numerical Optimization", chapter 3).

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
    /// Steps promise less than the rounding errors of the energy, and make the gradient no smaller.
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
pub const SCALARS: usize = 13;

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
    /// The rounding errors that are to be expected in the last difference.
    pub noise: T,
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
}

/// The twin of `slope.wgsl`, from the partial sums of gradient · direction and the square of the gradient.
pub fn slope<T: Number>(partials: &[T], gradient: T, scalars: &mut Scalars<T>, words: &mut Words) {
    let (zero, descent) = (T::default(), total(partials));
    let four = T::from(4.0);
    let hidden = zero - descent <= scalars.noise && scalars.gradient <= four * gradient;
    if words.iterations == 0 {
        (scalars.first_gradient, scalars.first_decrement) = (gradient, zero - descent);
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
    } else if hidden {
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

/// The twin of `difference.wgsl`: the two partial sums.
pub fn difference<T: Number>(numbers: &[T], base: &[T], squares: bool) -> [Vec<T>; 2] {
    let (zero, two) = (T::default(), T::from(2.0));
    let size = |x: T| if x < zero { zero - x } else { x };
    let own = |(&now, &base): (&T, &T)| match squares {
        true => ((now - base) * (now + base) / two, (now * now + base * base) / two),
        false => (now - base, size(now) + size(base)),
    };
    let noise = |size: T| T::ROUNDING * (size / two);
    let (all, noises): (Vec<T>, Vec<T>) =
        numbers.iter().zip(base).map(own).map(|(own, size)| (own, noise(size) * noise(size))).unzip();
    [partial_sums(&all), partial_sums(&noises)]
}

/// The twin of `judge.wgsl`, from the partial sums of the energy's difference and of the squares of rounding errors.
pub fn judge<T: Number>([differences, noises]: [&[T]; 2], scalars: &mut Scalars<T>, words: &mut Words) {
    if words.state != State::Searching {
        return;
    }
    let (difference, noise, zero) = (total(differences), total(noises).sqrt(), T::default());
    words.trials += 1;
    scalars.difference = difference;
    scalars.noise = if noise.is_finite() { noise } else { zero };
    let promised = scalars.alpha * scalars.descent;
    let small = |x: T| zero - x <= scalars.noise;
    let hidden = small(promised) && small(difference) && small(zero - difference);
    if difference.is_finite() && (difference <= scalars.armijo * promised || hidden) {
        words.state = State::Accepted;
    } else {
        scalars.alpha = scalars.shrink * scalars.alpha;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole steps are too long for f(x) = sqrt(1 + x²) beyond 1; its minimum is at 0.
    #[test]
    fn the_twins_minimise() {
        let mut scalars = Scalars { armijo: 1e-4, shrink: 0.5, gradient_absolute: 1e-16, ..Scalars::default() };
        let mut words = Words::default();
        let value = |x: f64| (1.0 + x * x).sqrt();
        let mut x = [3.0f64];
        while words.iterations < 50 {
            let (base, gradient) = (x, x[0] / value(x[0]));
            let direction = [-gradient * value(x[0]).powi(3)];
            slope(&[gradient * direction[0]], gradient * gradient, &mut scalars, &mut words);
            while words.state == State::Searching && words.trials < 20 {
                advance(&words, scalars.alpha, (&base, &direction), &mut x);
                let [differences, noises] = difference(&[value(x[0])], &[value(base[0])], false);
                judge([&differences, &noises], &mut scalars, &mut words);
            }
            if words.state != State::Accepted {
                break;
            }
        }
        assert!(words.state == State::Stationary && x[0].abs() < 1e-8 && words.iterations < 12, "{words:?} {x:?}");
        assert_eq!(difference(&[3.0, 5.0], &[1.0, 4.0], true)[0], [8.5]);
        slope(&[f64::NAN], 1.0, &mut scalars, &mut words);
        assert_eq!(words.state, State::NoDescent);
        words.state = State::Searching;
        judge([&[f64::NAN], &[0.0]], &mut scalars, &mut words);
        assert_eq!((words.state, scalars.alpha), (State::Searching, 0.5));
        // What rounding errors hide is accepted once, and again if the gradient is halved.
        for (gradient, state) in [(1.0, State::Accepted), (0.2, State::Accepted), (0.1, State::Exhausted)] {
            slope(&[-1e-3], gradient, &mut scalars, &mut words);
            judge([&[1e-4], &[1e-4]], &mut scalars, &mut words);
            assert_eq!(words.state, state, "{gradient}");
        }
    }
}
