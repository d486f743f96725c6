//! The pattern of the Hessian, and the slots in it, row by row: a row is touched by the records in which its number
//! stands, and holds the columns that meet it there.

use super::Csr;
use super::entries::{Entries, Places, RegionEntries, columns};
use super::incidence::Incidence;
use super::nodes::{Blocks, contract, expand};
use crate::executor::{self, Executor};
use crate::kernel::{Buffer, Kernel, Output};
use std::ops::Range;

/// What meets a place in the outputs of the Hessian.
#[derive(Clone, Copy)]
pub(super) struct Partner {
    /// The other place.
    pub place: usize,
    /// The output.
    output: usize,
}

/// A run of entries that has one slot.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// The column of the first entry.
    pub first: Partner,
    /// The column of the last entry, and how far it is beyond the first.
    pub last: (usize, u32),
    /// Position of its slot in the record.
    pub offset: usize,
}

/// By place, what meets it in the outputs of the Hessian.
pub(super) struct Partners {
    /// Every other place.
    of: Vec<Vec<Partner>>,
    /// The place whose number is always one less, if there is one that meets the same places.
    alike: Vec<Option<usize>>,
}

impl Partners {
    /// Those of the entries at `outputs`, with the places that they meet.
    fn of(outputs: impl Iterator<Item = (usize, [usize; 2])>, entries: &RegionEntries) -> Self {
        let mut of = vec![Vec::new(); entries.places];
        for (output, [row, col]) in outputs {
            of[row].push(Partner { place: col, output });
            // The pattern is symmetric, whatever the updates are.
            of[col].push(Partner { place: row, output });
        }
        let mut met: Vec<Vec<usize>> = of.iter().map(|list| list.iter().map(|p| p.place).collect()).collect();
        met.iter_mut().for_each(|list| {
            list.sort_unstable();
            list.dedup();
        });
        let always = entries.on.is_empty();
        let alike =
            |place: usize| entries.before.get(place).copied().flatten().filter(|&b| always && met[b] == met[place]);
        let alike = (0..entries.places).map(alike).collect();
        Self { of, alike }
    }

    /// Calls `visit` with every column of a row.
    fn of_row(&self, entries: &RegionEntries, positions: &[u32], mut visit: impl FnMut(u32)) {
        for &position in positions {
            let (number, place) = (position as usize / entries.places, position as usize % entries.places);
            let record = entries.record(number);
            for partner in self.of[place].iter().filter(|p| record.has(p.output)) {
                visit(record.numbers[partner.place]);
            }
        }
    }

    /// Whether a row, given by its positions, has the columns of the one before it because it meets the same places in
    /// the same records.
    fn repeats(&self, entries: &RegionEntries, before: &[u32], own: &[u32]) -> bool {
        let places = entries.places;
        let follows = |&own: &u32, &before: &u32| {
            let (own, before) = (own as usize, before as usize);
            own / places == before / places && self.alike[own % places] == Some(before % places)
        };
        before.len() == own.len() && own.iter().zip(before).all(|(own, before)| follows(own, before))
    }
}

/// The outputs of the Hessian among those of a region, with their rows and columns.
fn outputs<'a>(columns: &'a [&Output], entries: &'a RegionEntries) -> impl Iterator<Item = (usize, [usize; 2])> + 'a {
    let all = columns.iter().zip(&entries.outputs).enumerate();
    all.filter(|(_, (column, _))| column.buffer == Buffer::Hessian).map(|(output, (_, &at))| (output, at))
}

/// Finds the slots of a region's outputs of the Hessian.
pub(super) struct Slots<'a> {
    entries: &'a RegionEntries,
    places: Places<'a>,
    /// By place, the runs of which it is the row.
    runs: Vec<Vec<Run>>,
    /// Blocks of nodes with the numbers of the nodes, record by record, and the pattern of the nodes.
    blocks: Option<(Blocks, Vec<u32>, Csr)>,
}

impl<'a> Slots<'a> {
    pub fn new(columns: &[&Output], entries: &'a RegionEntries, places: Places<'a>) -> Self {
        let mut runs: Vec<Vec<Run>> = vec![Vec::new(); entries.places];
        for (output, [row, col]) in outputs(columns, entries) {
            let (first, column) = (Partner { place: col, output }, columns[output]);
            match runs[row].iter_mut().find(|run| run.offset == column.offset) {
                Some(run) => run.last = (col, column.shift),
                None => runs[row].push(Run { first, last: (col, column.shift), offset: column.offset }),
            }
        }
        let blocks = Blocks::of(entries, outputs(columns, entries).map(|(_, at)| at)).and_then(|blocks| {
            let coarse = contract(places.pattern, blocks.nodes.width)?;
            let numbers = blocks.nodes.numbers(entries)?;
            Some((blocks, numbers, coarse))
        });
        Self { entries, places, runs, blocks }
    }

    /// The slots of the records from `first` on, `width` to a record.
    pub fn fill(&self, first: usize, slots: &mut [u32], width: usize) {
        let Self { entries, places, .. } = *self;
        if self.runs.iter().all(Vec::is_empty) || width == 0 {
            return;
        }
        if let Some((blocks, numbers, coarse)) = &self.blocks {
            let numbers = &numbers[first * blocks.nodes.count()..];
            return blocks.fill((numbers, coarse), &self.runs, (slots, width), places);
        }
        let begin = first * entries.places;
        let numbers = &entries.numbers[begin..begin + slots.len() / width * entries.places];
        let pattern = places.pattern;
        let incidence = Incidence::of(numbers, pattern.rows());
        let mut slot_of = vec![0u32; pattern.cols];
        for row in (0..pattern.rows()).filter(|&row| !incidence.of_row(row).is_empty()) {
            for at in pattern.row_ptr[row]..pattern.row_ptr[row + 1] {
                slot_of[pattern.col_idx[at] as usize] = places.slot(at);
            }
            for &position in incidence.of_row(row) {
                let (record, place) = (position as usize / entries.places, position as usize % entries.places);
                let (entry, slots) = (entries.record(first + record), &mut slots[record * width..][..width]);
                for run in self.runs[place].iter().filter(|run| entry.has(run.first.output)) {
                    let found = slot_of[entry.numbers[run.first.place] as usize];
                    slots[run.offset] = found;
                    let (last, shift) = run.last;
                    // What is written unchecked goes by this: the entries of a run follow the first.
                    let end = slot_of[entry.numbers[last] as usize];
                    assert_eq!(found.wrapping_add(shift), end, "the entries of a run follow each other");
                }
            }
        }
    }
}

/// A region with entries of the Hessian.
type Source<'a> = (Partners, &'a RegionEntries, Incidence);

/// Patterns of at least so many rows are built on all threads.
const PARALLEL_ROWS: usize = 1 << 12;

/// The symmetric pattern of all Hessian entries of some kernels and of `more`.
pub fn hessian_pattern(size: usize, kernels: &[(&Kernel, &Entries)], more: &Csr, executor: &dyn Executor) -> Csr {
    let mut regions = Vec::new();
    for (kernel, entries) in kernels {
        for (region, entries) in entries.regions.iter().enumerate() {
            let columns = columns(kernel, region);
            let outputs: Vec<_> = outputs(&columns, entries).collect();
            if !outputs.is_empty() {
                regions.push((outputs, entries));
            }
        }
    }
    if let Some((width, coarse)) = coarse(size, &regions).filter(|_| more.nonzeros() == 0) {
        let regions = coarse.iter().map(|entries| (entries.outputs.iter().copied().enumerate().collect(), entries));
        return expand(&union_of(size / width, &regions.collect::<Vec<_>>(), more, executor), width);
    }
    union_of(size, &regions, more, executor)
}

/// A region's outputs of the Hessian, and its entries.
type Region<'a> = (Vec<(usize, [usize; 2])>, &'a RegionEntries);

/// The entries of nodes, and how many unknowns these have, if all regions have nodes of as many unknowns.
fn coarse(size: usize, regions: &[Region<'_>]) -> Option<(usize, Vec<RegionEntries>)> {
    let blocks = |(outputs, entries): &Region<'_>| Blocks::of(entries, outputs.iter().map(|(_, at)| *at));
    let blocks: Vec<Blocks> = regions.iter().map(blocks).collect::<Option<_>>()?;
    let width = blocks.first()?.nodes.width;
    if blocks.iter().any(|b| b.nodes.width != width) || !size.is_multiple_of(width) {
        return None;
    }
    let coarse: Option<_> = blocks.iter().zip(regions).map(|(blocks, (_, entries))| blocks.coarse(entries)).collect();
    Some((width, coarse?))
}

/// The union of the entries of some regions and of `more`.
fn union_of(size: usize, regions: &[Region<'_>], more: &Csr, executor: &dyn Executor) -> Csr {
    let mut sources: Vec<Source<'_>> = Vec::new();
    for (outputs, entries) in regions {
        let partners = Partners::of(outputs.iter().copied(), entries);
        sources.push((partners, entries, Incidence::of(&entries.numbers, size)));
    }
    let sources = &sources;
    let share = match size {
        0..PARALLEL_ROWS => size.max(1),
        _ => executor::share(executor, size),
    };
    let firsts = (0..size).step_by(share).collect();
    let parts: Vec<(Vec<usize>, Vec<u32>)> =
        executor::map(executor, firsts, |first| union(sources, more, first..(first + share).min(size), size));
    let (mut row_ptr, mut col_idx) = (vec![0], Vec::new());
    for (lengths, columns) in parts {
        for length in lengths {
            row_ptr.push(row_ptr.last().copied().unwrap_or(0) + length);
        }
        col_idx.extend(columns);
    }
    Csr { cols: size, row_ptr, col_idx }
}

/// The lengths of some rows of the pattern, and their columns.
fn union(sources: &[Source<'_>], more: &Csr, rows: Range<usize>, size: usize) -> (Vec<usize>, Vec<u32>) {
    let (mut lengths, mut columns) = (Vec::new(), Vec::new());
    let mut seen = vec![u32::MAX; size];
    for row in rows {
        let first = columns.len();
        let repeats = |(partners, entries, incidence): &Source<'_>| {
            partners.repeats(entries, incidence.of_row(row - 1), incidence.of_row(row))
        };
        let alone = |row: usize| row >= more.rows() || more.row(row).is_empty();
        if !lengths.is_empty() && alone(row - 1) && alone(row) && sources.iter().all(repeats) {
            let length = lengths[lengths.len() - 1];
            columns.extend_from_within(first - length..);
            lengths.push(length);
            continue;
        }
        let mut add = |col: u32| {
            if std::mem::replace(&mut seen[col as usize], row as u32) != row as u32 {
                columns.push(col);
            }
        };
        for (partners, entries, incidence) in sources {
            partners.of_row(entries, incidence.of_row(row), &mut add);
        }
        if row < more.rows() {
            more.row(row).iter().for_each(|&col| add(col));
        }
        columns[first..].sort_unstable();
        lengths.push(columns.len() - first);
    }
    (lengths, columns)
}
