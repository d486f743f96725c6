//! Errors of simulations.

use crate::minimize::{self, Outcome};
use crate::problem::{Place, ProblemError};
use std::path::PathBuf;

/// The reason why there is no simulation, or no step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system.
    #[error(transparent)]
    System(#[from] crate::system::Error),
    /// A step cannot be minimised.
    #[error(transparent)]
    Minimize(#[from] minimize::Error),
    /// The section of a problem file.
    #[error(transparent)]
    Section(Box<SectionError>),
    /// A step has no minimum.
    #[error("step {step}, at {time} s: {outcome}{}", of_node(*.node))]
    Step {
        /// The number of the step.
        step: usize,
        /// The time at its end.
        time: f64,
        /// The end of the minimisation.
        outcome: Outcome,
        /// The node whose unknown it names, if that is a position.
        node: Option<usize>,
    },
    /// The energy is infinite where a step begins.
    #[error("step {step}, at {time} s, begins where {source}{hint}")]
    Infinite {
        /// The number of the step.
        step: usize,
        /// The time at its end.
        time: f64,
        /// The error, which names it.
        source: Box<crate::system::Error>,
        /// The advice.
        hint: &'static str,
    },
    /// A node begins within an obstacle.
    #[error("node {node} begins at obstacle {obstacle}, {}: leave a gap", depth(*.distance))]
    Inside {
        /// The node.
        node: usize,
        /// The number of the obstacle, from zero.
        obstacle: usize,
        /// Its distance from the surface, zero or negative.
        distance: f64,
    },
    /// Key frames lead a node into an obstacle.
    #[error(
        "step {step}, at {time} s: key frames move node {node} to obstacle {obstacle}, {}: let them end before it",
        depth(*.distance)
    )]
    Moved {
        /// The number of the step.
        step: usize,
        /// The time at its end.
        time: f64,
        /// The node.
        node: usize,
        /// The number of the obstacle, from zero.
        obstacle: usize,
        /// Its distance from the surface, zero or negative.
        distance: f64,
    },
    /// A state that was made with steps of another length.
    #[error("the state was made with steps of {found} s, not {wanted} s: it cannot go on")]
    StateStep {
        /// Their length.
        found: f64,
        /// The length in this simulation.
        wanted: f64,
    },
    /// The unknown is not there, or its entries are no positions.
    #[error("`{name}` is no unknown of shape (n, 2) or (n, 3): positions are needed")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// Data of another length than is needed.
    #[error("{what} has {found} entries; {wanted} are needed")]
    Length {
        /// The name of the data.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length needed.
        wanted: usize,
    },
    /// A mass that cannot be.
    #[error(
        "node {node} has the mass {mass}; masses are positive and finite, and zero where nodes are held: give it a mass, \
         make it part of an element, or hold it"
    )]
    Mass {
        /// The node.
        node: usize,
        /// Its mass.
        mass: f64,
    },
    /// An obstacle of another dimension.
    #[error("obstacle {number} needs vectors of {dimension} components, as the positions have")]
    Obstacle {
        /// Its number, from zero.
        number: usize,
        /// The components of a position.
        dimension: usize,
    },
    /// A node that is not there.
    #[error("there is no node {node}: there are {nodes}, numbered from zero")]
    Node {
        /// Its number.
        node: usize,
        /// The number of nodes.
        nodes: usize,
    },
    /// A state that cannot be read.
    #[error("{}: {reason}", .path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A state of another problem.
    #[error("the state has {found} entries, the problem {wanted} unknowns: it is of another problem")]
    StateLength {
        /// Its length.
        found: usize,
        /// The number of unknowns.
        wanted: usize,
    },
}

/// The reason why a section cannot be simulated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SectionError {
    /// The problem file.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// There is no section.
    #[error("the problem has no section [simulate]: give one with `step` and `time`")]
    Missing,
    /// The section does not fit the problem.
    #[error("{place}: {source}")]
    Setup {
        /// The section.
        place: Place,
        /// The reason.
        source: Box<Error>,
    },
    /// There are no masses.
    #[error("{place}: there are no masses: give `density`, with a mesh, or `mass`")]
    NoMass {
        /// The section.
        place: Place,
    },
}

impl From<ProblemError> for Error {
    fn from(error: ProblemError) -> Self {
        Self::System(error.into())
    }
}

impl From<SectionError> for Error {
    fn from(error: SectionError) -> Self {
        Self::Section(Box::new(error))
    }
}

/// The place of a node that should be before a surface, in words.
fn depth(distance: f64) -> String {
    match distance < 0.0 {
        true => format!("{:.3e} behind its surface", -distance),
        false => "on its surface".into(),
    }
}

/// The node that an outcome is about, in words.
fn of_node(node: Option<usize>) -> String {
    node.map(|node| format!(" (it belongs to node {node})")).unwrap_or_default()
}
