//! The terms of a problem, derived. Terms of one energy are derived once, whatever the names of their data.

use super::bind::{lower, read, roles};
use super::matrices;
use super::program::{Fusion, Request, TermProjection};
use super::term::{DerivedTerm, Energy, Shared};
use super::{EnergyError, Error, Layout, Options};
use crate::problem::{Problem, Source, Term};
use spadina_core::ad;
use spadina_core::backend::Quantity;
use spadina_core::element::Refused;
use spadina_core::kernel::Outputs;
use spadina_core::real::{Singular, Span};
use spadina_core::singular::with_policy;
use spadina_core::waist::displaced;
use std::sync::Arc;

/// The derivation of a problem's terms.
pub struct Derivation<'a> {
    pub problem: &'a Problem,
    pub options: &'a Options,
    /// The programs are those of displacements from a reference.
    pub displaces: bool,
    pub fusion: Fusion,
}

impl Derivation<'_> {
    /// Reads the terms' texts, binds their parameters and runs the pipeline.
    pub fn terms(&self) -> Result<Vec<DerivedTerm>, Error> {
        let mut terms: Vec<DerivedTerm> = Vec::new();
        // Those that were derived themselves.
        let mut first: Vec<usize> = Vec::new();
        for (number, term) in self.problem.terms.iter().enumerate() {
            let same: Vec<usize> =
                first.iter().copied().filter(|&k| self.same_energy(&self.problem.terms[k], term)).collect();
            let file = term.path.display().to_string();
            let module = match same.first() {
                Some(&known) => terms[known].energy.module.clone(),
                None => read(&term.source, &file)?,
            };
            let roles = roles(self.problem, term, &file, module.as_ref())?;
            let known = same.into_iter().find_map(|k| Some((k, terms[k].energy.roles.renaming(&roles)?)));
            let energy = Energy { file, text: text(term), module, roles, names: names(term) };
            let derived = match known {
                Some((first, names)) => terms[first].again(self.problem, number, energy, Shared { first, names }),
                None => {
                    first.push(number);
                    self.derive(number, term, energy)?
                }
            };
            terms.push(derived);
        }
        Ok(terms)
    }

    /// Returns true if two terms have the same energy, with perhaps other data.
    fn same_energy(&self, a: &Term, b: &Term) -> bool {
        a.residual == b.residual
            && a.path == b.path
            && self.policy(a) == self.policy(b)
            && match (&a.source, &b.source) {
                (Source::Text(a), Source::Text(b)) => a == b,
                (Source::Built(a), Source::Built(b)) => std::ptr::addr_eq(Arc::as_ptr(a), Arc::as_ptr(b)),
                _ => false,
            }
    }

    /// The policy of a term for derivatives that do not exist.
    fn policy(&self, term: &Term) -> Singular {
        term.singular.unwrap_or(self.problem.singular)
    }

    /// Derives what the options ask for.
    fn derive(&self, number: usize, term: &Term, energy: Energy) -> Result<DerivedTerm, Error> {
        let Self { problem, options, displaces, fusion } = *self;
        let file = &energy.file;
        let projected = options
            .projection
            .filter(|_| !term.residual)
            .map(|projection| TermProjection { projection, outermost: term.over.is_some() });
        if term.residual && options.projection.is_some() && !options.gauss_newton {
            let message = format!(
                "the Hessian of a residual ({file}) cannot be projected element by element: \
                 take the Gauss-Newton matrix JᵀJ (--gauss-newton), which has no negative eigenvalues"
            );
            return Err(Error::Term { place: term.place.clone(), message });
        }
        let program = lower(energy.module.as_ref(), &energy.roles, &term.source, file)?;
        let mut program = with_policy(program, self.policy(term));
        if displaces {
            program = displaced(&program);
        }
        let runs = matches!(options.layout, Layout::Full);
        let solve = |program, outputs| {
            let solved = matrices::solve(problem, program, Request { outputs, runs, projected, fusion });
            solved.map_err(|refused| not_projected(file, &energy.text, refused))
        };
        let weighted = match term.residual {
            true => {
                let outputs = if options.gauss_newton { gauss_newton_outputs } else { weighted_outputs };
                Some(solve(ad::weighted(program.clone()), outputs)?.0)
            }
            false => None,
        };
        let outputs = if term.residual { residual_outputs } else { energy_outputs };
        let (main, matrices) = solve(program, outputs)?;
        Ok(DerivedTerm::new(number, energy, main, weighted, matrices))
    }
}

/// The text of a term; empty if it was built in Rust.
fn text(term: &Term) -> String {
    match &term.source {
        Source::Text(text) => text.clone(),
        Source::Built(_) => String::new(),
    }
}

/// The arrays and tables that a term names.
fn names(term: &Term) -> Vec<String> {
    let targets = term.bind.iter().map(|(_, target)| target);
    targets.flat_map(|target| std::iter::once(&target.array).chain(&target.table)).cloned().collect()
}

/// The reason that the elements of a term cannot be projected, in words.
fn not_projected(file: &str, text: &str, refused: Refused) -> Error {
    let (span, message): (Span, String) = match refused {
        Refused::Loop(span) => {
            (span, "it has entries from a loop inside of the element, or from a sum that is used nonlinearly".into())
        }
        Refused::Bounds(span) => {
            (span, "its elements are iterations of a loop whose bounds depend on another loop: use clamp or abs".into())
        }
        Refused::Unknowns(span, found, most) => {
            (span, format!("an element has {found} unknowns, more than the {most} of a dense matrix"))
        }
    };
    EnergyError::at(file, text, span, format!("the Hessian cannot be projected: {message}")).into()
}

fn energy_outputs(quantity: Quantity) -> Outputs {
    Outputs {
        energy: true,
        gradient: quantity != Quantity::Value,
        hessian: quantity == Quantity::Hessian,
        ..Outputs::default()
    }
}

fn residual_outputs(quantity: Quantity) -> Outputs {
    Outputs { residual: true, jacobian: quantity == Quantity::Hessian, ..Outputs::default() }
}

fn gauss_newton_outputs(quantity: Quantity) -> Outputs {
    Outputs { gradient: quantity != Quantity::Value, ..Outputs::default() }
}

fn weighted_outputs(quantity: Quantity) -> Outputs {
    Outputs { gradient: quantity != Quantity::Value, hessian: quantity == Quantity::Hessian, ..Outputs::default() }
}
