//! The twins minimise functions of one number.

use super::*;

/// The scalars and words at the start, for numbers whose rounding errors are relatively so large.
fn start(roughness: f64) -> (NewtonScalars<f64>, NewtonProgress) {
    let scalars = NewtonScalars {
        armijo: 1e-4,
        shrink: 0.5,
        gradient_absolute: 1e-16,
        wolfe: WOLFE,
        curvature: CURVATURE,
        roughness,
        ..NewtonScalars::default()
    };
    (scalars, NewtonProgress::default())
}

/// The linear solver's scalars where the gradient has this square.
fn linear(first: f64) -> SolverScalars<f64> {
    SolverScalars { first, unscale: 1.0, ..SolverScalars::default() }
}

/// Minimises a function from its value, slope and curvature, in at most 60 iterations.
fn minimise(x: f64, roughness: f64, f: impl Fn(f64) -> [f64; 3]) -> (NewtonProgress, f64) {
    let (mut scalars, mut words) = start(roughness);
    let mut x = [x];
    while words.iterations < 60 {
        let (base, [value, gradient, curvature]) = (x, f(x[0]));
        let direction = [-gradient / curvature];
        slope(&[gradient * direction[0]], &linear(gradient * gradient), &mut scalars, &mut words);
        while words.state == State::Searching && words.trials < 30 {
            advance(&words, scalars.alpha, (&base, &direction), &mut x);
            let [trial, gradient, _] = f(x[0]);
            scalars.trial_slope = gradient * direction[0];
            let [differences, sizes] = difference(&[trial], &[value], false);
            judge([&differences, &sizes], &mut scalars, &mut words);
        }
        if words.state != State::Accepted {
            break;
        }
    }
    (words, x[0])
}

/// Whole steps are too long for it beyond 1; its minimum is at 0.
fn hyperbola(x: f64) -> [f64; 3] {
    let root = (1.0 + x * x).sqrt();
    [root, x / root, root.powi(-3)]
}

#[test]
fn the_twins_minimise() {
    let (words, x) = minimise(3.0, 1000.0 * f64::EPSILON, hyperbola);
    assert!(words.state == State::Stationary && x.abs() < 1e-8 && words.iterations < 12, "{words:?} {x}");
    assert_eq!(difference(&[3.0, 5.0], &[1.0, 4.0], true), [[8.5], [12.75]]);
    assert_eq!(difference(&[3.0, -5.0], &[1.0, 4.0], false), [[-7.0], [6.5]]);
}

#[test]
fn slopes_find_minima_that_energies_do_not() {
    // An error hides the minimum of the energy: it is a hill there.
    let rough = |x: f64| {
        let [value, slope, curvature] = hyperbola(x);
        [value + 0.02 / (1.0 + 10.0 * x.abs()), slope, curvature]
    };
    let (words, x) = minimise(3.0, 1.0 / 16.0, rough);
    assert!(words.state == State::Stationary && x.abs() < 1e-8 && words.iterations < 12, "{words:?} {x}");
    // Noise that is not known of ends the search.
    let (words, _) = minimise(3.0, 0.0, rough);
    assert!(words.state == State::Searching, "{words:?}");
}

#[test]
fn iterations_without_progress_end() {
    // Steps that are much too short, with a promise that energies cannot tell from noise.
    let (words, x) = minimise(0.01, 1e-3, |x| [1.0 + 0.5 * x * x, x, 100.0]);
    assert_eq!((words.state, words.idle, words.iterations), (State::Exhausted, PATIENCE, PATIENCE + 1), "{x}");
    // The energy tells that they make progress.
    let (words, _) = minimise(0.01, 1e-12, |x| [1.0 + 0.5 * x * x, x, 100.0]);
    assert_eq!((words.iterations, words.idle), (60, 0));
}

#[test]
fn trials_are_judged() {
    // The difference, the slope, that at the start being -1, and the length; noise is 0.1.
    let cases = [
        ([-0.5, 5.0, 1.0], true),
        ([-0.5, f64::NAN, 1.0], false),
        ([f64::NAN, 0.0, 1.0], false),
        ([-f64::INFINITY, 0.0, 1.0], false),
        ([-0.05, 0.9, 1.0], false),
        ([-0.05, 0.7, 1.0], true),
        ([0.05, 0.7, 1.0], true),
        ([0.15, 0.0, 1.0], false),
        ([0.05, -0.95, 1.0], true),
        ([0.05, -0.95, 0.5], false),
        ([0.05, -0.85, 0.5], true),
        ([-0.2, -0.95, 0.5], true),
    ];
    for ([difference, trial_slope, alpha], accepted) in cases {
        let (scalars, mut words) = start(0.1);
        let mut scalars = NewtonScalars { descent: -1.0, trial_slope, alpha, ..scalars };
        judge([&[difference], &[1.0]], &mut scalars, &mut words);
        let wanted = if accepted { (State::Accepted, alpha) } else { (State::Searching, 0.5 * alpha) };
        assert_eq!((words.state, scalars.alpha), wanted, "{difference} {trial_slope} {alpha}");
    }
    let (mut scalars, mut words) = start(0.1);
    slope(&[f64::NAN], &linear(1.0), &mut scalars, &mut words);
    assert_eq!(words.state, State::NoDescent);
    slope(&[0.0], &linear(1.0), &mut scalars, &mut words);
    assert_eq!(words.state, State::NoDescent);
}

#[test]
fn a_gradient_is_not_zero_because_its_square_is() {
    let mut scalars = NewtonScalars { gradient_relative: 1e-8, ..NewtonScalars::<f32>::default() };
    let mut words = NewtonProgress::default();
    let linear = SolverScalars { first: 1.0, unscale: 2.0f32.powi(-100), ..SolverScalars::default() };
    slope(&[-1e-30], &linear, &mut scalars, &mut words);
    assert_eq!(words.state, State::Searching);
    slope(&[0.0], &SolverScalars { first: 0.0, ..linear }, &mut scalars, &mut words);
    assert_eq!(words.state, State::Stationary);
}
