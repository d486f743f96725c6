//! Graphs that break their rules, for tests of the verifier.

use super::{Graph, Node, Value, hash};

impl Graph {
    /// A new value of a node as it is, with what is kept beside `like`.
    pub(crate) fn raw(&mut self, node: Node, like: Value) -> Value {
        let value = Value(self.nodes.len() as u32);
        let hash = hash(&node);
        self.nodes.push(node);
        self.facts.push(self.facts[like.index()]);
        self.spans.push(self.span);
        self.intern.insert_unique(hash, value, |v| self::hash(&self.nodes[v.index()]));
        value
    }
}
