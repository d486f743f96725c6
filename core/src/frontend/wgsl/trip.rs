//! Which variables a loop counts, and how often it runs.
//!
//! The test of the loop and its step are executed once with placeholders for everything that an iteration may change.
//! A variable that comes out as its placeholder plus an invariant is *inductive*: `init + step * t` in iteration `t`.
//! The test then compares linear functions of `t`.

use super::machine::{Frame, Machine, Result};
use super::value::Val;
use crate::index::{Index, Var};
use crate::real::{Compare, Rebuild, Span};
use naga::{BinaryOperator as Op, Block, Expression, Handle, Statement, UnaryOperator};
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

/// The inductive variables with what they begin with and their step.
pub type Steps = FxHashMap<usize, (Index, Index)>;

/// How a loop runs.
pub struct Plan {
    /// The number of the statement of the body that tests, if it is at the head.
    pub head: Option<usize>,
    /// The inductive variables.
    pub steps: Steps,
    /// How often the loop runs; negative counts as zero.
    pub count: Index,
    /// The variable whose own values the loop runs over, if its step is one.
    pub direct: Option<usize>,
    /// What the test compares, with placeholders: for the proof that `u32`s do not wrap.
    pub sides: Vec<(Index, bool)>,
    /// The placeholders the test is written in.
    pub vars: Vec<(Var, usize)>,
}

/// A comparison that lets the loop go on, with both sides and whether they are signed.
struct Test {
    op: Op,
    left: Index,
    right: Index,
    signed: bool,
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
                Val::Int { index: self.graph.indices.var_index(var), signed: *signed }
            }
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

    fn plan(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        carried: &Carried,
        list: &Placeholders,
        full: bool,
    ) -> Result<Plan> {
        let (head, mut test) = match self.head(frame, parts.body)? {
            Some((at, condition, breaks)) => (Some(at), Some(self.test(frame, condition, breaks)?)),
            None => (None, None),
        };
        if full || head.is_none() {
            self.statements(frame, parts.body, head.map_or(0, |at| at + 1))?;
        }
        self.statements(frame, parts.continuing, 0)?;
        if let (None, Some(condition)) = (&test, parts.break_if) {
            test = Some(self.test(frame, condition, true)?);
        }
        self.graph.span = parts.span;
        let Some(test) = test else {
            return self.error(
                "the trip count of this loop cannot be found: begin it with a test of an integer, as in \
                 `for (var i = 0u; i < n; i++)`",
            );
        };
        if head.is_some() && parts.break_if.is_some() {
            return self.error("a loop that stays has one test: at its head, or `break if`");
        }
        let run = full || head.is_none();
        let steps = self.steps(list, |cell| run || !carried.in_body.contains(&cell));
        self.count(list, steps, test, head)
    }

    /// The test at the head of the body: its number, its condition, and whether the loop ends where that holds.
    fn head(&mut self, frame: &mut Frame<'m>, body: &'m Block) -> Result<Option<(usize, Handle<Expression>, bool)>> {
        let ends = |block: &Block| matches!(block.first(), Some(Statement::Break)) && block.len() == 1;
        for (at, (statement, span)) in body.span_iter().enumerate() {
            self.graph.span = self.source.place(*span);
            match statement {
                Statement::Emit(range) => {
                    for handle in range.clone() {
                        self.emit(frame, handle)?;
                    }
                }
                Statement::If { condition, accept, reject } if accept.is_empty() && ends(reject) => {
                    return Ok(Some((at, *condition, false)));
                }
                Statement::If { condition, accept, reject } if ends(accept) && reject.is_empty() => {
                    return Ok(Some((at, *condition, true)));
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    fn test(&mut self, frame: &mut Frame<'m>, condition: Handle<Expression>, breaks: bool) -> Result<Test> {
        let mut condition = condition;
        let mut negated = breaks;
        while let Expression::Unary { op: UnaryOperator::LogicalNot, expr } = frame.arena[condition] {
            condition = expr;
            negated = !negated;
        }
        let refused = "the test of a loop compares integers: one comparison of a counter with a bound";
        let Expression::Binary { op, left, right } = frame.arena[condition] else { return self.error(refused) };
        let op = match (op, negated) {
            (op, false) => op,
            (Op::Less, _) => Op::GreaterEqual,
            (Op::LessEqual, _) => Op::Greater,
            (Op::Greater, _) => Op::LessEqual,
            (Op::GreaterEqual, _) => Op::Less,
            (Op::Equal, _) => Op::NotEqual,
            (Op::NotEqual, _) => Op::Equal,
            _ => return self.error(refused),
        };
        match (self.value(frame, left)?, self.value(frame, right)?) {
            (Val::Int { index: left, signed }, Val::Int { index: right, .. }) => Ok(Test { op, left, right, signed }),
            (Val::Real(_), _) | (_, Val::Real(_)) => {
                self.error("the trip count of a loop depends on integers only, never on reals")
            }
            (Val::Poison(reason), _) | (_, Val::Poison(reason)) => Err(reason.as_ref().clone()),
            _ => self.error(refused),
        }
    }

    /// The steps of the inductive variables.
    pub fn steps(&mut self, list: &Placeholders, known: impl Fn(usize) -> bool) -> Steps {
        let mut steps = Steps::default();
        for (cell, placeholder) in &list.values {
            let (Val::Int { index: old, .. }, Val::Int { index: new, .. }) = (placeholder, &self.cells[*cell]) else {
                continue;
            };
            let step = self.graph.indices.sub(*new, *old);
            if let Some(&before) = list.before.get(cell)
                && known(*cell)
                && !self.holds_placeholder(step, list)
            {
                steps.insert(*cell, (before, step));
            }
        }
        steps
    }

    /// How often the test holds, counted from the first iteration.
    fn count(&mut self, list: &Placeholders, steps: Steps, test: Test, head: Option<usize>) -> Result<Plan> {
        let mut sides = Vec::new();
        let mut look = |s: &mut Self, side: Index| {
            if s.holds_placeholder(side, list) {
                sides.push((side, test.signed));
                side
            } else {
                s.looked_at(side, test.signed)
            }
        };
        let (left, right) = (look(self, test.left), look(self, test.right));
        let up = self.graph.indices.sub(right, left);
        let down = self.graph.indices.neg(up);
        let gap = match test.op {
            Op::Less | Op::NotEqual => up,
            Op::LessEqual => self.graph.indices.offset(up, 1),
            Op::Greater => down,
            Op::GreaterEqual => self.graph.indices.offset(down, 1),
            _ => return self.error("a loop that runs while two integers are equal has no trip count"),
        };
        let vars = self.counters(list, gap);
        let at = [0, 1, 2].map(|t| {
            let t = self.graph.indices.int(t);
            self.at_iteration(&vars, &steps, gap, t)
        });
        let [Some(first), Some(second), Some(third)] = at else {
            return self.error("the counter of a loop goes up or down by the same step in every iteration");
        };
        let slope = self.graph.indices.sub(second, first);
        let again = self.graph.indices.sub(third, second);
        let (Some(slope), true) = (self.graph.indices.as_const(slope), slope == again) else {
            return self.error("the counter of a loop has a literal step");
        };
        if self.holds_placeholder(first, list) {
            return self.error("the bound of a loop may not change inside the loop");
        }
        let (first, slope) =
            if test.op == Op::NotEqual && slope == 1 { (self.graph.indices.neg(first), -1) } else { (first, slope) };
        if slope >= 0 || (test.op == Op::NotEqual && slope != -1) {
            return self.error("the trip count of this loop cannot be bounded: its counter does not reach the bound");
        }
        let count = self.iterations(first, slope, head.is_none());
        let direct = vars.iter().map(|(_, cell)| *cell).find(|cell| {
            let step = steps.get(cell).and_then(|s| self.graph.indices.as_const(s.1));
            step == Some(1)
        });
        Ok(Plan { head, steps, count, direct, sides, vars })
    }

    /// How often a gap that begins as `first` and changes by `slope` is positive; tested before or after the body.
    fn iterations(&mut self, first: Index, slope: i64, after: bool) -> Index {
        let count = if slope == -1 {
            first
        } else {
            let rounded = self.graph.indices.offset(first, -slope - 1);
            let divisor = self.graph.indices.int(-slope);
            self.graph.indices.div(rounded, divisor)
        };
        if !after {
            return count;
        }
        let zero = self.graph.indices.int(0);
        let again = self.graph.indices.max(count, zero);
        self.graph.indices.offset(again, 1)
    }

    /// The placeholders in an expression, with their variables.
    fn counters(&self, list: &Placeholders, index: Index) -> Vec<(Var, usize)> {
        let free = self.graph.indices.free(index);
        let vars = self.graph.indices.vars(free);
        let cell_of = |var: Var| {
            let at = self.graph.indices.var_index(var);
            list.values.iter().find(|(_, v)| matches!(v, Val::Int { index, .. } if *index == at)).map(|(c, _)| *c)
        };
        vars.iter().filter_map(|&var| cell_of(var).map(|cell| (var, cell))).collect()
    }

    /// An expression with its counters as they are in an iteration.
    fn at_iteration(&mut self, vars: &[(Var, usize)], steps: &Steps, index: Index, t: Index) -> Option<Index> {
        let pairs: Option<Vec<(Var, Index)>> =
            vars.iter().map(|&(var, cell)| Some((var, self.closed_form(*steps.get(&cell)?, t)))).collect();
        Some(Rebuild::of_vars(pairs?).index(&mut self.graph, index))
    }

    /// The value of a counter in an iteration: `init + step * t`.
    pub fn closed_form(&mut self, (init, step): (Index, Index), t: Index) -> Index {
        let moved = self.graph.indices.mul(step, t);
        self.graph.indices.add(init, moved)
    }

    /// Whether every side of the test that moves stays where a `u32` does not wrap, up to the test that ends the loop.
    pub fn stays_unsigned(&mut self, plan: &Plan, t: Index) -> bool {
        for &(side, signed) in plan.sides.iter().filter(|(_, signed)| !signed) {
            debug_assert!(!signed);
            let next = self.graph.indices.offset(t, 1);
            let values = [t, next, plan.count].map(|t| self.at_iteration(&plan.vars, &plan.steps, side, t));
            let [Some(inside), Some(next), Some(last)] = values else { return false };
            if !self.graph.indices.nonnegative(inside) {
                return false;
            }
            // Where the side rises, its last value is above its first; where it falls, it may have passed zero.
            let slope = self.graph.indices.sub(next, inside);
            let rises = self.graph.indices.nonnegative(slope);
            let safe = rises || self.graph.indices.nonnegative(last);
            if !safe {
                return false;
            }
        }
        true
    }
}
