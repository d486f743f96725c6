//! How often a loop runs: a comparison of linear functions of the iteration, counted until it ends the loop.

use super::machine::{Machine, Result};
use super::step::{Step, Steps, WORD};
use super::trip::{Placeholders, Plan};
use super::value::Val;
use crate::index::{Cond, Index, REDUCTION_LEVEL, Var};
use crate::real::{Rebuild, Value};
use naga::BinaryOperator as Op;

/// A comparison of integers, with both sides and whether they are signed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Test {
    /// `==` to `>=`.
    pub op: Op,
    /// What is compared.
    pub left: Index,
    /// What it is compared to.
    pub right: Index,
    /// `i32`, not `u32`.
    pub signed: bool,
}

/// A test whose sides are linear in the iteration, and how often it lets the loop go on.
#[derive(Clone)]
pub struct Counted {
    /// The condition that ends the loop, with placeholders.
    pub exit: Cond,
    /// How often the exit is passed; negative counts as zero.
    pub count: Index,
    /// The variable whose own values the loop runs over, if its step is one.
    pub direct: Option<usize>,
    /// The placeholders the test is written in.
    pub vars: Vec<(Var, usize)>,
    /// The sides that move and may not wrap below zero.
    pub unsigned: Vec<Index>,
    /// The sides that move and have a sign.
    pub signed: Vec<Index>,
    /// Once the exit holds, it goes on to hold.
    pub lasts: bool,
}

/// The comparison that holds where another does not.
fn negated(op: Op) -> Op {
    match op {
        Op::Less => Op::GreaterEqual,
        Op::LessEqual => Op::Greater,
        Op::Greater => Op::LessEqual,
        Op::GreaterEqual => Op::Less,
        Op::Equal => Op::NotEqual,
        _ => Op::Equal,
    }
}

impl Machine<'_> {
    /// Notes a comparison of which a loop may be counted.
    pub fn note_test(&mut self, p: Value, test: Test) {
        if self.planning > 0 && (self.is_unknown(test.left) || self.is_unknown(test.right)) {
            let not = self.graph.not(p);
            self.tests.insert(p, test);
            self.tests.insert(not, Test { op: negated(test.op), ..test });
        }
    }

    /// Whether an integer depends on something of which nothing is known.
    pub fn is_unknown(&self, index: Index) -> bool {
        let free = self.graph.indices.free(index);
        self.graph.indices.vars(free).iter().any(|v| self.placeholders.contains(v))
    }

    /// How often the loop goes on before `exit` holds, counted from the first iteration.
    pub fn count(&mut self, list: &Placeholders, steps: &Steps, exit: Value) -> Result<Counted> {
        let mut all: Option<Counted> = None;
        for part in self.split(exit, false) {
            let one = self.count_one(list, steps, part)?;
            all = Some(match all {
                None => one,
                Some(all) if all.lasts && one.lasts => self.later(all, one),
                Some(_) => return self.error(UNREACHED),
            });
        }
        let (Some(all), Some(cond)) = (all, self.graph.as_cond(exit)) else { return self.error(UNREACHED) };
        Ok(Counted { exit: cond, ..all })
    }

    /// The exit that holds where both do.
    fn later(&mut self, mut a: Counted, b: Counted) -> Counted {
        a.count = self.graph.indices.max(a.count, b.count);
        a.vars.extend(b.vars.into_iter().filter(|v| !a.vars.contains(v)).collect::<Vec<_>>());
        a.unsigned.extend(b.unsigned);
        a.signed.extend(b.signed);
        a
    }

    fn count_one(&mut self, list: &Placeholders, steps: &Steps, exit: Value) -> Result<Counted> {
        let (Some(cond), Some(&test)) = (self.graph.as_cond(exit), self.tests.get(&exit)) else {
            return self
                .error("the trip count of a loop is a comparison of integers that the loop counts, never of reals");
        };
        let test = Test { op: negated(test.op), ..test };
        let gap = self.gap(&test)?;
        let vars = self.counters(list, gap);
        let zero = self.graph.indices.int(0);
        let (Some(first), Some(change)) = (self.at_iteration(&vars, steps, gap, zero), self.change(&vars, steps, gap))
        else {
            return self.error("the counter of a loop goes up or down by the same step in every iteration");
        };
        if self.holds_placeholder(first, list) {
            return self.error("the bound of a loop may not change inside the loop");
        }
        let slope = self.graph.indices.as_const(change);
        let sides = [test.left, test.right].into_iter().filter(|&s| self.holds_placeholder(s, list));
        let (signed, mut unsigned): (Vec<Index>, Vec<Index>) = sides.partition(|_| test.signed);
        let count = match (test.op, slope) {
            (_, None) if test.op != Op::NotEqual && self.is_steady(change) => self.iterations(first, change),
            (_, None) => self.searched(&vars, steps, cond, (first, change))?,
            // Counters meet their bound after at most 2³² steps, below zero and round if need be.
            (Op::NotEqual, Some(1)) => {
                let steps = self.graph.indices.neg(first);
                self.graph.indices.wrap(steps)
            }
            (Op::NotEqual, Some(-1)) => self.graph.indices.wrap(first),
            (Op::NotEqual, _) => return self.error(UNREACHED),
            (_, Some(..=-1)) => self.iterations(first, change),
            (Op::Less, Some(1)) if unsigned == [test.left] => {
                // `i < n` with `i--` ends where `i` wraps below zero.
                unsigned.clear();
                self.down_to_zero(&vars, steps, &test)?
            }
            _ => return self.error(UNREACHED),
        };
        let one = Step::Add(self.graph.indices.int(1));
        let direct = vars.iter().map(|(_, cell)| *cell).find(|c| steps.get(c).is_some_and(|(_, step)| *step == one));
        let lasts = test.op != Op::NotEqual && slope.is_some_and(|slope| slope < 0);
        Ok(Counted { exit: cond, count, direct, vars, unsigned, signed, lasts })
    }

    /// What is positive (or for `!=`, not zero) as long as the loop goes on.
    fn gap(&mut self, test: &Test) -> Result<Index> {
        let up = self.graph.indices.sub(test.right, test.left);
        let down = self.graph.indices.neg(up);
        Ok(match test.op {
            Op::Less | Op::NotEqual => up,
            Op::LessEqual => self.graph.indices.offset(up, 1),
            Op::Greater => down,
            Op::GreaterEqual => self.graph.indices.offset(down, 1),
            _ => return self.error("a loop that runs while two integers are equal has no trip count"),
        })
    }

    /// Whether a gap shrinks by the same step in every iteration. That the step is zero shows when data is bound.
    fn is_steady(&mut self, change: Index) -> bool {
        let any = self.any_iteration();
        let step = self.graph.indices.neg(change);
        let moves = self.graph.indices.contains(self.graph.indices.free(change), any);
        !moves && self.graph.indices.nonnegative(step)
    }

    /// How often a gap that begins as `first` and changes by `change`, which is not positive, is positive.
    fn iterations(&mut self, first: Index, change: Index) -> Index {
        let step = self.graph.indices.neg(change);
        let rounded = self.graph.indices.add(first, step);
        let rounded = self.graph.indices.offset(rounded, -1);
        self.graph.indices.div(rounded, step)
    }

    /// How often the loop goes on where that is no quotient: the first iteration that satisfies the exit, among those
    /// before a gap that shrinks in every iteration is used up, or before every bit is shifted out.
    fn searched(
        &mut self,
        vars: &[(Var, usize)],
        steps: &Steps,
        exit: Cond,
        (first, change): (Index, Index),
    ) -> Result<Index> {
        let shifts = vars.iter().filter_map(|(_, cell)| match steps.get(cell)?.1 {
            Step::Shift(bits) => Some((WORD + bits.abs() - 1) / bits.abs()),
            Step::Add(_) => None,
        });
        let zero = self.graph.indices.int(0);
        let less = self.graph.indices.neg(change);
        let less = self.graph.indices.offset(less, -1);
        let most =
            match shifts.max() {
                Some(most) => self.graph.indices.int(most),
                None if self.graph.indices.nonnegative(less) => self.graph.indices.max(first, zero),
                None => return self.error(
                    "the counter of a loop changes by the same step in every iteration, and never away from its bound",
                ),
            };
        let search = self.graph.indices.var(REDUCTION_LEVEL + self.depth, zero, most, "t");
        let t = self.graph.indices.var_index(search);
        let Some(mut counters) = self.counters_at(vars, steps, t) else { return self.error(UNREACHED) };
        let exit = counters.cond(&mut self.graph, exit);
        Ok(self.graph.indices.first(search, exit))
    }

    /// A variable that stands for the number of any iteration.
    fn any_iteration(&mut self) -> Var {
        let (zero, many) = (self.graph.indices.int(0), self.graph.indices.int(i64::from(i32::MAX)));
        self.graph.indices.var(REDUCTION_LEVEL + self.depth, zero, many, "t")
    }

    /// By how much an integer changes from any iteration to the next.
    fn change(&mut self, vars: &[(Var, usize)], steps: &Steps, index: Index) -> Option<Index> {
        let any = self.any_iteration();
        let t = self.graph.indices.var_index(any);
        let next = self.graph.indices.offset(t, 1);
        let now = self.at_iteration(vars, steps, index, t)?;
        let next = self.at_iteration(vars, steps, index, next)?;
        Some(self.graph.indices.sub(next, now))
    }

    /// The iterations of a `u32` that goes down by one from below a bound.
    fn down_to_zero(&mut self, vars: &[(Var, usize)], steps: &Steps, test: &Test) -> Result<Index> {
        let zero = self.graph.indices.int(0);
        let Some(begin) = self.at_iteration(vars, steps, test.left, zero) else { return self.error(UNREACHED) };
        let count = self.graph.indices.offset(begin, 1);
        if count == test.right {
            return Ok(count);
        }
        if !self.graph.indices.nonnegative(begin) {
            return self.error(UNREACHED);
        }
        let runs = self.graph.indices.lt(begin, test.right);
        Ok(self.graph.indices.select(runs, count, zero))
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

    /// The counters as they are in an iteration.
    fn counters_at(&mut self, vars: &[(Var, usize)], steps: &Steps, t: Index) -> Option<Rebuild> {
        let pairs: Option<Vec<(Var, Index)>> =
            vars.iter().map(|&(var, cell)| Some((var, self.closed_form(*steps.get(&cell)?, t)))).collect();
        Some(Rebuild::of_vars(pairs?))
    }

    /// An expression with its counters as they are in an iteration.
    pub fn at_iteration(&mut self, vars: &[(Var, usize)], steps: &Steps, index: Index, t: Index) -> Option<Index> {
        let mut counters = self.counters_at(vars, steps, t)?;
        Some(counters.index(&mut self.graph, index))
    }

    /// The predicate that ends the loop, in an iteration.
    pub fn exit_at(&mut self, counted: &Counted, steps: &Steps, t: Index) -> Option<Value> {
        let mut counters = self.counters_at(&counted.vars, steps, t)?;
        let cond = counters.cond(&mut self.graph, counted.exit);
        Some(self.graph.cond(cond))
    }

    /// Whether every side of the test that moves is, from the first test to the last, where its type does not wrap.
    pub fn stays_in_words(&mut self, plan: &Plan) -> bool {
        let Plan { counted, steps, .. } = plan;
        let zero = self.graph.indices.int(0);
        let sides = [(&counted.unsigned, false), (&counted.signed, true)];
        let sides = sides.into_iter().flat_map(|(sides, signed)| sides.iter().map(move |&side| (side, signed)));
        sides.collect::<Vec<_>>().into_iter().all(|(side, signed)| {
            [zero, counted.count].into_iter().all(|t| {
                let Some(value) = self.at_iteration(&counted.vars, steps, side, t) else { return false };
                match self.graph.indices.as_const(value) {
                    Some(c) if signed => i32::try_from(c).is_ok(),
                    Some(c) => u32::try_from(c).is_ok(),
                    None => signed || self.graph.indices.nonnegative(value),
                }
            })
        })
    }

    /// Whether every side of the test that moves stays where a `u32` does not wrap, up to the test that ends the loop.
    pub fn stays_unsigned(&mut self, counted: &Counted, steps: &Steps, t: Index) -> bool {
        counted.unsigned.iter().all(|&side| {
            let next = self.graph.indices.offset(t, 1);
            let values = [t, next, counted.count].map(|t| self.at_iteration(&counted.vars, steps, side, t));
            let [Some(inside), Some(next), Some(last)] = values else { return false };
            // Where the side rises, its last value is above its first; where it falls, it may have passed zero.
            let slope = self.graph.indices.sub(next, inside);
            let rises = self.graph.indices.nonnegative(slope);
            self.graph.indices.nonnegative(inside) && (rises || self.graph.indices.nonnegative(last))
        })
    }
}

/// The rule that a loop without an end breaks.
const UNREACHED: &str = "the trip count of this loop cannot be bounded: its counter does not reach the bound";
