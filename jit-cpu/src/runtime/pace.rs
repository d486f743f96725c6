//! The pace of a kernel, by which it pays to wake threads or not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Nanoseconds of work for which it pays to wake the threads.
const PARALLEL: f64 = 100_000.0;

/// The time of an iteration of the outermost loop on one thread: the least of what was measured, in femtoseconds;
/// `u64::MAX` before the first run.
pub(super) struct Pace(AtomicU64);

impl Pace {
    pub fn unknown() -> Self {
        Self(AtomicU64::new(u64::MAX))
    }

    pub fn is_known(&self) -> bool {
        self.0.load(Ordering::Relaxed) != u64::MAX
    }

    /// Returns true if so many iterations take long enough for several threads.
    pub fn pays(&self, iterations: i64) -> bool {
        self.is_known() && 1e-6 * self.0.load(Ordering::Relaxed) as f64 * iterations as f64 >= PARALLEL
    }

    pub fn learn(&self, time: Duration, iterations: i64) {
        let femtoseconds = 1e15 * time.as_secs_f64() / iterations.max(1) as f64;
        self.0.fetch_min(femtoseconds as u64, Ordering::Relaxed);
    }
}
