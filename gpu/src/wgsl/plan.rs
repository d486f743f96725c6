//! Which steps become WGSL functions of their own, and what passes between functions.
//!
//! naga and the compilers of drivers take more than linear time in the length of a function, so a block of more than
//! `limit` statements (of the whole kernel, or of a loop) is cut into pieces of about that length, called one after
//! another. What one function computes and another reads passes through a variable of the module; the compilers put the
//! functions together again and keep it in registers.

use rustc_hash::FxHashMap;
use spadina_core::index::{Index, IndexNode, Indices};
use spadina_core::kernel::{Kernel, Step, loop_ends};
use spadina_core::real::{Graph, Node, Value};
use std::ops::Range;

/// Stands for the whole kernel among the positions of loops.
pub(super) const WHOLE: usize = usize::MAX;

/// A node of either arena under one numbering: integers first.
pub(super) type Key = usize;

/// The key of a value. A condition on integers has the same number as a predicate.
pub(super) fn value_key(graph: &Graph, value: Value) -> Key {
    match *graph.node(value) {
        Node::Cond(c) => c.index(),
        _ => graph.indices.len() + value.index(),
    }
}

/// Whether an integer is a condition.
fn is_condition(indices: &Indices, index: Index) -> bool {
    match indices.node(index) {
        IndexNode::Bool(_) | IndexNode::Positive(_) | IndexNode::Zero(_) => true,
        IndexNode::Not(_) | IndexNode::And(..) | IndexNode::Or(..) => true,
        IndexNode::Const(_) | IndexNode::Var(_) | IndexNode::Size(_) | IndexNode::Read(..) | IndexNode::Div(..) => {
            false
        }
        IndexNode::Rem(..) | IndexNode::Product(..) | IndexNode::Bits(..) | IndexNode::Wrap(_) => false,
        IndexNode::Select(..) | IndexNode::First(..) | IndexNode::Sum(..) | IndexNode::Poly(_) => false,
    }
}

/// The WGSL type of a value.
fn value_type(graph: &Graph, value: Value) -> &'static str {
    match graph.node(value) {
        Node::Cond(_) | Node::Compare(..) | Node::Not(_) | Node::And(..) | Node::Or(..) => "bool",
        Node::Const(_) | Node::Load(..) | Node::Seed(..) | Node::Bracket(..) | Node::Integer(_) => "real",
        Node::Unary(..) | Node::Binary(..) | Node::Select(..) | Node::Sum(..) | Node::Carried(_) => "real",
    }
}

/// The cut of a kernel into functions.
pub(super) struct Plan {
    /// The steps of each function; the first is the whole kernel.
    pub functions: Vec<Range<usize>>,
    /// The functions called in place of the body of a loop, by the position where it begins.
    pub calls: FxHashMap<usize, Vec<usize>>,
    /// The end of the loop that begins at a position.
    pub ends: Vec<usize>,
    /// The nodes that one function computes and another reads, with their types.
    pub crossing: FxHashMap<Key, &'static str>,
}

impl Plan {
    pub fn of(kernel: &Kernel, limit: usize) -> Self {
        let mut cut = Cut {
            limit: limit.max(1),
            functions: std::iter::once(0..kernel.steps.len()).collect(),
            calls: FxHashMap::default(),
            owner: vec![0; kernel.steps.len()],
        };
        cut.walk(kernel);
        let Cut { functions, calls, owner, .. } = cut;
        let mut crossing = Crossing { kernel, defined: FxHashMap::default(), found: FxHashMap::default() };
        if functions.len() > 1 {
            kernel.steps.iter().zip(&owner).for_each(|(&step, &function)| crossing.step(step, function));
        }
        Self { functions, calls, ends: loop_ends(&kernel.steps), crossing: crossing.found }
    }
}

/// Statements a step becomes, roughly.
fn weight(kernel: &Kernel, step: Step) -> usize {
    match step {
        Step::Index(i) => match kernel.graph.indices.node(i) {
            IndexNode::Poly(terms) => terms.iter().map(|t| t.atoms.len() + 1).sum(),
            IndexNode::Const(_) | IndexNode::Bool(_) => 0,
            _ => kernel.reductions.get(&i).map_or(1, |reduction| reduction.body.len() + 4),
        },
        Step::Value(v) => usize::from(!matches!(kernel.graph.node(v), Node::Const(_) | Node::Cond(_))),
        Step::Zero(_) | Step::Accumulate(_) | Step::Begin(..) | Step::End | Step::Output(_) => 1,
    }
}

/// A block that is being measured: its steps and loops with their weights.
struct Block {
    begin: usize,
    pieces: Vec<(Range<usize>, usize)>,
    weight: usize,
}

impl Block {
    fn new(begin: usize) -> Self {
        Self { begin, pieces: Vec::new(), weight: 0 }
    }

    /// The pieces joined into runs of about `limit`.
    fn runs(self, limit: usize) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut filled = 0;
        for (piece, weight) in self.pieces {
            match runs.last_mut() {
                Some(run) if filled + weight <= limit => {
                    run.end = piece.end;
                    filled += weight;
                }
                _ => {
                    runs.push(piece);
                    filled = weight;
                }
            }
        }
        runs
    }
}

/// The cut while it is being made.
struct Cut {
    limit: usize,
    functions: Vec<Range<usize>>,
    calls: FxHashMap<usize, Vec<usize>>,
    /// The function of each step.
    owner: Vec<usize>,
}

impl Cut {
    fn walk(&mut self, kernel: &Kernel) {
        let mut open = vec![Block::new(WHOLE)];
        for (at, &step) in kernel.steps.iter().enumerate() {
            let (begin, weight) = match step {
                Step::Begin(..) => {
                    open.push(Block::new(at));
                    continue;
                }
                Step::End => match open.pop() {
                    Some(block) => (block.begin, self.close(block)),
                    None => continue,
                },
                _ => (at, weight(kernel, step)),
            };
            if let Some(block) = open.last_mut() {
                block.pieces.push((begin..at + 1, weight));
                block.weight += weight;
            }
        }
        if let Some(block) = open.pop() {
            self.close(block);
        }
    }

    /// Cuts a block if it is too long; gives the statements that stand in its place.
    fn close(&mut self, block: Block) -> usize {
        let (begin, weight) = (block.begin, block.weight);
        if weight <= self.limit {
            return weight + 2;
        }
        let mut numbers = Vec::new();
        for run in block.runs(self.limit) {
            let number = self.functions.len();
            self.owner[run.clone()].iter_mut().filter(|o| **o == 0).for_each(|o| *o = number);
            self.functions.push(run);
            numbers.push(number);
        }
        let weight = numbers.len() + 2;
        self.calls.insert(begin, numbers);
        weight
    }
}

/// Finds what one function computes and another reads.
struct Crossing<'a> {
    kernel: &'a Kernel,
    /// The function that computed a node last, and the node's type.
    defined: FxHashMap<Key, (usize, &'static str)>,
    found: FxHashMap<Key, &'static str>,
}

impl Crossing<'_> {
    fn step(&mut self, step: Step, function: usize) {
        let kernel = self.kernel;
        let graph = &kernel.graph;
        match step {
            Step::Index(i) => {
                self.integer(i, function);
                if matches!(graph.indices.node(i), IndexNode::Const(_) | IndexNode::Bool(_)) {
                    return;
                }
                let ty = if is_condition(&graph.indices, i) { "bool" } else { "i32" };
                self.defined.insert(i.index(), (function, ty));
            }
            Step::Value(v) => {
                graph.index_operands(v, |a| self.read(a.index(), function));
                kernel.operands(v, |a| self.read(value_key(graph, a), function));
                if !matches!(graph.node(v), Node::Cond(_) | Node::Const(_)) {
                    self.defined.insert(value_key(graph, v), (function, value_type(graph, v)));
                }
            }
            Step::Zero(v) => drop(self.defined.insert(value_key(graph, v), (function, "real"))),
            Step::Accumulate(v) => {
                graph.operands(v, |a| self.read(value_key(graph, a), function));
                self.read(value_key(graph, v), function);
            }
            Step::Begin(var, _) => {
                let l = graph.indices.loop_of(var);
                self.read(l.lo.index(), function);
                self.read(l.hi.index(), function);
                self.defined.insert(graph.indices.var_index(var).index(), (function, "i32"));
            }
            Step::Output(k) => self.read(value_key(graph, kernel.outputs[k].value), function),
            Step::End => {}
        }
    }

    fn integer(&mut self, index: Index, function: usize) {
        let indices = &self.kernel.graph.indices;
        let Some(reduction) = self.kernel.reductions.get(&index) else {
            indices.operands(index, |a| self.read(a.index(), function));
            return;
        };
        // A reduction reads its bounds, and what does not move in its loop.
        let bounds = indices.reduced(index).map(|(var, _)| indices.loop_of(var));
        let bounds = bounds.iter().flat_map(|l| [l.lo, l.hi]);
        bounds.chain(reduction.inputs.iter().copied()).for_each(|i| self.read(i.index(), function));
    }

    fn read(&mut self, key: Key, function: usize) {
        if let Some(&(by, ty)) = self.defined.get(&key)
            && by != function
        {
            self.found.insert(key, ty);
        }
    }
}
