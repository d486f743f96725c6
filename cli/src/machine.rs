//! The rates of the machine: the yardsticks of `spadina bench`.

use spadina::executor::{self, Executor, ThreadsError};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Bytes of each of the two arrays of the copy, for each thread: more than caches hold.
const COPIED: usize = 64 << 20;

/// The best rates that were measured.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// Bytes read and written by copying, a second.
    pub copy: f64,
    /// Multiplications and additions, a second, in vectors of 128 bits.
    pub operations: f64,
}

impl Machine {
    /// Measures so many threads at once.
    pub fn measure(threads: usize) -> Result<Self, ThreadsError> {
        let executor = executor::threads(Some(threads))?;
        Ok(Self { copy: best(&*executor, copy_once), operations: best(&*executor, multiply_add) })
    }
}

/// The sum over threads of the best of what `rate` gives in a tenth of a second.
fn best(executor: &dyn Executor, rate: fn(&mut Vec<f64>) -> f64) -> f64 {
    let one = |_| {
        let mut memory = Vec::new();
        let start = Instant::now();
        let mut best = 0.0f64;
        while start.elapsed() < Duration::from_millis(100) {
            best = best.max(rate(&mut memory));
        }
        best
    };
    executor::map(executor, (0..executor.threads()).collect(), one).into_iter().sum()
}

/// Bytes a second, read and written.
fn copy_once(memory: &mut Vec<f64>) -> f64 {
    let half = COPIED / size_of::<f64>();
    memory.resize(2 * half, 1.0);
    let (from, to) = memory.split_at_mut(half);
    let start = Instant::now();
    to.copy_from_slice(black_box(from));
    black_box(to);
    2.0 * COPIED as f64 / start.elapsed().as_secs_f64()
}

/// Operations a second of independent chains, enough of them to hide the latency.
fn multiply_add(_: &mut Vec<f64>) -> f64 {
    const CHAINS: usize = 20;
    const ROUNDS: usize = 20_000;
    let mut sums = [1.0f64; CHAINS];
    let (factor, term) = (black_box(0.999_999), black_box(1e-6));
    let start = Instant::now();
    for _ in 0..ROUNDS {
        for sum in &mut sums {
            *sum = *sum * factor + term;
        }
    }
    black_box(sums);
    (2 * CHAINS * ROUNDS) as f64 / start.elapsed().as_secs_f64()
}
