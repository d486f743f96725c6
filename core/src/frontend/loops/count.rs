//! The number of iterations of a loop: a comparison of linear functions of the iteration, counted until it ends the loop.

use super::placeholder::Placeholders;
use super::predicate::{Junction, split};
use super::step::{Counters, Step, Steps, WORD, at_iteration, counters_at};
use crate::frontend::trace::{Comparison, Result, Test, Trace, Val};
use crate::index::{Cond, Index, REDUCTION_LEVEL, Var};
use crate::real::Value;

/// The rule that a loop without an end breaks.
const UNREACHED: &str = "the trip count of this loop cannot be bounded: its counter does not reach the bound";

/// A test whose sides are linear in the iteration, and how often it lets the loop go on.
#[derive(Clone)]
pub struct Counted {
    /// The condition that ends the loop, with placeholders.
    pub exit: Cond,
    /// The number of times the exit is passed; negative counts as zero.
    pub count: Index,
    /// The variable whose own values the loop runs over, if its step is one.
    pub direct: Option<usize>,
    /// The placeholders the test is written in.
    pub counters: Vec<(Var, usize)>,
    /// The sides that move and may not wrap below zero.
    pub unsigned: Vec<Index>,
    /// The sides that move and have a sign.
    pub signed: Vec<Index>,
    /// Once the exit holds, it goes on to hold.
    pub lasts: bool,
}

/// Counts the iterations of a loop whose steps are known.
pub struct Counting<'a> {
    /// The execution.
    pub trace: &'a mut Trace,
    /// The placeholders of the loop.
    pub list: &'a Placeholders,
    /// Its counters.
    pub steps: &'a Steps,
}

impl Counting<'_> {
    /// The number of times the loop goes on before `exit` holds, counted from the first iteration.
    pub fn count(&mut self, exit: Value) -> Result<Counted> {
        let mut all: Option<Counted> = None;
        for part in split(&mut self.trace.graph, exit, Junction::And) {
            let one = self.count_one(part)?;
            all = Some(match all {
                None => one,
                Some(all) if all.lasts && one.lasts => self.later(all, one),
                Some(_) => return self.trace.error(UNREACHED),
            });
        }
        let (Some(all), Some(cond)) = (all, self.trace.graph.as_cond(exit)) else {
            return self.trace.error(UNREACHED);
        };
        Ok(Counted { exit: cond, ..all })
    }

    /// The exit that holds where both do.
    fn later(&mut self, mut a: Counted, b: Counted) -> Counted {
        a.count = self.trace.graph.indices.max(a.count, b.count);
        a.counters.extend(b.counters.into_iter().filter(|v| !a.counters.contains(v)).collect::<Vec<_>>());
        a.unsigned.extend(b.unsigned);
        a.signed.extend(b.signed);
        a
    }

    fn count_one(&mut self, exit: Value) -> Result<Counted> {
        let (Some(cond), Some(test)) = (self.trace.graph.as_cond(exit), self.trace.test(exit)) else {
            return self
                .trace
                .error("the trip count of a loop is a comparison of integers that the loop counts, never of reals");
        };
        let test = test.negated();
        let gap = self.gap(&test)?;
        let counters = self.counters(gap);
        let zero = self.trace.graph.indices.int(0);
        let (Some(first), Some(change)) = (self.at(&counters, gap, zero), self.change(&counters, gap)) else {
            return self.trace.error("the counter of a loop goes up or down by the same step in every iteration");
        };
        if self.list.holds(self.trace, first) {
            return self.trace.error("the bound of a loop may not change inside the loop");
        }
        let slope = self.trace.graph.indices.as_const(change);
        let sides = [test.left, test.right].into_iter().filter(|&s| self.list.holds(self.trace, s));
        let (signed, mut unsigned): (Vec<Index>, Vec<Index>) = sides.partition(|_| test.signed);
        let different = test.comparison == Comparison::NotEqual;
        let count = match (test.comparison, slope) {
            (_, None) if !different && self.is_steady(change) => self.iterations(first, change),
            (_, None) => self.searched(&counters, cond, (first, change))?,
            // Counters meet their bound after at most 2³² steps, below zero and round if need be.
            (Comparison::NotEqual, Some(1)) => {
                let steps = self.trace.graph.indices.neg(first);
                self.trace.graph.indices.wrap(steps)
            }
            (Comparison::NotEqual, Some(-1)) => self.trace.graph.indices.wrap(first),
            (Comparison::NotEqual, _) => return self.trace.error(UNREACHED),
            (_, Some(..=-1)) => self.iterations(first, change),
            (Comparison::Less, Some(1)) if unsigned == [test.left] => {
                // `i < n` with `i--` ends where `i` wraps below zero.
                unsigned.clear();
                self.down_to_zero(&counters, &test)?
            }
            _ => return self.trace.error(UNREACHED),
        };
        let one = Step::Add(self.trace.graph.indices.int(1));
        let steps_by_one = |cell: &usize| self.steps.get(cell).is_some_and(|(_, step)| *step == one);
        let direct = counters.iter().map(|(_, cell)| *cell).find(steps_by_one);
        let lasts = !different && slope.is_some_and(|slope| slope < 0);
        Ok(Counted { exit: cond, count, direct, counters, unsigned, signed, lasts })
    }

    /// The *gap*: positive (or for `!=`, not zero) as long as the loop goes on.
    fn gap(&mut self, test: &Test) -> Result<Index> {
        let s = &mut self.trace.graph.indices;
        let up = s.sub(test.right, test.left);
        let down = s.neg(up);
        Ok(match test.comparison {
            Comparison::Less | Comparison::NotEqual => up,
            Comparison::LessEqual => s.offset(up, 1),
            Comparison::Greater => down,
            Comparison::GreaterEqual => s.offset(down, 1),
            Comparison::Equal => {
                return self.trace.error("a loop that runs while two integers are equal has no trip count");
            }
        })
    }

    /// True if a gap shrinks by the same step in every iteration. That the step is zero shows when data is bound.
    fn is_steady(&mut self, change: Index) -> bool {
        let any = self.any_iteration();
        let s = &mut self.trace.graph.indices;
        let step = s.neg(change);
        let moves = s.contains(s.free(change), any);
        !moves && s.nonnegative(step)
    }

    /// The number of times a gap is positive that begins as `first` and changes by `change`, which is not positive.
    fn iterations(&mut self, first: Index, change: Index) -> Index {
        let s = &mut self.trace.graph.indices;
        let step = s.neg(change);
        let rounded = s.add(first, step);
        let rounded = s.offset(rounded, -1);
        s.div(rounded, step)
    }

    /// The number of times the loop goes on where that is no quotient: the first iteration that satisfies the exit, among those
    /// before a gap that shrinks in every iteration is used up, or before every bit is shifted out.
    fn searched(&mut self, counters: &Counters, exit: Cond, (first, change): (Index, Index)) -> Result<Index> {
        let shifts = counters.iter().filter_map(|(_, cell)| match self.steps.get(cell)?.1 {
            Step::Shift(bits) => Some((WORD + bits.abs() - 1) / bits.abs()),
            Step::Add(_) => None,
        });
        let most = shifts.max();
        let level = REDUCTION_LEVEL + self.trace.depth();
        let s = &mut self.trace.graph.indices;
        let zero = s.int(0);
        let less = s.neg(change);
        let less = s.offset(less, -1);
        let most = match most {
            Some(most) => s.int(most),
            None if s.nonnegative(less) => s.max(first, zero),
            None => {
                return self.trace.error(
                    "the counter of a loop changes by the same step in every iteration, and never away from its bound",
                );
            }
        };
        let search = s.var(level, zero, most, "t");
        let t = self.trace.graph.indices.var_index(search);
        let Some(mut rebuild) = counters_at(self.trace, counters, self.steps, t) else {
            return self.trace.error(UNREACHED);
        };
        let exit = rebuild.cond(&mut self.trace.graph, exit);
        Ok(self.trace.graph.indices.first(search, exit))
    }

    /// A variable that stands for the number of any iteration.
    fn any_iteration(&mut self) -> Var {
        let level = REDUCTION_LEVEL + self.trace.depth();
        let s = &mut self.trace.graph.indices;
        let (zero, many) = (s.int(0), s.int(i64::from(i32::MAX)));
        s.var(level, zero, many, "t")
    }

    /// By how much an integer changes from any iteration to the next.
    fn change(&mut self, counters: &Counters, index: Index) -> Option<Index> {
        let any = self.any_iteration();
        let t = self.trace.graph.indices.var_index(any);
        let next = self.trace.graph.indices.offset(t, 1);
        let now = self.at(counters, index, t)?;
        let next = self.at(counters, index, next)?;
        Some(self.trace.graph.indices.sub(next, now))
    }

    /// The iterations of a `u32` that goes down by one from below a bound.
    fn down_to_zero(&mut self, counters: &Counters, test: &Test) -> Result<Index> {
        let zero = self.trace.graph.indices.int(0);
        let Some(begin) = self.at(counters, test.left, zero) else { return self.trace.error(UNREACHED) };
        let s = &mut self.trace.graph.indices;
        let count = s.offset(begin, 1);
        if count == test.right {
            return Ok(count);
        }
        if !s.nonnegative(begin) {
            return self.trace.error(UNREACHED);
        }
        let runs = s.lt(begin, test.right);
        Ok(s.select(runs, count, zero))
    }

    /// The placeholders in an expression, with their variables.
    fn counters(&self, index: Index) -> Vec<(Var, usize)> {
        let s = &self.trace.graph.indices;
        let cell_of = |var: Var| {
            let at = s.var_index(var);
            let is_it = |v: &Val| matches!(v, Val::Int { index, .. } if *index == at);
            self.list.values.iter().find(|(_, v)| is_it(v)).map(|(cell, _)| *cell)
        };
        s.vars(s.free(index)).iter().filter_map(|&var| cell_of(var).map(|cell| (var, cell))).collect()
    }

    fn at(&mut self, counters: &Counters, index: Index, iteration: Index) -> Option<Index> {
        at_iteration(self.trace, counters, self.steps, index, iteration)
    }
}

impl Counted {
    /// The predicate that ends the loop, in an iteration.
    pub fn exit_at(&self, t: &mut Trace, steps: &Steps, iteration: Index) -> Option<Value> {
        let mut rebuild = counters_at(t, &self.counters, steps, iteration)?;
        let cond = rebuild.cond(&mut t.graph, self.exit);
        Some(t.graph.cond(cond))
    }

    /// True if every side of the test that moves is, from the first test to the last, where its type does not wrap.
    pub fn stays_in_words(&self, t: &mut Trace, steps: &Steps) -> bool {
        let zero = t.graph.indices.int(0);
        let sides = [(&self.unsigned, false), (&self.signed, true)];
        let mut sides = sides.into_iter().flat_map(|(sides, signed)| sides.iter().map(move |&side| (side, signed)));
        sides.all(|(side, signed)| {
            [zero, self.count].into_iter().all(|iteration| {
                let Some(value) = at_iteration(t, &self.counters, steps, side, iteration) else { return false };
                match t.graph.indices.as_const(value) {
                    Some(c) if signed => i32::try_from(c).is_ok(),
                    Some(c) => u32::try_from(c).is_ok(),
                    None => signed || t.graph.indices.nonnegative(value),
                }
            })
        })
    }

    /// True if every side of the test that moves stays where a `u32` does not wrap, up to the test that ends the loop.
    pub fn stays_unsigned(&self, t: &mut Trace, steps: &Steps, iteration: Index) -> bool {
        self.unsigned.iter().all(|&side| {
            let next = t.graph.indices.offset(iteration, 1);
            let values = [iteration, next, self.count].map(|i| at_iteration(t, &self.counters, steps, side, i));
            let [Some(inside), Some(next), Some(last)] = values else { return false };
            // Where the side rises, its last value is above its first; where it falls, it may have passed zero.
            let s = &mut t.graph.indices;
            let slope = s.sub(next, inside);
            let rises = s.nonnegative(slope);
            s.nonnegative(inside) && (rises || s.nonnegative(last))
        })
    }
}
