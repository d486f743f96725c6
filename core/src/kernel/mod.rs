//! Kernels: the solved body of one loop nest as a schedule of nodes, ready for any back-end.
//!
//! A kernel runs over a range of its outermost loop. A back-end walks [`Kernel::steps`] once and keeps one number for
//! each node; inside a loop a node may be computed again, which replaces its number. Where an output goes is read from
//! a *stream* of slots, one record for each iteration of the output's region, in the order of the iterations.

mod build;
mod cut;
mod demand;
mod fuse;
mod pressure;
mod print;
mod restrict;
mod runs;
mod schedule;
mod support;

pub use build::{Outputs, build, build_with};
pub use cut::{Crossing, Cut, Key, WHOLE, value_key};
pub use demand::Demand;
pub use fuse::Fused;
pub use print::Counts;
pub use schedule::{Root, Schedule, Step, integer_steps, loop_ends, schedule};
pub use support::{guards, implied, supports};

use crate::index::{Index, Reduction, Var};
use crate::real::{Graph, Value};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The buffer that an output adds to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Buffer {
    /// The one number of the energy; it takes no slot.
    Energy,
    /// The gradient, one entry for each unknown.
    Gradient,
    /// The values of the Hessian's storage.
    Hessian,
    /// The residual.
    Residual,
    /// The values of the Jacobian's storage.
    Jacobian,
    /// The product of a derivative with the seed.
    Product,
}

/// One `buffer[slot + shift] += value`, or `=`.
#[derive(Clone, Debug)]
pub struct Output {
    /// The update of the program it computes.
    pub update: usize,
    /// The region in which it stands.
    pub region: usize,
    /// The buffer that it adds to.
    pub buffer: Buffer,
    /// Position of its slot in the region's record; the energy has none.
    pub offset: usize,
    /// The distance of its entry from its slot, in entries.
    pub shift: u32,
    /// True if it goes to the transposed entry.
    pub transposed: bool,
    /// The *row node*, and the component of it that the row is: rows that are less than a stride apart in every iteration
    /// are components of one node, in whatever buffer. Rows that are no unknowns have none.
    pub node: Option<(usize, u32)>,
    /// The value.
    pub value: Value,
    /// True if the value is subtracted.
    pub negated: bool,
    /// True if the value replaces the number there; no other output goes there.
    pub sets: bool,
}

/// A loop body, or the whole kernel (region 0), as far as outputs are concerned.
#[derive(Clone, Debug)]
pub struct Region {
    /// The enclosing region.
    pub parent: Option<usize>,
    /// The variable of its loop; `None` for region 0.
    pub var: Option<Var>,
    /// Slots in one record.
    pub width: usize,
}

/// The body of one loop nest.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// The name in print.
    pub name: String,
    /// The expressions.
    pub graph: Arc<Graph>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The outputs, by the number in [`Step::Output`].
    pub outputs: Vec<Output>,
    /// Sums and differences that are computed together with a product.
    pub fused: FxHashMap<Value, Fused>,
    /// True if the machine multiplies and adds in one instruction, which functions such as `exp` then do, too.
    pub fuses: bool,
    /// The regions, by the number in [`Step::Begin`]; region 0 is the whole kernel.
    pub regions: Vec<Region>,
    /// The outermost loop, which back-ends split into ranges; `None`: the kernel runs once.
    pub outer: Option<Var>,
    /// The bodies of the reductions among the steps, and of those inside of them.
    pub reductions: FxHashMap<Index, Reduction>,
    /// By arena position: loads whose index may be out of range where a guard is off. They read entry 0 then.
    pub checked_values: Vec<bool>,
    /// By arena position: table reads and divisions that may be undefined where a guard is off. They give 0 then.
    pub checked_indices: Vec<bool>,
}

impl Output {
    /// Returns true if it goes to an entry of a buffer; the energy is a number of its own.
    pub fn has_slot(&self) -> bool {
        self.buffer != Buffer::Energy
    }
}

impl Kernel {
    /// Returns true if the outputs of both kernels stand in the same loops and have the same slots.
    pub fn same_outputs(&self, other: &Kernel) -> bool {
        let place = |o: &Output| (o.update, o.region, o.buffer, o.offset, o.shift, o.transposed);
        let region = |r: &Region| (r.parent, r.var, r.width);
        self.outer == other.outer
            && self.outputs.iter().map(place).eq(other.outputs.iter().map(place))
            && self.regions.iter().map(region).eq(other.regions.iter().map(region))
    }

    /// The position of the step that begins the outermost loop.
    pub fn outermost(&self) -> Option<usize> {
        let mut depth = 0usize;
        for (at, step) in self.steps.iter().enumerate() {
            match step {
                Step::Begin(..) if depth == 0 && self.is_outer(*step) => return Some(at),
                Step::Begin(..) => depth += 1,
                Step::End => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        None
    }

    /// Returns true if a step that stands in no loop begins the outermost loop, whose range the caller chooses. Sums
    /// over the same range that stand before it run in full.
    pub fn is_outer(&self, step: Step) -> bool {
        matches!(step, Step::Begin(var, region) if region != 0 && Some(var) == self.outer)
    }

    /// Returns true if a region is the outermost loop itself, or the whole of a kernel without one: its records have
    /// the numbers of the iterations.
    pub fn has_outer_records(&self, region: usize) -> bool {
        let Some(found) = self.regions.get(region) else { return false };
        match self.outer {
            Some(outer) => found.parent == Some(0) && found.var == Some(outer),
            None => region == 0,
        }
    }
}
