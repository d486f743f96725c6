//! Times of the parts of an iteration, and its linear work.

use super::linear::Solved;
use super::report::Iteration;
use std::time::Instant;

/// Seconds of an iteration, by what they went into, and the work of the linear solver, in vain or not.
#[derive(Clone, Copy, Default, Debug)]
pub struct Times {
    /// Evaluations.
    pub evaluate: f64,
    /// Linear systems.
    pub linear: f64,
    /// Iterations of the linear solver.
    pub linear_iterations: usize,
    /// True if it made the most that it may.
    pub stalled: bool,
}

impl Times {
    /// Counts a solution.
    pub fn count(&mut self, solved: Solved) {
        self.linear_iterations += solved.iterations;
        self.stalled |= solved.stalled;
    }
}

/// Does something and adds its seconds to a sum.
pub fn timed<T>(sum: &mut f64, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    *sum += start.elapsed().as_secs_f64();
    result
}

impl Iteration {
    /// Takes the times of an iteration that began at `start`.
    pub(super) fn take_times(&mut self, start: Instant, times: Times) {
        self.seconds = start.elapsed().as_secs_f64();
        (self.seconds_evaluate, self.seconds_linear) = (times.evaluate, times.linear);
        (self.linear_iterations, self.linear_stalled) = (times.linear_iterations, times.stalled);
        self.seconds_other = (self.seconds - times.evaluate - times.linear).max(0.0);
    }
}
