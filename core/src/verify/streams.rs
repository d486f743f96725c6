//! The rules of streams.

use super::broken::{Broken, Rule, Site, Stage, check};
use crate::bind::{Chunks, NO_SLOT, Stream, Streams};
use crate::kernel::{Buffer, Kernel};
use std::ops::Range;

const STAGE: Stage = Stage::Streams;

/// The known extents of the buffers that streams lead to.
#[derive(Clone, Copy, Default, Debug)]
pub struct Extents {
    /// The number of unknowns.
    pub unknowns: Option<usize>,
    /// The number of residual rows.
    pub rows: Option<usize>,
    /// The entries of the Hessian's storage.
    pub hessian: Storage,
    /// The entries of the Jacobian's storage.
    pub jacobian: Storage,
}

/// The known properties of the storage of a matrix.
#[derive(Clone, Copy, Default, Debug)]
pub struct Storage {
    /// Its length.
    pub length: Option<usize>,
    /// Every entry of the pattern has a slot.
    pub is_whole: bool,
    /// No two entries of the pattern have one slot.
    pub is_apart: bool,
}

impl Storage {
    /// Every entry has a slot of its own.
    pub fn whole(length: usize) -> Self {
        Self { length: Some(length), is_whole: true, is_apart: true }
    }
}

/// The outputs of one slot.
struct Run {
    buffer: Buffer,
    offset: usize,
    /// The distance of the last entry from the first.
    last: u32,
    /// True if it has its entry in every iteration.
    always: bool,
}

/// Verifies the streams of a kernel. `always` says of each output whether it has its entry in every iteration.
pub fn streams(kernel: &Kernel, streams: &Streams, always: &[bool], extents: &Extents) -> Result<(), Broken> {
    check(streams.regions.len() == kernel.regions.len(), STAGE, Site::Whole, Rule::Covered)?;
    let iterations = usize::try_from(streams.outer.end - streams.outer.start).unwrap_or(0);
    let runs: Vec<Vec<Run>> = (0..kernel.regions.len()).map(|region| runs(kernel, region, always)).collect();
    for (region, stream) in streams.regions.iter().enumerate() {
        let width = kernel.regions[region].width;
        check(stream.width == width, STAGE, Site::Region(region), Rule::Covered)?;
        if width > 0 {
            covered(stream, iterations).or_else(|rule| check(false, STAGE, Site::Region(region), rule))?;
            slots((region, stream), &runs[region], extents)?;
        }
    }
    apart(&streams.regions, &runs)?;
    ranges(streams)?;
    disjoint(streams, &runs, extents)
}

/// The runs of a region.
fn runs(kernel: &Kernel, region: usize, always: &[bool]) -> Vec<Run> {
    let mut at = vec![None; kernel.regions[region].width];
    let mut runs: Vec<Run> = Vec::new();
    let own = kernel.outputs.iter().zip(always).filter(|(o, _)| o.region == region && o.has_slot());
    for (output, &always) in own {
        match at[output.offset] {
            Some(number) => {
                let run: &mut Run = &mut runs[number];
                run.last = run.last.max(output.shift);
                run.always &= always;
            }
            None => {
                at[output.offset] = Some(runs.len());
                runs.push(Run { buffer: output.buffer, offset: output.offset, last: output.shift, always });
            }
        }
    }
    runs
}

/// Verifies that the records are those of the iterations.
fn covered(stream: &Stream, iterations: usize) -> Result<(), Rule> {
    let covered = match stream.starts.last() {
        Some(&records) => {
            let whole = stream.starts.len() == iterations + 1 && records as usize * stream.width == stream.slots.len();
            whole && stream.starts[0] == 0 && stream.starts.is_sorted()
        }
        None => iterations * stream.width == stream.slots.len(),
    };
    if covered { Ok(()) } else { Err(Rule::Covered) }
}

impl Extents {
    fn length(&self, buffer: Buffer) -> Option<usize> {
        match buffer {
            Buffer::Energy => Some(0),
            Buffer::Gradient | Buffer::Product => self.unknowns,
            Buffer::Residual => self.rows,
            Buffer::Hessian => self.hessian.length,
            Buffer::Jacobian => self.jacobian.length,
        }
    }

    /// Returns true if every entry has a slot.
    fn is_whole(&self, buffer: Buffer) -> bool {
        match buffer {
            Buffer::Hessian => self.hessian.is_whole,
            Buffer::Jacobian => self.jacobian.is_whole,
            _ => true,
        }
    }

    /// Returns true if no two entries have one slot.
    fn is_apart(&self, buffer: Buffer) -> bool {
        match buffer {
            Buffer::Hessian => self.hessian.is_apart,
            Buffer::Jacobian => self.jacobian.is_apart,
            _ => true,
        }
    }
}

/// Slots lie within their buffers, and none is missing that cannot be.
fn slots((region, stream): (usize, &Stream), runs: &[Run], extents: &Extents) -> Result<(), Broken> {
    for run in runs {
        let (length, whole) = (extents.length(run.buffer), extents.is_whole(run.buffer) && run.always);
        for (number, record) in stream.slots.chunks_exact(stream.width).enumerate() {
            let place = Site::Record(region, number);
            let slot = record[run.offset];
            check(slot != NO_SLOT || !whole, STAGE, place, Rule::Missing)?;
            let last = slot as usize + run.last as usize;
            let inside = slot == NO_SLOT || length.is_none_or(|length| last < length);
            check(inside, STAGE, place, Rule::Slots)?;
        }
    }
    Ok(())
}

/// Calls `visit` with every slot of some records that is not missing, and its run.
fn each<'a>(
    regions: &[Stream],
    runs: &'a [Vec<Run>],
    records: impl Fn(&Stream) -> Range<usize>,
    mut visit: impl FnMut(usize, &'a Run) -> Result<(), Broken>,
) -> Result<(), Broken> {
    for (stream, runs) in regions.iter().zip(runs).filter(|(stream, _)| stream.width > 0) {
        for number in records(stream) {
            let record = &stream.slots[number * stream.width..][..stream.width];
            for run in runs.iter().filter(|run| record[run.offset] != NO_SLOT) {
                visit(record[run.offset] as usize, run)?;
            }
        }
    }
    Ok(())
}

/// A number for each entry of each buffer, made as entries are met.
#[derive(Default)]
struct Marks([Vec<u64>; 6]);

impl Marks {
    fn of(&mut self, buffer: Buffer, entry: usize) -> &mut u64 {
        let marks = &mut self.0[buffer as usize];
        if marks.len() <= entry {
            marks.resize((entry + 1).max(2 * marks.len()), 0);
        }
        &mut marks[entry]
    }
}

/// The entries of a run in two records are the same, or different.
fn apart(regions: &[Stream], runs: &[Vec<Run>]) -> Result<(), Broken> {
    let mut firsts = Marks::default();
    let mut number = 0;
    for (region, (stream, runs)) in regions.iter().zip(runs).enumerate() {
        for run in runs.iter().filter(|run| run.last > 0) {
            number += 1;
            for (at, record) in stream.slots.chunks_exact(stream.width).enumerate() {
                let slot = record[run.offset];
                let own = number << u32::BITS | u64::from(slot);
                for entry in (0..=run.last).filter(|_| slot != NO_SLOT).map(|k| slot as usize + k as usize) {
                    let first = firsts.of(run.buffer, entry);
                    let free = *first >> u32::BITS != number || *first == own;
                    check(free, STAGE, Site::Record(region, at), Rule::Apart)?;
                    *first = own;
                }
            }
        }
    }
    Ok(())
}

/// The ranges are the outermost loop, and the groups consist of them.
fn ranges(streams: &Streams) -> Result<(), Broken> {
    let Chunks { ranges, groups } = &streams.chunks;
    if ranges.is_empty() {
        return check(groups.is_empty(), STAGE, Site::Whole, Rule::Ranges);
    }
    let mut next = streams.outer.start;
    for (at, range) in ranges.iter().enumerate() {
        check(range.start == next && range.end > next, STAGE, Site::Range(at), Rule::Ranges)?;
        next = range.end;
    }
    check(next == streams.outer.end, STAGE, Site::Whole, Rule::Ranges)?;
    let mut seen = vec![false; ranges.len()];
    for &number in groups.iter().flatten() {
        let new = seen.get_mut(number as usize).is_some_and(|seen| !std::mem::replace(seen, true));
        check(new, STAGE, Site::Range(number as usize), Rule::Ranges)?;
    }
    check(!seen.contains(&false), STAGE, Site::Whole, Rule::Ranges)
}

/// No two ranges of a group write an entry in common.
fn disjoint(streams: &Streams, runs: &[Vec<Run>], extents: &Extents) -> Result<(), Broken> {
    let mut writers = Marks::default();
    let mut first_of_group = 1;
    for group in streams.chunks.groups.iter().filter(|group| group.len() > 1) {
        for (own, &number) in (first_of_group..).zip(group) {
            let range = &streams.chunks.ranges[number as usize];
            let records = |stream: &Stream| stream.records(streams.outer.start, range);
            each(&streams.regions, runs, records, |slot, run| {
                for entry in (slot..=slot + run.last as usize).filter(|_| extents.is_apart(run.buffer)) {
                    let writer = writers.of(run.buffer, entry);
                    let free = *writer < first_of_group || *writer == own;
                    check(free, STAGE, Site::Range(number as usize), Rule::Disjoint)?;
                    *writer = own;
                }
                Ok(())
            })?;
        }
        first_of_group += group.len() as u64;
    }
    Ok(())
}
