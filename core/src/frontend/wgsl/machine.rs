//! The state of the execution: what is known of the module beside the [trace](crate::frontend::trace).

use super::literals::Rewriting;
use super::remembered::Calls;
use super::signature::Signature;
use super::{ParameterType, Roles};
use crate::frontend::kit::{Data, Inputs, Scalar};
use crate::frontend::trace::{Result, Trace, Val};
use naga::{Arena, Expression, Handle};
use rustc_hash::FxHashMap;

/// A function that is being executed, or the expressions at module scope.
pub struct Frame<'m> {
    /// Its expressions.
    pub arena: &'m Arena<Expression>,
    /// Its local variables.
    pub locals: Option<&'m Arena<naga::LocalVariable>>,
    /// The values of its expressions, once they have run.
    pub values: Vec<Option<Val>>,
    /// Its arguments.
    pub arguments: Vec<Val>,
    /// The cell of its first local variable.
    pub first_cell: usize,
    /// The cell of its result.
    pub result: usize,
}

/// The meaning of a variable at module scope.
#[derive(Clone, Copy, Debug)]
pub enum Storage {
    /// Data, by rows of so many numbers.
    Data(Data, usize),
    /// The output of a residual.
    Output,
}

/// The state of an execution.
pub struct Machine<'m> {
    /// The execution: graph and variables.
    pub trace: Trace,
    /// The text.
    pub source: &'m Rewriting,
    /// The module.
    pub module: &'m naga::Module,
    /// The function that is computed, and its parameters.
    pub signature: &'m Signature,
    /// The data it is bound to, and the element at hand.
    pub inputs: Inputs,
    /// Calls so far, and around the statement at hand.
    pub calls: Calls,
    /// Blocks around it, in all of these calls.
    pub nesting: usize,
    /// Module-scope expressions.
    pub globals: Vec<Option<Val>>,
    /// The cells of private variables.
    pub private: FxHashMap<Handle<naga::GlobalVariable>, usize>,
    /// The meanings of variables at module scope, by the number of their declaration.
    storage: FxHashMap<usize, Storage>,
}

impl<'m> Machine<'m> {
    /// An execution that has not begun.
    pub fn new(source: &'m Rewriting, module: &'m naga::Module, signature: &'m Signature, roles: &Roles) -> Self {
        Machine {
            trace: Trace::default(),
            source,
            module,
            signature,
            inputs: Inputs::new(roles),
            calls: Calls::default(),
            nesting: 0,
            globals: vec![None; module.global_expressions.len()],
            private: FxHashMap::default(),
            storage: FxHashMap::default(),
        }
    }

    /// A refusal at the place at hand.
    pub fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        self.trace.error(message)
    }

    /// The name of a variable at module scope, by the number of its declaration.
    pub fn global_name(&self, number: usize) -> &'m str {
        let variable = self.module.global_variables.iter().nth(number);
        variable.and_then(|(_, v)| v.name.as_deref()).unwrap_or("")
    }

    /// True if a variable at module scope is the output of a residual.
    pub fn is_output(&self, number: usize) -> bool {
        self.signature.output.is_some_and(|o| o.index() == number)
    }

    /// The meaning of a variable at module scope.
    pub fn storage(&mut self, number: usize) -> Result<Storage> {
        if let Some(&known) = self.storage.get(&number) {
            return Ok(known);
        }
        let name = self.global_name(number);
        let storage = if self.is_output(number) {
            Storage::Output
        } else {
            match self.signature.parameters.iter().find(|p| p.name == name).map(|p| &p.ty) {
                Some(&ParameterType::Array { numbers, components }) => {
                    Storage::Data(self.inputs.data(&mut self.trace.graph, name, numbers), components)
                }
                _ => return self.error(format!("variable `{name}` cannot be used here")),
            }
        };
        self.storage.insert(number, storage);
        Ok(storage)
    }
}

/// A number of data as a value.
pub fn of_data(number: Scalar) -> Val {
    match number {
        Scalar::Real(value) => Val::Real(value),
        Scalar::Int { index, signed } => Val::Int { index, signed },
    }
}

impl<'m> Frame<'m> {
    /// A frame for module-scope expressions.
    pub fn global(module: &'m naga::Module) -> Self {
        Frame {
            arena: &module.global_expressions,
            locals: None,
            values: Vec::new(),
            arguments: Vec::new(),
            first_cell: 0,
            result: 0,
        }
    }

    /// The local variable in a cell.
    pub fn local(&self, cell: usize) -> Option<&'m naga::LocalVariable> {
        let at = cell.checked_sub(self.first_cell)?;
        self.locals?.iter().nth(at).map(|(_, variable)| variable)
    }
}
