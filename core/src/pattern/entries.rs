//! From recorded entries to the slots of a kernel's outputs.

use super::{Csr, chunks, symbolic::by_unknown};
use crate::bind::{NO_SLOT, Stream, Streams};
use crate::kernel::{Buffer, Kernel, Output};
use std::ops::Range;

/// Streams of at least so many slots are found on all cores.
const PARALLEL_SLOTS: usize = 1 << 16;

/// The rows and columns of a kernel's outputs over all its iterations.
#[derive(Clone, Default, Debug)]
pub struct Entries {
    /// The values of the outermost loop variable; `0..1` for a kernel without loops.
    pub outer: Range<i64>,
    /// By region of the kernel.
    pub regions: Vec<RegionEntries>,
}

/// The entries of one region, iteration by iteration.
#[derive(Clone, Default, Debug)]
pub struct RegionEntries {
    /// Row and column of each output that takes slots, in order; `u32::MAX` twice where its guard is off.
    pub pairs: Vec<[u32; 2]>,
    /// For each iteration of the outermost loop the number of pairs before it; at the end their number.
    pub starts: Vec<u64>,
}

impl Entries {
    /// Calls `visit` with the row and column of every stored entry of a buffer.
    pub fn visit(&self, kernel: &Kernel, buffer: Buffer, mut visit: impl FnMut(u32, u32)) {
        self.visit_outputs(kernel, buffer, |_, _, [row, col]| visit(row, col));
    }

    /// Like [`visit`](Self::visit), with the output that has the entry and the number of its record in the region.
    pub fn visit_outputs(&self, kernel: &Kernel, buffer: Buffer, mut visit: impl FnMut(&Output, usize, [u32; 2])) {
        for (region, entries) in self.regions.iter().enumerate() {
            let columns = columns(kernel, region);
            let wanted: Vec<usize> = (0..columns.len()).filter(|&k| columns[k].buffer == buffer).collect();
            if wanted.is_empty() {
                continue;
            }
            for (number, record) in entries.pairs.chunks_exact(columns.len()).enumerate() {
                for &k in &wanted {
                    if record[k][0] != u32::MAX {
                        visit(columns[k], number, record[k]);
                    }
                }
            }
        }
    }

    /// In which iteration of the outermost loop, counted from zero, a region has a record.
    pub fn outer_iteration(&self, kernel: &Kernel, region: usize, record: usize) -> usize {
        let before = (record * columns(kernel, region).len()) as u64;
        self.regions[region].starts.partition_point(|&start| start <= before).saturating_sub(1)
    }
}

/// The outputs of a region that take slots, in order.
fn columns(kernel: &Kernel, region: usize) -> Vec<&Output> {
    kernel.outputs.iter().filter(|o| o.region == region && o.slots > 0).collect()
}

/// Where the entries of a matrix are.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The pattern.
    pub pattern: &'a Csr,
    /// The slot of each entry of the pattern.
    pub slots: &'a [u32],
    /// For each entry of a symmetric pattern the number of the transposed entry; see [`Csr::mirror`].
    pub mirror: &'a [u32],
}

/// The slots of a kernel's outputs. `slot` gives the place of a pattern entry's number in the storage, for the Hessian and
/// the Jacobian; other buffers are addressed by row.
pub fn streams(kernel: &Kernel, entries: &Entries, hessian: Option<Places>, jacobian: Option<Places>) -> Streams {
    let regions = (0..kernel.regions.len())
        .map(|region| region_stream(kernel, region, &entries.regions[region], hessian, jacobian))
        .collect();
    let chunks = chunks::color(kernel, entries);
    Streams { outer: entries.outer.clone(), regions, chunks }
}

fn region_stream(
    kernel: &Kernel,
    region: usize,
    entries: &RegionEntries,
    hessian: Option<Places>,
    jacobian: Option<Places>,
) -> Stream {
    let columns = columns(kernel, region);
    let width = kernel.regions[region].width;
    if columns.is_empty() {
        return Stream::default();
    }
    let records = entries.pairs.len() / columns.len();
    let mut slots = vec![NO_SLOT; records * width];
    let threads = match slots.len() {
        0..PARALLEL_SLOTS => 1,
        _ => std::thread::available_parallelism().map_or(1, |n| n.get()),
    };
    let share = records.div_ceil(threads).max(1);
    let fill = |pairs: &[[u32; 2]], slots: &mut [u32]| {
        for (record, slots) in pairs.chunks_exact(columns.len()).zip(slots.chunks_exact_mut(width.max(1))) {
            fill_record(&columns, record, slots, hessian, jacobian);
        }
    };
    std::thread::scope(|scope| {
        let shares = entries.pairs.chunks(share * columns.len()).zip(slots.chunks_mut((share * width).max(1)));
        for (k, (pairs, slots)) in shares.enumerate() {
            if threads == 1 || k + 1 == threads {
                fill(pairs, slots);
            } else {
                scope.spawn(|| fill(pairs, slots));
            }
        }
    });
    let outer = entries.starts.len().saturating_sub(1);
    let uniform = records == outer && entries.starts.iter().enumerate().all(|(k, &s)| s == (k * columns.len()) as u64);
    let starts = if uniform { Vec::new() } else { entries.starts.iter().map(|s| s / columns.len() as u64).collect() };
    Stream { width, slots, starts }
}

/// The slots of one record.
fn fill_record(
    columns: &[&Output],
    record: &[[u32; 2]],
    slots: &mut [u32],
    hessian: Option<Places>,
    jacobian: Option<Places>,
) {
    for (output, &[row, col]) in columns.iter().zip(record).filter(|(_, pair)| pair[0] != u32::MAX) {
        let own = &mut slots[output.offset..output.offset + output.slots];
        let places = match output.buffer {
            Buffer::Hessian => hessian,
            Buffer::Jacobian => jacobian,
            _ => {
                own[0] = row;
                continue;
            }
        };
        let Some(Places { pattern, slots, mirror }) = places else { continue };
        let Some(at) = pattern.position(row, col) else { continue };
        own[0] = slots[at];
        if let Some(transposed) = own.get_mut(1) {
            *transposed = slots[mirror[at] as usize];
        }
    }
}

/// Calls `visit` with every row that an iteration range of the outermost loop writes.
pub(super) fn rows_in(kernel: &Kernel, entries: &Entries, range: Range<usize>, mut visit: impl FnMut(u32)) {
    let gradient = kernel.outputs.iter().any(|o| o.buffer == Buffer::Gradient);
    for (region, entries) in entries.regions.iter().enumerate() {
        let columns = columns(kernel, region);
        if columns.is_empty() {
            continue;
        }
        // Row and column of a Hessian entry are loads of the same iteration, so they are rows of its gradient too.
        let wanted: Vec<usize> =
            (0..columns.len()).filter(|&k| !(gradient && columns[k].buffer == Buffer::Hessian)).collect();
        let pairs = &entries.pairs[entries.starts[range.start] as usize..entries.starts[range.end] as usize];
        for record in pairs.chunks_exact(columns.len()) {
            for &k in &wanted {
                let [row, col] = record[k];
                if row != u32::MAX {
                    visit(row);
                    if columns[k].buffer == Buffer::Hessian {
                        visit(col);
                    }
                }
            }
        }
    }
}

/// Whether rows of different buffers of a kernel may be numbered apart: unknowns and residual rows.
pub(super) fn mixes_rows(kernel: &Kernel) -> bool {
    let unknown = kernel.outputs.iter().any(|o| o.slots > 0 && by_unknown(o.buffer));
    let residual = kernel.outputs.iter().any(|o| o.slots > 0 && !by_unknown(o.buffer));
    unknown && residual
}
