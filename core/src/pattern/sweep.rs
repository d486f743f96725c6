//! The symbolic phase of a loop without loops inside, many iterations at a time on all threads: each integer is evaluated for
//! all of them before the next one.
//!
//! It does what [`Run`](super::enumerate) does one iteration after another, and gives up at anything that is to be refused:
//! that is then found, with what led to it, one iteration after another.

use super::symbolic::{Action, Limit, Record, Symbolic};
use crate::bind::Data;
use crate::executor::{self, Executor};
use crate::index::{Index, IndexFault, IndexNode, Indices, Table, eval_node};
use crate::kernel::Step;
use crate::real::Array;
use std::ops::Range;

/// Iterations that are evaluated together.
const BATCH: usize = 128;

/// Loops of at least so many iterations are cut in one part for each thread.
const PARALLEL: i64 = 1 << 12;

/// A number for each iteration of a batch.
type Column = Vec<i64>;

/// A loop that is swept.
pub struct Sweep<'a> {
    pub symbolic: &'a Symbolic,
    pub data: &'a Data<'a>,
    /// The steps of the loop's body.
    pub body: Range<usize>,
    /// The loop's variable.
    pub var: Index,
    /// By arena position, the integers that do not depend on the loop.
    pub values: &'a [i64],
    /// The number of the first entry of an array, and how many there may be.
    pub extents: &'a (dyn Fn(Option<Array>) -> (u32, u64) + Sync),
    /// Rows and columns are below this.
    pub limit: u32,
    pub executor: &'a dyn Executor,
}

/// The rows and columns of one region, and whether its outputs have their entries.
#[derive(Default)]
pub struct Swept {
    pub region: usize,
    pub numbers: Vec<u32>,
    pub on: Vec<bool>,
}

/// The numbers and conditions of a part of the iterations, region by region.
type Share<'a> = Vec<(&'a Record, &'a mut [u32], &'a mut [bool])>;

/// Gives up: something is to be refused.
struct Trouble;

impl Sweep<'_> {
    /// Returns true if all integers of the body are values of their operands.
    pub fn is_simple(&self) -> bool {
        self.symbolic.steps[self.body.clone()].iter().all(|step| match *step {
            Step::Index(i) => !self.symbolic.reductions.contains_key(&i),
            Step::Output(_) | Step::Value(_) => true,
            Step::Begin(..) | Step::End | Step::Zero(_) | Step::Accumulate(_) => false,
        })
    }

    /// The entries of all iterations; nothing if something is to be refused, or there is no memory.
    pub fn run(&self, iterations: Range<i64>) -> Option<Vec<Swept>> {
        let count = usize::try_from(iterations.end - iterations.start).ok()?;
        let mut swept: Vec<Swept> = Vec::new();
        let records: Vec<&Record> = self.records().collect();
        for record in &records {
            let mut own = Swept { region: record.region, ..Swept::default() };
            let flags = if record.is_guarded() { record.entries.len() } else { 0 };
            own.numbers.try_reserve_exact(count.checked_mul(record.places.len())?).ok()?;
            own.on.try_reserve_exact(count.checked_mul(flags)?).ok()?;
            own.numbers.resize(count * record.places.len(), 0);
            own.on.resize(count * flags, false);
            swept.push(own);
        }
        let share = match iterations.end - iterations.start {
            0..PARALLEL => count.max(1),
            _ => executor::share(self.executor, count),
        };
        let mut parts: Vec<Share<'_>> = (0..count.div_ceil(share)).map(|_| Vec::new()).collect();
        for (record, own) in records.iter().zip(&mut swept) {
            let (places, flags) = (record.places.len(), if own.on.is_empty() { 0 } else { record.entries.len() });
            let mut on = &mut own.on[..];
            for (part, numbers) in parts.iter_mut().zip(own.numbers.chunks_mut((share * places).max(1))) {
                let (first, rest) = std::mem::take(&mut on).split_at_mut(numbers.len() / places.max(1) * flags);
                on = rest;
                part.push((record, numbers, first));
            }
        }
        let done = executor::try_each(self.executor, parts.into_iter().enumerate().collect(), |(number, part)| {
            let first = iterations.start + (number * share) as i64;
            self.part(first..iterations.end.min(first + share as i64), part)
        });
        done.is_ok().then_some(swept)
    }

    /// The records of the body.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        let steps = self.symbolic.steps[self.body.clone()].iter();
        steps.filter_map(|step| match *step {
            Step::Output(k) => match &self.symbolic.actions[k] {
                Action::Record(record) => Some(record),
                _ => None,
            },
            _ => None,
        })
    }

    /// Sweeps over some iterations.
    fn part(&self, iterations: Range<i64>, mut part: Share<'_>) -> Result<(), Trouble> {
        let indices = &self.symbolic.graph.indices;
        // By arena position, the column of what the body computes.
        let mut column_of = vec![usize::MAX; indices.len()];
        column_of[self.var.index()] = 0;
        let mut count = 1;
        for step in &self.symbolic.steps[self.body.clone()] {
            if let Step::Index(i) = step {
                column_of[i.index()] = count;
                count += 1;
            }
        }
        let mut columns: Vec<Column> = vec![vec![0; BATCH]; count];
        let mut first = iterations.start;
        while first < iterations.end {
            let length = BATCH.min((iterations.end - first) as usize);
            // The last iteration is repeated to the end of the batch.
            let last = first + length as i64 - 1;
            columns[0].iter_mut().zip(first..).for_each(|(var, at)| *var = at.min(last));
            let mut batch = Batch { sweep: self, indices, column_of: &column_of, columns: &mut columns };
            batch.run((first - iterations.start) as usize, length, &mut part)?;
            first += length as i64;
        }
        Ok(())
    }
}

/// The iterations that are evaluated together.
struct Batch<'a> {
    sweep: &'a Sweep<'a>,
    indices: &'a Indices,
    column_of: &'a [usize],
    columns: &'a mut [Column],
}

impl Batch<'_> {
    /// Evaluates the body for the iterations from `first` of the part on.
    fn run(&mut self, first: usize, length: usize, part: &mut Share<'_>) -> Result<(), Trouble> {
        let mut records = part.iter_mut();
        for step in &self.sweep.symbolic.steps[self.sweep.body.clone()] {
            match *step {
                Step::Index(i) => self.evaluate(i)?,
                Step::Output(k) => match &self.sweep.symbolic.actions[k] {
                    Action::Open => {}
                    Action::Check { demand, at, limit, .. } => self.check(demand.as_index(), *at, *limit)?,
                    Action::Record(record) => {
                        let Some((_, numbers, on)) = records.next() else {
                            unreachable!("a part has all that the body records")
                        };
                        let (places, flags) = (record.places.len(), record.entries.len());
                        let numbers = &mut numbers[first * places..(first + length) * places];
                        let guarded = !on.is_empty();
                        let on = if guarded { &mut on[first * flags..(first + length) * flags] } else { &mut [][..] };
                        self.record(record, numbers, on)?;
                    }
                },
                _ => {}
            }
        }
        Ok(())
    }

    /// An integer, given by its position in the arena, in one iteration.
    fn value(&self, at: usize, iteration: usize) -> i64 {
        match self.column_of[at] {
            usize::MAX => self.sweep.values[at],
            column => self.columns[column][iteration],
        }
    }

    fn evaluate(&mut self, index: Index) -> Result<(), Trouble> {
        let data = self.sweep.data;
        let node = self.indices.node(index);
        if matches!(node, IndexNode::Var(_)) {
            return Ok(());
        }
        let read = |table: Table, at: i64| {
            let entry = usize::try_from(at).ok().and_then(|at| data.tables[table.0 as usize].get(at));
            Some(entry.copied().map_or(0, i64::from))
        };
        let own = self.column_of[index.index()];
        let mut column = std::mem::take(&mut self.columns[own]);
        for (k, own) in column.iter_mut().enumerate() {
            *own = match eval_node(node, |at| self.value(at, k), |s| data.sizes[s], read) {
                Ok(value) => value,
                Err(IndexFault::DivisionByZero | IndexFault::OutOfRange(..)) => 0,
                Err(IndexFault::Overflow) => return Err(Trouble),
            };
        }
        self.columns[own] = column;
        Ok(())
    }

    fn check(&self, demand: Index, at: Index, limit: Limit) -> Result<(), Trouble> {
        let data = self.sweep.data;
        let fits = |at: i64| match limit {
            Limit::Array(a) => (0..data.arrays[a.0 as usize].len() as i64).contains(&at),
            Limit::Table(t) => (0..data.tables[t.0 as usize].len() as i64).contains(&at),
            Limit::NotZero => at != 0,
            Limit::Word(word) => word.range().contains(&at),
        };
        let fine = |k| self.value(demand.index(), k) == 0 || fits(self.value(at.index(), k));
        let fine = (0..BATCH).fold(true, |all, k| all & fine(k));
        if fine { Ok(()) } else { Err(Trouble) }
    }

    /// Writes the numbers of the places, and whether the outputs have their entries.
    fn record(&self, record: &Record, numbers: &mut [u32], on: &mut [bool]) -> Result<(), Trouble> {
        let places = record.places.len();
        for (place, &(array, index)) in record.places.iter().enumerate() {
            let (first, length) = (self.sweep.extents)(array);
            let mut fine = true;
            for (k, own) in numbers.chunks_exact_mut(places).enumerate() {
                let at = self.value(index.index(), k);
                let inside =
                    at >= 0 && (at as u64) < length && (at as u64) + u64::from(first) < u64::from(self.sweep.limit);
                fine &= inside;
                own[place] = if inside { (at + i64::from(first)) as u32 } else { u32::MAX };
            }
            if !fine && on.is_empty() {
                return Err(Trouble);
            }
        }
        if on.is_empty() {
            return Ok(());
        }
        let flags = record.entries.len();
        for (number, entry) in record.entries.iter().enumerate() {
            for (k, (own, numbers)) in on.chunks_exact_mut(flags).zip(numbers.chunks_exact(places)).enumerate() {
                own[number] = entry.guard.is_none_or(|guard| self.value(guard.as_index().index(), k) != 0);
                if own[number] && entry.at.into_iter().any(|at| numbers[at] == u32::MAX) {
                    return Err(Trouble);
                }
            }
        }
        Ok(())
    }
}
