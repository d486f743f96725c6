//! Reports of steps.

use crate::minimize::{Iteration, Outcome};

/// Energies at a time, in joules if all data are in units of the SI.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Energies {
    /// Of motion.
    pub kinetic: f64,
    /// Of the problem's own terms.
    pub elastic: f64,
    /// Of weight, zero at the origin.
    pub gravity: f64,
    /// Of the barriers before obstacles.
    pub contact: f64,
}

impl Energies {
    /// Their sum.
    pub fn total(&self) -> f64 {
        self.kinetic + self.elastic + self.gravity + self.contact
    }
}

/// One step.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct StepReport {
    /// Its number, from one.
    pub step: usize,
    /// The time at its end, in seconds.
    pub time: f64,
    /// The end of its minimisation.
    pub outcome: Outcome,
    /// The iterations that it took.
    pub iterations: Vec<Iteration>,
    /// The energies at its end.
    pub energies: Energies,
    /// Nodes that may have touched an obstacle.
    pub contacts: usize,
    /// The seconds that it took.
    pub seconds: f64,
    /// The seconds that went into the pattern, because what touches had changed.
    pub rebinding: f64,
}
