//! Ranges of elements that may run at the same time.
//!
//! Ranges have a fixed size and are coloured greedily by the rows they write: a range gets the first colour that no
//! earlier range with a common row has. Sizes and colours depend on the data alone, not on the number of threads.

use super::written::Written;
use super::{Entries, RegionEntries};
use crate::bind::Chunks;
use crate::kernel::{Buffer, Kernel, Step};
use std::ops::Range;

/// Records in a range, about.
const RECORDS: usize = 1024;
/// The least number of ranges of a loop with loops inside, if it has so many iterations.
const RANGES: usize = 64;
/// Entries that ranges may write which run colour by colour before those behind them: neighbours, whose rows are then
/// still in the caches.
const WINDOW: usize = 1 << 22;
/// Colours to try; ranges beyond run one after another.
const COLORS: u32 = 64;

/// Ranges that may all run at the same time.
pub(super) fn apart(outer: &Range<i64>) -> Chunks {
    let ranges: Vec<_> =
        outer.clone().step_by(RECORDS).map(|start| start..(start + RECORDS as i64).min(outer.end)).collect();
    let groups = if ranges.is_empty() { Vec::new() } else { vec![(0..ranges.len() as u32).collect()] };
    Chunks { ranges, groups }
}

/// Cuts the outermost loop into ranges and groups them by colour.
pub fn color(kernel: &Kernel, entries: &Entries) -> Chunks {
    let total = (entries.outer.end - entries.outer.start).max(0) as usize;
    if total == 0 {
        return Chunks::default();
    }
    let length = range_length(kernel, entries, total);
    let starts: Vec<usize> = (0..total).step_by(length).collect();
    let base = entries.outer.start;
    let ranges: Vec<_> = starts.iter().map(|&s| base + s as i64..base + (s + length).min(total) as i64).collect();
    if ranges.len() == 1 || mixes_rows(kernel) {
        let groups = (0..ranges.len() as u32).map(|k| vec![k]).collect();
        return Chunks { ranges, groups };
    }
    let written = Written::of(kernel, entries);
    // The colours that the window's ranges have given to a row; those of another window no longer count.
    let mut colors_of_row: Vec<(usize, u64)> = Vec::new();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut window: Vec<Vec<u32>> = vec![Vec::new(); COLORS as usize];
    let mut alone = Vec::new();
    let outputs = kernel.outputs.iter().filter(|o| o.has_slot()).count();
    let ranges_in_window = (WINDOW / (RECORDS * outputs.max(1))).max(1);
    for (k, &start) in starts.iter().enumerate() {
        if k % ranges_in_window == 0 {
            groups.extend(std::mem::replace(&mut window, vec![Vec::new(); COLORS as usize]));
        }
        let span = start..(start + length).min(total);
        let mut taken = 0u64;
        let mut rows = Vec::new();
        written.visit(span, |row| {
            let row = row as usize;
            if row >= colors_of_row.len() {
                colors_of_row.resize(row + 1, (0, 0));
            }
            if colors_of_row[row].0 != k / ranges_in_window {
                colors_of_row[row] = (k / ranges_in_window, 0);
            }
            taken |= colors_of_row[row].1;
            rows.push(row);
        });
        let color = (!taken).trailing_zeros();
        if color >= COLORS {
            alone.push(vec![k as u32]);
            continue;
        }
        rows.into_iter().for_each(|row| colors_of_row[row].1 |= 1 << color);
        window[color as usize].push(k as u32);
    }
    groups.append(&mut window);
    groups.retain(|g| !g.is_empty());
    groups.extend(alone);
    Chunks { ranges, groups }
}

/// Iterations of the outermost loop in a range. A kernel whose ranges would repeat loops outside it runs in one.
fn range_length(kernel: &Kernel, entries: &Entries, total: usize) -> usize {
    let outer = kernel.steps.iter().position(|s| matches!(s, Step::Begin(v, _) if Some(*v) == kernel.outer));
    let before = kernel.steps.iter().position(|s| matches!(s, Step::Begin(..)));
    if outer != before {
        return total;
    }
    let records = entries.regions.iter().map(RegionEntries::records).max().unwrap_or(0);
    let length = (RECORDS * total / records.max(total)).max(1);
    // How long loops inside of it are is only known where they write.
    let nested = kernel.steps.iter().filter(|s| matches!(s, Step::Begin(..))).count() > 1;
    if nested { length.min(total.div_ceil(RANGES)) } else { length }
}

/// Returns true if rows of different buffers of a kernel may be numbered apart: unknowns and residual rows.
fn mixes_rows(kernel: &Kernel) -> bool {
    let unknown = kernel.outputs.iter().any(|o| o.has_slot() && is_by_unknown(o.buffer));
    let residual = kernel.outputs.iter().any(|o| o.has_slot() && !is_by_unknown(o.buffer));
    unknown && residual
}

/// Returns true if a buffer is addressed by rows of the global vector.
fn is_by_unknown(buffer: Buffer) -> bool {
    matches!(buffer, Buffer::Gradient | Buffer::Hessian | Buffer::Product)
}
