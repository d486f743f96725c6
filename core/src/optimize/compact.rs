//! Dead-code elimination: a graph of what the updates reach.

use crate::program::Program;

/// Drops every value that no update needs.
pub fn compact(mut program: Program) -> Program {
    let mut roots: Vec<_> = program.updates.iter().map(|u| u.value).collect();
    program.graph.compact(&mut roots);
    for (update, value) in program.updates.iter_mut().zip(roots) {
        update.value = value;
    }
    program
}
