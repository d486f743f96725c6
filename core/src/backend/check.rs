//! The checks of what is bound, for all back-ends: shapes, which cost next to nothing. Indices and slots were checked
//! one by one when the streams were made ([`crate::pattern`]).

use super::{BindError, Lengths, Quantity};
use crate::bind::{Buffers, Chunks, Data, Stream, Streams};
use crate::kernel::{Kernel, Step};
use crate::real::Node;
use std::ops::Range;

/// Refuses data and streams that do not have the shape of a kernel.
pub fn check(kernel: &Kernel, data: &Data<'_>, streams: &Streams) -> Result<(), BindError> {
    check_data(kernel, data)?;
    check_streams(kernel, streams)
}

/// Refuses buffers of other lengths than the results of a quantity have.
pub fn check_buffers(lengths: Lengths, quantity: Quantity, buffers: &Buffers<'_>) -> Result<(), BindError> {
    let all = [
        ("residual", Quantity::Value, buffers.residual.len(), lengths.residual),
        ("gradient", Quantity::Gradient, buffers.gradient.len(), lengths.unknowns),
        ("Hessian", Quantity::Hessian, buffers.hessian.len(), lengths.hessian),
        ("Jacobian", Quantity::Hessian, buffers.jacobian.len(), lengths.jacobian),
    ];
    match all.into_iter().find(|&(_, from, given, wanted)| quantity >= from && given != wanted) {
        Some((name, _, given, wanted)) => Err(BindError::Buffer { name, wanted, given }),
        None => Ok(()),
    }
}

/// Refuses a number that is less than a kernel needs.
fn at_least(kernel: &Kernel, what: impl Into<String>, wanted: usize, given: usize) -> Result<(), BindError> {
    match given >= wanted {
        true => Ok(()),
        false => Err(count(kernel, what, wanted, given)),
    }
}

fn count(kernel: &Kernel, what: impl Into<String>, wanted: usize, given: usize) -> BindError {
    BindError::Count { kernel: kernel.name.clone(), what: what.into(), wanted, given }
}

/// Refuses less data than a kernel reads.
pub fn check_data(kernel: &Kernel, data: &Data<'_>) -> Result<(), BindError> {
    let graph = &kernel.graph;
    let seeded = |step: &Step| match *step {
        Step::Value(v) => matches!(graph.node(v), Node::Seed(..)),
        _ => false,
    };
    let arrays = graph.arrays().len();
    at_least(kernel, "arrays", arrays, data.arrays.len())?;
    at_least(kernel, "seeds", if kernel.steps.iter().any(seeded) { arrays } else { 0 }, data.seeds.len())?;
    at_least(kernel, "tables", graph.indices.tables().len(), data.tables.len())?;
    at_least(kernel, "sizes", graph.indices.sizes().len(), data.sizes.len())
}

/// Refuses streams of another shape than a kernel's. Streams of regions that the kernel does not have are of no account.
pub fn check_streams(kernel: &Kernel, streams: &Streams) -> Result<(), BindError> {
    at_least(kernel, "regions of streams", kernel.regions.len(), streams.regions.len())?;
    let iterations = usize::try_from(streams.outer.end.saturating_sub(streams.outer.start)).unwrap_or(0);
    for (region, (own, stream)) in kernel.regions.iter().zip(&streams.regions).enumerate() {
        if stream.width != own.width {
            let what = format!("slots in a record of region {region}");
            return Err(count(kernel, what, own.width, stream.width));
        }
        check_records(kernel, (region, stream), iterations)?;
    }
    check_ranges(kernel, streams)
}

/// Refuses a stream that does not have a record for every iteration.
fn check_records(kernel: &Kernel, (region, stream): (usize, &Stream), iterations: usize) -> Result<(), BindError> {
    if !stream.starts.is_empty() {
        let what = format!("beginnings of records of region {region}");
        let each = kernel.has_outer_records(region);
        if each || stream.starts.len() != iterations + 1 {
            return Err(count(kernel, what, if each { 0 } else { iterations + 1 }, stream.starts.len()));
        }
        if !stream.starts.is_sorted() {
            return Err(count(kernel, format!("{what}, ascending,"), iterations + 1, 0));
        }
    }
    let slots = stream.first_record(iterations).saturating_mul(stream.width);
    at_least(kernel, format!("slots of region {region}"), slots, stream.slots.len())
}

/// Refuses ranges that do not lie in the outermost loop, and groups of other ranges.
fn check_ranges(kernel: &Kernel, streams: &Streams) -> Result<(), BindError> {
    let (Chunks { ranges, groups }, outer) = (&streams.chunks, &streams.outer);
    let within = |r: &Range<i64>| r.is_empty() || (r.start >= outer.start && r.end <= outer.end);
    let known = |k: &u32| (*k as usize) < ranges.len();
    let whole = ranges.is_empty() || groups.iter().flatten().all(known);
    match ranges.iter().all(within) && whole {
        true => Ok(()),
        false => Err(BindError::Ranges { kernel: kernel.name.clone() }),
    }
}
