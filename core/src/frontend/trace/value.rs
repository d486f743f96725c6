//! Symbolic values.

use crate::error::Diagnostic;
use crate::index::{Index, Loop, Var};
use crate::real::{Graph, Rebuild, Span, Value};
use rustc_hash::FxHashSet;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// The value of an expression or a variable.
#[derive(Clone, Debug)]
pub enum Val {
    /// A real.
    Real(Value),
    /// An integer, not wrapped: a `u32` may stand below zero until it is looked at.
    Int {
        /// The integer.
        index: Index,
        /// `i32`, not `u32`.
        signed: bool,
    },
    /// A predicate.
    Bool(Value),
    /// A vector, a matrix (its columns), an array or a struct.
    Composite(Rc<[Val]>),
    /// A place in memory.
    Pointer(Rc<Pointer>),
    /// A gathered parameter as a whole, by number.
    Gathered(usize),
    /// The value that the last iteration of a loop assigned.
    Last(Rc<LastValue>),
    /// Cannot be used; whoever uses it gives this reason.
    Poison(Rc<Diagnostic>),
    /// Never assigned.
    Unset,
}

/// A place in memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pointer {
    /// The variable or array that it points into.
    pub root: Root,
    /// The way to the part of it.
    pub path: Vec<Index>,
}

/// A variable or array that a pointer points into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Root {
    /// A variable.
    Cell(usize),
    /// An array that is bound to data, or the output of a residual, by the front-end's own number.
    Storage(usize),
}

/// A scalar that every iteration of a loop assigns anew, after the loop: what the last iteration assigned. Most such
/// scalars are never read again, so it is built when one is.
#[derive(Debug)]
pub struct LastValue {
    /// The value that an iteration assigned.
    pub(super) new: Val,
    /// The value that the variable held before the loop.
    pub(super) before: Val,
    pub(super) end: Rc<LoopEnd>,
    /// The place where it was assigned.
    pub(super) span: Span,
    /// The rule that is broken if it depends on an iteration before the last.
    pub(super) rule: &'static str,
    pub(super) settled: OnceCell<Val>,
}

/// The last iteration of a loop.
#[derive(Debug)]
pub struct LoopEnd {
    /// Puts its number in for the loop's variable.
    pub(super) rebuild: RefCell<Rebuild>,
    /// The predicate that there is one.
    pub(super) runs: Value,
    /// The placeholders of the loop.
    pub(super) unknown: Unknown,
}

/// The placeholders that stand for what the iteration before left behind.
#[derive(Clone, Default, Debug)]
pub struct Unknown {
    /// Those of integers.
    pub vars: FxHashSet<Var>,
    /// Those of reals have keys from this one on.
    pub first_key: u32,
}

impl LoopEnd {
    /// The end of the loop of a variable, whose iterations were executed with placeholders.
    pub fn of(g: &mut Graph, var: Var, unknown: &Unknown) -> Rc<Self> {
        let Loop { lo, hi, .. } = *g.indices.loop_of(var);
        let last = g.indices.offset(hi, -1);
        let runs = g.indices.lt(lo, hi);
        Rc::new(LoopEnd {
            rebuild: RefCell::new(Rebuild::of_vars([(var, last)])),
            runs: g.cond(runs),
            unknown: unknown.clone(),
        })
    }
}

impl LastValue {
    /// The scalar that an iteration assigned as `new`, after the loop.
    pub fn after(new: &Val, before: &Val, end: &Rc<LoopEnd>, span: Span, rule: &'static str) -> Val {
        let (new, before, end) = (new.clone(), before.clone(), end.clone());
        Val::Last(Rc::new(LastValue { new, before, end, span, rule, settled: OnceCell::new() }))
    }

    /// The value that an iteration assigned.
    pub fn new_value(&self) -> &Val {
        &self.new
    }
}

/// Loops one after another make a long chain: it is taken apart link by link.
impl Drop for LastValue {
    fn drop(&mut self) {
        let mut next = std::mem::replace(&mut self.before, Val::Unset);
        while let Val::Last(mut last) = next {
            let Some(only) = Rc::get_mut(&mut last) else { return };
            next = std::mem::replace(&mut only.before, Val::Unset);
        }
    }
}

impl Val {
    /// A vector, matrix, array or struct.
    pub fn composite(parts: impl IntoIterator<Item = Val>) -> Val {
        Val::Composite(parts.into_iter().collect())
    }

    /// True if two values are the same, composites only if they are one.
    pub(super) fn same(&self, other: &Val) -> bool {
        match (self, other) {
            (Val::Real(a), Val::Real(b)) | (Val::Bool(a), Val::Bool(b)) => a == b,
            (Val::Int { index: a, .. }, Val::Int { index: b, .. }) => a == b,
            (Val::Composite(a), Val::Composite(b)) => Rc::ptr_eq(a, b),
            (Val::Pointer(a), Val::Pointer(b)) => a == b,
            (Val::Gathered(a), Val::Gathered(b)) => a == b,
            (Val::Last(a), Val::Last(b)) => Rc::ptr_eq(a, b),
            (Val::Unset, Val::Unset) => true,
            _ => false,
        }
    }

    /// True if two values are the same, part by part.
    pub fn is_same(&self, other: &Val) -> bool {
        match (self, other) {
            (Val::Composite(a), Val::Composite(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.is_same(b))
            }
            _ => self.same(other),
        }
    }

    /// The value with loop variables replaced.
    pub fn rebuilt(&self, g: &mut Graph, replaced: &mut Rebuild) -> Val {
        match self {
            Val::Real(v) => Val::Real(replaced.value(g, *v)),
            Val::Bool(v) => Val::Bool(replaced.value(g, *v)),
            Val::Int { index, signed } => Val::Int { index: replaced.index(g, *index), signed: *signed },
            Val::Composite(parts) => Val::composite(parts.iter().map(|p| p.rebuilt(g, replaced))),
            other => other.clone(),
        }
    }

    /// Calls a function on every scalar of the value.
    pub fn leaves(&self, visit: &mut impl FnMut(&Val)) {
        match self {
            Val::Composite(parts) => parts.iter().for_each(|p| p.leaves(visit)),
            leaf => visit(leaf),
        }
    }
}

/// A value that gives this reason when it is used.
pub fn poison(g: &Graph, message: &str) -> Val {
    Val::Poison(Rc::new(Diagnostic::new(g.span, message)))
}

/// The literal a predicate is.
pub fn literal(g: &Graph, p: Value) -> Option<bool> {
    g.as_cond(p).and_then(|c| g.indices.as_bool(c))
}
