//! Long work in a thread of its own, so that the wish to stop is answered at once.

use crate::minimize::error::Error;
use crate::minimize::stop::Stop;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The time between two questions whether to stop.
const PERIOD: Duration = Duration::from_millis(10);

/// The stack of the thread, that of a main thread.
const STACK: usize = 8 << 20;

/// Does work, and leaves it alone where the caller wants to stop: what it holds is lost then, and freed at its end.
pub fn aside<T: Send + 'static>(stop: Stop, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let (sender, result) = mpsc::channel();
    // Where there is no thread, the work is still here.
    let work = Arc::new(Mutex::new(Some(work)));
    let take = |work: &Mutex<Option<_>>| work.lock().unwrap_or_else(PoisonError::into_inner).take();
    let own = work.clone();
    let made = thread::Builder::new().name("spadina solver".into()).stack_size(STACK).spawn(move || {
        if let Some(work) = take(&own) {
            // Nobody waits any more where this fails.
            let _ = sender.send(work());
        }
    });
    let Ok(handle) = made else {
        let work = take(&work).ok_or(Error::Stopped)?;
        return Ok(work());
    };
    loop {
        match result.recv_timeout(PERIOD) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) if stop.is_wanted() => return Err(Error::Stopped),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => match handle.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => return Err(Error::Stopped),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn work_is_done_or_left_alone() {
        static WANTED: AtomicBool = AtomicBool::new(false);
        let stop = Stop::new(|| WANTED.load(Ordering::Relaxed));
        assert!(matches!(aside(stop, || 3), Ok(3)));
        let panics = std::panic::catch_unwind(|| aside(stop, || -> u8 { panic!("on purpose") }));
        assert!(panics.is_err());
        WANTED.store(true, Ordering::Relaxed);
        let (send, wait) = mpsc::channel::<()>();
        // It waits for a word that comes only after it was left alone.
        assert!(matches!(aside(stop, move || wait.recv()), Err(Error::Stopped)));
        drop(send);
    }
}
