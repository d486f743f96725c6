//! The rules of the integers that a loop of their own gives.

use super::broken::{Broken, Rule, Site, Stage, check};
use crate::index::{Index, IndexNode, Reduction};
use crate::kernel::{Kernel, integer_steps};
use rustc_hash::FxHashSet;

/// Verifies what the reductions of a kernel evaluate.
pub(super) fn verify(kernel: &Kernel) -> Result<(), Broken> {
    let indices = &kernel.graph.indices;
    for index in integer_steps(&kernel.steps).filter(|i| i.index() < indices.len()) {
        let known = indices.reduced(index).is_none() || kernel.reductions.contains_key(&index);
        check(known, Stage::Kernel, Site::Integer(index), Rule::Reduction)?;
    }
    for (&index, reduction) in &kernel.reductions {
        check(is_closed(kernel, index, reduction), Stage::Kernel, Site::Integer(index), Rule::Reduction)?;
    }
    Ok(())
}

/// Returns true if the body of a reduction moves with its variable, ascends, and reads itself and the inputs only.
fn is_closed(kernel: &Kernel, own: Index, reduction: &Reduction) -> bool {
    let indices = &kernel.graph.indices;
    let Some((var, root)) = indices.reduced(own) else { return false };
    let moves = |i: &Index| indices.contains(indices.free(*i), var);
    let body: FxHashSet<Index> = reduction.body.iter().copied().collect();
    let inputs: FxHashSet<Index> = reduction.inputs.iter().copied().collect();
    let known = |i: Index| body.contains(&i) || inputs.contains(&i) || *indices.node(i) == IndexNode::Var(var);
    let reads = |i: &Index| {
        let mut all = true;
        match kernel.reductions.get(i) {
            Some(inner) => {
                let l = indices.reduced(*i).map(|(var, _)| indices.loop_of(var));
                all = l.iter().flat_map(|l| [l.lo, l.hi]).chain(inner.inputs.iter().copied()).all(known);
            }
            None => indices.operands(*i, |a| all &= known(a)),
        }
        all
    };
    let ascending = reduction.body.is_sorted() && reduction.inputs.is_sorted();
    ascending
        && known(root)
        && reduction.body.iter().all(|i| moves(i) && reads(i))
        && !reduction.inputs.iter().any(moves)
}
