//! Propagation of the one-hot seed.
//!
//! The seed of direction `i` is `dx[idx] = [idx == i]`. Tangents are linear in the seed, so each is rewritten to
//! `Σ_k [idx_k == i] · c_k` with coefficients free of brackets. Zero pushes outward through products, sums, selects
//! and inner sums; what has no bracket left is dead. A bracket inside a sum whose index moves with the loop keeps its
//! loop variable, renamed so that it cannot meet another use of the same loop.

use crate::index::{Index, IndexNode, Loop, Var};
use crate::program::{Entry, Program, Target, Update};
use crate::real::{BinaryOp, Graph, Node, Rebuild, UnaryOp, Value};
use rustc_hash::FxHashMap;

/// `Σ_vars [entry == i] · coefficient`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BracketTerm {
    /// Loops opened around the bracket.
    pub vars: Vec<Var>,
    /// The entry of the unknowns in the bracket.
    pub entry: Entry,
    /// The factor, free of brackets.
    pub coefficient: Value,
}

/// `for vars … { target[…, i] += Σ terms }`.
#[derive(Clone, PartialEq, Debug)]
pub struct SparseUpdate {
    /// The update whose value the terms replace: [`Target::Product`] or [`Target::ResidualProduct`].
    pub update: Update,
    /// The terms, by entry.
    pub terms: Vec<BracketTerm>,
}

/// A program whose tangents are sums of brackets.
#[derive(Clone, Debug)]
pub struct SparseProgram {
    /// The program without its tangents.
    pub program: Program,
    /// The tangents.
    pub updates: Vec<SparseUpdate>,
    /// Loop levels from here on are renamed ones.
    pub fresh_level: u32,
}

/// Puts the one-hot seed into the tangents of a program and propagates it.
pub fn propagate(mut program: Program) -> SparseProgram {
    let (tangents, rest): (Vec<Update>, Vec<Update>) =
        (program.updates.drain(..)).partition(|u| matches!(u.target, Target::Product(_) | Target::ResidualProduct(_)));
    program.updates = rest;
    let g = &mut program.graph;
    let fresh_level = g.indices.next_level();
    let mut forms = Forms { fresh_level, forms: FxHashMap::default() };
    let reachable = g.reachable(tangents.iter().map(|u| u.value));
    for (at, _) in reachable.iter().enumerate().filter(|(_, r)| **r) {
        let value = Value(at as u32);
        if g.tangent(value) {
            g.span = g.span_of(value);
            let form = forms.form(g, value);
            forms.forms.insert(value, form);
        }
    }
    let updates = (tangents.into_iter())
        .map(|update| SparseUpdate { terms: forms.of(update.value), update })
        .filter(|u| !u.terms.is_empty())
        .collect();
    SparseProgram { program, updates, fresh_level }
}

struct Forms {
    fresh_level: u32,
    forms: FxHashMap<Value, Vec<BracketTerm>>,
}

impl Forms {
    fn of(&self, value: Value) -> Vec<BracketTerm> {
        self.forms.get(&value).cloned().unwrap_or_default()
    }

    /// The brackets of a tangent from those of its operands.
    fn form(&self, g: &mut Graph, value: Value) -> Vec<BracketTerm> {
        match g.node(value).clone() {
            Node::Seed(array, index) | Node::Bracket(array, index) => {
                let one = g.constant(1.0);
                vec![BracketTerm { vars: Vec::new(), entry: Entry { array, index }, coefficient: one }]
            }
            Node::Unary(UnaryOp::Neg, a) => self.map(g, a, |g, c| g.neg(c)),
            Node::Binary(BinaryOp::Add, a, b) => self.join(g, a, b, |g, x, y| g.add(x, y)),
            Node::Binary(BinaryOp::Sub, a, b) => self.join(g, a, b, |g, x, y| g.sub(x, y)),
            Node::Binary(BinaryOp::Mul, a, b) if g.tangent(a) => self.map(g, a, |g, c| g.mul(c, b)),
            Node::Binary(BinaryOp::Mul, a, b) => self.map(g, b, |g, c| g.mul(a, c)),
            Node::Binary(BinaryOp::Div, a, b) => self.map(g, a, |g, c| g.div(c, b)),
            Node::Select(p, a, b) => self.join(g, a, b, |g, x, y| g.select(p, x, y)),
            Node::Sum(var, body) => self.open(g, var, body),
            _ => Vec::new(),
        }
    }

    fn map(&self, g: &mut Graph, operand: Value, f: impl Fn(&mut Graph, Value) -> Value) -> Vec<BracketTerm> {
        let mut terms = self.of(operand);
        for term in &mut terms {
            term.coefficient = f(g, term.coefficient);
        }
        terms.retain(|t| !g.is_zero(t.coefficient));
        terms
    }

    /// Combines two sums of brackets, bracket by bracket; both are ordered by bracket.
    fn join(
        &self,
        g: &mut Graph,
        a: Value,
        b: Value,
        f: impl Fn(&mut Graph, Value, Value) -> Value,
    ) -> Vec<BracketTerm> {
        let zero = g.constant(0.0);
        let (left, right) = (self.of(a), self.of(b));
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        let mut terms: Vec<BracketTerm> = Vec::new();
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(x), Some(y)) => key(x).cmp(&key(y)),
            };
            let x = if order.is_le() { left.next() } else { None };
            let y = if order.is_ge() { right.next() } else { None };
            let (on, off) = (x.as_ref().map_or(zero, |t| t.coefficient), y.as_ref().map_or(zero, |t| t.coefficient));
            let coefficient = f(g, on, off);
            if let Some(term) = x.or(y)
                && !g.is_zero(coefficient)
            {
                terms.push(BracketTerm { coefficient, ..term });
            }
        }
        terms
    }

    /// Takes the brackets out of a sum.
    fn open(&self, g: &mut Graph, var: Var, body: Value) -> Vec<BracketTerm> {
        let Loop { level, lo, hi, .. } = *g.indices.loop_of(var);
        let fresh = g.indices.like(var, self.fresh_level + level, lo, hi);
        let mut rename = Rebuild::of_vars([(var, g.indices.var_index(fresh))]);
        let mut terms: Vec<BracketTerm> = Vec::new();
        for term in self.of(body) {
            let moves = |i: Index| g.indices.contains(g.indices.free(i), var);
            let inner = term.vars.iter().any(|v| moves(g.indices.var_index(*v)));
            if !inner && !moves(term.entry.index) {
                let coefficient = g.sum(var, term.coefficient);
                terms.push(BracketTerm { coefficient, ..term });
                continue;
            }
            let mut vars = vec![fresh];
            for v in term.vars {
                let renamed = rename.index(g, g.indices.var_index(v));
                let IndexNode::Var(v) = *g.indices.node(renamed) else {
                    unreachable!("a renamed loop variable is a loop variable")
                };
                vars.push(v);
            }
            let index = rename.index(g, term.entry.index);
            let coefficient = rename.value(g, term.coefficient);
            terms.push(BracketTerm { vars, entry: Entry { index, ..term.entry }, coefficient });
        }
        terms.sort_by(|a, b| key(a).cmp(&key(b)));
        merge(g, terms)
    }
}

fn key(term: &BracketTerm) -> (Entry, &[Var]) {
    (term.entry, &term.vars)
}

/// Adds neighbours with the same bracket.
fn merge(g: &mut Graph, terms: Vec<BracketTerm>) -> Vec<BracketTerm> {
    let mut merged: Vec<BracketTerm> = Vec::with_capacity(terms.len());
    for term in terms {
        match merged.last_mut() {
            Some(last) if key(last) == key(&term) => last.coefficient = g.add(last.coefficient, term.coefficient),
            _ => merged.push(term),
        }
    }
    merged.retain(|t| !g.is_zero(t.coefficient));
    merged
}
