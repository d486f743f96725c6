//! From a module and its roles to a program.

use super::machine::{Machine, of_data};
use super::parse::{LOWERING_STACK, on_large_stack};
use super::signature::Argument;
use super::{Fallback, Form, Frontend, Kind, Module, Numbers, Parameter, ParameterType, Roles};
use crate::error::Diagnostic;
use crate::frontend::kit;
use crate::frontend::trace::{Result, Val};
use crate::program::{Program, Update, residual_updates};
use crate::real::{Span, Value};

/// Lowers a module on a stack of its own.
pub fn lower(module: &Module, roles: &Roles) -> Result<Program> {
    on_large_stack(LOWERING_STACK, || execute(module, roles))
        .unwrap_or_else(|| Err(Diagnostic::new(Span::default(), "the lowering failed on this file")))
}

fn execute(module: &Module, roles: &Roles) -> Result<Program> {
    let mut machine = Machine::new(&module.source, &module.naga, &module.signature, roles);
    machine.inputs.declare(&mut machine.trace.graph, module.form(), &module.signature.parameters);
    machine.trace.set_depth(machine.inputs.loops().len() as u32);
    machine.module_scope()?;
    let arguments: Result<Vec<Val>> =
        module.signature.arguments.iter().map(|argument| machine.argument(argument)).collect();
    let result = machine.run(&module.naga.functions[module.signature.function], arguments?)?;
    let updates = machine.updates(module, result)?;
    if machine.trace.graph.indices.overflowed() {
        return machine.error("an integer of this file does not fit 64 bits");
    }
    let looked_at = machine.trace.take_looks();
    Ok(Program { name: module.name.clone(), graph: machine.trace.graph, updates, looked_at })
}

/// The values of parameters if nothing binds to them, by name.
pub fn defaults(module: &Module) -> Vec<(String, Fallback)> {
    let roles = Roles::default();
    let found = on_large_stack(LOWERING_STACK, || {
        let mut machine = Machine::new(&module.source, &module.naga, &module.signature, &roles);
        let _ = machine.module_scope();
        let mut found = Vec::new();
        for (_, item) in module.naga.overrides.iter() {
            let (Some(name), Some(init)) = (&item.name, item.init) else { continue };
            let number = match machine.globals[init.index()] {
                Some(Val::Real(v)) => machine.trace.graph.as_const(v),
                Some(Val::Int { index, signed }) => {
                    let index = machine.trace.looked_at(index, signed);
                    machine.trace.graph.indices.as_const(index).map(|c| c as f64)
                }
                _ => None,
            };
            found.push((name.clone(), number.map_or(Fallback::Computed, Fallback::Number)));
        }
        found
    });
    found.unwrap_or_default()
}

impl Machine<'_> {
    /// The value of an argument of the element form.
    fn argument(&mut self, argument: &Argument) -> Result<Val> {
        let members = match argument {
            Argument::One(number) => return self.parameter(*number),
            Argument::Struct(members) => members,
        };
        let mut values = Vec::with_capacity(members.len());
        for member in members {
            values.push(match self.argument(member)? {
                Val::Gathered(number) => self.expand(number)?,
                value => value,
            });
        }
        Ok(Val::composite(values))
    }

    /// The value of a parameter of the element form.
    fn parameter(&mut self, number: usize) -> Result<Val> {
        let Some(Parameter { name, ty, span, .. }) = self.signature.parameters.get(number).cloned() else {
            return self.error("this parameter has no type");
        };
        self.trace.graph.span = span;
        match ty {
            ParameterType::Gathered { nodes, .. } => match self.inputs.misfit(&name, nodes) {
                Some(message) => self.error(message),
                None => Ok(Val::Gathered(number)),
            },
            ParameterType::Plain { numbers, shape } => Ok(self.plain(&name, numbers, &shape)),
            _ => self.error("this parameter cannot be bound"),
        }
    }

    /// A scalar, vector or matrix, the same for all elements or one for each.
    fn plain(&mut self, name: &str, numbers: Numbers, shape: &[usize]) -> Val {
        // By columns, as WGSL has matrices.
        let positions: Vec<usize> = match *shape {
            [rows, columns] => (0..columns).flat_map(|c| (0..rows).map(move |r| r * columns + c)).collect(),
            _ => (0..shape.iter().product()).collect(),
        };
        let entries = self.inputs.plain(&mut self.trace.graph, name, numbers, shape, &positions);
        let mut entries = entries.into_iter().map(of_data);
        match *shape {
            [] => entries.next().unwrap_or_else(|| unreachable!("a scalar has an entry")),
            [_] => Val::composite(entries),
            [rows, ..] => {
                let entries: Vec<Val> = entries.collect();
                Val::composite(entries.chunks(rows).map(|column| Val::composite(column.iter().cloned())))
            }
        }
    }

    /// All reals of a value, in the order in which memory holds them.
    fn all_reals(&self, value: &Val, found: &mut Vec<Value>) -> Result<()> {
        match value {
            Val::Composite(parts) => parts.iter().try_for_each(|part| self.all_reals(part, found)),
            scalar => {
                found.push(self.as_real(scalar)?);
                Ok(())
            }
        }
    }

    /// The updates that the result stands for.
    fn updates(&mut self, module: &Module, result: Val) -> Result<Vec<Update>> {
        match (module.kind(), module.form()) {
            (Kind::Energy, _) => {
                let value = self.as_real(&result)?;
                Ok(kit::energy(&mut self.trace.graph, &self.inputs, value))
            }
            (Kind::Residual, Form::Element) => {
                let mut rows = Vec::new();
                self.all_reals(&result, &mut rows)?;
                Ok(kit::element_rows(&mut self.trace.graph, &self.inputs, &rows))
            }
            (Kind::Residual, Form::Program) => {
                let writes = self.trace.take_writes();
                Ok(residual_updates(&mut self.trace.graph, writes))
            }
        }
    }
}
