//! When a node's value is needed: the condition on integers under which some output reads it.
//!
//! Loads, table reads and divisions may be undefined where they are not needed (`if i + 1 < n { x[i + 1] }`). What is
//! needed is checked when data is bound; what is not is computed from a harmless index.

use super::Root;
use super::support::implied;
use crate::index::{Cond, Index, IndexNode, Indices, Loop, Var};
use crate::real::{Graph, Node, Value};

/// The demand of every reachable node of both arenas.
pub struct Demand {
    /// The arena with the conditions added; the graph's own ids stay what they are.
    pub indices: Indices,
    values: Vec<Option<Cond>>,
    integers: Vec<Option<Cond>>,
    outer: Option<Var>,
    graph_nodes: Vec<Node>,
}

impl Demand {
    /// The demand of what `roots` read. Kernels do not run over an empty `outer` loop.
    pub fn of(graph: &Graph, roots: &[Root], outer: Option<Var>) -> Self {
        let mut indices = graph.indices.clone();
        let guards = vec![indices.bool(true); roots.len()];
        Self::guarded(graph, indices, roots, &guards, outer)
    }

    /// Like [`of`](Self::of), with the condition of each root under which its integers are needed. `indices` is the
    /// graph's arena with the conditions added.
    pub fn guarded(graph: &Graph, indices: Indices, roots: &[Root], guards: &[Cond], outer: Option<Var>) -> Self {
        let mut demand = Self {
            indices,
            values: vec![None; graph.len()],
            integers: vec![None; graph.indices.len()],
            outer,
            graph_nodes: Vec::new(),
        };
        demand.roots(graph, roots, guards);
        for value in graph.values().rev() {
            if let Some(cond) = demand.values[value.index()] {
                demand.value_operands(graph, value, cond);
            }
        }
        for at in (0..graph.indices.len()).rev() {
            if let Some(cond) = demand.integers[at] {
                demand.index_operands(Index(at as u32), cond);
            }
        }
        demand.graph_nodes = graph.values().map(|v| graph.node(v).clone()).collect();
        demand
    }

    /// The demand of a value, if an output needs it.
    pub fn value(&self, value: Value) -> Option<Cond> {
        self.values[value.index()]
    }

    /// The demand of an integer, if an output needs it.
    pub fn index(&self, index: Index) -> Option<Cond> {
        self.integers.get(index.index()).copied().flatten()
    }

    /// Loads and integers that may be evaluated where they are not needed.
    pub fn checked(&self) -> (Vec<bool>, Vec<bool>) {
        let partial = |cond: &Option<Cond>| cond.is_some_and(|c| self.indices.as_bool(c) != Some(true));
        let values = (self.values.iter().zip(&self.graph_nodes))
            .map(|(c, node)| partial(c) && matches!(node, Node::Load(..) | Node::Seed(..)))
            .collect();
        let integers = (self.integers.iter().enumerate())
            .map(|(at, c)| {
                let node = self.indices.node(Index(at as u32));
                partial(c) && matches!(node, IndexNode::Read(..) | IndexNode::Div(..) | IndexNode::Rem(..))
            })
            .collect();
        (values, integers)
    }

    fn roots(&mut self, graph: &Graph, roots: &[Root], guards: &[Cond]) {
        for (root, &guard) in roots.iter().zip(guards) {
            let all = self.indices.bool(true);
            let free = root.vars.iter().fold(crate::index::VarSet::EMPTY, |set, v| {
                let own = self.indices.free(self.indices.var_index(*v));
                self.indices.union(set, own)
            });
            for &v in &root.values {
                self.need_value(graph, v, all, free);
            }
            for &i in &root.indices {
                self.need_index(i, guard, free);
            }
            for &var in &root.vars {
                let l = self.indices.loop_of(var).clone();
                self.need_index(l.lo, all, free);
                self.need_index(l.hi, all, free);
            }
        }
    }

    /// Adds `cond`, known inside the loops `scope`, to the demand of a value.
    fn need_value(&mut self, graph: &Graph, value: Value, cond: Cond, scope: crate::index::VarSet) {
        let closed = self.close(cond, scope, graph.free(value));
        let old = self.values[value.index()];
        self.values[value.index()] = Some(old.map_or(closed, |old| self.indices.or(old, closed)));
    }

    fn need_index(&mut self, index: Index, cond: Cond, scope: crate::index::VarSet) {
        let closed = self.close(cond, scope, self.indices.free(index));
        let old = self.integers[index.index()];
        self.integers[index.index()] = Some(old.map_or(closed, |old| self.indices.or(old, closed)));
    }

    /// The condition that some iteration of the loops in `scope` but not in `keep` satisfies `cond`.
    fn close(&mut self, cond: Cond, scope: crate::index::VarSet, keep: crate::index::VarSet) -> Cond {
        let mut scope = self.indices.union(scope, self.indices.free(cond.as_index()));
        scope = self.indices.union(scope, keep);
        let vars: Vec<Var> = self.indices.vars(scope).to_vec();
        let mut closed = cond;
        for var in vars.into_iter().rev() {
            let free = self.indices.free(closed.as_index());
            let kept = self.indices.contains(keep, var);
            if kept || (Some(var) == self.outer && !self.indices.contains(free, var)) {
                continue;
            }
            closed = self.indices.exists(var, closed);
        }
        closed
    }

    fn value_operands(&mut self, graph: &Graph, value: Value, cond: Cond) {
        let mut scope = graph.free(value);
        let node = graph.node(value).clone();
        if let Node::Sum(var, _) = node {
            let own = self.indices.free(self.indices.var_index(var));
            scope = self.indices.union(scope, own);
        }
        let mut integers = Vec::new();
        graph.index_operands(value, |i| integers.push(i));
        for i in integers {
            let free = graph.free(value);
            self.need_index(i, cond, free);
        }
        match node {
            Node::Select(p, a, b) => {
                self.need_value(graph, p, cond, scope);
                let (on, off) = (self.implied(graph, p, true), self.implied(graph, p, false));
                let (on, off) = (self.indices.and(cond, on), self.indices.and(cond, off));
                self.need_value(graph, a, on, scope);
                self.need_value(graph, b, off, scope);
            }
            Node::And(a, b) | Node::Or(a, b) => {
                let either = matches!(node, Node::Or(..));
                let side = |s: &mut Self, of: Value, under: Value| {
                    let guard = s.implied(graph, under, !either);
                    let guard = s.indices.and(cond, guard);
                    s.need_value(graph, of, guard, scope);
                };
                side(self, a, b);
                side(self, b, a);
            }
            _ => {
                let mut operands = Vec::new();
                graph.operands(value, |a| operands.push(a));
                operands.into_iter().for_each(|a| self.need_value(graph, a, cond, scope));
            }
        }
    }

    fn implied(&mut self, graph: &Graph, predicate: Value, truth: bool) -> Cond {
        implied(graph, &mut self.indices, predicate, truth)
    }

    fn index_operands(&mut self, index: Index, cond: Cond) {
        let scope = self.indices.free(index);
        match self.indices.node(index).clone() {
            IndexNode::Select(c, a, b) => {
                let not = self.indices.not(c);
                let (on, off) = (self.indices.and(cond, c), self.indices.and(cond, not));
                self.need_index(c.as_index(), cond, scope);
                self.need_index(a, on, scope);
                self.need_index(b, off, scope);
            }
            IndexNode::And(a, b) | IndexNode::Or(a, b) => {
                let either = matches!(self.indices.node(index), IndexNode::Or(..));
                for (of, under) in [(a, b), (b, a)] {
                    let guard = if either { self.indices.not(under) } else { under };
                    let guard = self.indices.and(cond, guard);
                    self.need_index(of.as_index(), guard, scope);
                }
            }
            IndexNode::First(var, Cond(body)) | IndexNode::Sum(var, Index(body)) => {
                let Loop { lo, hi, .. } = *self.indices.loop_of(var);
                self.need_index(lo, cond, scope);
                self.need_index(hi, cond, scope);
                let own = self.indices.var_index(var);
                let inner = self.indices.union(scope, self.indices.free(own));
                let first = matches!(self.indices.node(index), IndexNode::First(..));
                // The loop ends at the first value that satisfies the condition.
                let runs = if first { self.indices.le(own, index) } else { self.indices.bool(true) };
                let runs = self.indices.and(cond, runs);
                self.need_index(Index(body), runs, inner);
            }
            _ => {
                let mut operands = Vec::new();
                self.indices.operands(index, |a| operands.push(a));
                operands.into_iter().for_each(|a| self.need_index(a, cond, scope));
            }
        }
    }
}
