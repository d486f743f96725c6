//! Calls of functions.
//!
//! A function is executed where it is called, so that functions which call each other may grow without bound. Two things
//! hold that down: a call with arguments that the function has had before gives the value that it gave, and a program beyond
//! a number of steps is refused, with the function that makes it so large.

use super::machine::{Frame, Machine};
use super::remembered::{Call, Part};
use super::size::{expanded_sizes, inner_blocks};
use crate::error::Diagnostic;
use crate::frontend::trace::{Result, Val};
use crate::real::Span;
use naga::{AddressSpace, Expression, Function, Handle, Statement, TypeInner};

/// Calls inside calls.
const CALL_LIMIT: usize = 128;

/// Expressions and statements that may be executed before the program counts as too large: a quarter of a second.
pub const STEP_LIMIT: u64 = 1 << 20;

/// The most numbers of arguments by which a call is remembered.
const REMEMBERED_ARGUMENTS: usize = 256;

impl<'m> Machine<'m> {
    /// Counts an expression or a statement, so that functions that call each other do not run for ever.
    pub fn step(&mut self) -> Result<()> {
        self.calls.steps += 1;
        if self.calls.steps > STEP_LIMIT { Err(self.too_large()) } else { Ok(()) }
    }

    /// The refusal of a program that grows too large. The first of the functions around that is too large is named.
    fn too_large(&self) -> Diagnostic {
        let sizes = expanded_sizes(self.module);
        let hint = "compute what is used more than once only once, as in `let y = f(x);`";
        for &(function, span) in &self.calls.around {
            let size = sizes[function.index()];
            if size > STEP_LIMIT as f64 {
                let name = self.module.functions[function].name.as_deref().unwrap_or_default();
                let size = if size < 1e7 { format!("{size}") } else { format!("{size:.1e}") };
                let message = format!(
                    "`{name}` becomes {size} operations once the functions that it calls are expanded, more than the \
                     {STEP_LIMIT} of a program: {hint}"
                );
                return Diagnostic::new(span, message);
            }
        }
        let message = format!(
            "the program is too large: once its functions and short loops are expanded, it has more than {STEP_LIMIT} \
             operations: make loops longer ones, which stay loops, or {hint}"
        );
        let own = self.source.place(self.module.functions.get_span(self.signature.function));
        let here = self.trace.graph.span;
        Diagnostic::new(if here == Span::default() { own } else { here }, message)
    }

    /// A call statement.
    pub fn call(
        &mut self,
        frame: &mut Frame<'m>,
        function: Handle<Function>,
        arguments: &[Handle<Expression>],
        result: Option<Handle<Expression>>,
    ) -> Result<()> {
        let mut values = Vec::with_capacity(arguments.len());
        for &argument in arguments {
            values.push(self.value(frame, argument)?);
        }
        let span = self.trace.graph.span;
        let value = self.call_value(function, values)?;
        self.trace.graph.span = span;
        if let Some(result) = result {
            frame.values[result.index()] = Some(value);
        }
        Ok(())
    }

    /// The value of a call: what the same call gave before, if there was one.
    fn call_value(&mut self, function: Handle<Function>, arguments: Vec<Val>) -> Result<Val> {
        let call = self.remembered(function, &arguments);
        if let Some(known) = call.as_ref().and_then(|call| self.calls.known.get(call)) {
            return Ok(known.clone());
        }
        let effects = self.trace.effects();
        self.calls.around.push((function, self.trace.graph.span));
        let value = self.run(&self.module.functions[function], arguments);
        self.calls.around.pop();
        let value = value?;
        let Some(call) = call else { return Ok(value) };
        if self.trace.effects() == effects && parts([&value]).is_some() {
            self.calls.known.insert(call, value.clone());
        }
        Ok(value)
    }

    /// The call, if its value depends on nothing but numbers.
    fn remembered(&mut self, function: Handle<Function>, arguments: &[Val]) -> Option<Call> {
        if self.trace.is_assuming() || !self.is_pure(function) {
            return None;
        }
        Some(Call {
            function,
            arguments: parts(arguments)?,
            depth: self.trace.depth(),
            unrolled: self.trace.unrolled(),
            planning: self.trace.is_planning(),
        })
    }

    /// Returns true if a function neither takes places of memory, nor reads or writes variables of the module, nor calls one
    /// that does. Functions stand behind those that they call.
    fn is_pure(&mut self, handle: Handle<Function>) -> bool {
        if let Some(&known) = self.calls.pure.get(&handle) {
            return known;
        }
        let function = &self.module.functions[handle];
        let mut called = Vec::new();
        let mut blocks = vec![&function.body];
        while let Some(block) = blocks.pop() {
            for statement in block.iter() {
                match statement {
                    Statement::Call { function, .. } => called.push(*function),
                    other => inner_blocks(other, &mut blocks),
                }
            }
        }
        let takes_places = (function.arguments.iter())
            .any(|argument| matches!(self.module.types[argument.ty].inner, TypeInner::Pointer { .. }));
        let variables = function.expressions.iter().any(|(_, expression)| match *expression {
            Expression::GlobalVariable(variable) => self.is_written(variable),
            _ => false,
        });
        let pure = !takes_places && !variables && called.into_iter().all(|function| self.is_pure(function));
        self.calls.pure.insert(handle, pure);
        pure
    }

    /// Returns true if some statement may write to a variable of the module.
    fn is_written(&self, handle: Handle<naga::GlobalVariable>) -> bool {
        let variable = &self.module.global_variables[handle];
        let private = variable.space == AddressSpace::Private;
        self.is_output(handle.index()) || (private && !self.source.is_constant(variable.name.as_deref().unwrap_or("")))
    }

    /// Executes a function.
    pub fn run(&mut self, function: &'m Function, arguments: Vec<Val>) -> Result<Val> {
        if self.calls.around.len() >= CALL_LIMIT {
            return self.error(format!("more than {CALL_LIMIT} functions call each other"));
        }
        let result = self.trace.declare(Val::Unset);
        let outer = self.trace.enter_function();
        let value = self.run_inside(function, arguments, result);
        self.trace.go_out(outer);
        value
    }

    fn run_inside(&mut self, function: &'m Function, arguments: Vec<Val>, result: usize) -> Result<Val> {
        let first_cell = self.trace.variables();
        for _ in 0..function.local_variables.len() {
            self.trace.declare(Val::Unset);
        }
        let mut frame = Frame {
            arena: &function.expressions,
            locals: Some(&function.local_variables),
            values: vec![None; function.expressions.len()],
            arguments,
            first_cell,
            result,
        };
        for (handle, variable) in function.local_variables.iter() {
            self.trace.graph.span = self.source.place(function.local_variables.get_span(handle));
            let value = match variable.init {
                Some(init) => self.value(&mut frame, init)?,
                None => self.zero(variable.ty)?,
            };
            self.trace.initialize(first_cell + handle.index(), value);
        }
        self.block(&mut frame, &function.body)?;
        Ok(self.trace.get(result).clone())
    }
}

/// The numbers of values, if they consist of numbers, and of not too many.
fn parts<'a>(values: impl IntoIterator<Item = &'a Val>) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut pending: Vec<&Val> = values.into_iter().collect();
    while let Some(value) = pending.pop() {
        match value {
            Val::Composite(inner) => pending.extend(inner.iter()),
            Val::Real(v) => parts.push(Part::Real(*v)),
            Val::Int { index, .. } => parts.push(Part::Int(*index)),
            Val::Bool(v) => parts.push(Part::Bool(*v)),
            Val::Gathered(number) => parts.push(Part::Gathered(*number)),
            Val::Pointer(_) | Val::Last(_) | Val::Poison(_) | Val::Unset => return None,
        }
        if parts.len() + pending.len() > REMEMBERED_ARGUMENTS {
            return None;
        }
    }
    Some(parts)
}
