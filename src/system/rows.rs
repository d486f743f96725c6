//! Rows of a residual that are written with `=`.

use super::part::Mode;
use super::term::Bound;
use spadina_core::kernel::Buffer;
use spadina_core::pattern::{Fault, FaultKind};
use spadina_core::program::Target;

/// What has been seen of a row.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    Nothing,
    Added,
    Assigned,
}

/// Checks that nothing else writes a row that is written with `=`. Rows are counted from `first_row`.
pub fn written_once(bound: &Bound, first_row: u32) -> Result<(), Fault> {
    let assigns = |update: usize| match bound.program.updates[update].target {
        Target::Residual { assign, .. } => assign,
        _ => false,
    };
    if !(0..bound.program.updates.len()).any(assigns) {
        return Ok(());
    }
    let mut rows: Vec<Seen> = Vec::new();
    let mut fault = None;
    for runnable in bound.kernels.set(Mode::Value).runnables() {
        runnable.entries.visit_outputs(&runnable.kernel, Buffer::Residual, |output, row, _| {
            let at = (row - first_row) as usize;
            if at >= rows.len() {
                rows.resize(at + 1, Seen::Nothing);
            }
            let assign = assigns(output.update);
            if rows[at] == Seen::Assigned || (assign && rows[at] == Seen::Added) {
                let span = bound.program.graph.span_of(output.value);
                let kind = FaultKind::RowTwice(at as i64);
                fault.get_or_insert(Fault { kind, span, loops: Vec::new(), reads: Vec::new() });
            }
            rows[at] = if assign { Seen::Assigned } else { Seen::Added };
        });
    }
    fault.map_or(Ok(()), Err)
}
