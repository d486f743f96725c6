//! What is decided before code is generated: which steps become functions of their own, and what passes between
//! functions through memory.
//!
//! Register allocation is slower than linear in the length of a function, so a block of more than [`LIMIT`] instructions
//! (of the whole kernel, or of a loop) is cut into pieces of about that length, called one after another. Whatever one
//! function computes and another reads has a *place* in the frame: a block of memory that the caller of the kernel
//! provides. Without a cut there is no frame, and everything lives in registers.

use crate::Options;
use cranelift_codegen::ir::{Type, types};
use rustc_hash::FxHashMap;
use spadina_core::index::{Index, IndexNode, Indices, Reduction};
use spadina_core::kernel::{Buffer, Kernel, Step, loop_ends};
use spadina_core::real::{Graph, Node, Value};
use std::ops::Range;

/// The weight above which a block is cut.
pub(crate) const LIMIT: usize = 4000;

/// The weight above which a kernel is compiled quickly.
pub(crate) const QUICK: usize = 20_000;

/// The number of functions such as `exp` in a kernel above which they are called.
const INLINE: usize = 4;

/// Instructions of such a function, roughly.
const FUNCTION: usize = 80;

/// Stands for the whole kernel among the positions of loops.
pub(crate) const WHOLE: usize = usize::MAX;

/// A node of either arena under one numbering: integers first.
pub(crate) type Key = usize;

/// The key of an integer or condition.
pub(crate) fn index_key(index: Index) -> Key {
    index.index()
}

/// The key of a value. A condition on integers has the same number as a predicate.
pub(crate) fn value_key(graph: &Graph, value: Value) -> Key {
    match *graph.node(value) {
        Node::Cond(c) => c.index(),
        _ => graph.indices.len() + value.index(),
    }
}

/// Whether an integer is generated again wherever it is read.
pub(crate) fn repeatable_index(indices: &Indices, index: Index) -> bool {
    matches!(indices.node(index), IndexNode::Const(_) | IndexNode::Bool(_) | IndexNode::Size(_))
}

/// The type of an integer or condition.
pub(crate) fn index_type(indices: &Indices, index: Index) -> Type {
    match indices.node(index) {
        IndexNode::Bool(_) | IndexNode::Positive(_) | IndexNode::Zero(_) => types::I8,
        IndexNode::Not(_) | IndexNode::And(..) | IndexNode::Or(..) => types::I8,
        _ => types::I64,
    }
}

/// The type of a value; `real` is that of reals.
pub(crate) fn value_type(graph: &Graph, value: Value, real: Type) -> Type {
    match graph.node(value) {
        Node::Cond(_) | Node::Compare(..) | Node::Not(_) | Node::And(..) | Node::Or(..) => types::I8,
        _ => real,
    }
}

/// The cut of a kernel into functions, and the layout of the frame.
pub(crate) struct Plan {
    /// The steps of each function; the first is the whole kernel.
    pub functions: Vec<Range<usize>>,
    /// The functions called in place of the body of a loop, by the position where it begins.
    pub calls: FxHashMap<usize, Vec<usize>>,
    /// The end of the loop that begins at a position.
    pub ends: Vec<usize>,
    /// Position of the outermost loop.
    pub outer: Option<usize>,
    /// Byte offsets in the frame of the nodes that pass between functions.
    pub places: FxHashMap<Key, i32>,
    /// Place of the energy, unless a register holds it.
    pub energy: Option<i32>,
    /// By region, the place of its cursor, unless a register holds it.
    pub cursors: Vec<Option<i32>>,
    /// Bytes of the frame.
    pub frame_bytes: usize,
    /// Whether streams may hold slots that are not stored.
    pub skips: bool,
    /// Whether compiling soon matters more than good code.
    pub quick: bool,
    /// Whether several iterations of the outermost loop are run side by side.
    pub wide: bool,
    /// Whether functions such as `exp` are generated where they are needed, and not called.
    pub inline: bool,
}

impl Plan {
    /// Plans a kernel.
    pub fn of(kernel: &Kernel, options: &Options) -> Self {
        let functions = kernel.steps.iter().filter(|&&step| is_function(kernel, step)).count();
        let inline = functions <= INLINE;
        let weight = |step| weight(kernel, step) + if inline && is_function(kernel, step) { FUNCTION } else { 0 };
        let (functions, calls, owner) = cut(kernel, options.block_limit.max(1), weight);
        let instructions: usize = kernel.steps.iter().map(|&step| weight(step)).sum();
        let mut plan = Self {
            functions,
            calls,
            ends: loop_ends(&kernel.steps),
            outer: outer(kernel),
            places: FxHashMap::default(),
            energy: None,
            cursors: vec![None; kernel.regions.len()],
            frame_bytes: 0,
            skips: options.skips,
            quick: instructions > options.quick_above,
            wide: false,
            inline,
        };
        plan.wide = options.wide && plan.functions.len() == 1 && plan.is_flat();
        if plan.functions.len() > 1 {
            Crossing { kernel, owner: &owner, defined: FxHashMap::default(), plan: &mut plan }.walk();
        }
        plan
    }

    /// Whether there is an outermost loop, with no loop inside.
    fn is_flat(&self) -> bool {
        self.outer.is_some_and(|outer| (outer + 1..self.ends[outer]).all(|at| self.ends[at] == 0))
    }

    fn new_place(&mut self) -> i32 {
        let place = self.frame_bytes;
        self.frame_bytes += 8;
        place as i32
    }
}

/// The position of the outermost loop.
fn outer(kernel: &Kernel) -> Option<usize> {
    let mut depth = 0usize;
    for (at, step) in kernel.steps.iter().enumerate() {
        match step {
            Step::Begin(..) if depth == 0 && kernel.is_outer(*step) => return Some(at),
            Step::Begin(..) => depth += 1,
            Step::End => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Instructions a step becomes, roughly.
fn weight(kernel: &Kernel, step: Step) -> usize {
    match step {
        Step::Index(i) => match kernel.graph.indices.node(i) {
            IndexNode::Poly(terms) => terms.iter().map(|t| t.atoms.len() + 1).sum(),
            IndexNode::Const(_) | IndexNode::Bool(_) => 0,
            _ => 1,
        },
        Step::Value(v) => usize::from(!matches!(kernel.graph.node(v), Node::Const(_) | Node::Cond(_))),
        Step::Zero(_) | Step::Accumulate(_) | Step::Begin(..) | Step::End => 1,
        Step::Output(k) => 1 + 5 * usize::from(kernel.outputs[k].has_slot()),
    }
}

/// Whether a step computes a function such as `exp`.
fn is_function(kernel: &Kernel, step: Step) -> bool {
    let Step::Value(v) = step else { return false };
    match *kernel.graph.node(v) {
        Node::Unary(op, _) => op.is_function(),
        Node::Binary(op, ..) => op.is_function(),
        _ => false,
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

    fn push(&mut self, piece: Range<usize>, weight: usize) {
        self.pieces.push((piece, weight));
        self.weight += weight;
    }

    /// The pieces joined into runs of about `limit`.
    fn runs(self, limit: usize) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut filled = limit;
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

type Cut = (Vec<Range<usize>>, FxHashMap<usize, Vec<usize>>, Vec<usize>);

/// The functions, the calls that replace bodies of loops, and the function of each step.
fn cut(kernel: &Kernel, limit: usize, weight: impl Fn(Step) -> usize) -> Cut {
    let whole = 0..kernel.steps.len();
    let (mut functions, mut calls, mut owner) = (vec![whole], FxHashMap::default(), vec![0; kernel.steps.len()]);
    let mut close = |block: Block| {
        let (begin, weight) = (block.begin, block.weight);
        if weight <= limit {
            return weight + 2;
        }
        let mut numbers = Vec::new();
        for run in block.runs(limit) {
            let number = functions.len();
            owner[run.clone()].iter_mut().filter(|o| **o == 0).for_each(|o| *o = number);
            functions.push(run);
            numbers.push(number);
        }
        let weight = numbers.len() + 2;
        calls.insert(begin, numbers);
        weight
    };
    let mut open = vec![Block::new(WHOLE)];
    for (at, &step) in kernel.steps.iter().enumerate() {
        let (begin, weight) = match step {
            Step::Begin(..) => {
                open.push(Block::new(at));
                continue;
            }
            Step::End => match open.pop() {
                Some(block) => (block.begin, close(block)),
                None => continue,
            },
            _ => (at, weight(step)),
        };
        if let Some(block) = open.last_mut() {
            block.push(begin..at + 1, weight);
        }
    }
    if let Some(block) = open.pop() {
        close(block);
    }
    (functions, calls, owner)
}

/// Finds what one function computes and another reads.
struct Crossing<'a> {
    kernel: &'a Kernel,
    owner: &'a [usize],
    /// The function that computed a node last.
    defined: FxHashMap<Key, usize>,
    plan: &'a mut Plan,
}

impl Crossing<'_> {
    fn walk(&mut self) {
        let graph = &self.kernel.graph;
        let mut open = Vec::new();
        for (at, &step) in self.kernel.steps.iter().enumerate() {
            let function = self.owner[at];
            match step {
                Step::Index(i) => {
                    match self.kernel.reductions.get(&i) {
                        Some(r) => self.reduction(i, r, function),
                        None => graph.indices.operands(i, |a| self.read(index_key(a), function)),
                    }
                    if !repeatable_index(&graph.indices, i) {
                        self.defined.insert(index_key(i), function);
                    }
                }
                Step::Value(v) => {
                    graph.index_operands(v, |a| self.read(index_key(a), function));
                    self.kernel.operands(v, |a| self.read(value_key(graph, a), function));
                    if !matches!(graph.node(v), Node::Cond(_) | Node::Const(_)) {
                        self.defined.insert(value_key(graph, v), function);
                    }
                }
                Step::Zero(v) => {
                    self.defined.insert(value_key(graph, v), function);
                }
                Step::Accumulate(v) => {
                    graph.operands(v, |a| self.read(value_key(graph, a), function));
                    self.read(value_key(graph, v), function);
                }
                Step::Begin(var, region) => {
                    let l = graph.indices.loop_of(var);
                    self.read(index_key(l.lo), function);
                    self.read(index_key(l.hi), function);
                    self.defined.insert(index_key(graph.indices.var_index(var)), function);
                    open.push(region);
                }
                Step::End => {
                    if let Some(region) = open.pop().filter(|&region| region != 0) {
                        self.cursor(region, function);
                    }
                }
                Step::Output(k) => self.output(k, function),
            }
        }
    }

    fn read(&mut self, key: Key, function: usize) {
        if self.defined.get(&key).is_some_and(|&by| by != function) && !self.plan.places.contains_key(&key) {
            let place = self.plan.new_place();
            self.plan.places.insert(key, place);
        }
    }

    /// A reduction reads its bounds, and what does not move in its loop.
    fn reduction(&mut self, index: Index, reduction: &Reduction, function: usize) {
        let indices = &self.kernel.graph.indices;
        let bounds = indices.reduced(index).map(|(var, _)| indices.loop_of(var));
        let bounds = bounds.iter().flat_map(|l| [l.lo, l.hi]);
        bounds.chain(reduction.inputs.iter().copied()).for_each(|i| self.read(index_key(i), function));
    }

    fn output(&mut self, k: usize, function: usize) {
        let output = &self.kernel.outputs[k];
        self.read(value_key(&self.kernel.graph, output.value), function);
        if output.buffer != Buffer::Energy {
            self.cursor(output.region, function);
        } else if function != 0 && self.plan.energy.is_none() {
            self.plan.energy = Some(self.plan.new_place());
        }
    }

    /// The cursor of a region is used; the first function holds it in a register if no other uses it.
    fn cursor(&mut self, region: usize, function: usize) {
        if function != 0 && self.kernel.regions[region].width > 0 && self.plan.cursors[region].is_none() {
            self.plan.cursors[region] = Some(self.plan.new_place());
        }
    }
}
