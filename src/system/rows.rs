//! Rows of a residual that are written with `=`.

use super::program::SolvedProgram;
use spadina_core::backend::Quantity;
use spadina_core::kernel::Buffer;
use spadina_core::pattern::{Fault, FaultKind};
use spadina_core::program::Target;

/// A write of a row: the update, the two outermost loops around it, and the iteration of the first.
#[derive(Clone, Copy, PartialEq)]
struct Written {
    update: usize,
    nest: [u32; 2],
    iteration: usize,
}

impl Written {
    /// Returns true if this is written after `other`, in the order of the program. `false`: not known to be.
    fn follows(self, other: Written) -> bool {
        let same = |k: usize| self.nest[k] != 0 && self.nest[k] == other.nest[k];
        match (same(0), self.iteration.cmp(&other.iteration)) {
            (true, std::cmp::Ordering::Greater) => true,
            (true, std::cmp::Ordering::Less) => false,
            (both, _) => !(both && same(1)) && self.update > other.update,
        }
    }
}

/// Checks that nothing writes a row before it is written with `=`: then `=` adds to zero, as all writes do. Rows are
/// counted from `first_row`.
pub fn assigned_first(own: &SolvedProgram, first_row: u32) -> Result<(), Fault> {
    let assigns = |update: usize| match own.program.updates[update].target {
        Target::Residual { assign, nest, .. } => (assign, nest),
        _ => (false, [0; 2]),
    };
    if !(0..own.program.updates.len()).any(|k| assigns(k).0) {
        return Ok(());
    }
    let mut rows: Vec<Option<Written>> = Vec::new();
    let mut fault = None;
    // Assignments first, so that all that is added finds them.
    for assigned in [true, false] {
        for (routine, entries) in own.entries(Quantity::Value) {
            entries.visit_outputs(&routine.kernel, Buffer::Residual, |output, record, [row, _]| {
                let (assign, nest) = assigns(output.update);
                let at = (row - first_row) as usize;
                let known = rows.get(at).copied().flatten();
                if assign != assigned || (!assigned && known.is_none()) {
                    return;
                }
                let iteration = entries.outer_iteration(output.region, record);
                let written = Written { update: output.update, nest, iteration };
                if known.is_some_and(|first| assigned || !written.follows(first)) {
                    let span = own.program.graph.span_of(output.value);
                    let kind = FaultKind::RowTwice(at as i64);
                    fault.get_or_insert(Fault { kind, span, loops: Vec::new(), reads: Vec::new() });
                }
                if assigned {
                    rows.resize(rows.len().max(at + 1), None);
                    rows[at] = Some(written);
                }
            });
        }
    }
    fault.map_or(Ok(()), Err)
}
