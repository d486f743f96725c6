//! The threads of the processor as an executor.

pub use spadina_core::executor::{Executor, Serial, map};
use std::sync::Arc;

/// The threads that were asked for could not be started.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot start threads: {reason}")]
pub struct ThreadsError {
    /// The system's message.
    pub reason: String,
}

/// A pool of threads.
#[cfg(feature = "threads")]
#[derive(Debug)]
struct Pool(rayon::ThreadPool);

#[cfg(feature = "threads")]
impl Executor for Pool {
    fn threads(&self) -> usize {
        self.0.current_num_threads()
    }

    fn run(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        use rayon::prelude::*;
        self.0.install(|| (0..count).into_par_iter().for_each(task));
    }
}

/// An executor of so many threads, of one on each core if no number is given. With one it is the caller's own thread, and
/// so it is without the feature `threads`.
pub fn threads(wanted: Option<usize>) -> Result<Arc<dyn Executor>, ThreadsError> {
    #[cfg(feature = "threads")]
    {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = wanted.filter(|&threads| threads > 0).unwrap_or_else(cores);
        if threads > 1 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            return Ok(Arc::new(Pool(pool.map_err(|e| ThreadsError { reason: e.to_string() })?)));
        }
    }
    let _ = wanted;
    Ok(Arc::new(Serial))
}
