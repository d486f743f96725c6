//! From recorded entries to the slots of a kernel's outputs.

use super::entries::{Entries, Record, RegionEntries, columns};
use super::slots::Slots;
use super::{Places, chunks};
use crate::bind::{NO_SLOT, Stream, Streams};
use crate::executor::{self, Executor};
use crate::kernel::{Buffer, Kernel, Output};
use crate::verify::{self, Extents, Storage};

/// Streams of at least so many slots are found on all threads.
const PARALLEL_SLOTS: usize = 1 << 16;

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
    let streams = Streams { outer: entries.outer.clone(), regions, chunks };
    verify::debug("streams", || {
        let unknowns = hessian.map(|places| places.pattern.rows());
        let (hessian, jacobian) = (storage(hessian), storage(jacobian));
        let extents = Extents { unknowns, rows: None, hessian, jacobian };
        verify::streams(kernel, &streams, &always(kernel, entries), &extents)
    });
    streams
}

/// The storage of a matrix, as far as its slots tell.
fn storage(places: Option<Places>) -> Storage {
    let Some(Places { pattern, slots }) = places else { return Storage::default() };
    let Some(slots) = slots else { return Storage::whole(pattern.nonzeros()) };
    let mut stored: Vec<u32> = slots.iter().copied().filter(|&slot| slot != NO_SLOT).collect();
    let count = stored.len();
    stored.sort_unstable();
    stored.dedup();
    let length = stored.last().map_or(0, |&slot| slot as usize + 1);
    Storage { length: Some(length), is_whole: count == slots.len(), is_apart: stored.len() == count }
}

/// By output, whether it has its entry in every iteration.
fn always(kernel: &Kernel, entries: &Entries) -> Vec<bool> {
    let mut next = vec![0; entries.regions.len()];
    let mut own = |output: &Output| {
        let region = &entries.regions[output.region];
        let number = next[output.region];
        next[output.region] += usize::from(output.has_slot());
        (0..region.records()).all(|record| region.record(record).has(number))
    };
    kernel.outputs.iter().map(|output| output.has_slot() && own(output)).collect()
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
