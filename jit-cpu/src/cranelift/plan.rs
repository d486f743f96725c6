//! The decisions before code is generated: the steps that become functions of their own, and the nodes that pass
//! between functions through memory.
//!
//! Register allocation is slower than linear in the length of a function, so a block of more than [`LIMIT`] instructions is
//! cut ([`Cut`]). Whatever one function computes and another reads has a *place* in the frame: a block of memory that
//! the caller of the kernel provides. Without a cut there is no frame, and everything lives in registers.

use super::Options;
use cranelift_codegen::ir::{Type, types};
use rustc_hash::FxHashMap;
use spadina_core::index::{Index, IndexNode, Indices};
use spadina_core::kernel::{Buffer, Crossing, Cut, Kernel, Step, loop_ends};
pub(crate) use spadina_core::kernel::{Key, WHOLE, value_key};
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

/// The key of an integer or condition.
pub(crate) fn index_key(index: Index) -> Key {
    index.index()
}

/// Returns true if an integer is generated again wherever it is read.
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
    /// True if streams may hold slots that are not stored.
    pub skips: bool,
    /// True if compiling soon matters more than good code.
    pub quick: bool,
    /// True if several iterations of the outermost loop are run side by side.
    pub wide: bool,
    /// True if functions such as `exp` are generated where they are needed, and not called.
    pub inline: bool,
}

impl Plan {
    /// Plans a kernel.
    pub fn of(kernel: &Kernel, options: &Options, skips: bool) -> Self {
        let functions = kernel.steps.iter().filter(|&&step| is_function(kernel, step)).count();
        let inline = functions <= INLINE;
        let weight = |step| weight(kernel, step) + if inline && is_function(kernel, step) { FUNCTION } else { 0 };
        let cut = Cut::of(kernel, options.block_limit.max(1), weight);
        let instructions: usize = kernel.steps.iter().map(|&step| weight(step)).sum();
        let mut plan = Self {
            functions: cut.functions.clone(),
            calls: cut.calls.clone(),
            ends: loop_ends(&kernel.steps),
            outer: kernel.outermost(),
            places: FxHashMap::default(),
            energy: None,
            cursors: vec![None; kernel.regions.len()],
            frame_bytes: 0,
            skips,
            quick: instructions > options.quick_above,
            wide: false,
            inline,
        };
        plan.wide = options.wide && plan.functions.len() == 1 && plan.is_flat();
        if plan.functions.len() > 1 {
            let graph = &kernel.graph;
            for node in cut.crossing(kernel, |i| repeatable_index(&graph.indices, i), |_| Vec::new()) {
                let key = match node {
                    Crossing::Integer(i) => index_key(i),
                    Crossing::Real(v) => value_key(graph, v),
                };
                let place = plan.new_place();
                plan.places.insert(key, place);
            }
            Shared { kernel, plan: &mut plan }.walk(&cut.owner);
        }
        plan
    }

    /// Returns true if there is an outermost loop, with no loop inside.
    fn is_flat(&self) -> bool {
        self.outer.is_some_and(|outer| (outer + 1..self.ends[outer]).all(|at| self.ends[at] == 0))
    }

    fn new_place(&mut self) -> i32 {
        let place = self.frame_bytes;
        self.frame_bytes += 8;
        place as i32
    }
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

/// Returns true if a step computes a function such as `exp`.
fn is_function(kernel: &Kernel, step: Step) -> bool {
    let Step::Value(v) = step else { return false };
    match *kernel.graph.node(v) {
        Node::Unary(op, _) => op.is_function(),
        Node::Binary(op, ..) => op.is_function(),
        _ => false,
    }
}

/// Places the bookkeeping that several functions of a kernel use: the energy, and the cursors of regions.
struct Shared<'a> {
    kernel: &'a Kernel,
    plan: &'a mut Plan,
}

impl Shared<'_> {
    fn walk(&mut self, owner: &[usize]) {
        let mut open = Vec::new();
        for (&step, &function) in self.kernel.steps.iter().zip(owner) {
            match step {
                Step::Begin(_, region) => open.push(region),
                Step::End => {
                    if let Some(region) = open.pop().filter(|&region| region != 0) {
                        self.cursor(region, function);
                    }
                }
                Step::Output(k) => self.output(k, function),
                Step::Index(_) | Step::Value(_) | Step::Zero(_) | Step::Accumulate(_) => {}
            }
        }
    }

    fn output(&mut self, k: usize, function: usize) {
        let output = &self.kernel.outputs[k];
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
