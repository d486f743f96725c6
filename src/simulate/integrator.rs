//! The integrators there are.

/// A scheme for steps through time.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Integrator {
    /// Backward differences of first order: stable, and it damps.
    #[default]
    ImplicitEuler,
    /// Backward differences of second order: it damps less.
    Bdf2,
}
