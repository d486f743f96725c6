//! Which elements contribute to the rows of each node: the transpose of a row-driven kernel's gradient.

use super::chunk::last_that;
use crate::Error;
use crate::job::Task;
use spadina_core::bind::{NO_SLOT, Stream};
use spadina_core::kernel::{Buffer, Output};
use spadina_shaders::assembly::LONG;
use std::ops::Range;

/// The owners of rows with their lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Owners {
    /// For each owner where its list begins, and at the end how many items there are.
    pub starts: Vec<u32>,
    /// The iterations that contribute to the rows of each owner, ascending.
    pub items: Vec<u32>,
    /// The region of the records.
    pub region: usize,
}

/// No owner: nothing of an iteration goes to the rows of a node.
const NOBODY: u32 = u32::MAX;

impl Owners {
    /// Finds the owner of each record by its gradient, the slots of which are at the positions `columns` of the streams'
    /// records. Refused is a record that goes to rows that it has no gradient of.
    pub fn of(task: &Task<'_>, columns: &[usize]) -> Result<Self, Error> {
        let outputs: Vec<&Output> = task.part.kernel.outputs.iter().filter(|o| o.has_slot()).collect();
        let Some(region) = outputs.first().map(|o| o.region) else {
            unreachable!("a row-driven part has outputs with slots");
        };
        let stream = &task.job.streams.regions[region];
        let records = stream.slots[..task.job.iterations() * stream.width].chunks_exact(stream.width.max(1));
        let mut own = Vec::new();
        let owners: Option<Vec<u32>> = records
            .map(|record| {
                own.clear();
                own.extend(columns.iter().map(|&column| record[column]));
                owner(&outputs, &own)
            })
            .collect();
        let refused = |reason| Error::Rows { kernel: task.part.kernel.name.clone(), reason };
        let owners = owners.ok_or(refused("has entries in rows that it has no gradient of"))?;
        let (starts, items) = lists(&owners);
        let found = Self { starts, items, region };
        // One invocation would run all of them.
        match found.longest() > u64::from(LONG) {
            true => Err(refused("has rows that very many elements share")),
            false => Ok(found),
        }
    }

    /// The number of owners.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The length of the longest list.
    pub fn longest(&self) -> u64 {
        self.starts.windows(2).map(|ends| u64::from(ends[1] - ends[0])).max().unwrap_or(0)
    }

    /// The words of a shader for some of the owners: where their lists begin, the iterations, and the slots of the
    /// iterations at `columns`, one record after another.
    pub fn words(&self, owners: Range<usize>, stream: &Stream, columns: &[usize]) -> Vec<u32> {
        let first = self.starts[owners.start];
        let own = &self.items[first as usize..self.starts[owners.end] as usize];
        let starts = self.starts[owners.start..=owners.end].iter().map(|start| start - first);
        let slots = |&item: &u32| {
            let record = &stream.slots[item as usize * stream.width..][..stream.width];
            columns.iter().map(|&column| record[column])
        };
        starts.chain(own.iter().copied()).chain(own.iter().flat_map(slots)).collect()
    }

    /// The number of words of some owners.
    fn count(&self, owners: Range<usize>, columns: usize) -> usize {
        let items = (self.starts[owners.end] - self.starts[owners.start]) as usize;
        owners.len() + 1 + items * (1 + columns)
    }

    /// The owners in ranges whose words are at most `room`; the first owner whose words are more is refused.
    pub fn ranges(&self, columns: usize, room: usize) -> Result<Vec<Range<usize>>, (usize, usize)> {
        let mut ranges = Vec::new();
        let mut first = 0;
        while first < self.len() {
            let end = last_that(first, self.len(), |end| self.count(first..end, columns) <= room);
            if end == first {
                return Err((first, self.count(first..first + 1, columns)));
            }
            ranges.push(first..end);
            first = end;
        }
        Ok(ranges)
    }
}

/// The first row of the node to which a record contributes: [`NOBODY`] if to none, nothing if that is not known.
fn owner(outputs: &[&Output], record: &[u32]) -> Option<u32> {
    let stored = |output: &&&Output| record[output.offset] != NO_SLOT;
    let gradient = outputs.iter().filter(|o| o.buffer == Buffer::Gradient).find(stored);
    match gradient {
        Some(output) => {
            let Some((_, component)) = output.node else {
                unreachable!("the outputs of a row-driven part have row nodes");
            };
            (record[output.offset] + output.shift).checked_sub(component)
        }
        None if outputs.iter().any(|o| record[o.offset] != NO_SLOT) => None,
        None => Some(NOBODY),
    }
}

/// The numbers of the records of each owner that has any, by owner.
fn lists(owners: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let rows = owners.iter().filter(|&&owner| owner != NOBODY).max().map_or(0, |&last| last as usize + 1);
    let mut counts = vec![0u32; rows + 1];
    owners.iter().filter(|&&owner| owner != NOBODY).for_each(|&owner| counts[owner as usize + 1] += 1);
    // What was the count of the row before becomes the beginning of the row.
    for row in 0..rows {
        counts[row + 1] += counts[row];
    }
    let mut starts: Vec<u32> = counts.clone();
    let mut items = vec![0; counts[rows] as usize];
    for (record, &owner) in owners.iter().enumerate().filter(|(_, owner)| **owner != NOBODY) {
        let next = &mut counts[owner as usize];
        items[*next as usize] = record as u32;
        *next += 1;
    }
    // Rows without a list have no invocation.
    starts.dedup();
    (starts, items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_without_a_list_are_left_out() {
        let (starts, items) = lists(&[6, 3, NOBODY, 6, 0]);
        assert_eq!((starts, items), (vec![0, 1, 2, 4], vec![4, 1, 0, 3]));
        assert_eq!(lists(&[NOBODY]), (vec![0], vec![]));
        let owners = Owners { starts: vec![0, 1, 2, 4], items: vec![2, 1, 0, 1], region: 0 };
        let slots = [10, 11, 20, 21, 30, 31];
        let stream = Stream { width: 2, slots: slots.to_vec(), starts: Vec::new() };
        let words = owners.words(1..3, &stream, &[1, 0]);
        assert_eq!(words, [0, 1, 3, 1, 0, 1, 21, 20, 11, 10, 21, 20]);
        assert_eq!(words.len(), owners.count(1..3, 2));
        assert_eq!(owners.ranges(2, 9), Ok(vec![0..2, 2..3]));
        assert_eq!(owners.ranges(2, 7), Err((2, 8)));
    }
}
