//! Kernels that write their Hessian element by element, and where its entries go from there.

use super::{BATCH, Completed, Element, LANES, ProjectedElements};
use crate::bind::{NO_SLOT, Stream};
use crate::kernel::{Buffer, Kernel, Output, Step};
use crate::verify;
use std::ops::Range;

/// The element Hessians of one kernel.
#[derive(Clone, Debug)]
pub struct Blocks {
    /// The kernel that adds its Hessian to the matrix; entries and slots are found by it.
    pub whole: Kernel,
    /// The region whose iterations are the elements.
    pub region: usize,
    /// The elements.
    pub element: Element,
    /// The destinations of entries: run by run the position of its slot in the record of the element, and the number of
    /// entries that go to the slot and to those after it.
    pub runs: Vec<(usize, usize)>,
    /// The entries of the lower triangle that go there, run after run.
    pub scattered: Vec<usize>,
    /// The entries of the gradient that the element adds to: the positions of their slots in a record, and their shifts.
    rows: Vec<(usize, u32)>,
    /// The position of the element's own slot in a record: where it begins in the buffer.
    own: usize,
}

impl Blocks {
    /// Turns a kernel of a completed program into one that sets the lower triangles of its elements: its Hessian is a
    /// buffer of theirs. `None`, and the kernel as it is, if it has no Hessian.
    pub fn of(kernel: &mut Kernel, completed: &Completed) -> Option<Self> {
        let place = |o: &Output| completed.places[o.update].filter(|_| o.buffer == Buffer::Hessian);
        let first = kernel.outputs.iter().find(|o| place(o).is_some())?;
        let (number, _) = place(first)?;
        let region = first.region;
        let element = &completed.elements[number];
        let own = kernel.regions[region].width;
        let whole = kernel.clone();
        let (mut runs, mut scattered) = (Vec::<(usize, usize)>::new(), Vec::new());
        for output in &whole.outputs {
            let Some((_, entry)) = place(output) else { continue };
            scattered.push(entry);
            match runs.last_mut().filter(|(offset, _)| *offset == output.offset) {
                Some((_, length)) => *length += 1,
                None => runs.push((output.offset, 1)),
            }
        }
        let adds = |o: &&Output| o.buffer == Buffer::Gradient && o.region == region;
        let rows = whole.outputs.iter().filter(adds).map(|o| (o.offset, o.shift)).collect();
        kernel.regions[region].width += 1;
        for output in &mut kernel.outputs {
            if let Some((_, entry)) = place(output) {
                (output.offset, output.shift, output.sets) = (own, (entry * LANES) as u32, true);
            }
        }
        let outputs = &kernel.outputs;
        let twice = |step: &Step| matches!(*step, Step::Output(k) if outputs[k].sets && outputs[k].transposed);
        kernel.steps.retain(|step| !twice(step));
        verify::debug("blocks", || verify::kernel(kernel));
        Some(Self { whole, region, element: element.clone(), runs, scattered, rows, own })
    }

    /// Returns true if the element of a record is to be projected. An element whose gradient is added elsewhere counts
    /// as flagged.
    pub fn wants(&self, projected: &ProjectedElements, record: &[u32]) -> bool {
        let ProjectedElements::Around(flags) = projected else { return *projected == ProjectedElements::All };
        let flagged = |&(offset, shift): &(usize, u32)| {
            let slot = record[offset];
            slot != NO_SLOT && flags.get((slot + shift) as usize).copied().unwrap_or(true)
        };
        self.rows.is_empty() || self.rows.iter().any(flagged)
    }

    /// Returns true if some entries of the lower triangle are always zero.
    pub fn is_sparse(&self) -> bool {
        self.scattered.len() < self.element.size().pow(2)
    }

    /// The records of the element's region with the places of the elements in the buffer, which begins anew with every
    /// one of the [`batches`] of the ranges.
    pub fn widen(&self, stream: Stream, first: i64, ranges: &[Range<i64>]) -> Stream {
        let Stream { width, slots, starts } = stream;
        let records = slots.len().checked_div(width).unwrap_or(0);
        let mut wide = vec![NO_SLOT; records * (width + 1)];
        for (record, own) in slots.chunks_exact(width.max(1)).zip(wide.chunks_exact_mut(width + 1)) {
            own[..width].copy_from_slice(record);
        }
        let stream = Stream { width: width + 1, slots: wide, starts };
        let mut places = Vec::new();
        for range in ranges.iter().flat_map(|range| batches(&stream, first, range.clone())) {
            let records = stream.records(first, &range);
            places.extend(records.clone().map(|r| (r, r - records.start)));
        }
        let mut stream = stream;
        for (record, at) in places {
            let place = at / LANES * LANES * self.element.entries() + at % LANES;
            stream.slots[record * (width + 1) + self.own] = place as u32;
        }
        stream
    }

    /// The length of the buffer for so many elements.
    pub fn buffer_length(&self, elements: usize) -> usize {
        elements.div_ceil(LANES) * LANES * self.element.entries()
    }
}

/// A range of the outermost loop, which begins at `first`, cut into ranges of at most [`BATCH`] records, or of one
/// iteration.
pub fn batches(stream: &Stream, first: i64, range: Range<i64>) -> Vec<Range<i64>> {
    if stream.starts.is_empty() {
        // A record for each iteration.
        let starts = range.clone().step_by(BATCH);
        return starts.map(|start| start..(start + BATCH as i64).min(range.end)).collect();
    }
    let mut batches = Vec::new();
    let mut start = range.start;
    let mut end = start;
    while end < range.end {
        let grown = stream.records(first, &(start..end + 1)).len();
        if grown > BATCH && end > start {
            batches.push(start..end);
            start = end;
        }
        end += 1;
    }
    if start < end {
        batches.push(start..end);
    }
    batches
}
