//! How a loop runs: which variables it counts, and which exit counts its iterations.
//!
//! The body and the step are executed with placeholders for everything that an iteration may change. A variable that
//! comes out as its placeholder plus an invariant is *inductive*: `init + step * t` in iteration `t`. Of the conditions
//! under which the loop is left, one compares linear functions of `t`.

use super::count::Counted;
use super::exits::Ending;
use super::machine::{Frame, Machine, Result};
use super::step::Steps;
use super::value::Val;
use crate::index::{Index, Var};
use crate::real::{Compare, Span, Value};
use naga::{Block, Expression, Handle, Statement};
use rustc_hash::{FxHashMap, FxHashSet};

/// Placeholders range beyond 32 bits on both sides, so that nothing is proved about them.
const PLACEHOLDER_RANGE: i64 = 1 << 33;

/// A loop statement.
#[derive(Clone, Copy)]
pub struct LoopParts<'m> {
    /// What runs in every iteration.
    pub body: &'m Block,
    /// What runs between iterations.
    pub continuing: &'m Block,
    /// The condition that ends the loop after `continuing`.
    pub break_if: Option<Handle<Expression>>,
    /// Where it stands.
    pub span: Span,
}

/// The variables a loop may change.
pub struct Carried {
    /// All of them, in ascending order.
    pub cells: Vec<usize>,
    /// Those that the body itself may change.
    pub in_body: FxHashSet<usize>,
}

/// Placeholders for what an iteration may change.
#[derive(Default)]
pub struct Placeholders {
    /// The placeholder of every variable.
    pub values: Vec<(usize, Val)>,
    /// What the integer variables hold before the loop.
    pub before: FxHashMap<usize, Index>,
    /// The loop variables that stand for integers.
    pub vars: FxHashSet<Var>,
    /// The first key of the reals.
    pub first_key: u32,
}

/// How a loop runs.
pub struct Plan {
    /// The inductive variables.
    pub steps: Steps,
    /// The exit that counts the iterations.
    pub counted: Counted,
    /// How often the loop runs; negative counts as zero.
    pub count: Index,
    /// What the iteration does that takes the exit.
    pub ending: Ending,
}

/// Where an exit was found.
struct Exits {
    /// The conditions of which one ends the loop.
    found: Vec<Value>,
    /// They hold after the step, at the end of the iteration.
    after: bool,
}

impl<'m> Machine<'m> {
    /// Puts placeholders into variables.
    pub fn set_placeholders(&mut self, cells: impl IntoIterator<Item = usize>) -> Placeholders {
        let mut list = Placeholders { first_key: self.next_key, ..Placeholders::default() };
        for cell in cells {
            let now = self.cells[cell].clone();
            if let Val::Int { index, .. } = now {
                list.before.insert(cell, index);
            }
            let value = self.placeholder(&now, &mut list);
            list.values.push((cell, value.clone()));
            self.set_cell(cell, value);
        }
        list
    }

    fn placeholder(&mut self, value: &Val, list: &mut Placeholders) -> Val {
        let key = self.next_key;
        match value {
            Val::Composite(parts) => Val::composite(parts.iter().map(|p| self.placeholder(p, list))),
            Val::Real(_) => {
                self.next_key += 1;
                Val::Real(self.graph.carried_value(key))
            }
            Val::Bool(_) => {
                self.next_key += 1;
                let (carried, zero) = (self.graph.carried_value(key), self.graph.constant(0.0));
                Val::Bool(self.graph.compare(Compare::Less, carried, zero))
            }
            Val::Int { signed, .. } => {
                self.next_key += 1;
                let bound = PLACEHOLDER_RANGE + i64::from(key);
                let (lo, hi) = (self.graph.indices.int(-bound), self.graph.indices.int(bound));
                let var = self.graph.indices.var(self.depth, lo, hi, &format!("?{key}"));
                list.vars.insert(var);
                self.placeholders.insert(var);
                Val::Int { index: self.graph.indices.var_index(var), signed: *signed }
            }
            Val::Last(last) => self.placeholder(&last.new, list),
            other => other.clone(),
        }
    }

    /// Whether an integer depends on a placeholder.
    pub fn holds_placeholder(&self, index: Index, list: &Placeholders) -> bool {
        let free = self.graph.indices.free(index);
        self.graph.indices.vars(free).iter().any(|v| list.vars.contains(v))
    }

    /// Finds out how a loop runs. The state is as before, whatever comes out.
    pub fn plan_loop(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>, carried: &Carried) -> Result<Plan> {
        match self.attempt_plan(frame, parts, carried, false) {
            Ok(plan) => Ok(plan),
            Err(_) => self.attempt_plan(frame, parts, carried, true),
        }
    }

    fn attempt_plan(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        carried: &Carried,
        full: bool,
    ) -> Result<Plan> {
        let attempt = self.begin_attempt(frame);
        self.planning += 1;
        let list = self.set_placeholders(carried.cells.iter().copied());
        let plan = self.plan(frame, parts, carried, &list, full);
        self.abandon(frame, attempt);
        self.graph.span = parts.span;
        plan
    }

    /// Finds an exit and the steps: from the head of the body and the step alone, or (`full`) from the whole body too.
    fn plan(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        carried: &Carried,
        list: &Placeholders,
        full: bool,
    ) -> Result<Plan> {
        let inside = self.body_exits(frame, parts, list, full)?;
        self.assume(inside.iter().map(|&p| (p, false)));
        let stepped = self.step_on(frame, parts, list, full);
        self.forget_assumed(inside.iter().copied());
        let last = stepped?;
        self.graph.span = parts.span;
        let steps = self.steps(list, |cell| full || !carried.in_body.contains(&cell));
        let mut refused = None;
        let mut chosen: Option<(Counted, Value, bool)> = None;
        for exits in [Exits { found: inside, after: false }, Exits { found: last, after: true }] {
            for &exit in &exits.found {
                match self.count(list, &steps, exit) {
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
            return self.counted_plan(frame, parts, list, (steps, counted), exit, after);
        }
        match refused {
            Some(reason) => Err(reason),
            None => self.error(
                "the trip count of this loop cannot be found: begin it with a test of an integer, as in \
                 `for (var i = 0u; i < n; i++)`",
            ),
        }
    }

    /// The conditions under which the body is left: all of them, or those of the first statement that has any.
    fn body_exits(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        list: &Placeholders,
        full: bool,
    ) -> Result<Vec<Value>> {
        let left = if full {
            let attempt = self.begin_attempt(frame);
            self.put_in(list);
            let run = self.block(frame, parts.body).and_then(|()| self.broken(frame));
            self.abandon(frame, attempt);
            run?
        } else {
            self.head(frame, parts.body)?
        };
        Ok(self.disjuncts(left))
    }

    /// Runs the statements of a body, and of blocks at its head, until one of them leaves the loop under a condition.
    fn head(&mut self, frame: &mut Frame<'m>, body: &'m Block) -> Result<Value> {
        let list = |block: &'m Block| -> Vec<_> { block.span_iter().collect() };
        let mut pending = list(body);
        pending.reverse();
        while let Some((statement, span)) = pending.pop() {
            self.graph.span = self.source.place(*span);
            match statement {
                Statement::Block(block) => pending.extend(list(block).into_iter().rev()),
                Statement::Emit(_) | Statement::If { .. } | Statement::Store { .. } | Statement::Call { .. } => {
                    self.statement(frame, statement)?;
                }
                _ => break,
            }
            let broken = self.broken(frame)?;
            if self.literal(broken) != Some(false) {
                return Ok(broken);
            }
        }
        self.broken(frame)
    }

    /// Runs the body, if it is to be, and the step as if no exit were taken; gives the conditions of `break if`.
    fn step_on(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        list: &Placeholders,
        full: bool,
    ) -> Result<Vec<Value>> {
        if full {
            self.put_in(list);
            self.block(frame, parts.body)?;
        }
        for cell in frame.flow().collect::<Vec<_>>() {
            let none = self.graph.bool(false);
            self.set_cell(cell, Val::Bool(none));
        }
        self.block(frame, parts.continuing)?;
        match parts.break_if {
            Some(condition) => {
                let ends = self.predicate(frame, condition)?;
                Ok(self.disjuncts(ends))
            }
            None => Ok(Vec::new()),
        }
    }

    fn counted_plan(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        list: &Placeholders,
        (steps, counted): (Steps, Counted),
        exit: Value,
        after: bool,
    ) -> Result<Plan> {
        let ending = match after {
            true => Ending::Work,
            false => self.ending(frame, parts, &[exit], |s| s.put_in(list))?,
        };
        let count = if ending == Ending::Work {
            let zero = self.graph.indices.int(0);
            let again = self.graph.indices.max(counted.count, zero);
            self.graph.indices.offset(again, 1)
        } else {
            counted.count
        };
        Ok(Plan { steps, counted, count, ending })
    }

    /// Puts placeholders into their variables again.
    fn put_in(&mut self, list: &Placeholders) {
        for (cell, value) in &list.values {
            self.set_cell(*cell, value.clone());
        }
    }
}
