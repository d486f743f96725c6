//! Energies written in WGSL.
//!
//! The text is read and validated by naga. Then it is *executed* with symbolic values: every local variable holds an
//! expression, helper functions run where they are called, both sides of an `if` run and meet in selects, short loops
//! run iteration by iteration, and long ones run once with their variable as a symbol. What comes out is one expression
//! in the [graph](crate::real::Graph), a sum over loops. Variables and branches are those of a [trace](super::trace), and
//! loops are [recovered](super::loops) from their bodies.
//!
//! | file          | what it does                                                        |
//! |---------------|---------------------------------------------------------------------|
//! | `token`       | splits the text into tokens                                         |
//! | `functions`   | functions by the names of naga, and those that WGSL lacks           |
//! | `plan`        | finds literals and constants whose precision naga would lose        |
//! | `literals`    | rewrites them, and keeps a map of places                            |
//! | `parse`       | runs naga                                                           |
//! | `signature`   | finds the energy and what it reads                                  |
//! | `machine`     | the state of the execution: the module, its data, calls             |
//! | `zero`        | the zeros of types                                                  |
//! | `calls`       | calls of functions                                                  |
//! | `size`        | how large functions and types become                                |
//! | `access`      | pointers, loads, stores, indexing                                   |
//! | `assume`      | what a value becomes where an index is known                        |
//! | `statement`   | statements and branches                                             |
//! | `looping`     | the bodies of loops                                                 |
//! | `assigned`    | which variables a loop may assign                                   |
//! | `expression`  | expressions                                                         |
//! | `operator`    | operators and conversions                                           |
//! | `builtin`     | built-in functions                                                  |
//! | `lower`       | from a module and its roles to a program                            |

mod access;
mod assigned;
mod assume;
mod builtin;
mod calls;
mod expression;
mod functions;
mod literals;
mod looping;
mod lower;
mod machine;
mod operator;
mod parse;
mod plan;
mod remembered;
mod signature;
mod size;
mod statement;
mod token;
mod words;
mod zero;

use super::{Fallback, Form, Frontend, Kind, Numbers, Parameter, ParameterType, Roles};
use crate::error::Diagnostic;
use crate::program::Program;
use literals::Rewriting;
use signature::Signature;

/// An energy file that has been read.
#[derive(Clone, Debug)]
pub struct Module {
    name: String,
    source: Rewriting,
    naga: naga::Module,
    signature: Signature,
}

impl Module {
    /// Reads a file. `name` is the name of the program in print.
    pub fn parse(name: &str, text: &str) -> Result<Module, Diagnostic> {
        let (source, naga) = parse::parse(text)?;
        size::check_types(&source, &naga)?;
        let signature = signature::find(&source, &naga)?;
        let mut module = Module { name: name.to_string(), source, naga, signature };
        for (name, fallback) in lower::defaults(&module) {
            let found = module.signature.parameters.iter_mut().find(|p| p.name == name);
            if let Some(parameter) = found {
                parameter.default = Some(fallback);
            }
        }
        Ok(module)
    }
}

impl Frontend for Module {
    fn form(&self) -> Form {
        self.signature.form
    }

    fn kind(&self) -> Kind {
        self.signature.kind
    }

    fn parameters(&self) -> &[Parameter] {
        &self.signature.parameters
    }

    fn lower(&self, roles: &Roles) -> Result<Program, Diagnostic> {
        lower::lower(self, roles)
    }
}
