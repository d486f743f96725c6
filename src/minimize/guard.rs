//! Limits of steps that no energy expresses.

use std::fmt;
use std::sync::Arc;

/// The function of a guard: point and direction to the longest step.
type Reach = dyn Fn(&[f64], &[f64]) -> f64 + Send + Sync;

/// The longest step that is allowed from a point along a direction, in terms of the direction: what no energy says, such as
/// that nodes do not pass through obstacles.
#[derive(Clone)]
pub struct Guard(Arc<Reach>);

impl Guard {
    /// A guard by a function of the point and the direction, one number for each unknown both.
    pub fn new(reach: impl Fn(&[f64], &[f64]) -> f64 + Send + Sync + 'static) -> Guard {
        Guard(Arc::new(reach))
    }

    /// The longest step, zero or more.
    pub fn reach(&self, x: &[f64], direction: &[f64]) -> f64 {
        (self.0)(x, direction).max(0.0)
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}
