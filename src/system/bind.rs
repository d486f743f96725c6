//! Which arrays the parameters of an energy are.

use super::fit::Fitter;
use super::{EnergyError, Error};
use crate::problem::{self, Problem, Term};
use crate::tensor::Tensor;
use spadina_core::error::Diagnostic;
use spadina_core::frontend::{Frontend, Module, Roles};
use spadina_core::index::{SizeInfo, TableInfo, TableKind};
use spadina_core::program::Program;
use spadina_core::real::{ArrayInfo, ArrayKind, Graph};
use std::ops::Range;
use std::sync::Arc;

/// The source of an array of a program.
pub enum ArraySource {
    Unknown(usize),
    /// The reference that the displacements of an unknown are added to.
    Reference(usize),
    Array(usize),
    Constant,
    Weights,
    /// Projected matrices, which their own kernels compute.
    Matrices,
}

impl ArraySource {
    pub fn of(problem: &Problem, graph: &Graph, array: &ArrayInfo) -> Self {
        let unknown = |name: &str| problem.unknowns.iter().position(|(own, _)| own == name);
        let source = match &array.kind {
            ArrayKind::Unknown => unknown(&array.name).map(ArraySource::Unknown),
            ArrayKind::Reference(of) => unknown(&graph.array_info(*of).name).map(ArraySource::Reference),
            ArrayKind::Data => problem.arrays.iter().position(|(own, _)| *own == array.name).map(ArraySource::Array),
            ArrayKind::Constant(_) => Some(ArraySource::Constant),
            ArrayKind::Weights => Some(ArraySource::Weights),
            ArrayKind::Matrices(_) => Some(ArraySource::Matrices),
            ArrayKind::Combinations(_) => unreachable!("a solved program has no combinations"),
            ArrayKind::Stored(_) => unreachable!("only kernels read stored numbers"),
        };
        source.unwrap_or_else(|| unreachable!("an array of a program is bound"))
    }

    /// The numbers; none of projected matrices, which come later.
    pub fn slice<'a>(&self, problem: &'a Problem, kind: &'a ArrayKind, weights: &'a [f64]) -> &'a [f64] {
        match (self, kind) {
            (ArraySource::Unknown(k), _) => &problem.unknowns[*k].1.data,
            (ArraySource::Reference(k), _) => &problem.references[*k],
            (ArraySource::Array(k), _) => &problem.arrays[*k].1.data,
            (ArraySource::Weights, _) => weights,
            (ArraySource::Matrices, _) => &[],
            (ArraySource::Constant, ArrayKind::Constant(numbers)) => numbers,
            (ArraySource::Constant, _) => unreachable!("an array keeps its kind"),
        }
    }

    /// The entries of an unknown array among all unknowns; none for other arrays.
    pub fn range(&self, problem: &Problem) -> Range<usize> {
        let ArraySource::Unknown(k) = self else { return 0..0 };
        let first: usize = problem.unknowns[..*k].iter().map(|(_, t)| t.data.len()).sum();
        first..first + problem.unknowns[*k].1.data.len()
    }

    /// The number of an unknown array's first entry among all unknowns.
    pub fn offset(&self, problem: &Problem) -> u32 {
        self.range(problem).start as u32
    }
}

/// The source of a table of a program.
pub enum TableSource {
    Indices(usize),
    Constant,
}

impl TableSource {
    pub fn of(problem: &Problem, table: &TableInfo) -> Self {
        match table.kind {
            TableKind::Constant(_) => TableSource::Constant,
            TableKind::Data => match problem.indices.iter().position(|(name, _)| *name == table.name) {
                Some(k) => TableSource::Indices(k),
                None => unreachable!("a table of a program is bound"),
            },
        }
    }

    pub fn slice<'a>(&self, problem: &'a Problem, kind: &'a TableKind) -> &'a [i32] {
        match (self, kind) {
            (TableSource::Indices(k), TableKind::Data) => &problem.indices[*k].1.data,
            (TableSource::Constant, TableKind::Constant(numbers)) => numbers,
            _ => unreachable!("a table keeps its kind"),
        }
    }
}

/// The value of a size.
pub fn size_of(problem: &Problem, size: &SizeInfo) -> i64 {
    match size {
        SizeInfo::Given { name, .. } => match problem.indices.iter().find(|(own, _)| own == name) {
            Some((_, Tensor { data, .. })) if data.len() == 1 => i64::from(data[0]),
            _ => unreachable!("a size that is given is bound to one integer"),
        },
        SizeInfo::Length { array, width } => rows(problem, array, *width) as i64,
        SizeInfo::Row => unreachable!("no kernel has the row of a row-driven schedule"),
    }
}

/// The number of rows of `width` numbers of an array of reals or integers. Those of no numbers are counted by the shape.
fn rows(problem: &Problem, array: &str, width: usize) -> usize {
    let mut reals = problem.unknowns.iter().chain(&problem.arrays);
    let mut integers = problem.indices.iter();
    let reals = reals.find(|(name, _)| name == array).map(|(_, tensor)| (&tensor.shape, tensor.data.len()));
    let integers = || integers.find(|(name, _)| name == array).map(|(_, tensor)| (&tensor.shape, tensor.data.len()));
    match reals.or_else(integers) {
        Some((shape, count)) => count.checked_div(width).unwrap_or_else(|| shape[0]),
        None => unreachable!("an array whose length is asked for is bound"),
    }
}

/// Reads a term's text.
pub fn read(source: &problem::Source, file: &str) -> Result<Arc<dyn Frontend>, Error> {
    Ok(match source {
        problem::Source::Text(text) => Arc::new(Module::parse(file, text).map_err(|d| diagnostic(source, file, d))?),
        problem::Source::Built(built) => built.clone(),
    })
}

/// The program of a term whose parameters are bound.
pub fn lower(module: &dyn Frontend, roles: &Roles, source: &problem::Source, file: &str) -> Result<Program, Error> {
    Ok(module.lower(roles).map_err(|d| diagnostic(source, file, d))?)
}

fn diagnostic(source: &problem::Source, file: &str, diagnostic: Diagnostic) -> EnergyError {
    match source {
        problem::Source::Text(text) => EnergyError::diagnostic(file, text, diagnostic),
        problem::Source::Built(_) => EnergyError::of_file(file, diagnostic.message),
    }
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

/// The bindings of the parameters.
pub fn roles(problem: &Problem, term: &Term, file: &str, module: &dyn Frontend) -> Result<Roles, Error> {
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
