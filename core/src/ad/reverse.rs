//! Reverse mode: every energy update gives one gradient update for each entry it loads.
//!
//! Each node gets an adjoint and the predicate under which that adjoint may differ from zero (*live*). Products with
//! partial derivatives are masked by it, so that a partial derivative that is NaN or infinite on the untaken side of a
//! branch never reaches the gradient.

use super::roots::{WithRoot, through_root};
use crate::index::{Var, VarSet};
use crate::program::{Entry, Program, Target, Update};
use crate::real::{BinaryOp, Compare, Graph, Node, Rebuild, Singular, UnaryOp, Value};

/// Adds the gradient of the energy to a program.
pub fn gradient(mut program: Program) -> Program {
    let energies: Vec<Update> = program.updates.iter().filter(|u| u.target == Target::Energy).cloned().collect();
    for update in energies {
        let updates = update_gradient(&mut program.graph, &update);
        program.updates.extend(updates);
    }
    program
}

/// The adjoint of a node and the predicate under which it may differ from zero.
#[derive(Clone, Copy)]
struct Adjoint {
    value: Value,
    live: Value,
}

struct Reverse<'a> {
    g: &'a mut Graph,
    domain: VarSet,
    adjoints: Vec<Option<Adjoint>>,
    swept: Swept,
    /// The values without which the energy is not finite.
    strict: Vec<bool>,
}

/// The results of a sweep over an update's value.
#[derive(Default)]
pub(super) struct Swept {
    /// The loads with their adjoints.
    entries: Vec<(Value, Entry, Value)>,
    /// The operations that are singular somewhere, with the predicate under which they are and their derivative counts.
    pub singular: Vec<(Value, Value)>,
}

/// The loops that vary in the domain of a nest.
pub(super) fn domain_of(g: &mut Graph, vars: &[Var]) -> VarSet {
    vars.iter().fold(VarSet::EMPTY, |set, v| {
        let own = g.indices.free(g.indices.var_index(*v));
        g.indices.union(set, own)
    })
}

/// Carries the adjoint one of an update's value down to the loads.
pub(super) fn sweep(g: &mut Graph, update: &Update) -> Swept {
    let value = Rebuild::with_fresh_sums(g, &update.vars, update.value);
    let domain = domain_of(g, &update.vars);
    let (one, always) = (g.constant(1.0), g.bool(true));
    let strict = g.strict([value]);
    let mut reverse = Reverse { domain, adjoints: vec![None; value.index() + 1], swept: Swept::default(), strict, g };
    reverse.adjoints[value.index()] = Some(Adjoint { value: one, live: always });
    for at in (0..=value.index()).rev() {
        if let Some(adjoint) = reverse.adjoints[at].take() {
            let node = Value(at as u32);
            if let Node::Load(array, index) = *reverse.g.node(node) {
                reverse.swept.entries.push((node, Entry { array, index }, adjoint.value));
            } else {
                reverse.propagate(node, adjoint);
            }
        }
    }
    reverse.swept
}

fn update_gradient(g: &mut Graph, update: &Update) -> Vec<Update> {
    let Swept { mut entries, .. } = sweep(g, update);
    entries.sort_by_key(|(load, ..)| *load);
    (entries.into_iter())
        .filter(|(_, entry, adjoint)| g.array_info(entry.array).kind.is_unknown() && !g.is_zero(*adjoint))
        .map(|(load, entry, value)| {
            let mut vars = update.vars.clone();
            vars.extend(g.indices.vars(g.free(load)).iter().filter(|v| !update.vars.contains(v)));
            Update { vars, base: update.base, target: Target::Gradient(entry), value, stored: None }
        })
        .collect()
}

impl Reverse<'_> {
    /// Hands the adjoint of a node to its operands.
    fn propagate(&mut self, node: Value, adjoint: Adjoint) {
        let source = self.g.span_of(node);
        self.g.span = source;
        match self.g.node(node).clone() {
            Node::Unary(UnaryOp::Sqrt, square) => self.root(node, square, adjoint),
            Node::Unary(..) | Node::Binary(..) => {
                self.note_singular(node, adjoint.live);
                for (operand, partial) in super::partials(self.g, node) {
                    self.contribute(node, operand, adjoint, partial);
                }
            }
            // Where the other side is not finite, nothing is evaluated.
            Node::Select(..) if self.strict[node.index()] && self.g.refusing(node).is_some() => {
                let other = self.g.refusing(node);
                other.into_iter().for_each(|other| self.add(node, other, adjoint));
            }
            Node::Select(p, a, b) => {
                let not = self.g.not(p);
                for (side, operand) in [(p, a), (not, b)] {
                    let value = self.g.mask(side, adjoint.value);
                    let live = self.g.and(adjoint.live, side);
                    self.add(node, operand, Adjoint { value, live });
                }
            }
            Node::Sum(_, body) => self.add(node, body, adjoint),
            _ => {}
        }
    }

    /// Hands the adjoint of a square root to its operand.
    fn root(&mut self, node: Value, square: Value, adjoint: Adjoint) {
        let Some((_, partial)) = super::partials(self.g, node).pop() else { return };
        let masked = |g: &mut Graph| {
            let product = g.mul(adjoint.value, partial);
            g.mask(adjoint.live, product)
        };
        let Some((value, remains)) = through_root(self.g, node, adjoint.value, masked) else {
            self.note_singular(node, adjoint.live);
            return self.contribute(node, square, adjoint, partial);
        };
        let live = self.g.and(adjoint.live, remains);
        self.note_singular(node, live);
        let value = self.g.mask(adjoint.live, value);
        self.add(node, square, Adjoint { value, live: adjoint.live });
    }

    /// Notes the predicate under which a node is singular, where its derivative counts.
    fn note_singular(&mut self, node: Value, live: Value) {
        if self.g.singular == Singular::Error {
            return;
        }
        let own = match WithRoot::of(self.g, node) {
            Some(WithRoot { square, root, .. }) => self.g.singular_at(root).map(|own| match self.g.flat(square) {
                Some(flat) => {
                    let steep = self.g.not(flat);
                    self.g.and(own, steep)
                }
                None => own,
            }),
            None => {
                let direction = self.g.direction(node);
                self.g.singular_at(direction.unwrap_or(node))
            }
        };
        if let Some(own) = own {
            let both = self.g.and(live, own);
            self.swept.singular.push((node, both));
        }
    }

    fn contribute(&mut self, node: Value, operand: Value, adjoint: Adjoint, partial: Value) {
        let product = self.g.mul(adjoint.value, partial);
        let value = self.g.mask(adjoint.live, product);
        self.add(node, operand, Adjoint { value, live: adjoint.live });
    }

    /// Adds to the adjoint of an operand, summed over the loops that the operand stands outside of.
    fn add(&mut self, node: Value, operand: Value, mut part: Adjoint) {
        if !self.g.dynamic(operand) || self.g.is_zero(part.value) {
            return;
        }
        let mut scope = self.g.free(node);
        if let Node::Sum(var, _) = *self.g.node(node) {
            let own = self.g.indices.free(self.g.indices.var_index(var));
            scope = self.g.indices.union(scope, own);
        }
        let outside: Vec<Var> = (self.g.indices.vars(scope).iter().rev().copied())
            .filter(|&v| !self.g.indices.contains(self.domain, v) && !self.g.indices.contains(self.g.free(operand), v))
            .collect();
        for var in outside {
            part = self.close(var, part);
        }
        let at = &mut self.adjoints[operand.index()];
        *at = Some(match *at {
            None => part,
            Some(old) => {
                let value = self.g.binary(BinaryOp::Add, old.value, part.value);
                Adjoint { value, live: self.g.or(old.live, part.live) }
            }
        });
    }

    fn close(&mut self, var: Var, part: Adjoint) -> Adjoint {
        let always = self.g.bool(true);
        let value = self.g.sum(var, part.value);
        if part.live == always || !self.g.indices.contains(self.g.free(part.live), var) {
            return Adjoint { value, live: part.live };
        }
        // The adjoint may vanish by chance and its derivative not: what counts is whether some iteration is live.
        let (zero, one) = (self.g.constant(0.0), self.g.constant(1.0));
        let alive = self.g.select(part.live, one, zero);
        let count = self.g.sum(var, alive);
        let live = self.g.compare(Compare::Less, zero, count);
        Adjoint { value, live }
    }
}
