//! The symbolic phase of a kernel: its integers only, with every index checked and every entry recorded.

use crate::index::{Cond, Index, IndexNode, Reduction, Table, Var, VarSet};
use crate::kernel::{Demand, Kernel, Root, Step, guards, integer_steps, loop_ends, schedule};
use crate::program::{Program, Target, Word};
use crate::real::{Array, Graph, Node, Span};

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
    pub(super) region: usize,
    /// The different rows and columns: an entry of an unknown array, or a residual row.
    pub(super) places: Vec<(Option<Array>, Index)>,
    /// By place, the span of a value that goes there.
    pub(super) spans: Vec<Span>,
    /// By place, the one whose number is always one less, if there is one.
    pub(super) before: Vec<Option<usize>>,
    /// In the order of the outputs.
    pub(super) entries: Vec<Entry>,
}

impl Record {
    pub(super) fn is_guarded(&self) -> bool {
        self.entries.iter().any(|entry| entry.guard.is_some())
    }
}

pub(super) struct Entry {
    /// The condition under which there is an entry; `None`: always.
    pub(super) guard: Option<Cond>,
    /// Row and column among the places; outputs without a column repeat the row.
    pub(super) at: [usize; 2],
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
    pub(super) graph: Graph,
    pub(super) steps: Vec<Step>,
    pub(super) ends: Vec<usize>,
    pub(super) actions: Vec<Action>,
    pub(super) regions: usize,
    pub(super) outer: Option<Var>,
    pub(super) reductions: rustc_hash::FxHashMap<Index, Reduction>,
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
        let mut indices = graph.indices.clone();
        let guards = guards(graph, &mut indices, &program.updates, &kernel.outputs);
        let mut demand = Demand::guarded(graph, indices, &numeric, &guards, kernel.outer);
        let mut roots = Vec::new();
        let mut actions = Vec::new();
        if let Some(outer) = kernel.outer {
            roots.push(Root { vars: vec![outer], values: Vec::new(), indices: Vec::new() });
            actions.push(Action::Open);
        }
        if check {
            checks(kernel, &mut demand, &mut roots, &mut actions);
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

    /// Returns true if some iterations may have no entry for some output.
    pub fn is_guarded(&self) -> bool {
        self.actions.iter().any(|a| matches!(a, Action::Record(record) if record.is_guarded()))
    }
}

/// The integers to evaluate for the entries of a region, and the record of them.
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
    let outputs = kernel.outputs.iter().zip(guards).filter(|(o, _)| o.region == region && o.has_slot());
    for (output, &guard) in outputs {
        let update = &program.updates[output.update];
        let [row, col] = match update.target {
            Target::Energy => continue,
            Target::Gradient(e) | Target::Product(e) => [(Some(e.array), e.index); 2],
            Target::Hessian { row, col, .. } => [row, col].map(|e| (Some(e.array), e.index)),
            Target::Residual { row, .. } | Target::ResidualProduct(row) => [(None, row); 2],
            Target::Jacobian { row, col } => [(None, row), (Some(col.array), col.index)],
        };
        let places = if output.transposed { [col, row] } else { [row, col] };
        let at = places.map(|place| {
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
    let mut indices = symbols.indices.clone();
    let before = |&(array, index): &(Option<Array>, Index)| {
        array?;
        known.get(&(array, indices.offset(index, -1))).copied()
    };
    record.before = record.places.iter().map(before).collect();
    root.indices.extend(record.places.iter().map(|(_, index)| *index));
    (root, record)
}

/// A check that is to be made.
struct Checked {
    demand: Cond,
    at: Index,
    limit: Limit,
    free: VarSet,
    span: Span,
}

/// One check for every load, table read and division that an output needs.
fn checks(kernel: &Kernel, demand: &mut Demand, roots: &mut Vec<Root>, actions: &mut Vec<Action>) {
    let indices = &kernel.graph.indices;
    let outer = kernel.outer.map(|outer| (outer, indices.loop_of(outer).clone()));
    // What the bounds of the outermost loop read is needed to know whether it runs; nothing else is where it does not.
    let bounds = indices.reachable(outer.iter().flat_map(|(_, l)| [l.lo, l.hi]));
    for Checked { demand: needed, at, limit, free, span } in checked(kernel, demand) {
        let mut vars = indices.vars(free).to_vec();
        let mut needed = needed;
        match (vars.iter().position(|v| Some(*v) == kernel.outer), &outer) {
            (Some(outer), _) => vars[..=outer].rotate_right(1),
            (None, Some((_, l))) if matches!(limit, Limit::Array(_)) || !bounds.contains(&at) => {
                let runs = demand.indices.lt(l.lo, l.hi);
                needed = demand.indices.and(needed, runs);
            }
            _ => {}
        }
        roots.push(Root { vars, values: Vec::new(), indices: vec![needed.as_index(), at] });
        actions.push(Action::Check { demand: needed, at, limit, span });
    }
}

/// The checks to make, with the conditions under which they are needed.
fn checked(kernel: &Kernel, demand: &Demand) -> Vec<Checked> {
    let graph = &kernel.graph;
    let mut list = Vec::new();
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
        let Some(demand) = demand.index(index) else { continue };
        let (free, span) = (graph.indices.free(index), spans.get(&index).copied().unwrap_or_default());
        match *graph.indices.node(index) {
            IndexNode::Read(table, at) => list.push(Checked { demand, at, limit: Limit::Table(table), free, span }),
            IndexNode::Div(_, at) | IndexNode::Rem(_, at) => {
                list.push(Checked { demand, at, limit: Limit::NotZero, free, span });
            }
            _ => {}
        }
    }
    for value in graph.values() {
        let Some(demand) = demand.value(value) else { continue };
        if let Node::Load(array, at) | Node::Seed(array, at) = *graph.node(value) {
            let (free, span) = (graph.free(value), graph.span_of(value));
            list.push(Checked { demand, at, limit: Limit::Array(array), free, span });
        }
    }
    list
}
