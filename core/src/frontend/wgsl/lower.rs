//! From a module and its roles to a program.

use super::machine::Machine;
use super::parse::{LOWERING_STACK, on_large_stack};
use super::{Fallback, Form, Frontend, Kind, Module, Numbers, Parameter, ParameterType, Roles};
use crate::error::Diagnostic;
use crate::frontend::trace::{Result, Val};
use crate::program::{Program, Target, Update, Write, residual_updates, split};
use crate::real::Span;

/// Lowers a module on a stack of its own.
pub fn lower(module: &Module, roles: &Roles) -> Result<Program> {
    on_large_stack(LOWERING_STACK, || execute(module, roles))
        .unwrap_or_else(|| Err(Diagnostic::new(Span::default(), "the lowering failed on this file")))
}

fn execute(module: &Module, roles: &Roles) -> Result<Program> {
    let mut machine = Machine::new(&module.source, &module.naga, &module.signature, roles);
    roles.declare(&mut machine.trace.graph, &module.signature.parameters);
    if module.form() == Form::Element {
        machine.open_elements();
    }
    machine.module_scope()?;
    let arguments: Result<Vec<Val>> = (module.naga.functions[module.signature.function].arguments.iter().enumerate())
        .map(|(number, _)| machine.argument(number))
        .collect();
    let result = machine.run(&module.naga.functions[module.signature.function], arguments?)?;
    let updates = machine.updates(module, result)?;
    if machine.trace.graph.indices.overflowed() {
        return machine.error("an integer of this file does not fit 64 bits");
    }
    let looked_at = machine.trace.take_looks();
    Ok(Program { name: module.name.clone(), graph: machine.trace.graph, updates, looked_at })
}

/// What parameters are if nothing binds to them.
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
    /// Opens the loop over the elements.
    fn open_elements(&mut self) {
        let width = self.roles.over_width;
        let over = self.roles.over.clone().unwrap_or_else(|| "stencil".to_string());
        let zero = self.trace.graph.indices.int(0);
        let count = self.length(&over, width);
        self.element = Some(self.trace.graph.indices.var(0, zero, count, "e"));
        self.trace.set_depth(1);
    }

    /// The value of a parameter of the element form.
    fn argument(&mut self, number: usize) -> Result<Val> {
        let Some(Parameter { name, ty, span, .. }) = self.signature.parameters.get(number).cloned() else {
            return self.error("this parameter has no type");
        };
        self.trace.graph.span = span;
        match ty {
            ParameterType::Gathered { nodes, .. } => {
                let width = self.roles.binding(&name).table.map_or(self.roles.over_width, |(_, width)| width);
                if width != nodes {
                    let message = format!("parameter `{name}` takes {nodes} nodes, but its table has {width} a row");
                    return self.error(message);
                }
                Ok(Val::Gathered(number))
            }
            ParameterType::Plain { numbers, shape } => Ok(self.plain(&name, numbers, &shape)),
            _ => self.error("this parameter cannot be bound"),
        }
    }

    /// A scalar, vector or matrix, the same for all elements or one for each.
    fn plain(&mut self, name: &str, numbers: Numbers, shape: &[usize]) -> Val {
        let binding = self.roles.binding(name);
        let size: usize = shape.iter().product();
        let first = match (binding.per_element, self.element) {
            (true, Some(element)) => {
                let element = self.trace.graph.indices.var_index(element);
                self.trace.graph.indices.scale(element, size as i64)
            }
            _ if shape.is_empty() => return self.single(&binding.array, numbers),
            _ => self.trace.graph.indices.int(0),
        };
        let data = self.bound_data(&binding.array, numbers, size);
        let mut entry = |flat: usize| {
            let at = self.trace.graph.indices.offset(first, flat as i64);
            self.entry(&data, at)
        };
        match *shape {
            [n] => Val::composite((0..n).map(entry)),
            [rows, columns] => {
                let mut column = |c: usize| Val::composite((0..rows).map(|r| entry(r * columns + c)));
                let parts: Vec<Val> = (0..columns).map(&mut column).collect();
                Val::composite(parts)
            }
            _ => entry(0),
        }
    }

    /// The updates that the result stands for.
    fn updates(&mut self, module: &Module, result: Val) -> Result<Vec<Update>> {
        let vars: Vec<_> = self.element.into_iter().collect();
        let mut updates = Vec::new();
        match (module.kind(), module.form()) {
            (Kind::Energy, _) => {
                let value = self.as_real(&result)?;
                updates = split(&mut self.trace.graph, &vars, Target::Energy, value);
            }
            (Kind::Residual, Form::Element) => {
                let rows = self.vector(&result)?;
                let always = self.trace.graph.bool(true);
                let element = self.element.map(|e| self.trace.graph.indices.var_index(e));
                for (k, &value) in rows.iter().enumerate() {
                    let first = element.map(|e| self.trace.graph.indices.scale(e, rows.len() as i64));
                    let first = first.unwrap_or_else(|| self.trace.graph.indices.int(0));
                    let row = self.trace.graph.indices.offset(first, k as i64);
                    let write = Write::added(&vars, row, always, value, self.trace.graph.span);
                    updates.push(Update::residual(&mut self.trace.graph, &write));
                }
            }
            (Kind::Residual, Form::Program) => {
                let writes = self.trace.take_writes();
                updates = residual_updates(&mut self.trace.graph, writes);
            }
        }
        Ok(updates)
    }
}
