//! Loops: their bodies, as the [recovery of loops](crate::frontend::loops) executes them.

use super::machine::{Frame, Machine};
use crate::frontend::loops::{self, Body};
use crate::frontend::trace::{Result, Trace};
use crate::real::Value;
use naga::{Block, Expression, Handle, Literal, Statement};

/// A loop statement.
#[derive(Clone, Copy)]
pub struct LoopParts<'m> {
    /// The statements of every iteration.
    pub body: &'m Block,
    /// The statements between iterations.
    pub continuing: &'m Block,
    /// The condition that ends the loop after `continuing`.
    pub break_if: Option<Handle<Expression>>,
}

/// A loop statement in a function that is being executed.
struct WgslLoop<'a, 'm> {
    machine: &'a mut Machine<'m>,
    frame: &'a mut Frame<'m>,
    parts: LoopParts<'m>,
}

impl<'m> Machine<'m> {
    /// Executes a loop.
    pub fn loop_statement(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>) -> Result<()> {
        let span = self.trace.graph.span;
        let outer = self.trace.enter_loop();
        let result = self.run_loop(frame, parts);
        self.trace.go_out(outer);
        self.trace.graph.span = span;
        result
    }

    fn run_loop(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>) -> Result<()> {
        if parts.break_if.is_none() && !leaves(frame, parts.body) {
            return self.error("nothing ends this loop: give it a test, as in `for (var i = 0u; i < n; i++)`");
        }
        let carried = self.carried(frame, parts)?;
        loops::run(&mut WgslLoop { machine: self, frame, parts }, &carried)
    }
}

impl<'m> Body for WgslLoop<'_, 'm> {
    fn trace(&mut self) -> &mut Trace {
        &mut self.machine.trace
    }

    fn body(&mut self) -> Result<()> {
        self.machine.block(self.frame, self.parts.body)
    }

    /// The statements of the body, and of blocks at its head, until one of them leaves the loop under a condition.
    fn head(&mut self) -> Result<()> {
        let list = |block: &'m Block| -> Vec<_> { block.span_iter().collect() };
        let mut pending = list(self.parts.body);
        pending.reverse();
        while let Some((statement, span)) = pending.pop() {
            self.machine.trace.graph.span = self.machine.source.place(*span);
            match statement {
                Statement::Block(block) => pending.extend(list(block).into_iter().rev()),
                Statement::Emit(_) | Statement::If { .. } | Statement::Store { .. } | Statement::Call { .. } => {
                    self.machine.statement(self.frame, statement)?;
                }
                _ => break,
            }
            let left = self.machine.trace.left_loop()?;
            if self.machine.trace.literal(left) != Some(false) {
                break;
            }
        }
        Ok(())
    }

    fn step(&mut self) -> Result<Option<Value>> {
        self.machine.block(self.frame, self.parts.continuing)?;
        self.parts.break_if.map(|condition| self.machine.predicate(self.frame, condition)).transpose()
    }

    fn name(&self, variable: usize) -> Option<String> {
        self.frame.local(variable).and_then(|v| v.name.clone())
    }

    fn is_temporary(&self, variable: usize) -> bool {
        self.frame.local(variable).is_some_and(|v| v.name.is_none())
    }
}

/// True if a statement of the body leaves its loop.
fn leaves(frame: &Frame, body: &Block) -> bool {
    let always = |condition| matches!(frame.arena[condition], Expression::Literal(Literal::Bool(true)));
    let mut pending = vec![(body, true)];
    while let Some((block, own)) = pending.pop() {
        for statement in block.iter() {
            match statement {
                Statement::Return { .. } | Statement::Kill => return true,
                Statement::Break if own => return true,
                Statement::Block(inner) => pending.push((inner, own)),
                // `while (true)`
                Statement::If { condition, accept, .. } if always(*condition) => pending.push((accept, own)),
                Statement::If { accept, reject, .. } => pending.extend([(accept, own), (reject, own)]),
                Statement::Switch { cases, .. } => pending.extend(cases.iter().map(|c| (&c.body, false))),
                Statement::Loop { body, continuing, .. } => pending.extend([(body, false), (continuing, false)]),
                _ => {}
            }
        }
    }
    false
}
