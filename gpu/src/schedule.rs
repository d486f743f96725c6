//! Schedules: ways of the numbers of elements to the entries that they contribute to, and the choice of the best.

use crate::memory::real_bytes;
use crate::numbering::Numbering;
use rustc_hash::FxHashMap;
use spadina_core::kernel::{Buffer, Kernel, Output};
use spadina_core::real::Precision;

/// The way in which outputs are assembled.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
#[non_exhaustive]
pub enum Schedule {
    /// [`Staged`](Self::Staged) or [`Rows`](Self::Rows), whichever should take less time on the adapter.
    #[default]
    Auto,
    /// Driven by elements: each leaves its numbers in a staging buffer, and every entry gathers those that contribute to it.
    Staged,
    /// Driven by rows: an invocation for each node evaluates, for all elements around it, what the rows of its unknowns need,
    /// and adds to these rows itself. Much less is moved, more is computed. What has no such form (results other than
    /// gradient and Hessian, loops inside of an element, elements that are projected, rows that very many elements share) is
    /// staged.
    Rows,
    /// Driven by elements, which add to the entries by atomic additions: in single precision, on devices with the feature
    /// `SHADER_FLOAT32_ATOMIC`; refused elsewhere. The order of the additions, and with it the last bits, differ from
    /// run to run. Kernels without such a form (results besides gradient and Hessian, projected elements) are staged.
    Atomic,
}

/// The speed of a device's operations relative to its memory, and its registers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Cost {
    /// Operations in the time in which one byte is moved.
    pub operations: f64,
    /// Numbers of an invocation that registers hold; others go through memory.
    pub registers: usize,
}

/// Part of a number that is read and written in an entry for each element around it: caches hold some of the rows.
const CACHED: f64 = 0.5;

impl Cost {
    /// A processor, for single precision. What registers do not hold is in its first cache, where it costs little.
    const PROCESSOR: Self = Self { operations: 4.0, registers: 1000 };

    /// A graphics processor with a memory of its own, for single precision. Data sheets promise from 12 operations a byte
    /// (A100: 19.5 Tflop/s, 1.6 TB/s) to 80 (RTX 4090: 82.6 Tflop/s, 1 TB/s), half of them in fused pairs. An invocation
    /// has at most 255 registers of 32 bits (CUDA C++ Programming Guide, "Compute Capabilities").
    const DISCRETE: Self = Self { operations: 20.0, registers: 200 };

    /// A graphics processor that shares the memory of the processor, and one that is not known, for single precision.
    const INTEGRATED: Self = Self { operations: 10.0, registers: 200 };

    /// The factor by which operations are fewer in double precision: between 2 on graphics processors for computing
    /// centres and 32 or 64 on those for desktops.
    const DOUBLE: f64 = 4.0;

    /// By the kind of the adapter: processors have few operations for each byte, graphics processors many, and those for
    /// desktops little double precision.
    pub fn of(kind: wgpu::DeviceType, precision: Precision) -> Self {
        let own = match kind {
            wgpu::DeviceType::Cpu => Self::PROCESSOR,
            wgpu::DeviceType::DiscreteGpu => Self::DISCRETE,
            wgpu::DeviceType::IntegratedGpu | wgpu::DeviceType::VirtualGpu | wgpu::DeviceType::Other => {
                Self::INTEGRATED
            }
        };
        match precision {
            Precision::F32 => own,
            // A number takes two registers.
            Precision::F64 => Self { operations: own.operations / Self::DOUBLE, registers: own.registers / 2 },
        }
    }

    /// The time of so many operations and bytes, in bytes moved: they overlap.
    fn time(self, operations: usize, bytes: f64) -> f64 {
        bytes.max(operations as f64 / self.operations)
    }
}

/// Operations of one pass through each loop body.
fn operations(kernel: &Kernel) -> usize {
    kernel.steps.iter().map(|&step| kernel.operations(step)).sum()
}

/// Returns true if the owners of rows can add up a kernel's outputs: every row node has a gradient, by whose slot it is
/// known.
pub(crate) fn has_rows(kernel: &Kernel) -> bool {
    let own = |buffer: Buffer| matches!(buffer, Buffer::Gradient | Buffer::Hessian);
    let owned = |o: &Output| o.node.is_some() && own(o.buffer) && kernel.has_outer_records(o.region);
    let mut slotted = kernel.outputs.iter().filter(|o| o.has_slot()).peekable();
    let gradient = |o: &Output| {
        let same = |other: &Output| other.buffer == Buffer::Gradient && other.node == o.node;
        kernel.outputs.iter().any(same)
    };
    kernel.outer.is_some() && slotted.peek().is_some() && slotted.all(|o| owned(o) && gradient(o))
}

/// Returns true if a kernel's outputs can be added atomically.
pub(crate) fn has_atomics(kernel: &Kernel, precision: Precision) -> bool {
    let added = |o: &Output| matches!(o.buffer, Buffer::Energy | Buffer::Gradient | Buffer::Hessian);
    precision == Precision::F32 && kernel.outer.is_some() && kernel.outputs.iter().all(added)
}

/// The kernels of a row-driven kernel: that of the energy, if there is one, and for each row node one whose records have
/// nothing but its own slots, with the places of these in the records of the whole.
pub(crate) fn rows(kernel: &Kernel) -> (Option<Kernel>, Vec<(Kernel, Vec<usize>)>) {
    let energy = kernel.outputs.iter().any(|o| !o.has_slot()).then(|| kernel.restricted(|o| !o.has_slot()));
    let mut nodes: Vec<(usize, u32)> = kernel.outputs.iter().filter_map(|o| o.node).collect();
    nodes.iter_mut().for_each(|node| node.1 = 0);
    nodes.sort_unstable();
    nodes.dedup();
    let of = |&(node, _): &(usize, u32)| compact(kernel.restricted(|o| o.node.is_some_and(|(own, _)| own == node)));
    (energy, nodes.iter().map(of).collect())
}

/// Leaves out the slots that no output has; gives those that are left.
fn compact(mut kernel: Kernel) -> (Kernel, Vec<usize>) {
    let mut columns: Vec<usize> = kernel.outputs.iter().map(|o| o.offset).collect();
    columns.sort_unstable();
    columns.dedup();
    for output in &mut kernel.outputs {
        let Ok(column) = columns.binary_search(&output.offset) else {
            unreachable!("the columns are those of the outputs");
        };
        output.offset = column;
        kernel.regions[output.region].width = columns.len();
    }
    (kernel, columns)
}

/// Bytes of an item or a slot.
const WORD: f64 = size_of::<u32>() as f64;

/// Returns true if the row-driven form of a kernel should take less time than the staged one.
pub(crate) fn prefers_rows(kernel: &Kernel, cost: Cost, precision: Precision) -> bool {
    let bytes = real_bytes(precision) as f64;
    let numbering = Numbering::of(kernel, |_| None);
    let numbers: usize = numbering.counts.iter().sum();
    let entries = kernel.outputs.iter().filter(|o| o.has_slot()).count();
    // Numbers are written and gathered, items are read.
    let staged = bytes * (numbers + entries) as f64 + WORD * numbering.runs.len() as f64;
    let staged = cost.time(operations(kernel), staged);
    let (energy, nodes) = rows(kernel);
    let own = |(kernel, columns): &(Kernel, Vec<usize>)| {
        let slots = WORD * (columns.len() + 1) as f64;
        // Entries are read and written.
        cost.time(operations(kernel), slots + 2.0 * bytes * CACHED * kernel.outputs.len() as f64)
    };
    let energy = energy.map_or(0.0, |kernel| cost.time(operations(&kernel), bytes));
    energy + nodes.iter().map(own).sum::<f64>() < staged
}

/// The most parts a kernel is split into.
const PARTS: usize = 16;

/// Operations that one number costs that no register holds: it is written and read again, for some of those who read it.
const SPILL: usize = 8;

/// Splits the outputs of a kernel into several kernels, if the numbers of the whole do not fit the registers and the parts, which
/// compute some of them again, cost less.
pub(crate) fn split(kernel: &Kernel, cost: Cost) -> Vec<Kernel> {
    let price = |kernel: &Kernel| {
        let spilled = kernel.peak().saturating_sub(cost.registers);
        operations(kernel) + SPILL * spilled
    };
    if kernel.peak() <= cost.registers || kernel.outer.is_none() {
        return vec![kernel.clone()];
    }
    let mut best = vec![kernel.clone()];
    let mut least = price(kernel);
    let mut parts = 2;
    while parts <= PARTS {
        let tried = cut(kernel, parts);
        let total = tried.iter().map(price).sum();
        if total < least {
            (best, least) = (tried, total);
        }
        parts *= 2;
    }
    best
}

/// The kernels of about `parts` parts of the outputs, in their order. Outputs that share numbers are in the same part.
fn cut(kernel: &Kernel, parts: usize) -> Vec<Kernel> {
    let numbering = Numbering::of(kernel, |_| None);
    let total: usize = numbering.counts.iter().sum();
    let share = total.div_ceil(parts).max(1);
    let lengths = numbering.runs.iter().flat_map(|run| std::iter::repeat_n(run.first / share, run.length));
    let slotted = kernel.outputs.iter().filter(|o| o.has_slot());
    let key = |o: &Output| (o.update, o.transposed);
    let part_of: FxHashMap<_, usize> = slotted.map(key).zip(lengths).collect();
    let last = part_of.values().copied().max().unwrap_or(0);
    // The energy is part of the first.
    let own = |o: &Output| if o.has_slot() { part_of[&key(o)] } else { 0 };
    let of = |part: usize| kernel.restricted(|o| own(o) == part);
    (0..=last).map(of).filter(|kernel| !kernel.outputs.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn desktops_have_little_double_precision() {
        let of = |precision| Cost::of(wgpu::DeviceType::DiscreteGpu, precision);
        assert!(of(Precision::F64).operations < of(Precision::F32).operations);
        assert_eq!(of(Precision::F32).time(1000, 40.0), 50.0);
    }
}
