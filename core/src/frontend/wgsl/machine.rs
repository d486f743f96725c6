//! The state of the execution: what is known of the module beside the [trace](crate::frontend::trace).

use super::literals::Source;
use super::signature::Signature;
use super::{Numbers, ParameterType, Roles};
use crate::frontend::trace::{Result, Trace, Val};
use crate::index::{Index, Table, Var};
use crate::real::{Array, ArrayKind};
use naga::{Arena, Expression, Handle};
use rustc_hash::FxHashMap;

/// Expressions and statements that may run before the program counts as too large.
const STEP_LIMIT: u64 = 1 << 27;

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

/// What a parameter or declaration is to the graph.
#[derive(Clone, Debug)]
pub enum Data {
    /// An array of reals by rows.
    Reals(Array, usize),
    /// A table of integers by rows; signed or not.
    Integers(Table, usize, bool),
    /// The output of a residual.
    Output,
}

/// The state of an execution.
pub struct Machine<'m> {
    /// What has been built, and the variables.
    pub trace: Trace,
    /// The text.
    pub source: &'m Source,
    /// The module.
    pub module: &'m naga::Module,
    /// What is computed.
    pub signature: &'m Signature,
    /// What it is bound to.
    pub roles: &'m Roles,
    /// Calls around the statement at hand.
    pub calls: usize,
    /// Module-scope expressions.
    pub globals: Vec<Option<Val>>,
    /// The cells of private variables.
    pub private: FxHashMap<Handle<naga::GlobalVariable>, usize>,
    /// The loop over the elements.
    pub element: Option<Var>,
    /// What arrays are, by the number of their declaration.
    data: FxHashMap<usize, Data>,
    steps: u64,
}

impl<'m> Machine<'m> {
    /// An execution that has not begun.
    pub fn new(source: &'m Source, module: &'m naga::Module, signature: &'m Signature, roles: &'m Roles) -> Self {
        Machine {
            trace: Trace::default(),
            source,
            module,
            signature,
            roles,
            calls: 0,
            globals: vec![None; module.global_expressions.len()],
            private: FxHashMap::default(),
            element: None,
            data: FxHashMap::default(),
            steps: 0,
        }
    }

    /// A refusal at the place at hand.
    pub fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        self.trace.error(message)
    }

    /// Counts work, so that helper functions that call each other do not run for ever.
    pub fn step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.steps > STEP_LIMIT {
            return self.error("the program is too large once its functions and short loops are expanded");
        }
        Ok(())
    }

    /// What numbers a parameter is bound to, by rows.
    pub fn bound_data(&mut self, bound: &str, numbers: Numbers, components: usize) -> Data {
        match numbers {
            Numbers::Real => Data::Reals(self.trace.graph.array(bound, ArrayKind::Data), components),
            Numbers::Unsigned | Numbers::Signed => {
                let signed = numbers == Numbers::Signed;
                Data::Integers(self.trace.graph.indices.table(bound, !signed), components, signed)
            }
        }
    }

    /// A single number that a parameter is bound to.
    pub fn single(&mut self, bound: &str, numbers: Numbers) -> Val {
        match numbers {
            Numbers::Real => {
                let data = self.bound_data(bound, numbers, 1);
                let first = self.trace.graph.indices.int(0);
                self.entry(&data, first)
            }
            Numbers::Unsigned => Val::Int { index: self.trace.graph.indices.size(bound), signed: false },
            Numbers::Signed => Val::Int { index: self.trace.graph.indices.signed_size(bound), signed: true },
        }
    }

    /// The name of a variable at module scope, by the number of its declaration.
    pub fn global_name(&self, number: usize) -> &'m str {
        let variable = self.module.global_variables.iter().nth(number);
        variable.and_then(|(_, v)| v.name.as_deref()).unwrap_or("")
    }

    /// Whether a variable at module scope is the output of a residual.
    pub fn is_output(&self, number: usize) -> bool {
        self.signature.output.is_some_and(|o| o.index() == number)
    }

    /// What a storage array is.
    pub fn storage(&mut self, number: usize) -> Result<Data> {
        if let Some(data) = self.data.get(&number) {
            return Ok(data.clone());
        }
        let name = self.global_name(number);
        let data = if self.is_output(number) {
            Data::Output
        } else {
            let bound = self.roles.binding(name).array;
            match self.signature.parameters.iter().find(|p| p.name == name).map(|p| &p.ty) {
                Some(&ParameterType::Array { numbers, components }) => self.bound_data(&bound, numbers, components),
                _ => return self.error(format!("variable `{name}` cannot be used here")),
            }
        };
        self.data.insert(number, data.clone());
        Ok(data)
    }

    /// The count of rows of a bound array: `len(name)`, or `len(name, width)` for rows of several numbers.
    pub fn length(&mut self, bound: &str, width: usize) -> Index {
        let name = if width == 1 { format!("len({bound})") } else { format!("len({bound}, {width})") };
        self.trace.graph.indices.size(&name)
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
