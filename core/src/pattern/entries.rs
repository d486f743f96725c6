//! From recorded entries to the slots of a kernel's outputs.

use super::hessian::Slots;
use super::{Csr, chunks, symbolic::by_unknown};
use crate::bind::{NO_SLOT, Stream, Streams};
use crate::executor::{self, Executor};
use crate::kernel::{Buffer, Kernel, Output};
use std::ops::Range;

/// Streams of at least so many slots are found on all threads.
const PARALLEL_SLOTS: usize = 1 << 16;

/// The rows and columns of a kernel's outputs over all its iterations.
#[derive(Clone, Default, Debug)]
pub struct Entries {
    /// The values of the outermost loop variable; `0..1` for a kernel without loops.
    pub outer: Range<i64>,
    /// By region of the kernel.
    pub regions: Vec<RegionEntries>,
}

/// The entries of one region: a record for each of its iterations.
///
/// What is kept of a record are the numbers of the rows and columns that it is about, its *places*; which of them are
/// row and column of an output is the same in every record.
#[derive(Clone, Default, Debug)]
pub struct RegionEntries {
    /// Numbers of the places, record by record.
    pub(super) numbers: Vec<u32>,
    /// Whether each output has its entry, record by record; empty where all always have.
    pub(super) on: Vec<bool>,
    /// The number of places in a record.
    pub(super) places: usize,
    /// Row and column of each output that takes slots, among the places.
    pub(super) outputs: Vec<[usize; 2]>,
    /// By place, the one whose number is always one less, if there is one.
    pub(super) before: Vec<Option<usize>>,
    /// For each iteration of the outermost loop the number of records before it; at the end their number.
    pub(super) starts: Vec<u64>,
}

/// One record.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) numbers: &'a [u32],
    on: &'a [bool],
}

impl Record<'_> {
    pub(super) fn has(&self, output: usize) -> bool {
        self.on.get(output).copied().unwrap_or(true)
    }
}

impl RegionEntries {
    /// The number of records.
    pub fn records(&self) -> usize {
        self.numbers.len().checked_div(self.places).unwrap_or(0)
    }

    pub(super) fn record(&self, number: usize) -> Record<'_> {
        let (places, outputs) = (self.places, self.outputs.len());
        let on = if self.on.is_empty() { &[][..] } else { &self.on[number * outputs..(number + 1) * outputs] };
        Record { numbers: &self.numbers[number * places..(number + 1) * places], on }
    }

    /// Row and column of an output in a record.
    fn pair(&self, record: Record<'_>, output: usize) -> [u32; 2] {
        self.outputs[output].map(|place| record.numbers[place])
    }
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
            for number in 0..entries.records() {
                let record = entries.record(number);
                for &k in wanted.iter().filter(|&&k| record.has(k)) {
                    visit(columns[k], number, entries.pair(record, k));
                }
            }
        }
    }

    /// In which iteration of the outermost loop, counted from zero, a region has a record.
    pub fn outer_iteration(&self, region: usize, record: usize) -> usize {
        self.regions[region].starts.partition_point(|&start| start <= record as u64).saturating_sub(1)
    }
}

/// The outputs of a region that take slots, in order.
pub(super) fn columns(kernel: &Kernel, region: usize) -> Vec<&Output> {
    kernel.outputs.iter().filter(|o| o.region == region && o.has_slot()).collect()
}

/// Where the entries of a matrix are.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The pattern.
    pub pattern: &'a Csr,
    /// The slot of each entry of the pattern; `None`: its number.
    pub slots: Option<&'a [u32]>,
}

impl Places<'_> {
    /// The slot of an entry of the pattern.
    pub fn slot(&self, entry: usize) -> u32 {
        self.slots.map_or(entry as u32, |slots| slots[entry])
    }
}

/// The slots of a kernel's outputs. `slot` gives the place of a pattern entry's number in the storage, for the Hessian and
/// the Jacobian; other buffers are addressed by row.
pub fn streams(
    kernel: &Kernel,
    entries: &Entries,
    hessian: Option<Places>,
    jacobian: Option<Places>,
    executor: &dyn Executor,
) -> Streams {
    let regions = (0..kernel.regions.len())
        .map(|region| region_stream((kernel, region), &entries.regions[region], hessian, jacobian, executor))
        .collect();
    let chunks = chunks::color(kernel, entries);
    Streams { outer: entries.outer.clone(), regions, chunks }
}

fn region_stream(
    (kernel, region): (&Kernel, usize),
    entries: &RegionEntries,
    hessian: Option<Places>,
    jacobian: Option<Places>,
    executor: &dyn Executor,
) -> Stream {
    let columns = columns(kernel, region);
    let width = kernel.regions[region].width;
    if columns.is_empty() {
        return Stream::default();
    }
    let records = entries.records();
    let mut slots = vec![NO_SLOT; records * width];
    let share = match slots.len() {
        0..PARALLEL_SLOTS => records,
        _ => executor::share(executor, records),
    };
    let own = hessian.map(|places| Slots::new(&columns, entries, places));
    let others: Vec<(usize, &Output)> = columns.iter().copied().enumerate().filter(|(_, o)| o.shift == 0).collect();
    let others: Vec<_> = others.into_iter().filter(|(_, o)| o.buffer != Buffer::Hessian).collect();
    executor::pieces(executor, &mut slots, share * width, |position, slots| {
        let first = position / width.max(1);
        for (k, slots) in slots.chunks_exact_mut(width.max(1)).enumerate() {
            fill_record(&others, entries, entries.record(first + k), slots, jacobian);
        }
        own.iter().for_each(|own| own.fill(first, slots, width));
    });
    let uniform = records + 1 == entries.starts.len() && entries.starts.iter().zip(0..).all(|(&start, k)| start == k);
    let starts = if uniform { Vec::new() } else { entries.starts.clone() };
    Stream { width, slots, starts }
}

/// The slots of some outputs, none of the Hessian, in one record.
fn fill_record(
    outputs: &[(usize, &Output)],
    entries: &RegionEntries,
    record: Record<'_>,
    slots: &mut [u32],
    jacobian: Option<Places>,
) {
    for &(k, output) in outputs.iter().filter(|(k, _)| record.has(*k)) {
        let [row, col] = entries.pair(record, k);
        let own = &mut slots[output.offset];
        match (output.buffer, jacobian) {
            (Buffer::Jacobian, Some(places)) => {
                places.pattern.position(row, col).into_iter().for_each(|at| *own = places.slot(at));
            }
            (Buffer::Jacobian, None) => {}
            _ => *own = row,
        }
    }
}

/// Whether rows of different buffers of a kernel may be numbered apart: unknowns and residual rows.
pub(super) fn mixes_rows(kernel: &Kernel) -> bool {
    let unknown = kernel.outputs.iter().any(|o| o.has_slot() && by_unknown(o.buffer));
    let residual = kernel.outputs.iter().any(|o| o.has_slot() && !by_unknown(o.buffer));
    unknown && residual
}
