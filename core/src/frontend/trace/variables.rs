//! Variables with an undo journal.

use super::value::Val;
use crate::real::Span;
use rustc_hash::FxHashSet;

/// Variables, by number: a *cell* each.
#[derive(Default, Debug)]
pub struct Variables {
    values: Vec<Val>,
    /// The place where each was last assigned.
    assigned: Vec<Span>,
    journal: Vec<(usize, Val)>,
    marks: usize,
}

/// A place in the journal.
#[derive(Debug)]
pub struct Mark {
    at: usize,
    marks: usize,
}

/// Variables with the values that were taken back from them, in ascending order.
pub type Changes = Vec<(usize, Val)>;

impl Variables {
    /// A new variable.
    pub fn declare(&mut self, value: Val, span: Span) -> usize {
        self.values.push(value);
        self.assigned.push(span);
        self.values.len() - 1
    }

    /// Gives a variable its first value, which is not taken back.
    pub fn initialize(&mut self, cell: usize, value: Val, span: Span) {
        self.values[cell] = value;
        self.assigned[cell] = span;
    }

    /// The number of variables.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// The value of a variable.
    pub fn get(&self, cell: usize) -> &Val {
        &self.values[cell]
    }

    /// The values of all variables.
    pub fn values(&self) -> &[Val] {
        &self.values
    }

    /// The place where a variable was last assigned.
    pub fn span_of(&self, cell: usize) -> Span {
        self.assigned[cell]
    }

    /// Notes where a variable is assigned.
    pub fn set_span(&mut self, cell: usize, span: Span) {
        self.assigned[cell] = span;
    }

    /// Assigns a variable.
    pub fn set(&mut self, cell: usize, value: Val) {
        let old = std::mem::replace(&mut self.values[cell], value);
        if self.marks > 0 {
            self.journal.push((cell, old));
        }
    }

    /// Begins to record assignments.
    pub fn mark(&mut self) -> Mark {
        let mark = Mark { at: self.journal.len(), marks: self.marks };
        self.marks += 1;
        mark
    }

    /// Takes back what was assigned since the mark, and all later marks.
    pub fn rollback(&mut self, mark: Mark) -> Changes {
        self.marks = mark.marks;
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        let mut changed = Vec::new();
        for (cell, old) in self.journal.split_off(mark.at).into_iter().rev() {
            let new = std::mem::replace(&mut self.values[cell], old);
            if seen.insert(cell) {
                changed.push((cell, new));
            }
        }
        changed.sort_by_key(|(cell, _)| *cell);
        changed
    }
}
