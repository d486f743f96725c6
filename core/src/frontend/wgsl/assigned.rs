//! Which variables the statements of a loop may assign.

use super::looping::LoopParts;
use super::machine::{Frame, Machine};
use crate::frontend::loops::Carried;
use crate::frontend::trace::{Result, Root, Val};
use naga::{AddressSpace, Block, Expression, Handle, Statement};
use rustc_hash::FxHashSet;

impl<'m> Machine<'m> {
    /// The variables that the statements of a loop may assign.
    pub fn carried(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>) -> Result<Carried> {
        let in_body = self.assigned_by(frame, parts.body)?;
        let in_step = self.assigned_by(frame, parts.continuing)?;
        Ok(Carried::new(in_body, in_step))
    }

    fn assigned_by(&mut self, frame: &mut Frame<'m>, block: &'m Block) -> Result<FxHashSet<usize>> {
        let mut cells = FxHashSet::default();
        let mut pending = vec![block];
        while let Some(block) = pending.pop() {
            for statement in block.iter() {
                match statement {
                    Statement::Block(inner) => pending.push(inner),
                    Statement::If { accept, reject, .. } => pending.extend([accept, reject]),
                    Statement::Switch { cases, .. } => pending.extend(cases.iter().map(|c| &c.body)),
                    Statement::Loop { body, continuing, .. } => pending.extend([body, continuing]),
                    Statement::Store { pointer, .. } => cells.extend(self.root_cell(frame, *pointer)),
                    Statement::Call { arguments, .. } => {
                        for argument in arguments {
                            cells.extend(self.root_cell(frame, *argument));
                        }
                        cells.extend(self.mutable_private());
                    }
                    _ => {}
                }
            }
        }
        Ok(cells)
    }

    /// The variable a pointer expression leads to.
    fn root_cell(&self, frame: &Frame<'m>, pointer: Handle<Expression>) -> Option<usize> {
        let mut at = pointer;
        loop {
            match frame.arena[at] {
                Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => at = base,
                Expression::LocalVariable(local) => return Some(frame.first_cell + local.index()),
                Expression::GlobalVariable(handle) => return self.private.get(&handle).copied(),
                Expression::FunctionArgument(number) => {
                    return match frame.arguments.get(number as usize) {
                        Some(Val::Pointer(p)) => match p.root {
                            Root::Cell(cell) => Some(cell),
                            Root::Storage(_) => None,
                        },
                        _ => None,
                    };
                }
                _ => return None,
            }
        }
    }

    /// The private variables that some function may assign: those the user wrote.
    fn mutable_private(&self) -> Vec<usize> {
        let private = |h: &Handle<naga::GlobalVariable>| {
            let variable = &self.module.global_variables[*h];
            variable.space == AddressSpace::Private && !self.source.is_constant(variable.name.as_deref().unwrap_or(""))
        };
        self.private.iter().filter(|(h, _)| private(h)).map(|(_, cell)| *cell).collect()
    }
}
