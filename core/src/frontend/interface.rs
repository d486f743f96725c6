//! The interface of every front-end: the parameters of an energy, and its program once they are bound.

use crate::error::Diagnostic;
use crate::program::{Program, Renaming};
use crate::real::{ArrayKind, Graph, Span};
use rustc_hash::{FxHashMap, FxHashSet};

/// The form in which an energy file is evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Once for each element, and summed; data come as parameters of the function.
    Element,
    /// Once; data are declared at module scope.
    Program,
}

/// The kind of result that a file computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An energy.
    Energy,
    /// Rows of a residual; its energy is half the sum of their squares.
    Residual,
}

/// Something a file reads, that data must be bound to.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// The name in the file.
    pub name: String,
    /// The type of the data that binds to it.
    pub ty: ParameterType,
    /// The place of its declaration.
    pub span: Span,
    /// Its value if nothing binds to it; without one, something must.
    pub default: Option<Fallback>,
}

/// The value of a parameter if nothing binds to it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Fallback {
    /// A number.
    Number(f64),
    /// A value that follows from other parameters, as in `override area: f32 = width * width;`.
    Computed,
}

/// The numbers that a parameter is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbers {
    /// `f32`.
    Real,
    /// `u32`: integers that are not negative.
    Unsigned,
    /// `i32`.
    Signed,
}

/// The type of the data that binds to a parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ParameterType {
    /// Element form, `array<S, K>`: rows of a node array, gathered at the nodes of the element.
    Gathered {
        /// The numbers.
        numbers: Numbers,
        /// Numbers in a row.
        components: usize,
        /// Nodes of the element.
        nodes: usize,
    },
    /// Element form, any other type: a parameter of the term or of each element.
    Plain {
        /// The numbers.
        numbers: Numbers,
        /// `[]` for a scalar, `[n]` for a vector, `[rows, columns]` for a matrix.
        shape: Vec<usize>,
    },
    /// Program form: an array, by rows of so many numbers.
    Array {
        /// The numbers.
        numbers: Numbers,
        /// Numbers in a row.
        components: usize,
    },
    /// An `override`: one number.
    Override(Numbers),
}

impl ParameterType {
    /// The numbers it is made of.
    pub fn numbers(&self) -> Numbers {
        match *self {
            ParameterType::Gathered { numbers, .. }
            | ParameterType::Plain { numbers, .. }
            | ParameterType::Array { numbers, .. }
            | ParameterType::Override(numbers) => numbers,
        }
    }
}

/// The bindings of the parameters of a file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Roles {
    /// Element form: the name of the table that lists the nodes of each element.
    pub over: Option<String>,
    /// Its width.
    pub over_width: usize,
    /// By the name of the parameter; one that is absent binds to the data of its own name.
    pub bindings: FxHashMap<String, Binding>,
    /// The parameters that nothing is bound to: they have their defaults.
    pub unbound: FxHashSet<String>,
}

/// The binding of one parameter.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Binding {
    /// The name of the array or size.
    pub array: String,
    /// Derivatives are taken with respect to it.
    pub unknown: bool,
    /// A table, and its width, that gathers it instead of [`Roles::over`].
    pub table: Option<(String, usize)>,
    /// Not the same for all elements: the array has one more leading dimension.
    pub per_element: bool,
}

/// The name of the table of the elements where there is no problem that names it.
const STENCIL: &str = "stencil";

impl Roles {
    /// The table that lists the nodes of each element, and its width.
    pub fn elements(&self) -> (&str, usize) {
        (self.over.as_deref().unwrap_or(STENCIL), self.over_width)
    }

    /// The table that gathers a parameter, and its width.
    pub fn gatherer(&self, binding: &Binding) -> (String, usize) {
        let (over, width) = self.elements();
        binding.table.clone().unwrap_or_else(|| (over.to_string(), width))
    }

    /// The binding of a parameter.
    pub fn binding(&self, name: &str) -> Binding {
        let own = || Binding { array: name.to_string(), ..Binding::default() };
        self.bindings.get(name).cloned().unwrap_or_else(own)
    }

    /// The names by which other roles differ from these, if they differ in nothing else: a program that was lowered for these
    /// is, [renamed](Program::renamed), the one that is lowered for the others.
    pub fn renaming(&self, other: &Roles) -> Option<Renaming> {
        let same = self.over_width == other.over_width
            && self.over.is_some() == other.over.is_some()
            && self.unbound == other.unbound
            && self.bindings.len() == other.bindings.len();
        if !same {
            return None;
        }
        let mut pairs: Vec<(&str, &str)> = self.over.as_deref().into_iter().zip(other.over.as_deref()).collect();
        for (parameter, own) in &self.bindings {
            let theirs = other.bindings.get(parameter)?;
            if (own.unknown, own.per_element) != (theirs.unknown, theirs.per_element) {
                return None;
            }
            pairs.push((&own.array, &theirs.array));
            match (&own.table, &theirs.table) {
                (None, None) => {}
                (Some((own, width)), Some((theirs, other_width))) if width == other_width => pairs.push((own, theirs)),
                _ => return None,
            }
        }
        Renaming::of(pairs)
    }

    /// Declares what is bound to parameters: every array of reals, in the order of the parameters, and every table that
    /// may hold negative integers. A table is taken not to where it gathers only, as an index of a node cannot be negative.
    pub(super) fn declare(&self, graph: &mut Graph, parameters: &[Parameter]) {
        let bound: Vec<Binding> = parameters.iter().map(|p| self.binding(&p.name)).collect();
        let is_unknown = |array: &str| bound.iter().any(|b| b.unknown && b.array == array);
        let all = || parameters.iter().zip(&bound).filter(|(p, _)| !self.unbound.contains(&p.name));
        // Data of a `u32` are checked not to be negative.
        let is_unsigned = |array: &str| all().any(|(p, b)| b.array == array && p.ty.numbers() == Numbers::Unsigned);
        for (parameter, Binding { array, .. }) in all() {
            match parameter.ty.numbers() {
                Numbers::Real => {
                    let kind = if is_unknown(array) { ArrayKind::Unknown } else { ArrayKind::Data };
                    graph.array(array, kind);
                }
                Numbers::Signed if !matches!(parameter.ty, ParameterType::Override(_)) && !is_unsigned(array) => {
                    graph.indices.table(array, false);
                }
                Numbers::Signed | Numbers::Unsigned => {}
            }
        }
    }
}

/// An energy or residual that has been read, or written in Rust.
pub trait Frontend: Send + Sync {
    /// The form in which it is evaluated.
    fn form(&self) -> Form;

    /// The kind of result that it computes.
    fn kind(&self) -> Kind;

    /// The parameters that it reads.
    fn parameters(&self) -> &[Parameter];

    /// Lowers it to a program of energy or residual updates over the data it is bound to.
    fn lower(&self, roles: &Roles) -> Result<Program, Diagnostic>;

    /// Roles without a problem: every name binds to itself. The unknown is the parameter of that name if one is
    /// given, else `x`, else the first array.
    fn default_roles(&self, unknown: Option<&str>) -> Roles {
        let is_array = |p: &&Parameter| {
            matches!(p.ty, ParameterType::Gathered { .. } | ParameterType::Array { .. })
                && p.ty.numbers() == Numbers::Real
        };
        let named = |name: &str| self.parameters().iter().find(|p| p.name == name);
        let unknown = match unknown {
            Some(name) => named(name),
            None => named("x").filter(is_array).or_else(|| self.parameters().iter().find(is_array)),
        };
        let unknown = unknown.map(|p| p.name.clone());
        let widths = self.parameters().iter().filter_map(|p| match p.ty {
            ParameterType::Gathered { nodes, .. } => Some(nodes),
            _ => None,
        });
        let width = widths.max().unwrap_or(1);
        // A parameter of another width cannot be gathered by the same table.
        let own_table = |p: &Parameter| match p.ty {
            ParameterType::Gathered { nodes, .. } if nodes != width => Some((format!("{}_stencil", p.name), nodes)),
            _ => None,
        };
        let binding = |p: &Parameter| Binding {
            array: p.name.clone(),
            unknown: unknown.as_deref() == Some(&p.name),
            table: own_table(p),
            per_element: false,
        };
        Roles {
            over: (self.form() == Form::Element).then(|| STENCIL.to_string()),
            over_width: width,
            bindings: self.parameters().iter().map(|p| (p.name.clone(), binding(p))).collect(),
            unbound: FxHashSet::default(),
        }
    }
}
