//! The pattern of the Hessian, and the slots in it, row by row: a row is touched by the records in which its number
//! stands, and holds the columns that meet it there.

use super::Csr;
use super::entries::{Entries, Places, RegionEntries, columns};
use super::incidence::Incidence;
use crate::kernel::{Buffer, Kernel, Output};
use std::ops::Range;

/// What meets a place in the outputs of the Hessian.
#[derive(Clone, Copy)]
struct Partner {
    /// The other place.
    place: usize,
    /// The output.
    output: usize,
    /// Position in the record of the slot of the entry (this place, other place), and how far beyond it the entry is.
    slot: Option<(usize, u32)>,
}

/// By place, what meets it in the outputs of the Hessian.
pub(super) struct Partners(Vec<Vec<Partner>>);

impl Partners {
    pub fn of(columns: &[&Output], entries: &RegionEntries) -> Self {
        let mut partners = vec![Vec::new(); entries.places];
        for (k, (output, &[row, col])) in columns.iter().zip(&entries.outputs).enumerate() {
            if output.buffer == Buffer::Hessian {
                let slot = Some((output.offset, output.shift));
                partners[row].push(Partner { place: col, output: k, slot });
                // The pattern is symmetric, whatever the updates are.
                partners[col].push(Partner { place: row, output: k, slot: None });
            }
        }
        Self(partners)
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// Calls `visit` with the record, the column and the slot of every entry of a row.
    fn of_row(
        &self,
        entries: &RegionEntries,
        positions: &[u32],
        mut visit: impl FnMut(usize, u32, Option<(usize, u32)>),
    ) {
        for &position in positions {
            let (number, place) = (position as usize / entries.places, position as usize % entries.places);
            let record = entries.record(number);
            for partner in self.0[place].iter().filter(|p| record.has(p.output)) {
                visit(number, record.numbers[partner.place], partner.slot);
            }
        }
    }

    /// The slots of the records from `first` on, `width` to a record.
    pub fn fill(&self, entries: &RegionEntries, first: usize, slots: &mut [u32], width: usize, places: Places) {
        if self.is_empty() || width == 0 {
            return;
        }
        let begin = first * entries.places;
        let numbers = &entries.numbers[begin..begin + slots.len() / width * entries.places];
        let pattern = places.pattern;
        let incidence = Incidence::of(numbers, pattern.rows());
        let mut slot_of = vec![0u32; pattern.cols];
        for row in (0..pattern.rows()).filter(|&row| !incidence.of_row(row).is_empty()) {
            for at in pattern.row_ptr[row]..pattern.row_ptr[row + 1] {
                slot_of[pattern.col_idx[at] as usize] = places.slots[at];
            }
            let positions: Vec<u32> = incidence.of_row(row).iter().map(|p| p + begin as u32).collect();
            self.of_row(entries, &positions, |record, col, slot| {
                let Some((offset, shift)) = slot else { return };
                let (own, found) = (&mut slots[(record - first) * width + offset], slot_of[col as usize]);
                if shift == 0 {
                    *own = found;
                }
                // What is written unchecked goes by this: entries of a run follow the first, which is found before them.
                assert_eq!(own.wrapping_add(shift), found, "the entries of a run follow each other");
            });
        }
    }
}

/// A region with entries of the Hessian.
type Source<'a> = (Partners, &'a RegionEntries, Incidence);

/// Patterns of at least so many rows are built on all cores.
const PARALLEL_ROWS: usize = 1 << 12;

/// The symmetric pattern of all Hessian entries of some kernels and of `more`.
pub fn hessian_pattern(size: usize, kernels: &[(&Kernel, &Entries)], more: &Csr) -> Csr {
    let mut sources: Vec<Source> = Vec::new();
    for (kernel, entries) in kernels {
        for (region, entries) in entries.regions.iter().enumerate() {
            let partners = Partners::of(&columns(kernel, region), entries);
            if !partners.is_empty() {
                sources.push((partners, entries, Incidence::of(&entries.numbers, size)));
            }
        }
    }
    let threads = match size {
        0..PARALLEL_ROWS => 1,
        _ => std::thread::available_parallelism().map_or(1, |n| n.get()),
    };
    let share = size.div_ceil(threads).max(1);
    let sources = &sources;
    let rows = |first: usize| union(sources, more, first..(first + share).min(size), size);
    let parts: Vec<(Vec<usize>, Vec<u32>)> = std::thread::scope(|scope| {
        let others: Vec<_> = (share..size).step_by(share).map(|first| scope.spawn(move || rows(first))).collect();
        let own = rows(0);
        let joined = others.into_iter().map(|thread| thread.join().unwrap_or_else(|e| std::panic::resume_unwind(e)));
        std::iter::once(own).chain(joined).collect()
    });
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
        let mut add = |col: u32| {
            if std::mem::replace(&mut seen[col as usize], row as u32) != row as u32 {
                columns.push(col);
            }
        };
        for (partners, entries, incidence) in sources {
            partners.of_row(entries, incidence.of_row(row), |_, col, _| add(col));
        }
        if row < more.rows() {
            more.row(row).iter().for_each(|&col| add(col));
        }
        columns[first..].sort_unstable();
        lengths.push(columns.len() - first);
    }
    (lengths, columns)
}
