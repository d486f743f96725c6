//! Problems: unknowns, read-only arrays, indices, and the terms that are summed over them.
//!
//! A problem is read from a TOML file, [`ProblemFile::read`] and [`ProblemFile::load`], or both at once:
//! [`Problem::read`]. The same words make one in Rust:
//!
//! ```
//! use spadina::problem::{Problem, Term};
//!
//! let springs = "fn energy(x: array<vec2f, 2>) -> f32 { return length(x[1] - x[0]); }";
//! let problem = Problem::new()
//!     .unknown("x", vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
//!     .array("k", 100.0)
//!     .indices("edges", vec![[0, 1], [1, 2]])
//!     .term(Term::energy("springs.wgsl", springs).over("edges"));
//! problem.check()?;
//! # Ok::<(), spadina::problem::ProblemError>(())
//! ```

mod check;
mod error;
mod file;
mod keys;
mod load;
mod meshes;
mod pins;
mod place;
mod simulate;
mod solve;
mod values;

use crate::mesh::Mesh;
use crate::tensor::Tensor;
use spadina_core::frontend::{Frontend, Kind};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::ProblemError;
pub use file::{Entry, EntryValue, MeshSection, MeshSource, ProblemFile, TermEntry};
pub use load::read_energy;
pub use pins::{KeyFrames, Pins, Selection};
pub use place::Place;
pub use simulate::{FrameFile, Integrator, ObstacleEntry, ObstacleShape, SimulateSection};
pub use solve::{FixEntry, Method, MoveEntry, Projecting, SolveSection};

/// The section a name belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Section {
    Unknowns,
    Arrays,
    Indices,
}

impl Section {
    fn text(self) -> &'static str {
        match self {
            Section::Unknowns => "[unknowns]",
            Section::Arrays => "[arrays]",
            Section::Indices => "[indices]",
        }
    }
}

/// A problem with all its data in memory.
#[derive(Clone, Default, Debug)]
pub struct Problem {
    /// The unknowns, in the order in which they are stacked, with the values at which to evaluate.
    pub unknowns: Vec<(String, Tensor<f64>)>,
    /// Read-only reals.
    pub arrays: Vec<(String, Tensor<f64>)>,
    /// Read-only integers; sizes are those of shape `[]`.
    pub indices: Vec<(String, Tensor<i32>)>,
    /// The terms, which add up.
    pub terms: Vec<Term>,
    /// The mesh whose points and elements are among the arrays and indices, if they come from one.
    pub mesh: Option<Arc<Mesh>>,
    /// Where the problem begins, for messages about all of it.
    pub place: Place,
    pub(crate) places: HashMap<(Section, String), Place>,
    /// By unknown, what its displacements are added to; empty if the unknowns are no displacements.
    pub(crate) references: Vec<Vec<f64>>,
}

/// An energy or residual: a text, or Rust.
#[derive(Clone)]
pub enum Source {
    /// WGSL.
    Text(String),
    /// Built in Rust.
    Built(Arc<dyn Frontend>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Source::Built(_) => f.write_str("Built"),
        }
    }
}

/// One summand of the problem.
#[derive(Clone, Debug)]
pub struct Term {
    /// The file of the text, for messages.
    pub path: PathBuf,
    /// What is summed.
    pub source: Source,
    /// Whether it is a residual.
    pub residual: bool,
    /// The index array of the stencils, in the element form.
    pub over: Option<String>,
    /// What parameters bind to, where it is not the array of their own name gathered by `over`.
    pub bind: Vec<(String, BindTarget)>,
    /// Where the term stands.
    pub place: Place,
    /// Where `over` stands.
    pub over_place: Place,
}

/// What a parameter binds to.
#[derive(Clone, PartialEq, Debug)]
pub struct BindTarget {
    /// The name of an unknown, array or index array.
    pub array: String,
    /// The index array that gathers it, instead of `over`.
    pub table: Option<String>,
    /// Where the key stands, for a message about the parameter.
    pub place: Place,
}

impl Problem {
    /// A problem without anything in it.
    pub fn new() -> Problem {
        Problem::default()
    }

    /// Reads a problem file and everything it names.
    pub fn read(path: impl AsRef<Path>) -> Result<Problem, ProblemError> {
        ProblemFile::read(path)?.load()
    }

    /// Adds an unknown and its value. Unknowns are stacked in the order of these calls.
    pub fn unknown(mut self, name: impl Into<String>, value: impl Into<Tensor<f64>>) -> Problem {
        self.unknowns.push((name.into(), value.into()));
        self
    }

    /// Adds an array of reals, or a number.
    pub fn array(mut self, name: impl Into<String>, value: impl Into<Tensor<f64>>) -> Problem {
        self.arrays.push((name.into(), value.into()));
        self
    }

    /// Adds an array of integers, or a size.
    pub fn indices(mut self, name: impl Into<String>, value: impl Into<Tensor<i32>>) -> Problem {
        self.indices.push((name.into(), value.into()));
        self
    }

    /// Adds a term.
    pub fn term(mut self, term: Term) -> Problem {
        self.terms.push(term);
        self
    }

    /// The number of entries of all unknowns.
    pub fn unknown_count(&self) -> usize {
        self.unknowns.iter().map(|(_, t)| t.data.len()).sum()
    }

    /// Whether there are residual terms.
    pub fn has_residuals(&self) -> bool {
        self.terms.iter().any(|t| t.residual)
    }

    /// Where a name was given.
    pub(crate) fn place_of(&self, section: Section, name: &str) -> Place {
        self.places.get(&(section, name.to_string())).cloned().unwrap_or_default()
    }
}

impl Term {
    /// A term from the text of an energy; the name is used in messages.
    pub fn energy(name: impl Into<PathBuf>, text: impl Into<String>) -> Term {
        Term {
            path: name.into(),
            source: Source::Text(text.into()),
            residual: false,
            over: None,
            bind: Vec::new(),
            place: Place::Api,
            over_place: Place::Api,
        }
    }

    /// A term from the text of a residual; the name is used in messages.
    pub fn residual(name: impl Into<PathBuf>, text: impl Into<String>) -> Term {
        Term { residual: true, ..Term::energy(name, text) }
    }

    /// A term from an energy or residual that was built in Rust; the name is used in messages.
    pub fn built(name: impl Into<PathBuf>, energy: impl Frontend + 'static) -> Term {
        let residual = energy.kind() == Kind::Residual;
        Term { source: Source::Built(Arc::new(energy)), residual, ..Term::energy(name, "") }
    }

    /// Sets the index array of stencils.
    pub fn over(mut self, table: impl Into<String>) -> Term {
        self.over = Some(table.into());
        self
    }

    /// Binds a parameter to another array: `"array"`, or `"array@table"` to gather it with a table.
    pub fn bind(mut self, parameter: impl Into<String>, target: &str) -> Term {
        self.bind.push((parameter.into(), BindTarget::parse(target, Place::Api)));
        self
    }
}

impl BindTarget {
    /// `"array"` or `"array@table"`. Whether the names exist is checked with the problem.
    pub fn parse(text: &str, place: Place) -> BindTarget {
        match text.split_once('@') {
            Some((array, table)) => BindTarget { array: array.into(), table: Some(table.into()), place },
            None => BindTarget { array: text.into(), table: None, place },
        }
    }
}

#[cfg(test)]
mod tests;
