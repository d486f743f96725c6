//! The symbolic phase of a kernel: its integers only, with every index checked and every entry recorded.

use super::entries::{Entries, RegionEntries};
use super::{Fault, FaultKind};
use crate::bind::Data;
use crate::index::{Cond, Evaluator, Index, IndexFault, IndexNode, Indices, Loop, Reduction, Table, Var, eval_node};
use crate::kernel::{Buffer, Demand, Kernel, Root, Step, integer_steps, loop_ends, schedule, supports};
use crate::program::{Program, Target, Word};
use crate::real::{Array, Graph, Node, Span, Value};

/// The most entries of one region: eight bytes each are held while the pattern is built.
const ENTRIES: usize = 1 << 29;

/// The most iterations of one loop.
const ITERATIONS: i64 = 1 << 30;

/// Rows and columns are below this.
const LIMIT: u32 = i32::MAX as u32;

pub(super) enum Action {
    /// Nothing: the outermost loop runs even if no index in it is checked and no entry recorded.
    Open,
    Check {
        demand: Cond,
        at: Index,
        limit: Limit,
        span: Span,
    },
    Record(Record),
}

/// The entries of one region, written at each of its iterations.
#[derive(Default)]
pub(super) struct Record {
    region: usize,
    /// The different rows and columns: an entry of an unknown array, or a residual row.
    places: Vec<(Option<Array>, Index)>,
    /// Where the values stand that go to each place.
    spans: Vec<Span>,
    /// In the order of the outputs.
    entries: Vec<Entry>,
}

struct Entry {
    /// Where there is an entry; `None`: always.
    guard: Option<Cond>,
    /// Row and column among the places; outputs without a column repeat the row.
    at: [usize; 2],
}

#[derive(Clone, Copy)]
pub(super) enum Limit {
    Array(Array),
    Table(Table),
    NotZero,
    Word(Word),
}

/// The symbolic phase of one kernel, ready to run on data.
pub struct Symbolic {
    graph: Graph,
    steps: Vec<Step>,
    ends: Vec<usize>,
    actions: Vec<Action>,
    regions: usize,
    outer: Option<Var>,
    reductions: rustc_hash::FxHashMap<Index, Reduction>,
}

impl Symbolic {
    /// Prepares the symbolic phase of a kernel of `program`. Without `check` the indices are not checked: another kernel,
    /// whose outputs include these, does it.
    pub fn of(kernel: &Kernel, program: &Program, check: bool) -> Self {
        let graph = &kernel.graph;
        let numeric: Vec<Root> = (kernel.outputs.iter())
            .map(|o| {
                let update = &program.updates[o.update];
                Root { vars: update.vars.clone(), values: vec![o.value], indices: update.target.indices() }
            })
            .collect();
        let (indices, guards) = guards(kernel, program);
        let demand = Demand::guarded(graph, indices, &numeric, &guards, kernel.outer);
        let mut roots = Vec::new();
        let mut actions = Vec::new();
        if let Some(outer) = kernel.outer {
            roots.push(Root { vars: vec![outer], values: Vec::new(), indices: Vec::new() });
            actions.push(Action::Open);
        }
        if check {
            checks(kernel, &demand, &mut roots, &mut actions);
        }
        let mut symbols = Graph::default();
        symbols.indices = demand.indices;
        for region in 0..kernel.regions.len() {
            let (root, record) = region_record(&symbols, kernel, program, &guards, region);
            if !record.entries.is_empty() {
                roots.push(root);
                actions.push(Action::Record(record));
            }
        }
        Self::scheduled(symbols, &roots, actions, (kernel.regions.len(), kernel.outer))
    }

    /// An action for every root, over the integers of `graph`; with the number of regions and the outermost loop.
    pub(super) fn scheduled(
        graph: Graph,
        roots: &[Root],
        actions: Vec<Action>,
        (regions, outer): (usize, Option<Var>),
    ) -> Self {
        let steps = schedule(&graph, roots).steps;
        let reductions = graph.indices.reductions(integer_steps(&steps));
        let ends = loop_ends(&steps);
        Self { graph, steps, ends, actions, regions, outer, reductions }
    }

    /// Whether some iterations may have no entry for some output.
    pub fn is_guarded(&self) -> bool {
        let guarded = |r: &Record| r.entries.iter().any(|e| e.guard.is_some());
        self.actions.iter().any(|a| matches!(a, Action::Record(record) if guarded(record)))
    }

    /// Runs over all iterations: checks indices, records rows and columns. `offsets` gives for each unknown array the
    /// number of its first entry in the global vector, `first_row` the number of the first residual row.
    pub fn run(&self, data: &Data, offsets: &[u32], first_row: u32) -> Result<Entries, Fault> {
        self.run_within(data, offsets, first_row, ENTRIES)
    }

    /// Like [`run`](Self::run), with the most entries that a region may have.
    pub fn run_within(
        &self,
        data: &Data,
        offsets: &[u32],
        first_row: u32,
        most_entries: usize,
    ) -> Result<Entries, Fault> {
        let mut run = Run {
            symbolic: self,
            data,
            offsets,
            first_row,
            most_entries,
            values: vec![0; self.graph.indices.len()],
            numbers: Vec::new(),
            entries: Entries { outer: 0..1, regions: vec![RegionEntries::default(); self.regions] },
        };
        run.all()?;
        Ok(run.entries)
    }
}

/// Under which condition each output has an entry: where its value may differ from zero; rows of a residual wherever
/// they are written. With the arena that holds the conditions.
fn guards(kernel: &Kernel, program: &Program) -> (Indices, Vec<Cond>) {
    let mut indices = kernel.graph.indices.clone();
    let values: Vec<Value> = kernel.outputs.iter().map(|o| o.value).collect();
    let mut guards = supports(&kernel.graph, &mut indices, &values);
    for (guard, output) in guards.iter_mut().zip(&kernel.outputs) {
        if let Target::Residual { guard: written, .. } = program.updates[output.update].target {
            *guard = written;
        }
    }
    (indices, guards)
}

/// What to evaluate for the entries of a region, and how to record them.
fn region_record(
    symbols: &Graph,
    kernel: &Kernel,
    program: &Program,
    guards: &[Cond],
    region: usize,
) -> (Root, Record) {
    let mut root = Root { vars: Vec::new(), values: Vec::new(), indices: Vec::new() };
    let mut record = Record { region, ..Record::default() };
    let mut known: rustc_hash::FxHashMap<(Option<Array>, Index), usize> = Default::default();
    let outputs = kernel.outputs.iter().zip(guards).filter(|(o, _)| o.region == region && o.slots > 0);
    for (output, &guard) in outputs {
        let update = &program.updates[output.update];
        let [row, col] = match update.target {
            Target::Energy => continue,
            Target::Gradient(e) | Target::Product(e) => [(Some(e.array), e.index); 2],
            Target::Hessian { row, col, .. } => [row, col].map(|e| (Some(e.array), e.index)),
            Target::Residual { row, .. } | Target::ResidualProduct(row) => [(None, row); 2],
            Target::Jacobian { row, col } => [(None, row), (Some(col.array), col.index)],
        };
        let at = [row, col].map(|place| {
            *known.entry(place).or_insert_with(|| {
                record.places.push(place);
                record.spans.push(kernel.graph.span_of(output.value));
                record.places.len() - 1
            })
        });
        let guard = Some(guard).filter(|&g| symbols.indices.as_bool(g) != Some(true));
        record.entries.push(Entry { guard, at });
        root.indices.extend(guard.map(Cond::as_index));
        root.vars.clone_from(&update.vars);
    }
    root.indices.extend(record.places.iter().map(|(_, index)| *index));
    (root, record)
}

/// One check for every load, table read and division that an output needs.
fn checks(kernel: &Kernel, demand: &Demand, roots: &mut Vec<Root>, actions: &mut Vec<Action>) {
    let graph = &kernel.graph;
    let mut add = |demand_of: Cond, at: Index, limit: Limit, free, span: Span| {
        let mut vars = graph.indices.vars(free).to_vec();
        if let Some(outer) = vars.iter().position(|v| Some(*v) == kernel.outer) {
            vars[..=outer].rotate_right(1);
        }
        roots.push(Root { vars, values: Vec::new(), indices: vec![demand_of.as_index(), at] });
        actions.push(Action::Check { demand: demand_of, at, limit, span });
    };
    let mut spans: rustc_hash::FxHashMap<Index, Span> = Default::default();
    for value in graph.values() {
        graph.index_operands(value, |i| {
            spans.entry(i).or_insert(graph.span_of(value));
        });
    }
    for at in (0..graph.indices.len()).rev() {
        let index = Index(at as u32);
        let Some(&span) = spans.get(&index) else { continue };
        graph.indices.operands(index, |a| {
            spans.entry(a).or_insert(span);
        });
    }
    for at in 0..graph.indices.len() {
        let index = Index(at as u32);
        let Some(cond) = demand.index(index) else { continue };
        let span = spans.get(&index).copied().unwrap_or_default();
        match *graph.indices.node(index) {
            IndexNode::Read(table, inner) => add(cond, inner, Limit::Table(table), graph.indices.free(index), span),
            IndexNode::Div(_, b) | IndexNode::Rem(_, b) => {
                add(cond, b, Limit::NotZero, graph.indices.free(index), span);
            }
            _ => {}
        }
    }
    for value in graph.values() {
        let Some(cond) = demand.value(value) else { continue };
        if let Node::Load(array, index) | Node::Seed(array, index) = *graph.node(value) {
            add(cond, index, Limit::Array(array), graph.free(value), graph.span_of(value));
        }
    }
}

struct Run<'a> {
    symbolic: &'a Symbolic,
    data: &'a Data<'a>,
    offsets: &'a [u32],
    first_row: u32,
    most_entries: usize,
    values: Vec<i64>,
    /// Numbers of the places of the current record.
    numbers: Vec<u32>,
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
                    if lo >= hi {
                        at = symbolic.ends[at];
                    } else if Some(var) == symbolic.outer {
                        self.mark();
                    }
                }
                Step::End => {
                    let begin = symbolic.ends[at];
                    if let Step::Begin(var, _) = symbolic.steps[begin] {
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
                }
                Step::Output(k) => self.act(&symbolic.actions[k])?,
                Step::Value(_) | Step::Zero(_) | Step::Accumulate(_) => {}
            }
            at += 1;
        }
        self.mark();
        Ok(())
    }

    /// Notes where each region stands at the begin of an iteration of the outermost loop.
    fn mark(&mut self) {
        for region in &mut self.entries.regions {
            region.starts.push(region.pairs.len() as u64);
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
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.clear();
        numbers.extend(record.places.iter().map(|&place| self.place(place).unwrap_or(u32::MAX)));
        let pairs = &mut self.entries.regions[record.region].pairs;
        if pairs.len() + record.entries.len() > self.most_entries {
            self.numbers = numbers;
            return Err(self.fault(FaultKind::TooMany, record.places[0].1, record.spans[0]));
        }
        pairs.reserve(record.entries.len());
        let mut bad = None;
        for entry in &record.entries {
            let pair = entry.at.map(|at| numbers[at]);
            if entry.guard.is_some_and(|g| self.values[g.index()] == 0) {
                pairs.push([u32::MAX; 2]);
            } else {
                bad = bad.or_else(|| entry.at.into_iter().find(|&at| numbers[at] == u32::MAX));
                pairs.push(pair);
            }
        }
        self.numbers = numbers;
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
            None => (self.first_row, u64::from(LIMIT)),
        }
    }

    /// Why a place has no number.
    fn misplaced(&self, (array, index): (Option<Array>, Index), span: Span) -> Fault {
        let value = self.values[index.index()];
        let inside = u64::try_from(value).is_ok_and(|at| at < self.extent(array).1);
        let kind = match array {
            _ if inside => FaultKind::Overflow,
            Some(array) => FaultKind::Array(array, value),
            None if value < 0 => FaultKind::NegativeRow(value),
            None => FaultKind::Overflow,
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

impl Evaluator for Run<'_> {
    type Fault = Fault;

    fn numbers(&mut self) -> &mut [i64] {
        &mut self.values
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

/// Whether a buffer is addressed by rows of the global vector.
pub(super) fn by_unknown(buffer: Buffer) -> bool {
    matches!(buffer, Buffer::Gradient | Buffer::Hessian | Buffer::Product)
}
