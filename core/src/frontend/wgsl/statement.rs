//! Statements and branches.

use super::looping::LoopParts;
use super::machine::{Frame, Machine};
use crate::frontend::trace::{Changes, Exit, Pointer, Region, Result, Root, Val};
use crate::real::Value;
use naga::{Block, Expression, Handle, Statement, SwitchCase, SwitchValue};

/// Blocks inside blocks, through calls: what the [stack of the lowering](super::parse::LOWERING_STACK) holds, and one
/// megabyte of WebAssembly's.
const NESTING_LIMIT: usize = if cfg!(target_family = "wasm") { 1 << 8 } else { 1 << 15 };

impl<'m> Machine<'m> {
    /// Runs the statements of a block. What follows a `return`, `break` or `continue` under a condition runs under its
    /// negation.
    pub fn block(&mut self, frame: &mut Frame<'m>, block: &'m Block) -> Result<()> {
        self.nesting += 1;
        let result = match self.nesting <= NESTING_LIMIT {
            true => self.statements(frame, block),
            false => self.error("blocks and calls nest too deeply here"),
        };
        self.nesting -= 1;
        result
    }

    fn statements(&mut self, frame: &mut Frame<'m>, block: &'m Block) -> Result<()> {
        let mut regions: Vec<Region> = Vec::new();
        for (statement, span) in block.span_iter() {
            self.trace.graph.span = self.source.place(*span);
            self.step()?;
            self.statement(frame, statement)?;
            let plain = matches!(statement, Statement::Emit(_) | Statement::Store { .. } | Statement::Call { .. });
            if plain {
                continue;
            }
            let left = self.trace.left()?;
            match self.trace.literal(left) {
                Some(true) => break,
                Some(false) => {}
                None => {
                    let stayed = self.trace.graph.not(left);
                    regions.push(self.trace.open(stayed));
                }
            }
        }
        while let Some(region) = regions.pop() {
            self.trace.close(region);
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
            Statement::Loop { body, continuing, break_if } => {
                self.loop_statement(frame, LoopParts { body, continuing, break_if: *break_if })
            }
            Statement::Break => self.trace.leave(Exit::Break),
            Statement::Continue => self.trace.leave(Exit::Continue),
            Statement::Return { value } => {
                if let Some(value) = value {
                    let value = self.value(frame, *value)?;
                    self.trace.set(frame.result, value);
                }
                self.trace.leave(Exit::Return)
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

    fn store_statement(
        &mut self,
        frame: &mut Frame<'m>,
        pointer: Handle<Expression>,
        value: Handle<Expression>,
    ) -> Result<()> {
        let pointer = self.pointer(frame, pointer)?;
        if let Root::Storage(number) = pointer.root
            && self.is_output(number)
        {
            return self.store_output(frame, &pointer, value);
        }
        let value = self.value(frame, value)?;
        self.store(&pointer, value)
    }

    /// Runs one side under a condition and takes back what it assigned.
    fn side(&mut self, frame: &mut Frame<'m>, condition: Value, block: &'m Block) -> Result<Changes> {
        let side = self.trace.begin_side(condition);
        self.block(frame, block)?;
        Ok(self.trace.end_side(side))
    }

    fn branch(&mut self, frame: &mut Frame<'m>, condition: Value, accept: &'m Block, reject: &'m Block) -> Result<()> {
        match self.trace.literal(condition) {
            Some(true) => return self.block(frame, accept),
            Some(false) => return self.block(frame, reject),
            None => {}
        }
        let span = self.trace.graph.span;
        let not = self.trace.graph.not(condition);
        let on = self.side(frame, condition, accept)?;
        let off = self.side(frame, not, reject)?;
        self.trace.graph.span = span;
        self.trace.choose_between(condition, on, off);
        Ok(())
    }

    fn switch(&mut self, frame: &mut Frame<'m>, selector: Handle<Expression>, cases: &'m [SwitchCase]) -> Result<()> {
        let (selector, signed) = self.integer(frame, selector)?;
        let selector = self.trace.looked_at(selector, signed);
        let none = self.trace.graph.bool(false);
        let outer = self.trace.enter_switch();
        let mut any = none;
        for case in cases {
            let here = self.selects(selector, case.value);
            any = self.trace.graph.or(any, here);
        }
        let otherwise = self.trace.graph.not(any);
        let mut taken: Vec<(Value, Changes)> = Vec::new();
        let mut condition = none;
        for case in cases {
            let here = if case.value == SwitchValue::Default { otherwise } else { self.selects(selector, case.value) };
            condition = self.trace.graph.or(condition, here);
            if case.fall_through {
                continue;
            }
            let condition = std::mem::replace(&mut condition, none);
            match self.trace.literal(condition) {
                Some(false) => {}
                _ => taken.push((condition, self.side(frame, condition, &case.body)?)),
            }
        }
        for (condition, changes) in taken {
            self.trace.choose(condition, changes);
        }
        self.trace.go_out(outer);
        Ok(())
    }

    fn selects(&mut self, selector: crate::index::Index, value: SwitchValue) -> Value {
        let value = match value {
            SwitchValue::I32(v) => i64::from(v),
            SwitchValue::U32(v) => i64::from(v),
            SwitchValue::Default => return self.trace.graph.bool(false),
        };
        self.trace.equals(selector, value)
    }

    /// The place an expression points to.
    pub fn pointer(&mut self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Result<Pointer> {
        match self.value(frame, handle)? {
            Val::Pointer(pointer) => Ok(pointer.as_ref().clone()),
            _ => self.error("this is not a place that can be assigned"),
        }
    }
}
