//! A shader's integers have 32 bits with a sign: whether those of a kernel fit.
//!
//! Sums, differences and products are the same modulo 2³² whether they wrap around or not. So what must fit are the integers
//! that are *looked at*: compared, divided, used as an index or a bound, made a real.

use crate::Error;
use crate::wgsl::GROUP;
use spadina_core::bind::Data;
use spadina_core::index::{Index, IndexNode, Intervals, Loop};
use spadina_core::kernel::{Kernel, Step};

/// Refuses a kernel an integer of which may not fit, with these sizes and tables.
pub(crate) fn check(kernel: &Kernel, data: &Data<'_>) -> Result<(), Error> {
    let indices = &kernel.graph.indices;
    let looked_at = looked_at(kernel);
    let intervals = Intervals::of(indices, looked_at.iter().copied(), &data.sizes, &data.tables);
    // Where a workgroup shares a loop, the variable passes its end by as much as the workgroup is long.
    let fits = i64::from(i32::MIN)..=i64::from(i32::MAX) - i64::from(GROUP);
    for index in looked_at {
        let interval = intervals.get(index);
        if !interval.within(&fits) {
            let (kernel, text) = (kernel.name.clone(), indices.text(index));
            return Err(Error::Integer { kernel, text, lo: interval.lo, hi: interval.hi });
        }
    }
    Ok(())
}

/// The integers whose value matters beyond 32 bits.
fn looked_at(kernel: &Kernel) -> Vec<Index> {
    let graph = &kernel.graph;
    let indices = &graph.indices;
    let mut found = Vec::new();
    let bodies = kernel.reductions.values().flat_map(|reduction| &reduction.body).copied();
    for step in kernel.steps.iter().copied().chain(bodies.map(Step::Index)) {
        match step {
            Step::Index(i) => operands(indices.node(i), &mut found),
            Step::Value(v) => graph.index_operands(v, |i| found.push(i)),
            Step::Begin(var, _) => found.extend([indices.loop_of(var).lo, indices.loop_of(var).hi]),
            Step::Zero(_) | Step::Accumulate(_) | Step::Output(_) | Step::End => {}
        }
    }
    for &reduction in kernel.reductions.keys() {
        let bounds = indices.reduced(reduction).map(|(var, _)| indices.loop_of(var));
        found.extend(bounds.iter().flat_map(|Loop { lo, hi, .. }| [*lo, *hi]));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The operands of a node that it looks at.
fn operands(node: &IndexNode, found: &mut Vec<Index>) {
    match node {
        IndexNode::Div(a, b) | IndexNode::Rem(a, b) => found.extend([*a, *b]),
        IndexNode::Read(_, a) | IndexNode::Positive(a) | IndexNode::Zero(a) => found.push(*a),
        IndexNode::Const(_) | IndexNode::Var(_) | IndexNode::Size(_) | IndexNode::Bool(_) => {}
        IndexNode::Product(..) | IndexNode::Bits(..) | IndexNode::Wrap(_) | IndexNode::Poly(_) => {}
        IndexNode::Select(..) | IndexNode::First(..) | IndexNode::Sum(..) => {}
        IndexNode::Not(_) | IndexNode::And(..) | IndexNode::Or(..) => {}
    }
}
