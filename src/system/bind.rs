//! Which arrays the parameters of an energy are.

use super::Error;
use super::fit::Fitter;
use crate::problem::{self, Problem, Term};
use spadina_core::error::Diagnostic;
use spadina_core::frontend::{Frontend, Module, Roles};
use spadina_core::program::Program;
use spadina_core::real::{ArrayKind, Graph};
use spadina_core::waist::reference_name;
use std::ops::Range;
use std::sync::Arc;

/// A term's program and what it is bound to.
pub struct LoweredTerm {
    pub module: Arc<dyn Frontend>,
    pub roles: Roles,
    pub program: Program,
}

/// Where an array of a program comes from.
pub enum Source {
    Unknown(usize),
    /// What the displacements of an unknown are added to.
    Reference(usize),
    Array(usize),
    Constant,
    Weights,
}

impl Source {
    pub fn slice<'a>(&'a self, problem: &'a Problem, kind: &'a ArrayKind, weights: &'a [f64]) -> &'a [f64] {
        match (self, kind) {
            (Source::Unknown(k), _) => &problem.unknowns[*k].1.data,
            (Source::Reference(k), _) => problem.references.get(*k).map_or(&[], |reference| &reference[..]),
            (Source::Array(k), _) => &problem.arrays[*k].1.data,
            (Source::Weights, _) => weights,
            (Source::Constant, ArrayKind::Constant(numbers)) => numbers,
            (Source::Constant, _) => &[],
        }
    }

    /// The entries of an unknown array among all unknowns; none for other arrays.
    pub fn range(&self, problem: &Problem) -> Range<usize> {
        let Source::Unknown(k) = self else { return 0..0 };
        let first: usize = problem.unknowns[..*k].iter().map(|(_, t)| t.data.len()).sum();
        first..first + problem.unknowns[*k].1.data.len()
    }

    /// The number of an unknown array's first entry among all unknowns.
    pub fn offset(&self, problem: &Problem) -> u32 {
        self.range(problem).start as u32
    }
}

/// The sources of a graph's arrays.
pub fn sources(problem: &Problem, graph: &Graph, weights: &str) -> Vec<Source> {
    let source = |name: &str, kind: &ArrayKind| {
        if let ArrayKind::Constant(_) = kind {
            return Source::Constant;
        }
        if name == weights {
            return Source::Weights;
        }
        if let Some(k) = problem.unknowns.iter().position(|(n, _)| n == name) {
            return Source::Unknown(k);
        }
        if let Some(k) = problem.unknowns.iter().position(|(n, _)| reference_name(n) == name) {
            return Source::Reference(k);
        }
        problem.arrays.iter().position(|(n, _)| n == name).map_or(Source::Constant, Source::Array)
    };
    graph.arrays().iter().map(|a| source(&a.name, &a.kind)).collect()
}

/// The value of a size by its name: a number of [indices], or `len(array)`, or `len(array, width)`.
pub fn size_of(problem: &Problem, name: &str) -> i64 {
    let length = |array: &str| {
        let reals = problem.unknowns.iter().chain(&problem.arrays).find(|(n, _)| n == array).map(|(_, t)| t.data.len());
        let integers = || problem.indices.iter().find(|(n, _)| n == array).map(|(_, t)| t.data.len());
        reals.or_else(integers).unwrap_or(0)
    };
    if let Some(inner) = name.strip_prefix("len(").and_then(|n| n.strip_suffix(')')) {
        return match inner.rsplit_once(", ") {
            Some((array, width)) => (length(array) / width.parse().unwrap_or(1).max(1)) as i64,
            None => length(inner) as i64,
        };
    }
    let given = problem.indices.iter().find(|(n, _)| n == name).and_then(|(_, t)| t.data.first());
    given.map_or(0, |&value| i64::from(value))
}

/// Reads a term's text and binds its parameters by name.
pub fn bind_parameters(problem: &Problem, term: &Term, file: &str) -> Result<LoweredTerm, Error> {
    let diagnostic = |d: Diagnostic| {
        Error::Energy(match &term.source {
            problem::Source::Text(text) => d.render(file, text),
            problem::Source::Built(_) => format!("{file}: {d}"),
        })
    };
    let module: Arc<dyn Frontend> = match &term.source {
        problem::Source::Text(text) => Arc::new(Module::parse(file, text).map_err(diagnostic)?),
        problem::Source::Built(built) => built.clone(),
    };
    let roles = roles(problem, term, file, module.as_ref())?;
    let program = module.lower(&roles).map_err(diagnostic)?;
    Ok(LoweredTerm { module, roles, program })
}

/// Checks that data which have changed since fit the parameters in the roles that they were compiled for.
pub fn check_shapes(
    problem: &Problem,
    term: &Term,
    file: &str,
    module: &dyn Frontend,
    compiled: &Roles,
) -> Result<(), Error> {
    if roles(problem, term, file, module)? == *compiled {
        return Ok(());
    }
    let message = format!("the data of {file} have other shapes than it was compiled for: build a new system");
    Err(Error::Term { place: term.place.clone(), message })
}

/// What the parameters bind to.
fn roles(problem: &Problem, term: &Term, file: &str, module: &dyn Frontend) -> Result<Roles, Error> {
    let fitter = Fitter::new(problem, term, file, module)?;
    let mut roles = Roles { over: term.over.clone(), over_width: fitter.over_width(), ..Roles::default() };
    for parameter in module.parameters() {
        let name = parameter.name.clone();
        match fitter.bind(parameter)? {
            Some(binding) => {
                roles.bindings.insert(name, binding);
            }
            None => {
                roles.unbound.insert(name);
            }
        }
    }
    Ok(roles)
}
