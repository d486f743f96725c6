//! Streams of kernels that write every row once, in the order of the iterations: the stored numbers of static hoisting.

use super::symbolic::{Action, Symbolic};
use super::{Fault, FaultKind, chunks};
use crate::bind::{Data, Stream, Streams};
use crate::executor::Serial;
use crate::kernel::{Kernel, Root};
use crate::real::Graph;
use crate::verify::{self, Extents};

/// The streams of a kernel of one loop whose outputs are the rows `width * iteration + k`, in this order.
pub fn dense_streams(kernel: &Kernel, data: &Data) -> Result<Streams, Fault> {
    let mut graph = Graph::default();
    graph.indices = kernel.graph.indices.clone();
    let roots: Vec<Root> = (kernel.outer.iter())
        .map(|&outer| Root { vars: vec![outer], values: Vec::new(), indices: Vec::new() })
        .collect();
    let actions = roots.iter().map(|_| Action::Open).collect();
    let symbolic = Symbolic::scheduled(graph, &roots, actions, (kernel.regions.len(), kernel.outer));
    let outer = symbolic.run(data, &[], 0, &Serial)?.outer;
    let records = (outer.end - outer.start) as usize;
    let stream = |width: usize| {
        let slots = u32::try_from(records.saturating_mul(width)).map_err(|_| Fault::of(FaultKind::TooMany))?;
        Ok(Stream { width, slots: (0..slots).collect(), starts: Vec::new() })
    };
    let regions = kernel.regions.iter().map(|region| stream(region.width)).collect::<Result<_, Fault>>()?;
    let chunks = chunks::apart(&outer);
    let streams = Streams { outer, regions, chunks };
    verify::debug("dense streams", || {
        let rows = streams.regions.iter().map(|stream| stream.slots.len()).max();
        verify::streams(kernel, &streams, &vec![true; kernel.outputs.len()], &Extents { rows, ..Extents::default() })
    });
    Ok(streams)
}
