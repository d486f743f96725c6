//! Arenas that break their rules, for tests of the verifier.

use super::{Index, IndexNode, Indices, Loop, Var, VarSet};

impl Indices {
    /// A new entity of a node as it is, with these variables.
    pub(crate) fn raw(&mut self, node: IndexNode, free: VarSet) -> Index {
        self.push(node, free)
    }

    /// A loop, to be changed.
    pub(crate) fn loop_mut(&mut self, var: Var) -> &mut Loop {
        &mut self.loops[var.index()]
    }
}
