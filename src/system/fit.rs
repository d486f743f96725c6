//! The fit of the arrays of a problem to the parameters of an energy.

use super::{Error, Misfit};
use crate::problem::{Problem, Section, Term};
use crate::tensor::Shape;
use spadina_core::frontend::{Binding, Form, Frontend, Kind, Numbers, Parameter, ParameterType};

/// One term of a problem and its energy.
pub struct Fitter<'a> {
    problem: &'a Problem,
    term: &'a Term,
    file: &'a str,
    module: &'a dyn Frontend,
    /// Elements and nodes of the stencil table.
    over: Option<(usize, usize)>,
}

/// An array of the problem.
#[derive(Clone, Copy)]
struct Found<'a> {
    name: &'a str,
    section: Section,
    shape: &'a [usize],
}

impl<'a> Fitter<'a> {
    /// Checks what does not depend on single parameters.
    pub fn new(
        problem: &'a Problem,
        term: &'a Term,
        file: &'a str,
        module: &'a dyn Frontend,
    ) -> Result<Fitter<'a>, Error> {
        let mut fitter = Fitter { problem, term, file, module, over: None };
        fitter.check_kind()?;
        fitter.check_form()?;
        fitter.check_keys()?;
        fitter.over = term.over.as_ref().map(|over| fitter.table(over, fitter.nodes_of_over())).transpose()?;
        Ok(fitter)
    }

    /// The number of nodes of an element.
    pub fn over_width(&self) -> usize {
        self.over.map_or(0, |(_, width)| width)
    }

    fn check_kind(&self) -> Result<(), Error> {
        match (self.module.kind(), self.term.residual) {
            (Kind::Energy, true) => Err(self.refuse(format!("{} has `fn energy`: name it with energy = …", self.file))),
            (Kind::Residual, false) => {
                Err(self.refuse(format!("{} has `fn residual`: name it with residual = …", self.file)))
            }
            _ => Ok(()),
        }
    }

    fn check_form(&self) -> Result<(), Error> {
        let message = match (self.module.form(), &self.term.over) {
            (Form::Element, None) => "is in element form and needs over = the index array of its stencils",
            (Form::Program, Some(_)) => "is in program form, which loops by itself: remove `over`",
            _ => return Ok(()),
        };
        Err(self.refuse(format!("{} {message}", self.file)))
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

    /// The nodes of an element, by the first parameter that is gathered by `over`.
    fn nodes_of_over(&self) -> usize {
        let own_table = |name: &str| self.term.bind.iter().any(|(key, target)| key == name && target.table.is_some());
        let mut gathered = self.module.parameters().iter().filter_map(|parameter| match parameter.ty {
            ParameterType::Gathered { nodes, .. } if !own_table(&parameter.name) => Some(nodes),
            _ => None,
        });
        gathered.next().unwrap_or(1)
    }

    /// Elements and width of a table. An empty list has the width that is wanted.
    fn table(&self, name: &str, wanted: usize) -> Result<(usize, usize), Error> {
        let found = self.find(name).filter(|f| f.section == Section::Indices);
        match found.map(|f| (f, f.shape)) {
            Some((_, [0] | [0, 0])) => Ok((0, wanted)),
            Some((_, [m])) => Ok((*m, 1)),
            Some((_, [m, k])) => Ok((*m, *k)),
            Some((found, _)) => Err(self.misfit(found, name, "the shape (elements, nodes)")),
            None => Err(Error::NoSuchArray { name: name.into() }),
        }
    }

    fn find(&self, name: &str) -> Option<Found<'a>> {
        let Problem { unknowns, arrays, indices, .. } = self.problem;
        let reals = [(Section::Unknowns, unknowns), (Section::Arrays, arrays)].into_iter();
        let reals = reals.flat_map(|(section, list)| list.iter().map(move |(n, t)| (section, n, &t.shape)));
        let all = reals.chain(indices.iter().map(|(n, t)| (Section::Indices, n, &t.shape)));
        let mut all = all.map(|(section, name, shape)| Found { name, section, shape });
        all.find(|found| found.name == name)
    }

    /// The binding of one parameter; `None` if it keeps its default.
    pub fn bind(&self, parameter: &Parameter) -> Result<Option<Binding>, Error> {
        let target = self.term.bind.iter().find(|(key, _)| *key == parameter.name).map(|(_, t)| t);
        let array = target.map_or(&parameter.name, |t| &t.array);
        let Some(found) = self.find(array) else {
            if parameter.default.is_some() && target.is_none() {
                return Ok(None);
            }
            return Err(self.unbound(parameter));
        };
        let table = target.and_then(|t| t.table.as_deref());
        if table.is_some() && !matches!(parameter.ty, ParameterType::Gathered { .. }) {
            let (name, file) = (&parameter.name, self.file);
            let message = format!("`{name}` of {file} is not gathered: `@` works with parameters of type array<S, K>");
            return Err(self.refuse(message));
        }
        self.check_numbers(parameter, found)?;
        let unknown = found.section == Section::Unknowns;
        let mut binding = Binding { array: array.clone(), unknown, ..Binding::default() };
        match &parameter.ty {
            ParameterType::Gathered { components, nodes, .. } => {
                let one_each = found.shape.len() == 1 && *components == 1;
                let fits = one_each || is_empty(found.shape) || is_rows(found.shape, *components);
                self.fit(fits, found, parameter, || rows_text(*components))?;
                binding.table = self.gather(parameter, table, *nodes)?;
            }
            ParameterType::Plain { shape, .. } => binding.per_element = self.is_per_element(parameter, shape, found)?,
            ParameterType::Array { components, .. } => {
                let numbers = !found.shape.is_empty() && *components == 1;
                let fits = numbers || is_empty(found.shape) || is_rows(found.shape, *components);
                self.fit(fits, found, parameter, || rows_text(*components))?;
            }
            ParameterType::Override(_) => {
                self.fit(found.shape.is_empty(), found, parameter, || "a number".into())?;
            }
        }
        Ok(Some(binding))
    }

    /// Reals where integers are wanted, the reverse, and negative numbers where a `u32` stands: they would have to wrap.
    fn check_numbers(&self, parameter: &Parameter, found: Found) -> Result<(), Error> {
        let wanted = match (parameter.ty.numbers(), found.section) {
            (Numbers::Real, Section::Unknowns | Section::Arrays) | (Numbers::Signed, Section::Indices) => return Ok(()),
            (Numbers::Unsigned, Section::Indices) => return self.check_sign(parameter, found),
            (Numbers::Real, Section::Indices) => "reals: give it in [unknowns] or [arrays]",
            (_, Section::Arrays) => "integers: give it in [indices]",
            (_, Section::Unknowns) => "integers, and those cannot be unknown: give it in [indices]",
        };
        Err(self.misfit(found, &parameter.name, wanted))
    }

    fn check_sign(&self, parameter: &Parameter, found: Found) -> Result<(), Error> {
        let table = self.problem.indices.iter().find(|(n, _)| n == found.name).map(|(_, t)| t);
        let negative = table.and_then(|t| t.data.iter().position(|&v| v < 0).map(|at| (t, at)));
        let Some((table, at)) = negative else { return Ok(()) };
        let row = table.position(at).first().map_or(String::new(), |row| format!(" row {row}"));
        let message = format!(
            "`{}`{row} has the value {}, but `{}` of {} is u32: declare it as i32 to use negative numbers",
            found.name, table.data[at], parameter.name, self.file
        );
        Err(self.refuse(message))
    }

    /// True if the data are those of elements, not of the term.
    fn is_per_element(&self, parameter: &Parameter, own: &[usize], found: Found) -> Result<bool, Error> {
        let elements = self.over.map_or(0, |(m, _)| m);
        let rows = [&[elements][..], own].concat();
        let of_none = elements == 0 && is_empty(found.shape);
        let fits = found.shape == own || found.shape == rows || of_none;
        self.fit(fits, found, parameter, || {
            format!("{} for the term or {} for its elements", Shape(own), Shape(&rows))
        })?;
        Ok(found.shape == rows || of_none)
    }

    /// The table that gathers instead of `over`, with its width. It has a row for each element; whatever gathers has a
    /// column for each node.
    fn gather(
        &self,
        parameter: &Parameter,
        table: Option<&str>,
        nodes: usize,
    ) -> Result<Option<(String, usize)>, Error> {
        let over = self.term.over.as_deref().unwrap_or_default();
        let by = table.unwrap_or(over);
        let elements = self.over.map_or(0, |(m, _)| m);
        let (rows, width) = match (table, self.over) {
            (None, Some(over)) => over,
            _ => self.table(by, nodes)?,
        };
        let found = self.find(by).map_or(String::new(), |f| Shape(f.shape).to_string());
        if rows != elements {
            let wanted = Shape(&[elements, nodes]);
            let message = format!("`{by}` has {rows} rows, but `{over}` has {elements} elements");
            return Err(self.refuse(format!("{message}: shape {found}, {wanted} wanted")));
        }
        if width != nodes {
            let (name, file) = (&parameter.name, self.file);
            let message =
                format!("`{name}` of {file} gathers {nodes} nodes, but the index array `{by}` has {width} columns");
            return Err(self.refuse(format!("{message}: shape {found}, (m, {nodes}) wanted")));
        }
        Ok(table.map(|name| (name.to_string(), width)))
    }

    fn fit(
        &self,
        fits: bool,
        found: Found,
        parameter: &Parameter,
        wanted: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        fits.then_some(()).ok_or_else(|| self.misfit(found, &parameter.name, &wanted()))
    }

    fn misfit(&self, found: Found, parameter: &str, wanted: &str) -> Error {
        Error::Shape(Box::new(Misfit {
            place: self.term.place.clone(),
            array: found.name.into(),
            found: Shape(found.shape).to_string(),
            parameter: parameter.into(),
            file: self.file.into(),
            wanted: wanted.into(),
        }))
    }

    fn refuse(&self, message: String) -> Error {
        Error::Term { place: self.term.place.clone(), message }
    }

    fn unbound(&self, parameter: &Parameter) -> Error {
        let section = match parameter.ty.numbers() {
            Numbers::Real => "[unknowns] or [arrays]",
            Numbers::Unsigned | Numbers::Signed => "[indices]",
        };
        let hint = format!("give `{0}` in {section}, or write bind = {{ {0} = \"…\" }} in the term", parameter.name);
        let (parameter, file) = (parameter.name.clone(), self.file.to_string());
        Error::Unbound { place: self.term.place.clone(), parameter, file, hint }
    }
}

/// Returns true for an empty list, whose rows may be of any shape.
fn is_empty(shape: &[usize]) -> bool {
    shape == [0]
}

fn is_rows(shape: &[usize], components: usize) -> bool {
    shape.len() == 2 && shape[1] == components
}

fn rows_text(components: usize) -> String {
    if components == 1 { "the shape (rows,) or (rows, 1)".into() } else { format!("the shape (rows, {components})") }
}
