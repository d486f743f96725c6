//! Times of the parts of an iteration.

use super::report::Iteration;
use std::time::Instant;

/// Seconds of an iteration, by what they went into.
#[derive(Clone, Copy, Default, Debug)]
pub struct Times {
    /// Evaluations.
    pub evaluate: f64,
    /// Linear systems.
    pub linear: f64,
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
        self.seconds_other = (self.seconds - times.evaluate - times.linear).max(0.0);
    }
}
