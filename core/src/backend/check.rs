//! The checks of what is bound, for all back-ends: shapes, which cost next to nothing. Indices and slots were checked
//! one by one when the streams were made ([`crate::pattern`]).

use super::Error;
use crate::bind::{Chunks, Data, Stream, Streams};
use crate::kernel::{Kernel, Step};
use crate::real::Node;
use std::ops::Range;

/// Refuses data and streams that do not have the shape of a kernel.
pub fn check(kernel: &Kernel, data: &Data<'_>, streams: &Streams) -> Result<(), Error> {
    check_data(kernel, data)?;
    check_streams(kernel, streams)
}

/// Refuses less data than a kernel reads.
pub fn check_data(kernel: &Kernel, data: &Data<'_>) -> Result<(), Error> {
    let graph = &kernel.graph;
    let seeded = |step: &Step| match *step {
        Step::Value(v) => matches!(graph.node(v), Node::Seed(..)),
        _ => false,
    };
    let arrays = graph.arrays().len();
    let counts = [
        ("arrays", arrays, data.arrays.len()),
        ("seeds", if kernel.steps.iter().any(seeded) { arrays } else { 0 }, data.seeds.len()),
        ("tables", graph.indices.tables().len(), data.tables.len()),
        ("sizes", graph.indices.sizes().len(), data.sizes.len()),
    ];
    match counts.into_iter().find(|(_, wanted, given)| given < wanted) {
        Some((what, wanted, given)) => Err(Error::Missing { kernel: kernel.name.clone(), what, wanted, given }),
        None => Ok(()),
    }
}

/// Refuses streams of another shape than a kernel's.
pub fn check_streams(kernel: &Kernel, streams: &Streams) -> Result<(), Error> {
    let (wanted, given) = (kernel.regions.len(), streams.regions.len());
    if given < wanted {
        return Err(Error::Missing { kernel: kernel.name.clone(), what: "streams", wanted, given });
    }
    let iterations = usize::try_from(streams.outer.end.saturating_sub(streams.outer.start)).unwrap_or(0);
    for (region, (wanted, stream)) in kernel.regions.iter().map(|r| r.width).zip(&streams.regions).enumerate() {
        if stream.width != wanted {
            return Err(Error::Width { kernel: kernel.name.clone(), region, wanted, given: stream.width });
        }
        if !covers(stream, iterations) {
            return Err(Error::Records { kernel: kernel.name.clone(), region });
        }
    }
    check_ranges(kernel, streams)
}

/// Whether a stream has a record for every iteration.
fn covers(stream: &Stream, iterations: usize) -> bool {
    match stream.starts.last() {
        Some(&records) => stream.starts.len() > iterations && (records as usize) * stream.width <= stream.slots.len(),
        None => iterations * stream.width <= stream.slots.len(),
    }
}

/// Refuses ranges that do not lie in the outermost loop, and groups of other ranges.
fn check_ranges(kernel: &Kernel, streams: &Streams) -> Result<(), Error> {
    let (Chunks { ranges, groups }, outer) = (&streams.chunks, &streams.outer);
    let within = |r: &Range<i64>| r.is_empty() || (r.start >= outer.start && r.end <= outer.end);
    let known = |k: &u32| (*k as usize) < ranges.len();
    let whole = ranges.is_empty() || groups.iter().flatten().all(known);
    match ranges.iter().all(within) && whole {
        true => Ok(()),
        false => Err(Error::Ranges { kernel: kernel.name.clone() }),
    }
}
