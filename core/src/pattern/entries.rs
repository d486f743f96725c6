//! The records of the symbolic phase: the rows and columns of a kernel's outputs over all iterations.

use crate::kernel::{Buffer, Kernel, Output};
use std::ops::Range;

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
/// A record keeps the numbers of the rows and columns that it is about, its *places*; which of them are row and column
/// of an output is the same in every record.
#[derive(Clone, Default, Debug)]
pub struct RegionEntries {
    /// Numbers of the places, record by record.
    pub(super) numbers: Vec<u32>,
    /// True for each output that has its entry, record by record; empty where all always have.
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
    pub(super) fn pair(&self, record: Record<'_>, output: usize) -> [u32; 2] {
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

/// The outputs of the Hessian among those of a region, with their rows and columns.
pub(super) fn hessian_outputs<'a>(
    columns: &'a [&Output],
    entries: &'a RegionEntries,
) -> impl Iterator<Item = (usize, [usize; 2])> + 'a {
    let all = columns.iter().zip(&entries.outputs).enumerate();
    all.filter(|(_, (column, _))| column.buffer == Buffer::Hessian).map(|(output, (_, &at))| (output, at))
}
