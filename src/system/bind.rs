//! Which arrays the parameters of an energy are.

use super::{Error, Misfit};
use crate::problem::{self, Problem, Term};
use crate::tensor::Shape;
use spadina_core::error::Diagnostic;
use spadina_core::frontend::{Binding, Form, Frontend, Kind, Module, Parameter, ParameterType, Roles};
use spadina_core::program::Program;
use spadina_core::real::{ArrayKind, Graph};
use std::ops::Range;
use std::sync::Arc;

/// A term's program, and the values of parameters that have a default and nothing bound.
pub struct LoweredTerm {
    pub module: Arc<dyn Frontend>,
    pub roles: Roles,
    pub program: Program,
    pub defaults: Vec<(String, f64)>,
}

/// Where an array of a program comes from.
pub enum Source {
    Unknown(usize),
    Array(usize),
    Constant,
    Weights,
    Default(f64),
}

impl Source {
    pub fn slice<'a>(&'a self, problem: &'a Problem, kind: &'a ArrayKind, weights: &'a [f64]) -> &'a [f64] {
        match (self, kind) {
            (Source::Unknown(k), _) => &problem.unknowns[*k].1.data,
            (Source::Array(k), _) => &problem.arrays[*k].1.data,
            (Source::Weights, _) => weights,
            (Source::Default(value), _) => std::slice::from_ref(value),
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
pub fn sources(problem: &Problem, graph: &Graph, defaults: &[(String, f64)], weights: &str) -> Vec<Source> {
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
        if let Some(k) = problem.arrays.iter().position(|(n, _)| n == name) {
            return Source::Array(k);
        }
        defaults.iter().find(|(n, _)| n == name).map_or(Source::Constant, |(_, value)| Source::Default(*value))
    };
    graph.arrays().iter().map(|a| source(&a.name, &a.kind)).collect()
}

/// The value of a size by its name: a number of [indices], or `len(array)`, or `len(array, width)`.
pub fn size_of(problem: &Problem, name: &str, defaults: &[(String, f64)]) -> i64 {
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
    let given =
        problem.indices.iter().find(|(n, _)| n == name).and_then(|(_, t)| t.data.first()).map(|&v| i64::from(v));
    given.or_else(|| defaults.iter().find(|(n, _)| n == name).map(|(_, v)| *v as i64)).unwrap_or(0)
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
    let (roles, defaults) = roles(problem, term, file, module.as_ref())?;
    let program = module.lower(&roles).map_err(diagnostic)?;
    Ok(LoweredTerm { module, roles, program, defaults })
}

/// Checks that data which have changed since fit the parameters in the roles that they were compiled for.
pub fn check_shapes(
    problem: &Problem,
    term: &Term,
    file: &str,
    module: &dyn Frontend,
    compiled: &Roles,
) -> Result<(), Error> {
    let (now, _) = roles(problem, term, file, module)?;
    if now.over_width == compiled.over_width && now.bindings == compiled.bindings {
        return Ok(());
    }
    let message = format!("the data of {file} have other shapes than it was compiled for: build a new system");
    Err(Error::Term { place: term.place.clone(), message })
}

/// What the parameters bind to, and the values of those that nothing binds to.
fn roles(
    problem: &Problem,
    term: &Term,
    file: &str,
    module: &dyn Frontend,
) -> Result<(Roles, Vec<(String, f64)>), Error> {
    let binder = Binder { problem, term, file, module };
    binder.check_kind()?;
    let over_width = binder.over_width()?;
    let mut roles = Roles { over: term.over.clone(), over_width: over_width.unwrap_or(0), ..Roles::default() };
    let mut defaults = Vec::new();
    for parameter in module.parameters() {
        match binder.bind(parameter, over_width)? {
            Some(binding) => {
                roles.bindings.insert(parameter.name.clone(), binding);
            }
            None => {
                let name = parameter.name.clone();
                defaults.push((name.clone(), parameter.default.unwrap_or(0.0)));
                let binding = Binding { array: name.clone(), unknown: false, table: None, per_element: false };
                roles.bindings.insert(name, binding);
            }
        }
    }
    Ok((roles, defaults))
}

struct Binder<'a> {
    problem: &'a Problem,
    term: &'a Term,
    file: &'a str,
    module: &'a dyn Frontend,
}

/// An array of the problem, by what it holds.
enum Found<'a> {
    Reals { shape: &'a [usize], unknown: bool },
    Integers { shape: &'a [usize] },
}

impl Binder<'_> {
    fn check_kind(&self) -> Result<(), Error> {
        let message = |message: &str| Err(Error::Term { place: self.term.place.clone(), message: message.into() });
        match (self.module.kind(), self.term.residual) {
            (Kind::Energy, true) => return message(&format!("{} has `fn energy`: name it with energy = …", self.file)),
            (Kind::Residual, false) => {
                return message(&format!("{} has `fn residual`: name it with residual = …", self.file));
            }
            _ => {}
        }
        match (self.module.form(), &self.term.over) {
            (Form::Element, None) => {
                message(&format!("{} is in element form and needs over = the index array of its stencils", self.file))
            }
            (Form::Program, Some(_)) => {
                message(&format!("{} is in program form, which loops by itself: remove `over`", self.file))
            }
            _ => self.check_keys(),
        }
    }

    fn check_keys(&self) -> Result<(), Error> {
        let names: Vec<&str> = self.module.parameters().iter().map(|p| p.name.as_str()).collect();
        for (key, target) in &self.term.bind {
            if !names.contains(&key.as_str()) {
                let known: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
                return Err(Error::NoParameter {
                    place: target.place.clone(),
                    parameter: key.clone(),
                    file: self.file.into(),
                    known: if known.is_empty() { "none".into() } else { known.join(", ") },
                });
            }
        }
        Ok(())
    }

    /// The elements and the width of the stencil table.
    fn over_width(&self) -> Result<Option<usize>, Error> {
        let Some(over) = &self.term.over else { return Ok(None) };
        Ok(Some(self.table(over)?.1))
    }

    /// Elements and width of a table.
    fn table(&self, name: &str) -> Result<(usize, usize), Error> {
        let found = self.problem.indices.iter().find(|(n, _)| n == name);
        match found.map(|(_, t)| &t.shape[..]) {
            Some([m]) => Ok((*m, 1)),
            Some([m, k]) => Ok((*m, *k)),
            Some(shape) => Err(self.misfit(name, shape, name, "the shape (elements, nodes)")),
            None => Err(Error::NoSuchArray { name: name.into() }),
        }
    }

    fn find(&self, name: &str) -> Option<Found<'_>> {
        let reals = |list: &'_ [(String, crate::Tensor<f64>)]| list.iter().position(|(n, _)| n == name);
        if let Some(k) = reals(&self.problem.unknowns) {
            return Some(Found::Reals { shape: &self.problem.unknowns[k].1.shape, unknown: true });
        }
        if let Some(k) = reals(&self.problem.arrays) {
            return Some(Found::Reals { shape: &self.problem.arrays[k].1.shape, unknown: false });
        }
        let k = self.problem.indices.iter().position(|(n, _)| n == name)?;
        Some(Found::Integers { shape: &self.problem.indices[k].1.shape })
    }

    fn misfit(&self, array: &str, found: &[usize], parameter: &str, wanted: &str) -> Error {
        Error::Shape(Box::new(Misfit {
            place: self.term.place.clone(),
            array: array.into(),
            found: Shape(found).to_string(),
            parameter: parameter.into(),
            file: self.file.into(),
            wanted: wanted.into(),
        }))
    }

    /// The binding of one parameter; `None` if it keeps its default.
    fn bind(&self, parameter: &Parameter, over_width: Option<usize>) -> Result<Option<Binding>, Error> {
        let target = self.term.bind.iter().find(|(key, _)| *key == parameter.name).map(|(_, t)| t);
        let array = target.map_or(parameter.name.clone(), |t| t.array.clone());
        let Some(found) = self.find(&array) else {
            if parameter.default.is_some() && target.is_none() {
                return Ok(None);
            }
            return Err(self.unbound(parameter));
        };
        let table = target.and_then(|t| t.table.clone());
        if table.is_some() && !matches!(parameter.ty, ParameterType::Gathered { .. }) {
            let message = format!(
                "`{}` of {} is not gathered: `@` works with parameters of type array<S, K>",
                parameter.name, self.file
            );
            return Err(self.term_error(message));
        }
        let mut binding = Binding { array: array.clone(), unknown: false, table: None, per_element: false };
        match (&parameter.ty, found) {
            (ParameterType::IndexArray { components, signed }, Found::Integers { shape }) => {
                self.check_sign(&array, parameter, *signed)?;
                let fits = *components == 1 && !shape.is_empty() || shape.len() == 2 && shape[1] == *components;
                fits.then_some(())
                    .ok_or_else(|| self.misfit(&array, shape, &parameter.name, &rows_text(*components)))?;
            }
            (ParameterType::Size { signed }, Found::Integers { shape }) => {
                self.check_sign(&array, parameter, *signed)?;
                shape
                    .is_empty()
                    .then_some(())
                    .ok_or_else(|| self.misfit(&array, shape, &parameter.name, "a number"))?;
            }
            (ParameterType::IndexArray { .. } | ParameterType::Size { .. }, Found::Reals { shape, .. }) => {
                return Err(self.misfit(&array, shape, &parameter.name, "integers: give it in [indices]"));
            }
            (_, Found::Integers { shape }) => {
                return Err(self.misfit(&array, shape, &parameter.name, "reals: give it in [unknowns] or [arrays]"));
            }
            (ty, Found::Reals { shape, unknown }) => {
                binding.unknown = unknown;
                self.check_reals(ty, parameter, &array, shape, (table, over_width), &mut binding)?;
            }
        }
        Ok(Some(binding))
    }

    /// Refuses negative numbers where a `u32` stands: they would have to wrap.
    fn check_sign(&self, array: &str, parameter: &Parameter, signed: bool) -> Result<(), Error> {
        let table = self.problem.indices.iter().find(|(n, _)| n == array).map(|(_, t)| t);
        let negative = table.and_then(|t| t.data.iter().position(|&v| v < 0).map(|at| (t, at)));
        let Some((table, at)) = negative.filter(|_| !signed) else { return Ok(()) };
        let row = table.position(at).first().map_or(String::new(), |row| format!(" row {row}"));
        let message = format!(
            "`{array}`{row} has the value {}, but `{}` of {} is u32: declare it as i32 to use negative numbers",
            table.data[at], parameter.name, self.file
        );
        Err(Error::Term { place: self.term.place.clone(), message })
    }

    fn check_reals(
        &self,
        ty: &ParameterType,
        parameter: &Parameter,
        array: &str,
        shape: &[usize],
        (table, over_width): (Option<String>, Option<usize>),
        binding: &mut Binding,
    ) -> Result<(), Error> {
        let fits = match ty {
            ParameterType::Gathered { components, nodes } => {
                let rows = shape.len() == 2 && shape[1] == *components || shape.len() == 1 && *components == 1;
                if !rows {
                    return Err(self.misfit(array, shape, &parameter.name, &rows_text(*components)));
                }
                let (name, width) = match &table {
                    Some(name) => (name.clone(), self.gather_width(name)?),
                    None => (self.term.over.clone().unwrap_or_default(), over_width.unwrap_or(0)),
                };
                if width != *nodes {
                    let message = format!(
                        "`{}` of {} gathers {nodes} nodes, but the index array `{name}` has {width} columns",
                        parameter.name, self.file
                    );
                    return Err(self.term_error(message));
                }
                binding.table = table.map(|name| (name, width));
                true
            }
            ParameterType::Plain { shape: own } => {
                let elements = self.term.over.as_ref().map(|o| self.table(o)).transpose()?.map_or(0, |(m, _)| m);
                binding.per_element = shape.len() == own.len() + 1 && shape[1..] == own[..] && shape[0] == elements;
                if !(binding.per_element || shape == &own[..]) {
                    let rows = [&[elements][..], own].concat();
                    let wanted = format!("{} for the term or {} for its elements", Shape(own), Shape(&rows));
                    return Err(self.misfit(array, shape, &parameter.name, &wanted));
                }
                true
            }
            ParameterType::RealArray { components } => {
                *components == 1 && !shape.is_empty() || shape.len() == 2 && shape[1] == *components
            }
            ParameterType::Scalar => shape.is_empty(),
            ParameterType::IndexArray { .. } | ParameterType::Size { .. } => false,
        };
        let wanted = match ty {
            ParameterType::RealArray { components } => rows_text(*components),
            _ => "a number".to_string(),
        };
        fits.then_some(()).ok_or_else(|| self.misfit(array, shape, &parameter.name, &wanted))
    }

    /// The width of a table that gathers instead of `over`; it must have a row for each element.
    fn gather_width(&self, name: &str) -> Result<usize, Error> {
        let (rows, width) = self.table(name)?;
        let over = self.term.over.as_deref().unwrap_or_default();
        let (elements, _) = self.table(over)?;
        if rows != elements {
            let message = format!("`{name}` has {rows} rows, but `{over}` has {elements} elements");
            return Err(self.term_error(message));
        }
        Ok(width)
    }

    fn term_error(&self, message: String) -> Error {
        Error::Term { place: self.term.place.clone(), message }
    }

    fn unbound(&self, parameter: &Parameter) -> Error {
        let section = match parameter.ty {
            ParameterType::IndexArray { .. } | ParameterType::Size { .. } => "[indices]",
            _ => "[unknowns] or [arrays]",
        };
        let hint = format!("give `{0}` in {section}, or write bind = {{ {0} = \"…\" }} in the term", parameter.name);
        let (parameter, file) = (parameter.name.clone(), self.file.to_string());
        Error::Unbound { place: self.term.place.clone(), parameter, file, hint }
    }
}

fn rows_text(components: usize) -> String {
    if components == 1 { "the shape (rows,) or (rows, 1)".into() } else { format!("the shape (rows, {components})") }
}
