//! One summand of a problem: an energy or residual, and what its parameters bind to.

use super::place::Place;
use spadina_core::frontend::{Frontend, Kind};
use spadina_core::real::Singular;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

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
    /// The energy or residual.
    pub source: Source,
    /// True if it is a residual.
    pub residual: bool,
    /// The index array of the stencils, in the element form.
    pub over: Option<String>,
    /// The targets of parameters, where they are not the array of their own name gathered by `over`.
    pub bind: Vec<(String, BindTarget)>,
    /// The policy for derivatives that do not exist; `None`: that of the problem.
    pub singular: Option<Singular>,
    /// The place of the term.
    pub place: Place,
    /// The place of the value of `over`.
    pub over_place: Place,
}

/// The target that a parameter binds to.
#[derive(Clone, PartialEq, Debug)]
pub struct BindTarget {
    /// The name of an unknown, array or index array.
    pub array: String,
    /// The index array that gathers it, instead of `over`.
    pub table: Option<String>,
    /// The place of the key, for a message about the parameter.
    pub place: Place,
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
            singular: None,
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

    /// Sets the policy for derivatives that do not exist, where it is another one than the problem's.
    pub fn singular(mut self, policy: Singular) -> Term {
        self.singular = Some(policy);
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
