//! The conditions under which a loop is left: by its test, by a way out of its body, after its step.
//!
//! The body is executed with the conditions as they come. What leaves it is a disjunction; one part of it counts the
//! iterations, the others end the loop earlier: at the first value of the loop variable that satisfies one of them.

use super::body::Loop;
use super::placeholder::Placeholders;
use super::predicate::disjuncts;
use crate::frontend::trace::{Result, Trace};
use crate::real::Value;

/// The rule that an end on data breaks.
pub const DATA_EXIT: &str = "this loop is left by `break` or `return` on something else than integers that count its \
                             iterations or are read from tables: make it a guard, or give the loop a literal trip count";

/// The effect of the iteration that ends a loop, before it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Nothing: it does not count as an iteration.
    Nothing,
    /// It writes or assigns something.
    Work,
    /// It returns from the function.
    Return,
}

impl Loop<'_> {
    /// The effect of an iteration that ends with one of these exits. The values of an iteration are put in by `prepare`.
    pub fn ending(&mut self, exits: &[Value], mut prepare: impl FnMut(&mut Trace)) -> Result<Ending> {
        let mut ending = Ending::Nothing;
        for (k, &exit) in exits.iter().enumerate() {
            let attempt = self.trace().begin();
            let writes = self.trace().writes();
            prepare(self.trace());
            let before = self.trace().values().to_vec();
            self.trace().assume(exits[..k].iter().map(|&p| (p, false)).chain([(exit, true)]));
            let run = self.body.body().and_then(|()| self.trace().left_loop());
            let returned = self.trace().may_return();
            self.trace().forget(exits[..=k].iter().copied());
            let wrote = self.trace().writes() > writes;
            let changed = self.trace().abandon(attempt);
            let left = self.trace().literal(run?) == Some(true);
            if returned? {
                return Ok(Ending::Return);
            }
            // The language's own variables hold conditions that are used once, right away.
            let mut assigned = false;
            for (cell, new) in &changed {
                let counts = !self.trace().is_flow(*cell) && !self.body.is_temporary(*cell);
                assigned |= counts && before.get(*cell).is_some_and(|old| !old.is_same(new));
            }
            if !left || wrote || assigned {
                ending = Ending::Work;
            }
        }
        Ok(ending)
    }
}

/// The exits among `found` besides those in `known`, as conditions on integers. Refused: exits on reals, or on what the
/// iterations before left behind.
pub fn integer_exits(t: &mut Trace, found: Value, known: &[Value], list: &Placeholders) -> Result<Vec<Value>> {
    let exits = disjuncts(t, found);
    let exits: Vec<Value> = exits.into_iter().filter(|p| !known.contains(p)).collect();
    let integers = |p: &Value| t.graph.as_cond(*p).is_some_and(|c| !list.holds(t, c.as_index()));
    match exits.iter().all(integers) {
        true => Ok(exits),
        false => t.error(DATA_EXIT),
    }
}
