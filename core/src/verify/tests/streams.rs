//! Broken streams.

use super::Mutation;
use super::subject::BoundKernel;
use crate::bind::NO_SLOT;
use crate::kernel::Buffer;
use crate::verify::{Broken, Rule};

/// The springs' streams after a change.
fn changed(change: impl FnOnce(&mut BoundKernel)) -> Result<(), Broken> {
    let mut own = BoundKernel::new();
    change(&mut own);
    own.verify()
}

/// The region of the outputs.
const REGION: usize = 1;

/// The position of the slot of the first run of a buffer.
fn run(bound: &BoundKernel, buffer: Buffer) -> usize {
    let long = bound.kernel.outputs.iter().find(|o| o.buffer == buffer && o.shift > 0);
    long.expect("a run").offset
}

pub fn mutations() -> Vec<Mutation> {
    vec![
        (Rule::Covered, changed(|b| _ = b.streams.regions.pop())),
        (Rule::Covered, changed(|b| b.streams.regions[REGION].width += 1)),
        (Rule::Covered, changed(|b| _ = b.streams.regions[REGION].slots.pop())),
        (Rule::Covered, changed(|b| b.streams.outer.end += 1)),
        (
            Rule::Slots,
            changed(|b| {
                let at = run(b, Buffer::Hessian);
                b.streams.regions[REGION].slots[at] = b.extents.hessian.length.expect("a length") as u32 - 1;
            }),
        ),
        (
            Rule::Missing,
            changed(|b| {
                let at = run(b, Buffer::Gradient);
                b.streams.regions[REGION].slots[at] = NO_SLOT;
            }),
        ),
        (
            Rule::Apart,
            changed(|b| {
                let at = run(b, Buffer::Gradient);
                b.streams.regions[REGION].slots[at] += 1;
            }),
        ),
        (Rule::Ranges, changed(|b| _ = b.streams.chunks.ranges.remove(1))),
        (Rule::Ranges, changed(|b| _ = b.streams.chunks.groups[0].pop())),
        (Rule::Ranges, changed(|b| b.streams.chunks.groups.push(vec![0]))),
        (
            Rule::Disjoint,
            changed(|b| {
                let all = b.streams.chunks.groups.concat();
                b.streams.chunks.groups = vec![all];
            }),
        ),
    ]
}
