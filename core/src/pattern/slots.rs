//! The slots of the entries of the Hessian: row by row, or block by block where entries come in full blocks of nodes.

use super::entries::{RegionEntries, hessian_outputs};
use super::incidence::Incidence;
use super::nodes::{Blocks, contract};
use super::{Csr, Places};
use crate::kernel::Output;

/// A run of entries that has one slot.
#[derive(Clone, Copy)]
struct Run {
    /// The column of the first entry.
    first: usize,
    /// The output that has the first entry.
    output: usize,
    /// The column of the last entry, and how far it is beyond the first.
    last: (usize, u32),
    /// Position of its slot in the record.
    offset: usize,
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
        for (output, [row, col]) in hessian_outputs(columns, entries) {
            let column = columns[output];
            match runs[row].iter_mut().find(|run| run.offset == column.offset) {
                Some(run) => run.last = (col, column.shift),
                None => runs[row].push(Run { first: col, output, last: (col, column.shift), offset: column.offset }),
            }
        }
        let blocks = Blocks::of(entries, hessian_outputs(columns, entries).map(|(_, at)| at)).and_then(|blocks| {
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
            return fill_blocks(blocks, (numbers, coarse), &self.runs, (slots, width), places);
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
                for run in self.runs[place].iter().filter(|run| entry.has(run.output)) {
                    let found = slot_of[entry.numbers[run.first] as usize];
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

/// The slots of the runs (by place) of some records, of which `numbers` are the nodes and `coarse` is the pattern.
fn fill_blocks(
    blocks: &Blocks,
    (numbers, coarse): (&[u32], &Csr),
    runs: &[Vec<Run>],
    (slots, width): (&mut [u32], usize),
    places: Places,
) {
    let (count, unknowns) = (blocks.nodes.count(), blocks.nodes.width);
    // By node of the record, where its columns begin in the row.
    let mut place_of = vec![0; count];
    for (nodes, slots) in numbers.chunks_exact(count).zip(slots.chunks_exact_mut(width)) {
        for (own, &node) in nodes.iter().enumerate() {
            let columns = coarse.row(node as usize);
            for &other in &blocks.met[own] {
                place_of[other] = place(columns, nodes[other]) * unknowns;
            }
            let begins = &places.pattern.row_ptr[node as usize * unknowns..][..unknowns];
            for (&place, &begin) in blocks.nodes.places[own].iter().zip(begins) {
                let at = |place: usize| {
                    let (node, component) = blocks.of_place[place];
                    places.slot(begin + place_of[node] + component)
                };
                for run in &runs[place] {
                    let (found, (last, shift)) = (at(run.first), run.last);
                    slots[run.offset] = found;
                    // What is written unchecked goes by this: the entries of a run follow the first.
                    assert_eq!(found.wrapping_add(shift), at(last), "the entries of a run follow each other");
                }
            }
        }
    }
}

/// The place of a column among those of a row, in which it is.
fn place(columns: &[u32], column: u32) -> usize {
    match columns.len() {
        // Without a branch for each column these are compared side by side.
        0..64 => columns.iter().map(|&c| u32::from(c < column)).sum::<u32>() as usize,
        _ => columns.partition_point(|&c| c < column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_places() {
        assert_eq!(place(&(0..100).map(|k| 2 * k).collect::<Vec<_>>(), 42), 21);
        assert_eq!(place(&[3, 5, 9], 9), 2);
    }
}
