//! The rules of a kernel's outputs, regions and fused sums.

use super::broken::{Broken, Rule, Site, Stage, check};
use super::graph::is_real;
use crate::index::{Index, IndexNode};
use crate::kernel::{Buffer, Kernel, Output, Step};
use crate::real::{BinaryOp, Node, Value};
use rustc_hash::FxHashMap;

const STAGE: Stage = Stage::Kernel;

/// Regions come after their parents; the first is the whole kernel.
pub(super) fn regions(kernel: &Kernel) -> Result<(), Broken> {
    let whole = kernel.regions.first().is_some_and(|r| (r.parent, r.var) == (None, None));
    check(whole, STAGE, Site::Region(0), Rule::Regions)?;
    for (at, region) in kernel.regions.iter().enumerate().skip(1) {
        let inside = region.parent.is_some_and(|parent| parent < at) && region.var.is_some();
        check(inside, STAGE, Site::Region(at), Rule::Regions)?;
    }
    Ok(())
}

/// The outputs that a kernel performs have places in the records, and runs of theirs follow each other.
pub(super) fn records(kernel: &Kernel) -> Result<(), Broken> {
    // By slot, the buffer and the last shift of its run.
    let mut runs: FxHashMap<(usize, usize), (Buffer, u32)> = FxHashMap::default();
    for (at, output) in kernel.outputs.iter().enumerate() {
        let place = Site::Output(at);
        check(output.region < kernel.regions.len(), STAGE, place, Rule::Regions)?;
        check(is_real(&kernel.graph, output.value), STAGE, place, Rule::Typed)?;
        let second = output.buffer == Buffer::Hessian;
        check(second || !output.transposed && !output.sets, STAGE, place, Rule::Typed)?;
        if !output.has_slot() {
            continue;
        }
        check(output.offset < kernel.regions[output.region].width, STAGE, place, Rule::Records)?;
        if output.sets && output.transposed {
            continue;
        }
        let slot = (output.region, output.offset);
        if let Some((buffer, shift)) = runs.insert(slot, (output.buffer, output.shift)) {
            check(buffer == output.buffer && follows(output, shift), STAGE, place, Rule::Run)?;
        }
    }
    Ok(())
}

/// Returns true if an output may come after the one of its slot with this shift. Kernels of some outputs have gaps.
fn follows(output: &Output, shift: u32) -> bool {
    output.sets || shift < output.shift
}

/// Fused sums are what the graph has, and their products are no steps.
pub(super) fn fused(kernel: &Kernel) -> Result<(), Broken> {
    let graph = &kernel.graph;
    let mut computed = vec![false; graph.len()];
    for step in &kernel.steps {
        if let Step::Value(v) = *step {
            check(v.index() < graph.len(), STAGE, Site::Value(v), Rule::Typed)?;
            computed[v.index()] = true;
        }
    }
    for &value in kernel.fused.keys() {
        let product = product(kernel, value);
        let own = computed.get(value.index()) == Some(&true) && product.is_some_and(|p| !computed[p.index()]);
        check(own, STAGE, Site::Value(value), Rule::Product)?;
    }
    Ok(())
}

/// The product that is part of a sum or difference, if that is what is fused.
fn product(kernel: &Kernel, value: Value) -> Option<Value> {
    let fused = kernel.fused.get(&value).filter(|_| value.index() < kernel.graph.len())?;
    let Node::Binary(op, a, b) = *kernel.graph.node(value) else { return None };
    let (minus, right) = (op == BinaryOp::Sub, (b, a, op == BinaryOp::Sub, false));
    let sides = [right, (a, b, false, minus)];
    let is_sum = matches!(op, BinaryOp::Add | BinaryOp::Sub);
    let same = |&(product, addend, minus_product, minus_addend): &(Value, Value, bool, bool)| {
        let [x, y] = fused.factors;
        let signs = (fused.minus_product, fused.minus_addend) == (minus_product, minus_addend);
        is_sum && signs && addend == fused.addend && *kernel.graph.node(product) == Node::Binary(BinaryOp::Mul, x, y)
    };
    sides.into_iter().find(same).map(|(product, ..)| product)
}

/// Only what may be undefined is checked.
pub(super) fn checked(kernel: &Kernel) -> Result<(), Broken> {
    let graph = &kernel.graph;
    let lengths = (kernel.checked_values.len(), kernel.checked_indices.len()) == (graph.len(), graph.indices.len());
    check(lengths, STAGE, Site::Whole, Rule::Checked)?;
    for value in graph.values().filter(|v| kernel.checked_values[v.index()]) {
        let load = matches!(graph.node(value), Node::Load(..) | Node::Seed(..));
        check(load, STAGE, Site::Value(value), Rule::Checked)?;
    }
    for at in (0..graph.indices.len()).filter(|&at| kernel.checked_indices[at]) {
        let index = Index(at as u32);
        let node = graph.indices.node(index);
        let partial = matches!(node, IndexNode::Read(..) | IndexNode::Div(..) | IndexNode::Rem(..));
        check(partial, STAGE, Site::Integer(index), Rule::Checked)?;
    }
    Ok(())
}
