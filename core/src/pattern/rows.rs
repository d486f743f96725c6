//! Rows of a residual that are written with `=`: each may be written once.

use super::{Entries, Fault, FaultKind};
use crate::kernel::{Buffer, Kernel, Output};
use crate::program::{Program, Target};
use crate::real::{Graph, Node, Value};

/// The rows of a residual that have been written with `=`.
#[derive(Clone, Default, Debug)]
pub struct AssignedRows {
    seen: Vec<bool>,
}

impl AssignedRows {
    /// Notes the rows that a kernel of `program` assigns; the residual begins at `first_row`. Fails at the first row that
    /// was assigned before.
    pub fn add(&mut self, kernel: &Kernel, program: &Program, entries: &Entries, first_row: u32) -> Result<(), Fault> {
        let mut twice = None;
        let assigns = |output: &Output| {
            let target = program.updates[output.update].target;
            output.buffer == Buffer::Residual
                && matches!(target, Target::Residual { assign: true, .. })
                && !is_choice(&kernel.graph, output.value)
        };
        entries.visit_outputs(kernel, assigns, |output, row, _| {
            let row = (row - first_row) as usize;
            if self.seen.len() <= row {
                self.seen.resize(row + 1, false);
            }
            if std::mem::replace(&mut self.seen[row], true) && twice.is_none() {
                twice = Some((row, kernel.graph.span_of(output.value)));
            }
        });
        match twice {
            None => Ok(()),
            Some((row, span)) => {
                Err(Fault { kind: FaultKind::RowTwice(row as i64), span, loops: Vec::new(), reads: Vec::new() })
            }
        }
    }
}

/// Whether a value is zero on one side of a branch on reals: of two sides that assign the same row, one is taken.
fn is_choice(graph: &Graph, value: Value) -> bool {
    match *graph.node(value) {
        Node::Select(p, a, b) => !matches!(graph.node(p), Node::Cond(_)) && (graph.is_zero(a) || graph.is_zero(b)),
        _ => false,
    }
}
