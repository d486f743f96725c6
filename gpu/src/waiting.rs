//! Waiting for the device. Every call that waits is one `async` function: its blocking twin runs that on a thread that
//! waits, and the `async` twin on a task that callbacks wake.

use crate::Error;
use std::fmt::{Debug, Formatter};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The way in which a call waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Waiting {
    /// The thread waits, as long as the device's patience.
    Blocking,
    /// The task is woken.
    Woken,
}

/// Runs a call that waits by [`Waiting::Blocking`]. Browsers do not let a thread wait: there it is refused.
pub(crate) fn block_on<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    may_block()?;
    pollster::block_on(call)
}

/// Refuses to wait where a thread cannot.
pub(crate) fn may_block() -> Result<(), Error> {
    match cfg!(target_arch = "wasm32") {
        true => Err(Error::Blocking),
        false => Ok(()),
    }
}

/// A value that a callback gives, to wait for.
#[derive(Debug)]
pub(crate) struct Signal<T>(Arc<Mutex<Given<T>>>);

/// The value once it is given, and the waker of the task that waits for it.
#[derive(Debug)]
struct Given<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

impl<T> Signal<T> {
    /// A signal, and what gives it its value.
    pub fn new() -> (Self, impl FnOnce(T) + use<T>) {
        let given = Arc::new(Mutex::new(Given { value: None, waker: None }));
        let own = given.clone();
        let give = move |value| {
            let waker = {
                let mut given = lock(&own);
                given.value = Some(value);
                given.waker.take()
            };
            waker.into_iter().for_each(Waker::wake);
        };
        (Self(given), give)
    }
}

impl<T> Future for Signal<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut given = lock(&self.0);
        match given.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                given.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// An error scope that has ended: what wgpu reports of it.
trait Ended: Future<Output = Option<wgpu::Error>> + wgpu::WasmNotSend {}

impl<F: Future<Output = Option<wgpu::Error>> + wgpu::WasmNotSend> Ended for F {}

/// A scope, with what was done in it.
type Scope = (String, Pin<Box<dyn Ended>>);

/// Error scopes that have ended, of which wgpu has not reported yet. Natively it reports at once, in browsers later.
#[derive(Default)]
pub(crate) struct Scopes(Mutex<Vec<Scope>>);

impl Debug for Scopes {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scopes({})", lock(&self.0).len())
    }
}

impl Scopes {
    /// Ends a scope; gives what is reported at once. `what` is for messages.
    pub fn end(&self, what: &str, scope: wgpu::ErrorScopeGuard) -> Option<wgpu::Error> {
        let mut ended: Pin<Box<dyn Ended>> = Box::pin(scope.pop());
        match ended.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(error) => error,
            Poll::Pending => {
                lock(&self.0).push((what.to_string(), ended));
                None
            }
        }
    }

    /// Waits for what is reported later: the first error, and what it was about.
    pub async fn settle(&self) -> Option<(String, wgpu::Error)> {
        let ended = std::mem::take(&mut *lock(&self.0));
        let mut first = None;
        for (what, scope) in ended {
            let error = scope.await;
            first = first.or(error.map(|error| (what, error)));
        }
        first
    }
}

/// Locks a mutex, also where a thread has panicked: nothing here is half done between two steps.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_wakes_who_waits() {
        let (signal, give) = Signal::new();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            give(7);
        });
        assert_eq!(pollster::block_on(signal), 7);
        thread.join().unwrap();
        let (signal, give) = Signal::new();
        give(8);
        assert_eq!(pollster::block_on(signal), 8);
    }
}
