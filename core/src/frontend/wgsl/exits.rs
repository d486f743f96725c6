//! The conditions under which a loop is left: by its test, by `break`, by `break if`.
//!
//! The body is executed with the conditions as they come. What leaves it is a disjunction; one part of it counts the
//! iterations, the others end the loop earlier: at the first value of the loop variable that satisfies one of them.

use super::machine::{Frame, Machine, Result};
use super::trip::{LoopParts, Placeholders};
use crate::index::{Cond, IndexNode};
use crate::real::{Node, Value};

/// The rule that an end on data breaks.
pub const DATA_EXIT: &str = "this loop is left by `break` or `return` on something else than integers that count its \
                             iterations or are read from tables: make it a guard, or give the loop a literal trip count";

/// What the iteration that ends a loop does before it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Nothing: it does not count as an iteration.
    Nothing,
    /// It writes or assigns something.
    Work,
    /// It returns from the function.
    Return,
}

impl<'m> Machine<'m> {
    /// The predicate that control has left the loop by `break` or `return`.
    pub fn broken(&mut self, frame: &Frame<'m>) -> Result<Value> {
        let Some(broken) = frame.broken else { return self.error("there is no loop to leave") };
        let (broken, returned) = (self.flag(broken)?, self.flag(frame.returned)?);
        Ok(self.graph.or(broken, returned))
    }

    /// What a disjunction is made of. A part `!a && b` beside a part `a` counts as `b`.
    pub fn disjuncts(&mut self, predicate: Value) -> Vec<Value> {
        let mut parts = self.split(predicate, true);
        for at in 0..parts.len() {
            let conjuncts = self.split(parts[at], false);
            let mut rest = Vec::new();
            for &conjunct in &conjuncts {
                let not = self.negated(conjunct);
                if !parts.contains(&not) {
                    rest.push(conjunct);
                }
            }
            if rest.len() < conjuncts.len() {
                let all = self.graph.bool(true);
                parts[at] = rest.into_iter().fold(all, |all, c| self.graph.and(all, c));
            }
        }
        parts.retain(|&p| self.literal(p) != Some(false));
        parts
    }

    /// The negation of a disjunction as the conjunction it is.
    fn negated(&mut self, predicate: Value) -> Value {
        let all = self.graph.bool(true);
        self.split(predicate, true).into_iter().fold(all, |all, p| {
            let not = self.graph.not(p);
            self.graph.and(all, not)
        })
    }

    /// The operands of nested disjunctions, or conjunctions, also below negations.
    pub fn split(&mut self, predicate: Value, or: bool) -> Vec<Value> {
        let mut parts = Vec::new();
        let mut pending = vec![predicate];
        while let Some(p) = pending.pop() {
            match self.operands_of(p, or) {
                Some((a, b)) => pending.extend([b, a]),
                None if parts.contains(&p) => {}
                None => parts.push(p),
            }
        }
        parts
    }

    /// The operands of one disjunction (or conjunction).
    fn operands_of(&mut self, p: Value, or: bool) -> Option<(Value, Value)> {
        let g = &mut self.graph;
        match *g.node(p) {
            Node::Or(a, b) if or => Some((a, b)),
            Node::And(a, b) if !or => Some((a, b)),
            Node::Not(inner) => match *g.node(inner) {
                Node::And(a, b) if or => Some((g.not(a), g.not(b))),
                Node::Or(a, b) if !or => Some((g.not(a), g.not(b))),
                _ => None,
            },
            Node::Cond(cond) => {
                let (a, b) = self.condition_operands(cond, or)?;
                Some((self.graph.cond(a), self.graph.cond(b)))
            }
            _ => None,
        }
    }

    fn condition_operands(&mut self, cond: Cond, or: bool) -> Option<(Cond, Cond)> {
        let s = &mut self.graph.indices;
        match *s.cond(cond) {
            IndexNode::Or(a, b) if or => Some((a, b)),
            IndexNode::And(a, b) if !or => Some((a, b)),
            IndexNode::Not(inner) => match *s.cond(inner) {
                IndexNode::And(a, b) if or => Some((s.not(a), s.not(b))),
                IndexNode::Or(a, b) if !or => Some((s.not(a), s.not(b))),
                _ => None,
            },
            _ => None,
        }
    }

    /// Takes predicates for known until [`forget_assumed`](Self::forget_assumed).
    pub fn assume(&mut self, predicates: impl IntoIterator<Item = (Value, bool)>) {
        for (p, truth) in predicates {
            let not = self.graph.not(p);
            self.assumed.insert(p, truth);
            self.assumed.insert(not, !truth);
        }
    }

    /// Takes back what was assumed of predicates.
    pub fn forget_assumed(&mut self, predicates: impl IntoIterator<Item = Value>) {
        for p in predicates {
            let not = self.graph.not(p);
            self.assumed.remove(&p);
            self.assumed.remove(&not);
        }
    }

    /// What an iteration does that ends with one of these exits. The values of an iteration are put in by `prepare`.
    pub fn ending(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        exits: &[Value],
        mut prepare: impl FnMut(&mut Self),
    ) -> Result<Ending> {
        let mut ending = Ending::Nothing;
        for (k, &exit) in exits.iter().enumerate() {
            let attempt = self.begin_attempt(frame);
            let writes = self.writes.len();
            prepare(self);
            let before = self.cells.clone();
            self.assume(exits[..k].iter().map(|&p| (p, false)).chain([(exit, true)]));
            let run = self.block(frame, parts.body).and_then(|()| self.broken(frame));
            let returned = self.flag(frame.returned).map(|p| self.literal(p) != Some(false));
            self.forget_assumed(exits[..=k].iter().copied());
            let wrote = self.writes.len() > writes;
            let changed = self.abandon(frame, attempt);
            let left = self.literal(run?) == Some(true);
            if returned? {
                return Ok(Ending::Return);
            }
            let flow: Vec<usize> = frame.flow().collect();
            // The language's own variables hold conditions that are used once, right away.
            let counts = |cell: &usize| !flow.contains(cell) && !frame.is_unnamed(*cell);
            let assigned = changed
                .iter()
                .any(|(cell, new)| counts(cell) && before.get(*cell).is_some_and(|old| !old.is_same(new)));
            if !left || wrote || assigned {
                ending = Ending::Work;
            }
        }
        Ok(ending)
    }

    /// The exits among `found` besides those in `known`, as conditions on integers. Refused: exits on reals, or on what
    /// the iterations before left behind.
    pub fn integer_exits(&mut self, found: Value, known: &[Value], list: &Placeholders) -> Result<Vec<Value>> {
        let exits = self.disjuncts(found);
        let exits: Vec<Value> = exits.into_iter().filter(|p| !known.contains(p)).collect();
        let integers =
            |s: &Self, p: Value| s.graph.as_cond(p).is_some_and(|c| !s.holds_placeholder(c.as_index(), list));
        match exits.iter().all(|&p| integers(self, p)) {
            true => Ok(exits),
            false => self.error(DATA_EXIT),
        }
    }
}
