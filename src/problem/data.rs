//! A problem with all its data in memory.

use super::place::{Place, Section};
use super::term::Term;
use crate::tensor::Tensor;
use spadina_core::real::Singular;
use std::collections::HashMap;
#[cfg(feature = "meshes")]
use std::sync::Arc;

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
    /// The policy for derivatives that do not exist, of terms that have none of their own.
    pub singular: Singular,
    /// The mesh whose points and elements are among the arrays and indices, if they come from one.
    #[cfg(feature = "meshes")]
    pub mesh: Option<Arc<spadina_meshes::Mesh>>,
    /// The start of the problem, for messages about all of it.
    pub place: Place,
    pub(crate) places: HashMap<(Section, String), Place>,
    /// By unknown, what its displacements are added to; empty if the unknowns are no displacements.
    pub(crate) references: Vec<Vec<f64>>,
}

impl Problem {
    /// A problem without anything in it.
    pub fn new() -> Problem {
        Problem::default()
    }

    /// Adds an unknown and its value. Unknowns are stacked in the order of these calls.
    pub fn unknown(mut self, name: impl Into<String>, value: impl Into<Tensor<f64>>) -> Problem {
        let name = self.own(name.into());
        self.unknowns.push((name, value.into()));
        self
    }

    /// Adds an array of reals, or a number.
    pub fn array(mut self, name: impl Into<String>, value: impl Into<Tensor<f64>>) -> Problem {
        let name = self.own(name.into());
        self.arrays.push((name, value.into()));
        self
    }

    /// Adds an array of integers, or a size.
    pub fn indices(mut self, name: impl Into<String>, value: impl Into<Tensor<i32>>) -> Problem {
        let name = self.own(name.into());
        self.indices.push((name, value.into()));
        self
    }

    /// Adds a term.
    pub fn term(mut self, term: Term) -> Problem {
        self.terms.push(term);
        self
    }

    /// Sets the policy for derivatives that do not exist, of all terms that have none of their own.
    pub fn singular(mut self, policy: Singular) -> Problem {
        self.singular = policy;
        self
    }

    /// Returns true if a term has a policy for derivatives that do not exist, other than that they are an error.
    pub fn has_singular_policy(&self) -> bool {
        self.terms.iter().any(|term| term.singular.unwrap_or(self.singular) != Singular::Error)
    }

    /// A name that the problem gives itself.
    fn own(&mut self, name: String) -> String {
        #[cfg(feature = "meshes")]
        self.give_way(&name);
        name
    }

    /// The number of entries of all unknowns.
    pub fn unknown_count(&self) -> usize {
        self.unknowns.iter().map(|(_, t)| t.data.len()).sum()
    }

    /// Returns true if there are residual terms.
    pub fn has_residuals(&self) -> bool {
        self.terms.iter().any(|t| t.residual)
    }

    /// By unknown, what its displacements are added to; nothing if the unknowns are no displacements.
    pub fn references(&self) -> &[Vec<f64>] {
        &self.references
    }

    /// The place where a name was given.
    pub(crate) fn place_of(&self, section: Section, name: &str) -> Place {
        self.places.get(&(section, name.to_string())).cloned().unwrap_or_default()
    }
}
