//! The pattern of the Hessian, row by row: a row is touched by the records in which its number
//! stands, and holds the columns that meet it there.

use super::Csr;
use super::entries::{Entries, RegionEntries, columns, hessian_outputs};
use super::incidence::Incidence;
use super::nodes::{Blocks, expand};
use crate::executor::{self, Executor};
use crate::kernel::Kernel;
use std::ops::Range;

/// A place that meets another in the outputs of the Hessian.
#[derive(Clone, Copy)]
struct Partner {
    /// The other place.
    place: usize,
    /// The output.
    output: usize,
}

/// By place, what meets it in the outputs of the Hessian.
struct Partners {
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

    /// Returns true if a row, given by its positions, has the columns of the one before it because it meets the same
    /// places in the same records.
    fn repeats(&self, entries: &RegionEntries, before: &[u32], own: &[u32]) -> bool {
        let places = entries.places;
        let follows = |&own: &u32, &before: &u32| {
            let (own, before) = (own as usize, before as usize);
            own / places == before / places && self.alike[own % places] == Some(before % places)
        };
        before.len() == own.len() && own.iter().zip(before).all(|(own, before)| follows(own, before))
    }
}

/// A region with entries of the Hessian.
type Contributor<'a> = (Partners, &'a RegionEntries, Incidence);

/// Patterns of at least so many rows are built on all threads.
const PARALLEL_ROWS: usize = 1 << 12;

/// The symmetric pattern of all Hessian entries of some kernels and of `more`.
pub fn hessian_pattern(size: usize, kernels: &[(&Kernel, &Entries)], more: &Csr, executor: &dyn Executor) -> Csr {
    let mut regions = Vec::new();
    for (kernel, entries) in kernels {
        for (region, entries) in entries.regions.iter().enumerate() {
            let columns = columns(kernel, region);
            let outputs: Vec<_> = hessian_outputs(&columns, entries).collect();
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
    let mut sources: Vec<Contributor<'_>> = Vec::new();
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
    let (mut row_ptr, mut col_idx, mut end) = (vec![0], Vec::new(), 0);
    for (lengths, columns) in parts {
        for length in lengths {
            end += length;
            row_ptr.push(end);
        }
        col_idx.extend(columns);
    }
    Csr { cols: size, row_ptr, col_idx }
}

/// The lengths of some rows of the pattern, and their columns.
fn union(sources: &[Contributor<'_>], more: &Csr, rows: Range<usize>, size: usize) -> (Vec<usize>, Vec<u32>) {
    let (mut lengths, mut columns) = (Vec::new(), Vec::new());
    let mut seen = vec![u32::MAX; size];
    for row in rows {
        let first = columns.len();
        let repeats = |(partners, entries, incidence): &Contributor<'_>| {
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
