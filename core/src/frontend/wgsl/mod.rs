//! Energies written in WGSL.
//!
//! The text is read and validated by naga. Then it is *executed* with symbolic values: every local variable holds an
//! expression, helper functions run where they are called, both sides of an `if` run and meet in selects, short loops
//! run iteration by iteration, and long ones run once with their variable as a symbol. What comes out is one expression
//! in the [graph](crate::real::Graph), a sum over loops.
//!
//! | file          | what it does                                                        |
//! |---------------|---------------------------------------------------------------------|
//! | `token`       | splits the text into tokens                                         |
//! | `plan`        | finds literals and constants whose precision naga would lose        |
//! | `literals`    | rewrites them, and keeps a map of places                            |
//! | `parse`       | runs naga                                                           |
//! | `signature`   | finds the energy and what it reads                                  |
//! | `value`       | symbolic values, and how two of them merge                          |
//! | `machine`     | the state of the execution: variables, branches, arrays             |
//! | `access`      | pointers, loads, stores, indexing                                   |
//! | `assume`      | what a value becomes where an index is known                        |
//! | `statement`   | statements, branches, calls                                         |
//! | `trip`        | which variables a loop counts, and how often it runs                |
//! | `looping`     | loops                                                               |
//! | `assigned`    | which variables a loop may assign                                   |
//! | `carry`       | what they hold after it                                             |
//! | `expression`  | expressions                                                         |
//! | `operator`    | operators and conversions                                           |
//! | `builtin`     | built-in functions                                                  |
//! | `lower`       | from a module and its roles to a program                            |

mod access;
mod assigned;
mod assume;
mod builtin;
mod carry;
mod expression;
mod literals;
mod looping;
mod lower;
mod machine;
mod operator;
mod parse;
mod plan;
mod signature;
mod statement;
mod token;
mod trip;
mod value;

use crate::error::Diagnostic;
use crate::program::Program;
use crate::real::Span;
use literals::Source;
use rustc_hash::FxHashMap;
use signature::Signature;

/// How an energy file is evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Once for each element, and summed; data come as parameters of the function.
    Element,
    /// Once; data are declared at module scope.
    Program,
}

/// What a file computes.
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
    /// What binds to it.
    pub ty: ParameterType,
    /// Where it is declared.
    pub span: Span,
    /// The value it has if nothing binds to it.
    pub default: Option<f64>,
}

/// What binds to a parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ParameterType {
    /// Element form, `array<S, K>`: rows of a node array, gathered at the nodes of the element.
    Gathered {
        /// Numbers in a row.
        components: usize,
        /// Nodes of the element.
        nodes: usize,
    },
    /// Element form, any other type: a parameter of the term or of each element.
    Plain {
        /// `[]` for a scalar, `[n]` for a vector, `[rows, columns]` for a matrix.
        shape: Vec<usize>,
    },
    /// Program form: an array of reals, by rows of so many numbers.
    RealArray {
        /// Numbers in a row.
        components: usize,
    },
    /// Program form: an array of integers, by rows of so many numbers.
    IndexArray {
        /// Numbers in a row.
        components: usize,
        /// `i32`, not `u32`.
        signed: bool,
    },
    /// An integer `override`; it may not be negative, whatever its type.
    Size {
        /// `i32`, not `u32`.
        signed: bool,
    },
    /// A real `override`.
    Scalar,
}

/// What the parameters of a file are bound to.
#[derive(Clone, Default, Debug)]
pub struct Roles {
    /// Element form: the name of the table that lists the nodes of each element.
    pub over: Option<String>,
    /// Its width.
    pub over_width: usize,
    /// By the name of the parameter; one that is absent binds to the data of its own name.
    pub bindings: FxHashMap<String, Binding>,
}

/// What one parameter is bound to.
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

/// An energy file that has been read.
#[derive(Clone, Debug)]
pub struct Module {
    name: String,
    source: Source,
    naga: naga::Module,
    signature: Signature,
}

/// What a file becomes.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// Updates of the energy or of the residual.
    pub program: Program,
}

impl Module {
    /// Reads a file. `name` is the name of the program in print.
    pub fn parse(name: &str, text: &str) -> Result<Module, Diagnostic> {
        let (source, naga) = parse::parse(text)?;
        let signature = signature::find(&source, &naga)?;
        let mut module = Module { name: name.to_string(), source, naga, signature };
        for (name, value) in lower::defaults(&module) {
            let found = module.signature.parameters.iter_mut().find(|p| p.name == name);
            if let Some(parameter) = found {
                parameter.default = Some(value);
            }
        }
        Ok(module)
    }

    /// How it is evaluated.
    pub fn form(&self) -> Form {
        self.signature.form
    }

    /// What it computes.
    pub fn kind(&self) -> Kind {
        self.signature.kind
    }

    /// What it reads.
    pub fn parameters(&self) -> &[Parameter] {
        &self.signature.parameters
    }

    /// Roles without a problem: every name binds to itself. The unknown is the parameter of that name if one is
    /// given, else `x`, else the first array.
    pub fn default_roles(&self, unknown: Option<&str>) -> Roles {
        let is_array =
            |p: &&Parameter| matches!(p.ty, ParameterType::Gathered { .. } | ParameterType::RealArray { .. });
        let named = |name: &str| self.parameters().iter().find(|p| p.name == name);
        let unknown = match unknown {
            Some(name) => named(name),
            None => named("x").filter(is_array).or_else(|| self.parameters().iter().find(is_array)),
        };
        let unknown = unknown.map(|p| p.name.clone());
        let binding = |p: &Parameter| Binding {
            array: p.name.clone(),
            unknown: unknown.as_deref() == Some(&p.name),
            ..Binding::default()
        };
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
        Roles {
            over: (self.form() == Form::Element).then(|| "stencil".to_string()),
            over_width: width,
            bindings: (self.parameters().iter())
                .map(|p| (p.name.clone(), Binding { table: own_table(p), ..binding(p) }))
                .collect(),
        }
    }

    /// Lowers the file to a program over the data it is bound to.
    pub fn lower(&self, roles: &Roles) -> Result<Lowered, Diagnostic> {
        lower::lower(self, roles)
    }
}
