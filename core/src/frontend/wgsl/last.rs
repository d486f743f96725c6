//! The value of a variable that every iteration of a loop assigns anew, after the loop: what the last iteration
//! assigned. Most such variables are never read again, so it is built when one is.

use super::carry::ONLY_SUMS;
use super::trip::Placeholders;
use super::value::{Val, merge, poison};
use crate::index::{Indices, Loop, Var};
use crate::real::{Graph, Node, Rebuild, Span, Value};
use rustc_hash::FxHashSet;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// A scalar after a loop.
#[derive(Debug)]
pub struct LastValue {
    /// What an iteration assigned.
    pub new: Val,
    /// What the variable held before the loop.
    before: Val,
    end: Rc<LoopEnd>,
    span: Span,
    settled: OnceCell<Val>,
}

/// The last iteration of a loop.
#[derive(Debug)]
pub struct LoopEnd {
    /// Puts its number in for the loop's variable.
    rebuild: RefCell<Rebuild>,
    /// Whether there is one.
    runs: Value,
    vars: FxHashSet<Var>,
    first_key: u32,
}

impl LoopEnd {
    /// The end of the loop of a variable, whose iterations were executed with placeholders.
    pub fn of(g: &mut Graph, var: Var, list: &Placeholders) -> Rc<Self> {
        let Loop { lo, hi, .. } = *g.indices.loop_of(var);
        let last = g.indices.offset(hi, -1);
        let runs = g.indices.lt(lo, hi);
        Rc::new(LoopEnd {
            rebuild: RefCell::new(Rebuild::of_vars([(var, last)])),
            runs: g.cond(runs),
            vars: list.vars.clone(),
            first_key: list.first_key,
        })
    }
}

impl LastValue {
    /// The scalar that an iteration assigned as `new`, after the loop.
    pub fn after(new: &Val, before: &Val, end: &Rc<LoopEnd>, span: Span) -> Val {
        let (new, before, end) = (new.clone(), before.clone(), end.clone());
        Val::Last(Rc::new(LastValue { new, before, end, span, settled: OnceCell::new() }))
    }

    /// The value; loops one after another may make a long chain.
    fn settle(&self, g: &mut Graph) -> Val {
        let mut chain = vec![self];
        while let Some(LastValue { before: Val::Last(earlier), .. }) = chain.last()
            && earlier.settled.get().is_none()
        {
            chain.push(earlier);
        }
        for last in chain.into_iter().rev() {
            let before = match &last.before {
                Val::Last(earlier) => earlier.settled.get().cloned().unwrap_or(Val::Unset),
                known => known.clone(),
            };
            let new = settled(g, &last.new);
            let value = if any_leak(g, &new, &last.end.vars, last.end.first_key) {
                let span = std::mem::replace(&mut g.span, last.span);
                let refused = poison(g, ONLY_SUMS);
                g.span = span;
                refused
            } else {
                let new = new.rebuilt(g, &mut last.end.rebuild.borrow_mut());
                merge(g, last.end.runs, &new, &before)
            };
            let _ = last.settled.set(value);
        }
        self.settled.get().cloned().unwrap_or(Val::Unset)
    }
}

impl Val {
    /// The integer that is still to be built: counters begin with it.
    pub fn waiting_integer(&self, g: &mut Graph) -> Option<Val> {
        match self {
            Val::Last(last) if matches!(last.new, Val::Int { .. }) => Some(settled(g, self)),
            _ => None,
        }
    }
}

/// A value as it is read: with the last values in it built.
pub fn settled(g: &mut Graph, value: &Val) -> Val {
    match value {
        Val::Last(last) => match last.settled.get() {
            Some(value) => value.clone(),
            None => last.settle(g),
        },
        Val::Composite(parts) => {
            let mut waits = false;
            value.leaves(&mut |leaf| waits |= matches!(leaf, Val::Last(_)));
            if waits { Val::composite(parts.iter().map(|p| settled(g, p))) } else { value.clone() }
        }
        other => other.clone(),
    }
}

/// Whether some scalar of a value depends on what the iteration before left behind, or cannot be used.
pub fn any_leak(g: &Graph, value: &Val, vars: &FxHashSet<Var>, first_key: u32) -> bool {
    let mut found = false;
    value.leaves(&mut |leaf| {
        found |= match leaf {
            Val::Real(v) | Val::Bool(v) => leaks(g, *v, vars, first_key),
            Val::Int { index, .. } => holds(&g.indices, g.indices.free(*index), vars),
            _ => true,
        }
    });
    found
}

/// Whether a value depends on what the iteration before left behind: on one of the variables, or on a placeholder with
/// a key from `first_key` on.
pub fn leaks(g: &Graph, value: Value, vars: &FxHashSet<Var>, first_key: u32) -> bool {
    if holds(&g.indices, g.free(value), vars) {
        return true;
    }
    let mut seen: FxHashSet<Value> = FxHashSet::default();
    let mut pending = vec![value];
    while let Some(at) = pending.pop() {
        if !g.carried(at) || !seen.insert(at) {
            continue;
        }
        if matches!(g.node(at), Node::Carried(key) if *key >= first_key) {
            return true;
        }
        g.operands(at, |a| pending.push(a));
    }
    false
}

fn holds(indices: &Indices, free: crate::index::VarSet, vars: &FxHashSet<Var>) -> bool {
    indices.vars(free).iter().any(|v| vars.contains(v))
}
