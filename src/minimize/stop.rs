//! The wish to stop.

use std::fmt;

/// A function that is asked whether to stop, again and again within long work: factorisations and conjugate gradients.
#[derive(Clone, Copy)]
pub struct Stop(fn() -> bool);

impl Stop {
    /// Asks a function of the caller.
    pub const fn new(wanted: fn() -> bool) -> Stop {
        Stop(wanted)
    }

    /// True if the caller wants to stop.
    pub fn is_wanted(self) -> bool {
        (self.0)()
    }
}

impl PartialEq for Stop {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}
