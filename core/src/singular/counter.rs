//! The number of elements at singular points, as an energy of its own.

use super::Singular;
use crate::ad;
use crate::error::Diagnostic;
use crate::frontend::{Form, Frontend, Kind, Parameter, Roles};
use crate::program::Program;
use std::sync::Arc;

/// The energy whose value is the number of elements of another one, or of a residual, that a policy touches.
pub struct Counter {
    /// The other one.
    pub counted: Arc<dyn Frontend>,
    /// The policy.
    pub policy: Singular,
}

impl Frontend for Counter {
    fn form(&self) -> Form {
        self.counted.form()
    }

    fn kind(&self) -> Kind {
        Kind::Energy
    }

    fn parameters(&self) -> &[Parameter] {
        self.counted.parameters()
    }

    fn lower(&self, roles: &Roles) -> Result<Program, Diagnostic> {
        let mut program = self.counted.lower(roles)?;
        program.graph.singular = self.policy;
        let mut none = Program { updates: Vec::new(), ..program.clone() };
        none.graph.singular = Singular::Error;
        let mut counted = ad::touched(program).unwrap_or(none);
        counted.graph.singular = Singular::Error;
        Ok(counted)
    }
}
