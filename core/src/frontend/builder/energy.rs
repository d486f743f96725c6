//! Energies and residuals that were written in Rust.

use super::element::Element;
use super::handle::Real;
use super::linear::Vector;
use super::scope::Scope;
use super::session::{self, Session};
use crate::error::Diagnostic;
use crate::frontend::kit;
use crate::frontend::{Form, Frontend, Kind, Parameter, Roles};
use crate::program::{LookedAt, Program, Update, residual_updates};
use std::fmt;
use std::sync::Arc;

/// The result of the closure of an element form of a residual: a real, a vector, or a list of rows.
pub trait Rows {
    /// The rows, in order.
    fn rows(self) -> Vec<Real>;
}

impl Rows for Real {
    fn rows(self) -> Vec<Real> {
        vec![self]
    }
}

impl<const N: usize> Rows for Vector<N> {
    fn rows(self) -> Vec<Real> {
        self.iter().copied().collect()
    }
}

impl<const N: usize> Rows for [Real; N] {
    fn rows(self) -> Vec<Real> {
        self.into()
    }
}

impl Rows for Vec<Real> {
    fn rows(self) -> Vec<Real> {
        self
    }
}

/// The closure, whatever its form: the energy, or the rows of an element's residual.
type Closure = dyn Fn() -> Vec<Real> + Send + Sync;

/// An energy or residual written in Rust; a [`Frontend`] like a file.
#[derive(Clone)]
pub struct Energy {
    name: String,
    form: Form,
    kind: Kind,
    parameters: Vec<Parameter>,
    closure: Arc<Closure>,
}

impl fmt::Debug for Energy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("Energy"))
            .field("name", &self.name)
            .field("form", &self.form)
            .field("kind", &self.kind)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}

/// An energy of one element, summed over all elements.
#[track_caller]
pub fn energy(name: &str, energy: impl Fn(&Element) -> Real + Send + Sync + 'static) -> Result<Energy, Diagnostic> {
    Energy::new(name, Form::Element, Kind::Energy, Arc::new(move || vec![energy(&Element::new())]))
}

/// The rows that one element adds to a residual; they are stacked element by element.
#[track_caller]
pub fn residual<R: Rows>(
    name: &str,
    residual: impl Fn(&Element) -> R + Send + Sync + 'static,
) -> Result<Energy, Diagnostic> {
    Energy::new(name, Form::Element, Kind::Residual, Arc::new(move || residual(&Element::new()).rows()))
}

/// An energy with its own loops.
#[track_caller]
pub fn program(name: &str, energy: impl Fn(&Scope) -> Real + Send + Sync + 'static) -> Result<Energy, Diagnostic> {
    Energy::new(name, Form::Program, Kind::Energy, Arc::new(move || vec![energy(&Scope::new())]))
}

/// A residual with its own loops, which writes its rows with [`Scope::residual`] or [`Scope::set_residual`].
#[track_caller]
pub fn residual_program(name: &str, residual: impl Fn(&Scope) + Send + Sync + 'static) -> Result<Energy, Diagnostic> {
    let closure = move || {
        residual(&Scope::new());
        Vec::new()
    };
    Energy::new(name, Form::Program, Kind::Residual, Arc::new(closure))
}

impl Energy {
    /// Runs the closure once, to find its parameters and what is wrong with it.
    #[track_caller]
    fn new(name: &str, form: Form, kind: Kind, closure: Arc<Closure>) -> Result<Energy, Diagnostic> {
        let mut energy = Energy { name: name.to_string(), form, kind, parameters: Vec::new(), closure };
        let (session, _) = energy.run(&Roles::default(), true)?;
        energy.parameters = session.parameters;
        Ok(energy)
    }

    /// The name, which is the name of the program in print.
    pub fn name(&self) -> &str {
        &self.name
    }

    #[track_caller]
    fn run(&self, roles: &Roles, discovering: bool) -> Result<(Session, Vec<Update>), Diagnostic> {
        let prepare = |s: &mut Session| {
            s.discovering = discovering;
            s.inputs.declare(&mut s.graph, self.form, &self.parameters);
        };
        session::run(roles.clone(), prepare, || (self.closure)(), |s, rows| self.updates(s, &rows, discovering))
            .map_err(|found| Diagnostic::new(found.span, format!("energy `{}`: {}", self.name, found.message)))
    }

    /// The updates that the closure's result, or its writes, stand for.
    fn updates(&self, s: &mut Session, rows: &[Real], discovering: bool) -> Option<Vec<Update>> {
        if !discovering && s.parameters != self.parameters {
            return s.refuse("the closure declares other parameters than in its first run: they may not change");
        }
        // Rows whose value was refused have recorded why.
        let values: Option<Vec<_>> = rows.iter().map(|&row| s.id(row)).collect();
        let values = values?;
        let mut updates = Vec::new();
        match (self.kind, self.form) {
            (Kind::Residual, Form::Program) if s.writes.is_empty() => return s.refuse("the residual has no rows"),
            (Kind::Residual, Form::Element) if rows.is_empty() => return s.refuse("the residual has no rows"),
            _ if discovering => {}
            (Kind::Energy, _) => {
                for value in values {
                    updates.extend(kit::energy(&mut s.graph, &s.inputs, value));
                }
            }
            (Kind::Residual, Form::Element) => updates = kit::element_rows(&mut s.graph, &s.inputs, &values),
            (Kind::Residual, Form::Program) => {
                let writes = std::mem::take(&mut s.writes);
                updates = residual_updates(&mut s.graph, writes);
            }
        }
        Some(updates)
    }
}

impl Frontend for Energy {
    fn form(&self) -> Form {
        self.form
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn lower(&self, roles: &Roles) -> Result<Program, Diagnostic> {
        let (mut session, updates) = self.run(roles, false)?;
        let looked_at = LookedAt::computed(&mut session.graph);
        Ok(Program { name: self.name.clone(), graph: session.graph, updates, looked_at })
    }
}
