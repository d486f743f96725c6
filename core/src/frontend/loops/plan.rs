//! The plan of a loop: the variables it counts, and the exit that counts its iterations.
//!
//! The body and the step are executed with placeholders for everything that an iteration may change. A variable that
//! comes out as its placeholder plus an invariant is *inductive*: `init + step * t` in iteration `t`. Of the conditions
//! under which the loop is left, one compares linear functions of `t`.

use super::body::Loop;
use super::count::{Counted, Counting};
use super::exits::Ending;
use super::placeholder::Placeholders;
use super::predicate::disjuncts;
use super::step::{Steps, steps};
use crate::frontend::trace::{Exit, Result};
use crate::index::Index;
use crate::real::Value;

/// The plan of a loop.
pub struct Plan {
    /// The inductive variables.
    pub steps: Steps,
    /// The exit that counts the iterations.
    pub counted: Counted,
    /// The number of iterations; negative counts as zero.
    pub count: Index,
    /// The effect of the iteration that takes the exit.
    pub ending: Ending,
}

/// The part of the body that is executed to find a plan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Its head, and the step.
    Head,
    /// All of it, and the step.
    Whole,
}

/// Exits that were found in one place.
struct Exits {
    /// The conditions of which one ends the loop.
    found: Vec<Value>,
    /// They hold after the step, at the end of the iteration.
    after: bool,
}

impl Loop<'_> {
    /// Finds the plan of a loop. The state is as before, whatever comes out.
    pub fn plan(&mut self) -> Result<Plan> {
        match self.attempt_plan(Reach::Head) {
            Ok(plan) => Ok(plan),
            Err(_) => self.attempt_plan(Reach::Whole),
        }
    }

    fn attempt_plan(&mut self, reach: Reach) -> Result<Plan> {
        let (carried, span) = (self.carried, self.span);
        let t = self.trace();
        let attempt = t.begin();
        t.plan();
        let list = Placeholders::set(t, carried.cells().iter().copied());
        let plan = self.plan_with(&list, reach);
        let t = self.trace();
        t.abandon(attempt);
        t.graph.span = span;
        plan
    }

    /// Finds an exit and the steps.
    fn plan_with(&mut self, list: &Placeholders, reach: Reach) -> Result<Plan> {
        let inside = self.body_exits(list, reach)?;
        self.trace().assume(inside.iter().map(|&p| (p, false)));
        let stepped = self.step_on(list, reach);
        self.trace().forget(inside.iter().copied());
        let last = stepped?;
        let (carried, span) = (self.carried, self.span);
        let t = self.trace();
        t.graph.span = span;
        let steps = steps(t, list, |cell| reach == Reach::Whole || !carried.in_body(cell));
        let mut refused = None;
        let mut chosen: Option<(Counted, Value, bool)> = None;
        for exits in [Exits { found: inside, after: false }, Exits { found: last, after: true }] {
            for &exit in &exits.found {
                match (Counting { trace: &mut *t, list, steps: &steps }).count(exit) {
                    // A test for equality may be missed, and then counts to 2³².
                    Ok(counted) if chosen.as_ref().is_none_or(|(best, ..)| !best.lasts && counted.lasts) => {
                        chosen = Some((counted, exit, exits.after));
                    }
                    Ok(_) => {}
                    Err(reason) => refused = refused.or(Some(reason)),
                }
            }
        }
        if let Some((counted, exit, after)) = chosen {
            return self.counted_plan(list, (steps, counted), exit, after);
        }
        match refused {
            Some(reason) => Err(reason),
            None => self.trace().error(
                "the trip count of this loop cannot be found: begin it with a test of an integer, as in \
                 `for (var i = 0u; i < n; i++)`",
            ),
        }
    }

    /// The conditions under which the body is left: all of them, or those of the first statement that has any.
    fn body_exits(&mut self, list: &Placeholders, reach: Reach) -> Result<Vec<Value>> {
        let left = match reach {
            Reach::Whole => {
                let attempt = self.trace().begin();
                list.put_in(self.trace());
                let run = self.body.body().and_then(|()| self.trace().left_loop());
                self.trace().abandon(attempt);
                run?
            }
            Reach::Head => {
                self.body.head()?;
                self.trace().left_loop()?
            }
        };
        Ok(disjuncts(self.trace(), left))
    }

    /// Runs the body, if it is to be, and the step as if no exit were taken; gives the conditions that end the loop after
    /// the step.
    fn step_on(&mut self, list: &Placeholders, reach: Reach) -> Result<Vec<Value>> {
        if reach == Reach::Whole {
            list.put_in(self.trace());
            self.body.body()?;
        }
        self.trace().clear(&[Exit::Return, Exit::Break, Exit::Continue]);
        match self.body.step()? {
            Some(ends) => Ok(disjuncts(self.trace(), ends)),
            None => Ok(Vec::new()),
        }
    }

    fn counted_plan(
        &mut self,
        list: &Placeholders,
        (steps, counted): (Steps, Counted),
        exit: Value,
        after: bool,
    ) -> Result<Plan> {
        let ending = match after {
            true => Ending::Work,
            false => self.ending(&[exit], |t| list.put_in(t))?,
        };
        let count = if ending == Ending::Work {
            let s = &mut self.trace().graph.indices;
            let zero = s.int(0);
            let again = s.max(counted.count, zero);
            s.offset(again, 1)
        } else {
            counted.count
        };
        Ok(Plan { steps, counted, count, ending })
    }
}
