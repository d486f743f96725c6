//! Branches, and ways out of blocks.

use super::merge::merge;
use super::place::{Exit, Flow};
use super::state::{Result, Trace};
use super::value::Val;
use super::variables::{Changes, Mark};
use crate::real::Value;

/// Statements that run under a condition, until [`Trace::close`].
#[derive(Debug)]
pub struct Region {
    mark: Mark,
    condition: Value,
    path: Value,
}

/// One side of a branch, until [`Trace::end_side`].
#[derive(Debug)]
pub struct Side {
    mark: Mark,
    path: Value,
}

impl Trace {
    /// Begins statements that run only if `condition` holds; control is then inside.
    pub fn open(&mut self, condition: Value) -> Region {
        let region = Region { mark: self.mark(), condition, path: self.place.path };
        self.place.path = self.graph.and(self.place.path, condition);
        let inside = self.graph.bool(false);
        for cell in self.place.flow.cells() {
            self.set(cell, Val::Bool(inside));
        }
        region
    }

    /// Ends such statements.
    pub fn close(&mut self, region: Region) {
        self.place.path = region.path;
        let changes = self.rollback(region.mark);
        self.choose(region.condition, changes);
    }

    /// Runs statements where a condition holds.
    pub fn when(&mut self, condition: Value, statements: impl FnOnce(&mut Trace) -> Result<()>) -> Result<()> {
        match self.literal(condition) {
            Some(true) => return statements(self),
            Some(false) => return Ok(()),
            None => {}
        }
        let side = self.begin_side(condition);
        statements(self)?;
        let changes = self.end_side(side);
        self.choose(condition, changes);
        Ok(())
    }

    /// Runs statements where control has not left the function, loop or switch at hand.
    pub fn unless_left(&mut self, statements: impl FnOnce(&mut Trace) -> Result<()>) -> Result<()> {
        let left = self.left()?;
        match self.literal(left) {
            Some(true) => return Ok(()),
            Some(false) => return statements(self),
            None => {}
        }
        let stayed = self.graph.not(left);
        let region = self.open(stayed);
        statements(self)?;
        self.close(region);
        Ok(())
    }

    /// Begins one side of a branch: statements that run under a condition and are taken back by
    /// [`end_side`](Self::end_side).
    pub fn begin_side(&mut self, condition: Value) -> Side {
        let path = self.place.path;
        self.place.path = self.graph.and(path, condition);
        Side { mark: self.mark(), path }
    }

    /// Ends a side; gives what it assigned.
    pub fn end_side(&mut self, side: Side) -> Changes {
        self.place.path = side.path;
        self.rollback(side.mark)
    }

    /// Assigns what a side assigned, where its condition holds.
    pub fn choose(&mut self, condition: Value, changes: Changes) {
        for (cell, new) in changes {
            let merged = merge(&mut self.graph, condition, &new, self.variables.get(cell));
            self.set(cell, merged);
        }
    }

    /// Assigns what the sides of a branch assigned, where the condition holds and where it does not.
    pub fn choose_between(&mut self, condition: Value, on: Changes, off: Changes) {
        let (mut on, mut off) = (on.into_iter().peekable(), off.into_iter().peekable());
        // Both lists ascend by variable.
        loop {
            let cell = match (on.peek(), off.peek()) {
                (Some((a, _)), Some((b, _))) => *a.min(b),
                (Some((a, _)), None) => *a,
                (None, Some((b, _))) => *b,
                (None, None) => return,
            };
            let now = self.get(cell).clone();
            let a = on.next_if(|(c, _)| *c == cell).map_or(now.clone(), |(_, v)| v);
            let b = off.next_if(|(c, _)| *c == cell).map_or(now, |(_, v)| v);
            let merged = merge(&mut self.graph, condition, &a, &b);
            self.set(cell, merged);
        }
    }

    /// Goes into a function, until [`go_out`](Self::go_out).
    pub fn enter_function(&mut self) -> Flow {
        let returned = self.new_flag();
        std::mem::replace(&mut self.place.flow, Flow { returned: Some(returned), broken: None, continued: None })
    }

    /// Goes into a loop, until [`go_out`](Self::go_out).
    pub fn enter_loop(&mut self) -> Flow {
        let (broken, continued) = (self.new_flag(), self.new_flag());
        let outer = self.place.flow;
        self.place.flow = Flow { broken: Some(broken), continued: Some(continued), ..outer };
        outer
    }

    /// Goes into a switch, which a `break` leaves, until [`go_out`](Self::go_out).
    pub fn enter_switch(&mut self) -> Flow {
        let broken = self.new_flag();
        let outer = self.place.flow;
        self.place.flow = Flow { broken: Some(broken), ..outer };
        outer
    }

    /// Goes out of a function, loop or switch.
    pub fn go_out(&mut self, outer: Flow) {
        self.place.flow = outer;
    }

    fn new_flag(&mut self) -> usize {
        let none = self.graph.bool(false);
        self.declare(Val::Bool(none))
    }

    /// Leaves a function, loop or switch: what is run after this has no effect where control has left, if it is put into
    /// a [region](Self::open) where it has not.
    pub fn leave(&mut self, exit: Exit) -> Result<()> {
        let left = self.graph.bool(true);
        let flow = self.place.flow;
        let flag = match exit {
            Exit::Return => flow.returned,
            Exit::Break => flow.broken,
            Exit::Continue => flow.continued,
        };
        let Some(cell) = flag else { return self.error("there is no loop to leave") };
        self.set(cell, Val::Bool(left));
        Ok(())
    }

    /// The predicate that control has left the block at hand.
    pub fn left(&mut self) -> Result<Value> {
        let mut left = self.graph.bool(false);
        for cell in self.place.flow.cells() {
            let flag = self.flag(cell)?;
            left = self.graph.or(left, flag);
        }
        Ok(left)
    }

    /// The predicate that control has left the innermost loop by `break` or `return`.
    pub(in crate::frontend) fn left_loop(&mut self) -> Result<Value> {
        let Flow { returned, broken, .. } = self.place.flow;
        let Some(broken) = broken else { return self.error("there is no loop to leave") };
        let mut left = self.flag(broken)?;
        if let Some(returned) = returned {
            let returned = self.flag(returned)?;
            left = self.graph.or(left, returned);
        }
        Ok(left)
    }

    /// True if control may have left the function.
    pub(in crate::frontend) fn may_return(&self) -> Result<bool> {
        let Some(returned) = self.place.flow.returned else { return Ok(false) };
        Ok(self.literal(self.flag(returned)?) != Some(false))
    }

    /// The predicate in a variable.
    fn flag(&self, cell: usize) -> Result<Value> {
        match self.get(cell) {
            Val::Bool(p) => Ok(*p),
            Val::Poison(reason) => Err(reason.as_ref().clone()),
            _ => self.error("a condition that is not a bool"),
        }
    }

    /// Takes back that control has left the innermost loop or switch, or its iteration.
    pub(in crate::frontend) fn clear(&mut self, exits: &[Exit]) {
        let none = self.graph.bool(false);
        let Flow { returned, broken, continued } = self.place.flow;
        for exit in exits {
            let flag = match exit {
                Exit::Return => returned,
                Exit::Break => broken,
                Exit::Continue => continued,
            };
            if let Some(cell) = flag {
                self.set(cell, Val::Bool(none));
            }
        }
    }

    /// True if a variable tells that control has left.
    pub(in crate::frontend) fn is_flow(&self, cell: usize) -> bool {
        self.place.flow.cells().any(|flag| flag == cell)
    }
}
