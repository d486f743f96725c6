//! A kernel cut into functions: compilers take more than linear time in the length of one.
//!
//! A block (of the whole kernel, or of a loop) that is longer than a limit is cut into pieces of about that length, called one
//! after another. What one function computes and another reads *crosses* from one to the other.

use super::{Kernel, Step};
use crate::index::Index;
use crate::real::{Graph, Node, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

/// Stands for the whole kernel among the positions of loops.
pub const WHOLE: usize = usize::MAX;

/// A node of either arena under one numbering: integers first.
pub type Key = usize;

/// The key of a value. A condition on integers has the same number as a predicate.
pub fn value_key(graph: &Graph, value: Value) -> Key {
    match *graph.node(value) {
        Node::Cond(c) => c.index(),
        _ => graph.indices.len() + value.index(),
    }
}

/// A node that crosses from one function to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Crossing {
    /// An integer or condition.
    Integer(Index),
    /// A real or predicate.
    Real(Value),
}

/// The cut of a kernel into functions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    /// The steps of each function; the first is the whole kernel.
    pub functions: Vec<Range<usize>>,
    /// The functions called in place of the body of a loop, by the position where it begins, or [`WHOLE`].
    pub calls: FxHashMap<usize, Vec<usize>>,
    /// The function of each step.
    pub owner: Vec<usize>,
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

impl Cut {
    /// Cuts blocks above `limit`; `weight` says how long the text of a step is, roughly.
    pub fn of(kernel: &Kernel, limit: usize, weight: impl Fn(Step) -> usize) -> Self {
        let steps = kernel.steps.len();
        let whole = std::iter::once(0..steps).collect();
        let mut cut = Self { functions: whole, calls: FxHashMap::default(), owner: vec![0; steps] };
        let mut open = vec![Block::new(WHOLE)];
        for (at, &step) in kernel.steps.iter().enumerate() {
            let (begin, weight) = match step {
                Step::Begin(..) => {
                    open.push(Block::new(at));
                    continue;
                }
                Step::End => match open.pop() {
                    Some(block) => (block.begin, cut.close(block, limit)),
                    None => unreachable!("every loop that ends has begun"),
                },
                _ => (at, weight(step)),
            };
            let Some(block) = open.last_mut() else { unreachable!("every loop that ends has begun") };
            block.pieces.push((begin..at + 1, weight));
            block.weight += weight;
        }
        let Some(block) = open.pop() else { unreachable!("every loop that ends has begun") };
        cut.close(block, limit);
        cut
    }

    /// Cuts a block if it is too long; gives the weight of what stands in its place.
    fn close(&mut self, block: Block, limit: usize) -> usize {
        let (begin, weight) = (block.begin, block.weight);
        if weight <= limit {
            return weight + 2;
        }
        let mut numbers = Vec::new();
        for run in block.runs(limit) {
            let number = self.functions.len();
            self.owner[run.clone()].iter_mut().filter(|o| **o == 0).for_each(|o| *o = number);
            self.functions.push(run);
            numbers.push(number);
        }
        let weight = numbers.len() + 2;
        self.calls.insert(begin, numbers);
        weight
    }

    /// The nodes that one function computes and another reads, in the order in which they are read. Integers `repeated`
    /// wherever they are read do not cross. `further` gives what an integer is computed from beside its operands.
    pub fn crossing(
        &self,
        kernel: &Kernel,
        repeated: impl Fn(Index) -> bool,
        further: impl Fn(Index) -> Vec<Index>,
    ) -> Vec<Crossing> {
        if self.functions.len() == 1 {
            return Vec::new();
        }
        let mut search =
            Search { kernel, defined: FxHashMap::default(), seen: FxHashSet::default(), found: Vec::new() };
        for (&step, &function) in kernel.steps.iter().zip(&self.owner) {
            if let Step::Index(i) = step {
                further(i).into_iter().for_each(|a| search.read(a.index(), function));
            }
            search.step(step, function, &repeated);
        }
        search.found
    }
}

/// Finds what crosses.
struct Search<'a> {
    kernel: &'a Kernel,
    /// The function that computed a node last.
    defined: FxHashMap<Key, (usize, Crossing)>,
    seen: FxHashSet<Key>,
    found: Vec<Crossing>,
}

impl Search<'_> {
    fn step(&mut self, step: Step, function: usize, repeated: impl Fn(Index) -> bool) {
        let kernel = self.kernel;
        let graph = &kernel.graph;
        match step {
            Step::Index(i) => {
                self.operands(i, function);
                if !repeated(i) {
                    self.defined.insert(i.index(), (function, Crossing::Integer(i)));
                }
            }
            Step::Value(v) => {
                graph.index_operands(v, |a| self.read(a.index(), function));
                kernel.operands(v, |a| self.read(value_key(graph, a), function));
                if !matches!(graph.node(v), Node::Cond(_) | Node::Const(_)) {
                    self.define(v, function);
                }
            }
            Step::Zero(v) => self.define(v, function),
            Step::Accumulate(v) => {
                graph.operands(v, |a| self.read(value_key(graph, a), function));
                self.read(value_key(graph, v), function);
            }
            Step::Begin(var, _) => {
                let l = graph.indices.loop_of(var);
                self.read(l.lo.index(), function);
                self.read(l.hi.index(), function);
                let own = graph.indices.var_index(var);
                self.defined.insert(own.index(), (function, Crossing::Integer(own)));
            }
            Step::Output(k) => self.read(value_key(graph, kernel.outputs[k].value), function),
            Step::End => {}
        }
    }

    fn define(&mut self, value: Value, function: usize) {
        self.defined.insert(value_key(&self.kernel.graph, value), (function, Crossing::Real(value)));
    }

    /// Reads what an integer is computed from. A reduction reads its bounds, and what does not move in its loop.
    fn operands(&mut self, index: Index, function: usize) {
        let indices = &self.kernel.graph.indices;
        let Some(reduction) = self.kernel.reductions.get(&index) else {
            return indices.operands(index, |a| self.read(a.index(), function));
        };
        let bounds = indices.reduced(index).map(|(var, _)| indices.loop_of(var));
        let bounds = bounds.iter().flat_map(|l| [l.lo, l.hi]);
        bounds.chain(reduction.inputs.iter().copied()).for_each(|i| self.read(i.index(), function));
    }

    fn read(&mut self, key: Key, function: usize) {
        if let Some(&(by, node)) = self.defined.get(&key)
            && by != function
            && self.seen.insert(key)
        {
            self.found.push(node);
        }
    }
}
