//! Integer expressions: loop variables, sizes, constants, `+ - *`, `/`, `%`, reads of integer tables, and the
//! conditions over them.
//!
//! Every expression is kept in one canonical form and hash-consed, so that two indices that are equal as polynomials
//! (`i * w + j + 1` and `1 + j + w * i`) are the same [`Index`]. Ids ascend from operands to users: a pass over the
//! arena is a loop, never a recursion.
//!
//! Integers are mathematical (64 bits). Where WGSL's `u32` would wrap below zero, the front-end puts a [`IndexNode::Wrap`];
//! that they stay within 32 bits otherwise is proved when data is bound, with [`Intervals`].

#[cfg(test)]
mod broken;
mod cond;
mod data;
mod eval;
mod hash;
mod integer;
mod interval;
mod poly;
mod print;
mod range;
mod reduce;
mod vars;

pub use data::{Size, SizeInfo, Table, TableInfo, TableKind};
pub use eval::{IndexFault, eval_node};
pub use interval::{Interval, Intervals};
pub use poly::Monomial;
pub use print::Texts;
pub use reduce::{Evaluator, REDUCTION_ITERATIONS, REDUCTION_LEVEL, Reduction};
pub use vars::{Loop, Origin, Var, VarSet};

use rustc_hash::FxHashMap;
use vars::VarSets;

/// An integer expression.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Index(pub(crate) u32);

/// A condition on integers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Cond(pub(crate) u32);

impl Index {
    /// Position in the arena; operands come before users.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Cond {
    /// Position in the arena; operands come before users.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The condition as an entity of the shared arena.
    pub fn as_index(self) -> Index {
        Index(self.0)
    }
}

/// Bitwise operations; they are kept opaque.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BitOp {
    /// `a & b`
    And,
    /// `a | b`
    Or,
    /// `a ^ b`
    Xor,
    /// `a << b`
    Shl,
    /// `a >> b`
    Shr,
}

/// One node of the integer arena; integers first, then conditions.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum IndexNode {
    /// A literal.
    Const(i64),
    /// The current value of a loop variable.
    Var(Var),
    /// A size bound at load.
    Size(Size),
    /// `table[index]`.
    Read(Table, Index),
    /// Quotient rounded toward zero, as in WGSL.
    Div(Index, Index),
    /// Remainder with the sign of the dividend, as in WGSL.
    Rem(Index, Index),
    /// A product too long to expand.
    Product(Index, Index),
    /// A bitwise operation on 32 bits.
    Bits(BitOp, Index, Index),
    /// The value modulo 2³², where a `u32` may have gone below zero.
    Wrap(Index),
    /// `if c { a } else { b }`.
    Select(Cond, Index, Index),
    /// The first value of the loop variable that satisfies the condition; the end of the loop if none does.
    First(Var, Cond),
    /// The sum of an integer over a loop.
    Sum(Var, Index),
    /// A sum of at least two monomials, or one with a coefficient or several factors.
    Poly(Box<[Monomial]>),
    /// A literal condition.
    Bool(bool),
    /// `0 < a`.
    Positive(Index),
    /// `a == 0`.
    Zero(Index),
    /// Negation.
    Not(Cond),
    /// Conjunction.
    And(Cond, Cond),
    /// Disjunction.
    Or(Cond, Cond),
}

/// The arena of integer expressions with its loop variables, sizes and tables.
#[derive(Clone, Default, Debug)]
pub struct Indices {
    nodes: Vec<IndexNode>,
    free: Vec<VarSet>,
    /// Which integers cannot be negative, by what they are made of.
    nonnegative: Vec<bool>,
    intern: FxHashMap<IndexNode, u32>,
    loops: Vec<Loop>,
    loop_of: FxHashMap<(u32, Index, Index), Var>,
    /// The names of loops, each with the first number that may make another name of it.
    loop_names: FxHashMap<String, u32>,
    sets: VarSets,
    sizes: Vec<SizeInfo>,
    tables: Vec<TableInfo>,
    overflow: bool,
    /// Monomials that were added up so far.
    summed: usize,
}

impl Indices {
    /// The number of nodes; every id is below it.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns true if nothing has been built yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node of an integer.
    pub fn node(&self, index: Index) -> &IndexNode {
        &self.nodes[index.index()]
    }

    /// The node of a condition.
    pub fn cond(&self, cond: Cond) -> &IndexNode {
        &self.nodes[cond.index()]
    }

    /// The loop variables an expression depends on, through loop bounds too.
    pub fn free(&self, index: Index) -> VarSet {
        self.free[index.index()]
    }

    /// The variables of a set, in ascending order of loop depth.
    pub fn vars(&self, set: VarSet) -> &[Var] {
        self.sets.get(set)
    }

    /// The union of two variable sets.
    pub fn union(&mut self, a: VarSet, b: VarSet) -> VarSet {
        self.sets.union(a, b, &self.loops)
    }

    /// `set` without `var`.
    pub fn without(&mut self, set: VarSet, var: Var) -> VarSet {
        self.sets.without(set, var)
    }

    /// Returns true if a set holds `var`.
    pub fn contains(&self, set: VarSet, var: Var) -> bool {
        self.sets.get(set).contains(&var)
    }

    /// Returns true if a literal did not fit 64 bits while an expression was simplified.
    pub fn overflowed(&self) -> bool {
        self.overflow
    }

    /// The loops, by variable.
    pub fn loop_of(&self, var: Var) -> &Loop {
        &self.loops[var.0 as usize]
    }

    /// The number of loop variables.
    pub fn loops(&self) -> usize {
        self.loops.len()
    }

    /// A loop depth below every loop so far, but for those of reductions.
    pub fn next_level(&self) -> u32 {
        self.loops.iter().map(|l| l.level + 1).filter(|&l| l <= REDUCTION_LEVEL).max().unwrap_or(0)
    }

    /// The variable of `for name in lo..hi` at loop depth `level`, or deeper where the bounds depend on loops there.
    /// Loops of equal depth and bounds share it.
    pub fn var(&mut self, level: u32, lo: Index, hi: Index, name: &str) -> Var {
        self.open_loop(level, lo, hi, (name, Origin::Program))
    }

    /// The variable of the loop over the elements, which are the rows of `width` numbers of an array.
    pub fn elements(&mut self, array: &str, width: usize) -> Var {
        let zero = self.int(0);
        let count = self.length(array, width);
        self.open_loop(0, zero, count, ("e", Origin::Elements))
    }

    /// The variable of a loop like that of `var`, at depth `level` and with these bounds.
    pub fn like(&mut self, var: Var, level: u32, lo: Index, hi: Index) -> Var {
        let Loop { name, origin, .. } = self.loop_of(var).clone();
        self.open_loop(level, lo, hi, (&name, origin))
    }

    fn open_loop(&mut self, level: u32, lo: Index, hi: Index, (name, origin): (&str, Origin)) -> Var {
        let bounds = self.union(self.free(lo), self.free(hi));
        let level = self.vars(bounds).last().map_or(level, |&v| level.max(self.loop_of(v).level + 1));
        if let Some(&var) = self.loop_of.get(&(level, lo, hi)) {
            return var;
        }
        let var = Var(self.loops.len() as u32);
        let name = self.unused_name(name);
        self.loop_names.insert(name.clone(), 2);
        self.loops.push(Loop { level, lo, hi, name, origin });
        let own = self.sets.single(var);
        let closure = self.sets.union(own, bounds, &self.loops);
        self.loop_of.insert((level, lo, hi), var);
        let id = self.push(IndexNode::Var(var), closure);
        debug_assert!(matches!(self.node(id), IndexNode::Var(_)));
        var
    }

    fn unused_name(&mut self, name: &str) -> String {
        if !self.is_taken(name) {
            return name.to_string();
        }
        // Names stay taken, so numbers below the last one need not be tried again.
        let mut number = self.loop_names.get(name).copied().unwrap_or(2);
        let mut unused = format!("{name}{number}");
        while self.is_taken(&unused) {
            number += 1;
            unused = format!("{name}{number}");
        }
        if let Some(next) = self.loop_names.get_mut(name) {
            *next = number + 1;
        }
        unused
    }

    /// The amount built so far: expressions, and the monomials that were added up for them.
    pub fn work(&self) -> usize {
        self.nodes.len() + self.summed
    }

    /// The value of a loop variable.
    pub fn var_index(&self, var: Var) -> Index {
        Index(self.intern[&IndexNode::Var(var)])
    }

    /// Operands of a node, in order.
    pub fn operands(&self, index: Index, visit: impl FnMut(Index)) {
        self.node_operands(&self.nodes[index.index()], visit);
    }

    fn node_operands(&self, node: &IndexNode, mut visit: impl FnMut(Index)) {
        match node {
            IndexNode::Const(_) | IndexNode::Size(_) | IndexNode::Bool(_) => {}
            IndexNode::Var(var) => {
                let Loop { lo, hi, .. } = self.loops[var.0 as usize];
                visit(lo);
                visit(hi);
            }
            IndexNode::Read(_, a) | IndexNode::Wrap(a) | IndexNode::Positive(a) | IndexNode::Zero(a) => visit(*a),
            IndexNode::Div(a, b) | IndexNode::Rem(a, b) | IndexNode::Product(a, b) | IndexNode::Bits(_, a, b) => {
                visit(*a);
                visit(*b);
            }
            IndexNode::Select(c, a, b) => {
                visit(c.as_index());
                visit(*a);
                visit(*b);
            }
            IndexNode::Poly(terms) => terms.iter().flat_map(|t| t.atoms.iter()).for_each(|&a| visit(a)),
            IndexNode::Not(a) => visit(a.as_index()),
            IndexNode::And(a, b) | IndexNode::Or(a, b) => {
                visit(a.as_index());
                visit(b.as_index());
            }
            IndexNode::First(var, Cond(body)) | IndexNode::Sum(var, Index(body)) => {
                let Loop { lo, hi, .. } = self.loops[var.0 as usize];
                visit(lo);
                visit(hi);
                visit(Index(*body));
            }
        }
    }

    /// The integer or condition of a node that has been built.
    pub(crate) fn interned(&self, node: &IndexNode) -> Option<Index> {
        self.intern.get(node).map(|&id| Index(id))
    }

    /// The number of interned nodes.
    pub(crate) fn interned_nodes(&self) -> usize {
        self.intern.len()
    }

    /// The variable of a loop, found by its depth and bounds.
    pub(crate) fn known_loop(&self, l: &Loop) -> Option<Var> {
        self.loop_of.get(&(l.level, l.lo, l.hi)).copied()
    }

    fn intern(&mut self, node: IndexNode) -> Index {
        if let Some(&id) = self.intern.get(&node) {
            return Index(id);
        }
        let mut free = VarSet::EMPTY;
        let mut operands = Vec::new();
        self.node_operands(&node, |a| operands.push(a));
        for a in operands {
            free = self.union(free, self.free(a));
        }
        if let IndexNode::First(var, _) | IndexNode::Sum(var, _) = &node {
            free = self.without(free, *var);
        }
        self.push(node, free)
    }

    fn push(&mut self, node: IndexNode, free: VarSet) -> Index {
        let id = self.nodes.len() as u32;
        self.nonnegative.push(self.is_nonnegative(&node));
        self.intern.insert(node.clone(), id);
        self.nodes.push(node);
        self.free.push(free);
        Index(id)
    }
}
