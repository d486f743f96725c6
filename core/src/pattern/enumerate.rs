//! The run of a symbolic phase over all iterations.

use super::entries::{Entries, RegionEntries};
use super::sweep::Sweep;
use super::symbolic::{Action, Limit, Record, Symbolic};
use super::{Fault, FaultKind};
use crate::bind::Data;
use crate::executor::Executor;
use crate::index::{Evaluator, Index, IndexFault, IndexNode, Loop, Table, Var, eval_node};
use crate::kernel::Step;
use crate::real::{Array, Span};
use std::ops::Range;

/// The most entries of one region: eight bytes each are held while the pattern is built.
const ENTRIES: usize = 1 << 29;

/// The most iterations of one loop.
const ITERATIONS: i64 = 1 << 30;

/// The most rows of one residual.
const RESIDUAL_ROWS: u64 = 1 << 28;

/// Rows and columns are below this.
const LIMIT: u32 = i32::MAX as u32;

impl Symbolic {
    /// Runs over all iterations: checks indices, records rows and columns. `offsets` gives for each unknown array the
    /// number of its first entry in the global vector, `first_row` the number of the first residual row.
    pub fn run(&self, data: &Data, offsets: &[u32], first_row: u32, executor: &dyn Executor) -> Result<Entries, Fault> {
        self.run_within(data, offsets, first_row, ENTRIES, executor)
    }

    /// Like [`run`](Self::run), with the most entries that a region may have.
    pub fn run_within(
        &self,
        data: &Data,
        offsets: &[u32],
        first_row: u32,
        most_entries: usize,
        executor: &dyn Executor,
    ) -> Result<Entries, Fault> {
        let mut run = Run {
            symbolic: self,
            data,
            offsets,
            first_row,
            most_entries,
            executor,
            values: vec![0; self.graph.indices.len()],
            entries: Entries { outer: 0..1, regions: self.empty_regions() },
        };
        run.all()?;
        Ok(run.entries)
    }

    /// Regions without records.
    fn empty_regions(&self) -> Vec<RegionEntries> {
        let mut regions = vec![RegionEntries::default(); self.regions];
        for action in &self.actions {
            if let Action::Record(record) = action {
                let region = &mut regions[record.region];
                region.places = record.places.len();
                region.before.clone_from(&record.before);
                region.outputs = record.entries.iter().map(|entry| entry.at).collect();
            }
        }
        regions
    }
}

struct Run<'a> {
    symbolic: &'a Symbolic,
    data: &'a Data<'a>,
    offsets: &'a [u32],
    first_row: u32,
    most_entries: usize,
    executor: &'a dyn Executor,
    values: Vec<i64>,
    entries: Entries,
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), Fault> {
        let symbolic = self.symbolic;
        if symbolic.outer.is_none() {
            self.mark();
        }
        let mut at = 0;
        while at < symbolic.steps.len() {
            match symbolic.steps[at] {
                Step::Index(i) => self.evaluate(i)?,
                Step::Begin(var, _) => {
                    let (lo, hi) = self.bounds(var);
                    let own = symbolic.graph.indices.var_index(var).index();
                    self.values[own] = lo;
                    if Some(var) == symbolic.outer {
                        self.entries.outer = lo..hi.max(lo);
                    }
                    if hi.saturating_sub(lo) > ITERATIONS {
                        return Err(self.fault(
                            FaultKind::TooLong(hi.saturating_sub(lo)),
                            Index(own as u32),
                            Span::default(),
                        ));
                    }
                    if lo >= hi || (Some(var) == symbolic.outer && self.sweep(at, lo..hi)?) {
                        at = symbolic.ends[at];
                    } else if Some(var) == symbolic.outer {
                        self.mark();
                    }
                }
                Step::End => {
                    let begin = symbolic.ends[at];
                    let Step::Begin(var, _) = symbolic.steps[begin] else {
                        unreachable!("every loop that ends has begun")
                    };
                    let own = symbolic.graph.indices.var_index(var).index();
                    self.values[own] += 1;
                    let (_, hi) = self.bounds(var);
                    if self.values[own] < hi {
                        at = begin;
                        if Some(var) == symbolic.outer {
                            self.mark();
                        }
                    }
                }
                Step::Output(k) => self.act(&symbolic.actions[k])?,
                Step::Value(_) | Step::Zero(_) | Step::Accumulate(_) => {}
            }
            at += 1;
        }
        self.mark();
        Ok(())
    }

    /// Runs the outermost loop, which begins at a step, many iterations at a time; `false`, and nothing done, if that cannot
    /// be or finds something that is to be refused. More entries than there may be are refused before they are made.
    fn sweep(&mut self, begin: usize, iterations: Range<i64>) -> Result<bool, Fault> {
        let symbolic = self.symbolic;
        let Step::Begin(var, _) = symbolic.steps[begin] else { unreachable!("a loop is swept from its begin") };
        let sweep = Sweep {
            symbolic,
            data: self.data,
            body: begin + 1..symbolic.ends[begin],
            var: symbolic.graph.indices.var_index(var),
            values: &self.values,
            extents: &|array| self.extent(array),
            limit: LIMIT,
            executor: self.executor,
        };
        let most = |record: &Record| (iterations.end - iterations.start) as usize * record.entries.len();
        if !sweep.is_simple() {
            return Ok(false);
        }
        if let Some(large) = sweep.records().find(|record| most(record) > self.most_entries) {
            // Some entries of a record with conditions may not be there.
            return if large.is_guarded() { Ok(false) } else { Err(self.too_many(large, var, iterations.start)) };
        }
        let Some(mut swept) = sweep.run(iterations.clone()) else { return Ok(false) };
        for (number, region) in self.entries.regions.iter_mut().enumerate() {
            let before = region.records() as u64;
            let own = swept.iter().position(|own| own.region == number);
            let step = u64::from(own.is_some());
            region.starts.extend((0..).zip(iterations.clone()).map(|(k, _)| before + step * k));
            if let Some(own) = own {
                // Nothing is copied where there is nothing before.
                join(&mut region.numbers, std::mem::take(&mut swept[own].numbers));
                join(&mut region.on, std::mem::take(&mut swept[own].on));
            }
        }
        Ok(true)
    }

    /// The fault of a record that has more entries over all iterations than there may be: where they become too many.
    fn too_many(&self, record: &Record, var: Var, first: i64) -> Fault {
        let last = first + (self.most_entries / record.entries.len().max(1)) as i64;
        let loops = vec![(self.symbolic.graph.indices.loop_of(var).name.clone(), last)];
        Fault { kind: FaultKind::TooMany, span: record.spans[0], loops, reads: Vec::new() }
    }

    /// Notes where each region stands at the begin of an iteration of the outermost loop.
    fn mark(&mut self) {
        for region in &mut self.entries.regions {
            region.starts.push(region.records() as u64);
        }
    }

    fn bounds(&self, var: Var) -> (i64, i64) {
        let Loop { lo, hi, .. } = *self.symbolic.graph.indices.loop_of(var);
        (self.values[lo.index()], self.values[hi.index()])
    }

    fn act(&mut self, action: &Action) -> Result<(), Fault> {
        match action {
            Action::Open => Ok(()),
            Action::Check { demand, at, limit, span } => {
                if self.values[demand.index()] == 0 {
                    return Ok(());
                }
                let value = self.values[at.index()];
                let inside = |length: usize| value >= 0 && (value as u64) < length as u64;
                let kind = match *limit {
                    Limit::Array(a) if !inside(self.data.arrays[a.0 as usize].len()) => FaultKind::Array(a, value),
                    Limit::Table(t) if !inside(self.data.tables[t.0 as usize].len()) => FaultKind::Table(t, value),
                    Limit::NotZero if value == 0 => FaultKind::DivisionByZero,
                    Limit::Word(word) if !word.range().contains(&value) => FaultKind::Wraps(word, value),
                    _ => return Ok(()),
                };
                Err(self.fault(kind, *at, *span))
            }
            Action::Record(record) => self.record(record),
        }
    }

    /// Records the entries of one iteration.
    fn record(&mut self, record: &Record) -> Result<(), Fault> {
        let mut numbers = std::mem::take(&mut self.entries.regions[record.region].numbers);
        let first = numbers.len();
        let room = numbers.try_reserve(record.places.len()).is_ok();
        if room {
            numbers.extend(record.places.iter().map(|&place| self.place(place).unwrap_or(u32::MAX)));
        }
        let region = &mut self.entries.regions[record.region];
        region.numbers = numbers;
        if !room || region.records() * record.entries.len() > self.most_entries {
            return Err(self.fault(FaultKind::TooMany, record.places[0].1, record.spans[0]));
        }
        let numbers = &region.numbers[first..];
        if !record.is_guarded() {
            let Some(bad) = numbers.iter().position(|&number| number == u32::MAX) else { return Ok(()) };
            return Err(self.misplaced(record.places[bad], record.spans[bad]));
        }
        let mut bad = None;
        for entry in &record.entries {
            let on = entry.guard.is_none_or(|g| self.values[g.index()] != 0);
            region.on.push(on);
            if on {
                bad = bad.or_else(|| entry.at.into_iter().find(|&at| numbers[at] == u32::MAX));
            }
        }
        bad.map_or(Ok(()), |at| Err(self.misplaced(record.places[at], record.spans[at])))
    }

    /// The number of a row or column among all unknowns, or of a residual row among all rows. Slots are made from these:
    /// whatever the demand says of the loads, an entry outside its array is refused.
    fn place(&self, (array, index): (Option<Array>, Index)) -> Option<u32> {
        let (first, length) = self.extent(array);
        let at = u64::try_from(self.values[index.index()]).ok().filter(|&at| at < length)?;
        u32::try_from(at + u64::from(first)).ok().filter(|&number| number < LIMIT)
    }

    /// The number of the first entry, and how many there may be.
    fn extent(&self, array: Option<Array>) -> (u32, u64) {
        match array {
            Some(a) => (self.offsets[a.0 as usize], self.data.arrays[a.0 as usize].len() as u64),
            None => (self.first_row, RESIDUAL_ROWS),
        }
    }

    /// The fault of a place without a number.
    fn misplaced(&self, (array, index): (Option<Array>, Index), span: Span) -> Fault {
        let value = self.values[index.index()];
        let inside = u64::try_from(value).is_ok_and(|at| at < self.extent(array).1);
        let kind = match array {
            _ if inside => FaultKind::Overflow,
            Some(array) => FaultKind::Array(array, value),
            None if value < 0 => FaultKind::NegativeRow(value),
            None => FaultKind::LargeRow(value),
        };
        self.fault(kind, index, span)
    }

    /// A fault with the loops and table entries that led to it.
    fn fault(&self, kind: FaultKind, at: Index, span: Span) -> Fault {
        let indices = &self.symbolic.graph.indices;
        let loops = (indices.vars(indices.free(at)).iter())
            .map(|&v| (indices.loop_of(v).name.clone(), self.values[indices.var_index(v).index()]))
            .collect();
        let mut reads = Vec::new();
        let mut seen: rustc_hash::FxHashSet<Index> = Default::default();
        let mut pending = vec![at];
        while let Some(i) = pending.pop() {
            if !seen.insert(i) || matches!(indices.node(i), IndexNode::Var(_)) {
                continue;
            }
            if let IndexNode::Read(table, inner) = *indices.node(i) {
                reads.push((table, self.values[inner.index()], self.values[i.index()]));
            }
            indices.operands(i, |a| pending.push(a));
        }
        Fault { kind, span, loops, reads }
    }
}

/// Appends a list to another one.
fn join<T: Copy>(list: &mut Vec<T>, more: Vec<T>) {
    match list.is_empty() {
        true => *list = more,
        false => list.extend(more),
    }
}

impl Evaluator for Run<'_> {
    type Fault = Fault;

    fn numbers(&mut self) -> &mut [i64] {
        &mut self.values
    }

    fn too_long(&self, at: Index, count: i64) -> Result<i64, Fault> {
        Err(self.fault(FaultKind::TooLong(count), at, Span::default()))
    }

    fn evaluate(&mut self, index: Index) -> Result<(), Fault> {
        let symbolic = self.symbolic;
        let indices = &symbolic.graph.indices;
        if let Some(reduction) = symbolic.reductions.get(&index) {
            self.values[index.index()] = self.reduce(indices, index, reduction)?;
            return Ok(());
        }
        let (values, data) = (&self.values, self.data);
        let read = |table: Table, at: i64| {
            let entry = usize::try_from(at).ok().and_then(|at| data.tables[table.0 as usize].get(at));
            Some(entry.copied().map_or(0, i64::from))
        };
        let result = eval_node(indices.node(index), |at| values[at], |s| data.sizes[s], read);
        self.values[index.index()] = match result {
            Ok(value) => value,
            Err(IndexFault::DivisionByZero | IndexFault::OutOfRange(..)) => 0,
            Err(IndexFault::Overflow) => return Err(self.fault(FaultKind::Overflow, index, Span::default())),
        };
        Ok(())
    }
}
