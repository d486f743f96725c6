//! Real expressions: a hash-consed graph of operations on loads, constants and integers, with selects, sums over loop
//! variables and Kronecker brackets.
//!
//! Ids ascend from operands to users, so that every pass is a loop over ids. Values are reals or, for comparisons and
//! their combinations, booleans (*predicates*). The constructors in `fold` and `choose` simplify; nothing else builds nodes.

mod arrays;
#[cfg(test)]
mod broken;
mod choose;
mod domain;
mod fold;
mod literal;
mod ops;
mod print;
mod ratio;
mod rebuild;
mod sign;
mod singular;
mod slopes;
mod squares;
mod value;

pub use arrays::{Array, ArrayInfo, ArrayKind};
pub use ops::{
    BinaryInstruction, BinaryOp, Compare, Kind, Precision, RealFunction, Symmetry, UnaryInstruction, UnaryOp,
};
pub use print::{Printer, number_text};
pub use rebuild::Rebuild;
pub use singular::Singular;
pub(crate) use slopes::three_halves;

use crate::index::{Cond, Index, Indices, Var, VarSet};
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

/// A real or a predicate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Value(pub(crate) u32);

impl Value {
    /// Position in the arena; operands come before users.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A place in the source text: byte offsets; empty where unknown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One node of the graph.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// A number, by its bits.
    Const(u64),
    /// An entry of an array.
    Load(Array, Index),
    /// The tangent of an unknown's entry: the seed of a Hessian-vector product.
    Seed(Array, Index),
    /// `[row of (array, index) == i]`: the seed when it is the unit vector `i`.
    Bracket(Array, Index),
    /// An integer as a real.
    Integer(Index),
    /// A function of one real.
    Unary(UnaryOp, Value),
    /// A function of two reals.
    Binary(BinaryOp, Value, Value),
    /// `if predicate { a } else { b }`; the side not chosen has no influence, not even a NaN.
    Select(Value, Value, Value),
    /// The sum of a body over a loop.
    Sum(Var, Value),
    /// A condition on integers, as a predicate.
    Cond(Cond),
    /// A comparison of reals, as a predicate.
    Compare(Compare, Value, Value),
    /// Negation of a predicate.
    Not(Value),
    /// Conjunction of predicates.
    And(Value, Value),
    /// Disjunction of predicates.
    Or(Value, Value),
    /// A placeholder that a front-end replaces: the value a loop carries into an iteration.
    Carried(u32),
}

impl Node {
    /// The node with its real and predicate operands renamed.
    fn with_operands(self, of: impl Fn(Value) -> Value) -> Self {
        match self {
            Node::Unary(op, a) => Node::Unary(op, of(a)),
            Node::Binary(op, a, b) => Node::Binary(op, of(a), of(b)),
            Node::Select(p, a, b) => Node::Select(of(p), of(a), of(b)),
            Node::Sum(var, a) => Node::Sum(var, of(a)),
            Node::Compare(op, a, b) => Node::Compare(op, of(a), of(b)),
            Node::Not(a) => Node::Not(of(a)),
            Node::And(a, b) => Node::And(of(a), of(b)),
            Node::Or(a, b) => Node::Or(of(a), of(b)),
            leaf @ (Node::Const(_) | Node::Load(..) | Node::Seed(..) | Node::Bracket(..) | Node::Integer(_)) => leaf,
            leaf @ (Node::Cond(_) | Node::Carried(_)) => leaf,
        }
    }
}

/// The graph of one program with its integer expressions and arrays.
#[derive(Clone, Default, Debug)]
pub struct Graph {
    /// The integer expressions.
    pub indices: Indices,
    nodes: Vec<Node>,
    facts: Vec<Facts>,
    spans: Vec<Span>,
    /// Every value, found by the hash of its node.
    intern: HashTable<Value>,
    arrays: Vec<ArrayInfo>,
    /// The source of the nodes built from now on.
    pub span: Span,
    /// The policy for derivatives that do not exist.
    pub singular: Singular,
    /// The values built from now on are an energy's own: where folding would lose a number that may be infinite or none, a guard stays.
    pub guarded: bool,
}

/// The facts kept beside every node.
#[derive(Clone, Copy, Debug)]
struct Facts {
    free: VarSet,
    dynamic: bool,
    tangent: bool,
    carried: bool,
    finite: bool,
    nonnegative: bool,
}

impl Graph {
    /// The number of nodes; every id is below it.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns true if nothing has been built yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every value in ascending order: operands before users.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = Value> + use<> {
        (0..self.nodes.len() as u32).map(Value)
    }

    /// The node of a value.
    pub fn node(&self, value: Value) -> &Node {
        &self.nodes[value.index()]
    }

    /// The place in the source where a value was first built.
    pub fn span_of(&self, value: Value) -> Span {
        self.spans[value.index()]
    }

    /// The loop variables a value depends on, through loop bounds too.
    pub fn free(&self, value: Value) -> VarSet {
        self.facts[value.index()].free
    }

    /// Returns true if a value depends on an unknown; others are *static*.
    pub fn dynamic(&self, value: Value) -> bool {
        self.facts[value.index()].dynamic
    }

    /// Returns true if a value holds a seed or a bracket.
    pub fn tangent(&self, value: Value) -> bool {
        self.facts[value.index()].tangent
    }

    /// Returns true if a value holds a [`Node::Carried`] placeholder.
    pub fn carried(&self, value: Value) -> bool {
        self.facts[value.index()].carried
    }

    /// Real and predicate operands of a node, in order.
    pub fn operands(&self, value: Value, mut visit: impl FnMut(Value)) {
        match *self.node(value) {
            Node::Const(_) | Node::Load(..) | Node::Seed(..) | Node::Bracket(..) => {}
            Node::Integer(_) | Node::Cond(_) | Node::Carried(_) => {}
            Node::Unary(_, a) | Node::Not(a) | Node::Sum(_, a) => visit(a),
            Node::Binary(_, a, b) | Node::Compare(_, a, b) | Node::And(a, b) | Node::Or(a, b) => {
                visit(a);
                visit(b);
            }
            Node::Select(p, a, b) => {
                visit(p);
                visit(a);
                visit(b);
            }
        }
    }

    /// Integer operands of a node: indices, conditions, loop bounds.
    pub fn index_operands(&self, value: Value, mut visit: impl FnMut(Index)) {
        match *self.node(value) {
            Node::Load(_, i) | Node::Seed(_, i) | Node::Bracket(_, i) | Node::Integer(i) => visit(i),
            Node::Cond(c) => visit(c.as_index()),
            Node::Sum(var, _) => {
                let l = self.indices.loop_of(var);
                visit(l.lo);
                visit(l.hi);
            }
            _ => {}
        }
    }

    /// Marks everything the roots are built from.
    pub fn reachable(&self, roots: impl IntoIterator<Item = Value>) -> Vec<bool> {
        let mut marks = vec![false; self.nodes.len()];
        let mut top = 0;
        for root in roots {
            marks[root.index()] = true;
            top = top.max(root.index() + 1);
        }
        for at in (0..top).rev() {
            if marks[at] {
                self.operands(Value(at as u32), |a| marks[a.index()] = true);
            }
        }
        marks
    }

    /// Keeps only what the roots are built from; they are renamed in place. The order of the values stays.
    pub fn compact(&mut self, roots: &mut [Value]) {
        let keep = self.reachable(roots.iter().copied());
        if !keep.contains(&false) {
            return;
        }
        let mut renamed = vec![Value(0); self.nodes.len()];
        let (nodes, facts, spans) =
            (std::mem::take(&mut self.nodes), std::mem::take(&mut self.facts), std::mem::take(&mut self.spans));
        self.intern.clear();
        for (at, node) in nodes.into_iter().enumerate().filter(|(at, _)| keep[*at]) {
            let node = node.with_operands(|v| renamed[v.index()]);
            let value = Value(self.nodes.len() as u32);
            renamed[at] = value;
            let hash = hash(&node);
            self.nodes.push(node);
            self.facts.push(facts[at]);
            self.spans.push(spans[at]);
            self.intern.insert_unique(hash, value, |v| self::hash(&self.nodes[v.index()]));
        }
        roots.iter_mut().for_each(|root| *root = renamed[root.index()]);
    }

    /// Builds what the roots are built from in another graph here, too; they are renamed in place. The integers of the
    /// other graph must be the first of this one's.
    pub fn adopt(&mut self, from: &Graph, roots: &mut [Value]) {
        let reachable = from.reachable(roots.iter().copied());
        let mut renamed = vec![Value(0); from.nodes.len()];
        let span = self.span;
        for at in (0..reachable.len()).filter(|&at| reachable[at]) {
            self.span = from.spans[at];
            renamed[at] = self.intern(from.nodes[at].clone().with_operands(|v| renamed[v.index()]));
        }
        self.span = span;
        roots.iter_mut().for_each(|root| *root = renamed[root.index()]);
    }

    fn intern(&mut self, node: Node) -> Value {
        if let Some(value) = self.interned(&node) {
            return value;
        }
        let value = Value(self.nodes.len() as u32);
        let hash = hash(&node);
        self.nodes.push(node);
        let facts = self.facts_of(value);
        self.facts.push(facts);
        self.spans.push(self.span);
        self.intern.insert_unique(hash, value, |v| self::hash(&self.nodes[v.index()]));
        value
    }

    /// The value of a node that has been built.
    pub(crate) fn interned(&self, node: &Node) -> Option<Value> {
        self.intern.find(hash(node), |v| self.node(*v) == node).copied()
    }

    /// The number of interned nodes.
    pub(crate) fn interned_nodes(&self) -> usize {
        self.intern.len()
    }

    fn facts_of(&mut self, value: Value) -> Facts {
        let mut operands = [Value(0); 3];
        let mut count = 0;
        self.operands(value, |a| {
            operands[count] = a;
            count += 1;
        });
        let node = self.node(value);
        let (finite, nonnegative) = (self.is_finite_node(node), self.is_nonnegative_node(node));
        let mut facts =
            Facts { free: VarSet::EMPTY, dynamic: false, tangent: false, carried: false, finite, nonnegative };
        for a in &operands[..count] {
            let own = self.facts[a.index()];
            facts.free = self.indices.union(facts.free, own.free);
            facts.dynamic |= own.dynamic;
            facts.tangent |= own.tangent;
            facts.carried |= own.carried;
        }
        let mut integers = Vec::new();
        self.index_operands(value, |i| integers.push(i));
        if let Node::Sum(var, _) = *self.node(value) {
            facts.free = self.indices.without(facts.free, var);
        }
        for i in integers {
            let free = self.indices.free(i);
            facts.free = self.indices.union(facts.free, free);
        }
        match *self.node(value) {
            Node::Load(array, _) => facts.dynamic |= self.array_info(array).kind.is_unknown(),
            Node::Seed(..) | Node::Bracket(..) => {
                facts.dynamic = true;
                facts.tangent = true;
            }
            Node::Carried(_) => {
                facts.dynamic = true;
                facts.carried = true;
            }
            _ => {}
        }
        facts
    }
}

fn hash(node: &Node) -> u64 {
    FxBuildHasher.hash_one(node)
}
