//! Statements, branches, calls.

use super::machine::{Frame, Machine, Region, Result};
use super::value::{Pointer, Root, Val, merge};
use crate::real::Value;
use naga::{Block, Expression, Function, Handle, Statement, SwitchCase, SwitchValue};

/// Calls inside calls.
const CALL_LIMIT: usize = 128;

/// The variables a run of statements assigned, with what it assigned.
type Changes = Vec<(usize, Val)>;

impl<'m> Machine<'m> {
    /// Runs the statements of a block. What follows a `return`, `break` or `continue` under a condition runs under its
    /// negation.
    pub fn block(&mut self, frame: &mut Frame<'m>, block: &'m Block) -> Result<()> {
        self.statements(frame, block, 0)
    }

    /// Runs the statements of a block from one on.
    pub fn statements(&mut self, frame: &mut Frame<'m>, block: &'m Block, from: usize) -> Result<()> {
        let mut regions: Vec<Region> = Vec::new();
        for (statement, span) in block.span_iter().skip(from) {
            self.graph.span = self.source.place(*span);
            self.step()?;
            self.statement(frame, statement)?;
            let plain = matches!(statement, Statement::Emit(_) | Statement::Store { .. } | Statement::Call { .. });
            if plain {
                continue;
            }
            let left = self.left(frame)?;
            match self.literal(left) {
                Some(true) => break,
                Some(false) => {}
                None => {
                    let stayed = self.graph.not(left);
                    regions.push(self.open(frame, stayed));
                }
            }
        }
        while let Some(region) = regions.pop() {
            self.close(region);
        }
        Ok(())
    }

    /// Runs one statement.
    pub fn statement(&mut self, frame: &mut Frame<'m>, statement: &'m Statement) -> Result<()> {
        match statement {
            Statement::Emit(range) => {
                for handle in range.clone() {
                    self.emit(frame, handle)?;
                }
                Ok(())
            }
            Statement::Block(block) => self.block(frame, block),
            Statement::If { condition, accept, reject } => {
                let condition = self.predicate(frame, *condition)?;
                self.branch(frame, condition, accept, reject)
            }
            Statement::Switch { selector, cases } => self.switch(frame, *selector, cases),
            Statement::Loop { body, continuing, break_if } => self.loop_statement(frame, body, continuing, *break_if),
            Statement::Break => self.leave(frame.broken),
            Statement::Continue => self.leave(frame.continued),
            Statement::Return { value } => {
                if let Some(value) = value {
                    let value = self.value(frame, *value)?;
                    self.set_cell(frame.result, value);
                }
                self.leave(Some(frame.returned))
            }
            Statement::Store { pointer, value } => self.store_statement(frame, *pointer, *value),
            Statement::Call { function, arguments, result } => self.call(frame, *function, arguments, *result),
            Statement::Kill => self.error("`discard` has no place in an energy"),
            Statement::ControlBarrier(_) | Statement::MemoryBarrier(_) => {
                self.error("barriers have no place in an energy")
            }
            _ => self.error("this statement has no place in an energy: it may read data and compute with them"),
        }
    }

    fn leave(&mut self, flag: Option<usize>) -> Result<()> {
        let left = self.graph.bool(true);
        match flag {
            Some(cell) => {
                self.set_cell(cell, Val::Bool(left));
                Ok(())
            }
            None => self.error("there is no loop to leave"),
        }
    }

    fn store_statement(
        &mut self,
        frame: &mut Frame<'m>,
        pointer: Handle<Expression>,
        value: Handle<Expression>,
    ) -> Result<()> {
        let pointer = self.pointer(frame, pointer)?;
        if let Root::Storage(handle) = pointer.root
            && self.signature.output == Some(handle)
        {
            return self.store_output(frame, &pointer, value);
        }
        let value = self.value(frame, value)?;
        self.store(&pointer, value)
    }

    /// Runs one side under a condition and takes back what it assigned.
    fn side(&mut self, frame: &mut Frame<'m>, condition: Value, block: &'m Block) -> Result<Changes> {
        let path = self.path;
        self.path = self.graph.and(path, condition);
        let mark = self.mark();
        self.block(frame, block)?;
        self.path = path;
        Ok(self.rollback(mark))
    }

    fn branch(&mut self, frame: &mut Frame<'m>, condition: Value, accept: &'m Block, reject: &'m Block) -> Result<()> {
        match self.literal(condition) {
            Some(true) => return self.block(frame, accept),
            Some(false) => return self.block(frame, reject),
            None => {}
        }
        let span = self.graph.span;
        let not = self.graph.not(condition);
        let on = self.side(frame, condition, accept)?;
        let off = self.side(frame, not, reject)?;
        self.graph.span = span;
        let mut off = off.into_iter().peekable();
        let mut on = on.into_iter().peekable();
        // Both lists ascend by variable.
        loop {
            let cell = match (on.peek(), off.peek()) {
                (Some((a, _)), Some((b, _))) => *a.min(b),
                (Some((a, _)), None) => *a,
                (None, Some((b, _))) => *b,
                (None, None) => return Ok(()),
            };
            let now = self.cells[cell].clone();
            let a = on.next_if(|(c, _)| *c == cell).map_or(now.clone(), |(_, v)| v);
            let b = off.next_if(|(c, _)| *c == cell).map_or(now, |(_, v)| v);
            let merged = merge(&mut self.graph, condition, &a, &b);
            self.set_cell(cell, merged);
        }
    }

    fn switch(&mut self, frame: &mut Frame<'m>, selector: Handle<Expression>, cases: &'m [SwitchCase]) -> Result<()> {
        let (selector, signed) = self.integer(frame, selector)?;
        let selector = self.looked_at(selector, signed);
        let none = self.graph.bool(false);
        let broken = self.new_cell(Val::Bool(none));
        let outer = frame.broken.replace(broken);
        let mut any = none;
        for case in cases {
            let here = self.selects(selector, case.value);
            any = self.graph.or(any, here);
        }
        let otherwise = self.graph.not(any);
        let mut taken: Vec<(Value, Changes)> = Vec::new();
        let mut condition = none;
        for case in cases {
            let here = if case.value == SwitchValue::Default { otherwise } else { self.selects(selector, case.value) };
            condition = self.graph.or(condition, here);
            if case.fall_through {
                continue;
            }
            let condition = std::mem::replace(&mut condition, none);
            match self.literal(condition) {
                Some(false) => {}
                _ => taken.push((condition, self.side(frame, condition, &case.body)?)),
            }
        }
        for (condition, changes) in taken {
            for (cell, new) in changes {
                let old = self.cells[cell].clone();
                let merged = merge(&mut self.graph, condition, &new, &old);
                self.set_cell(cell, merged);
            }
        }
        frame.broken = outer;
        Ok(())
    }

    fn selects(&mut self, selector: crate::index::Index, value: SwitchValue) -> Value {
        let value = match value {
            SwitchValue::I32(v) => i64::from(v),
            SwitchValue::U32(v) => i64::from(v),
            SwitchValue::Default => return self.graph.bool(false),
        };
        let value = self.graph.indices.int(value);
        let equal = self.graph.indices.eq(selector, value);
        self.graph.cond(equal)
    }

    fn call(
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
        let span = self.graph.span;
        let value = self.run(&self.module.functions[function], values)?;
        self.graph.span = span;
        if let Some(result) = result {
            frame.values[result.index()] = Some(value);
        }
        Ok(())
    }

    /// Executes a function.
    pub fn run(&mut self, function: &'m Function, arguments: Vec<Val>) -> Result<Val> {
        self.calls += 1;
        if self.calls > CALL_LIMIT {
            return self.error(format!("more than {CALL_LIMIT} functions call each other"));
        }
        let none = self.graph.bool(false);
        let result = self.new_cell(Val::Unset);
        let returned = self.new_cell(Val::Bool(none));
        let first_cell = self.cells.len();
        for _ in 0..function.local_variables.len() {
            self.new_cell(Val::Unset);
        }
        let mut frame = Frame {
            arena: &function.expressions,
            locals: Some(&function.local_variables),
            values: vec![None; function.expressions.len()],
            arguments,
            first_cell,
            result,
            returned,
            broken: None,
            continued: None,
        };
        for (handle, variable) in function.local_variables.iter() {
            self.graph.span = self.source.place(function.local_variables.get_span(handle));
            let value = match variable.init {
                Some(init) => self.value(&mut frame, init)?,
                None => self.zero(variable.ty)?,
            };
            let cell = first_cell + handle.index();
            self.cells[cell] = value;
            self.assigned[cell] = self.graph.span;
        }
        self.block(&mut frame, &function.body)?;
        self.calls -= 1;
        Ok(self.cells[result].clone())
    }

    /// The place an expression points to.
    pub fn pointer(&mut self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Result<Pointer> {
        match self.value(frame, handle)? {
            Val::Pointer(pointer) => Ok(pointer.as_ref().clone()),
            _ => self.error("this is not a place that can be assigned"),
        }
    }
}
