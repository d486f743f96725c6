//! Which rows a range of iterations writes.

use super::entries::{Entries, RegionEntries, columns};
use super::nodes::Nodes;
use crate::kernel::{Buffer, Kernel};
use std::borrow::Cow;
use std::ops::Range;

/// The rows that a kernel writes; or, in place of rows that are always written together, their nodes.
pub(super) struct Written<'a> {
    entries: &'a Entries,
    regions: Vec<Region<'a>>,
}

/// Numbers record by record, how many there are in a record, and which of them are written.
type Region<'a> = (Cow<'a, [u32]>, usize, Vec<usize>);

impl<'a> Written<'a> {
    pub fn of(kernel: &Kernel, entries: &'a Entries) -> Self {
        let used: Vec<Vec<bool>> = entries.regions.iter().enumerate().map(|(k, own)| used(kernel, k, own)).collect();
        let regions = Self::nodes(entries, &used).unwrap_or_else(|| {
            let rows = |(own, used): (&'a RegionEntries, &Vec<bool>)| {
                let places = (0..own.places).filter(|&place| used[place]).collect();
                (Cow::Borrowed(&own.numbers[..]), own.places, places)
            };
            entries.regions.iter().zip(&used).map(rows).collect()
        });
        Self { entries, regions }
    }

    /// By nodes; nothing if the regions do not have nodes of the same width.
    fn nodes(entries: &Entries, used: &[Vec<bool>]) -> Option<Vec<Region<'a>>> {
        let mut width = None;
        let mut regions = Vec::new();
        for (own, used) in entries.regions.iter().zip(used) {
            if !used.contains(&true) {
                regions.push((Cow::Owned(Vec::new()), 0, Vec::new()));
                continue;
            }
            let nodes = Nodes::of(own, used)?;
            if *width.get_or_insert(nodes.width) != nodes.width {
                return None;
            }
            regions.push((Cow::Owned(nodes.numbers(own)?), nodes.count(), (0..nodes.count()).collect()));
        }
        Some(regions)
    }

    /// Calls `visit` with every number that a range of iterations of the outermost loop may write, counted from zero.
    pub fn visit(&self, range: Range<usize>, mut visit: impl FnMut(u32)) {
        for ((numbers, count, written), entries) in self.regions.iter().zip(&self.entries.regions) {
            if written.is_empty() {
                continue;
            }
            for record in entries.starts[range.start] as usize..entries.starts[range.end] as usize {
                let numbers = &numbers[record * count..][..*count];
                written.iter().map(|&at| numbers[at]).filter(|&row| row != u32::MAX).for_each(&mut visit);
            }
        }
    }
}

/// Which places of a region are rows that its outputs write.
fn used(kernel: &Kernel, region: usize, entries: &RegionEntries) -> Vec<bool> {
    let mut used = vec![false; entries.places];
    for (output, [row, col]) in columns(kernel, region).into_iter().zip(&entries.outputs) {
        used[*row] = true;
        used[*col] |= output.buffer == Buffer::Hessian;
    }
    used
}
