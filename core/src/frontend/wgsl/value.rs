//! Symbolic values, and how two of them merge.

use super::last::{LastValue, settled};
use crate::error::Diagnostic;
use crate::index::Index;
use crate::real::{Graph, Rebuild, Value};
use naga::{ArraySize, Handle, TypeInner, VectorSize};
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
    /// What the last iteration of a loop assigned.
    Last(Rc<LastValue>),
    /// Cannot be used; whoever uses it gives this reason.
    Poison(Rc<Diagnostic>),
    /// Never assigned.
    Unset,
}

/// A place in memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pointer {
    /// What it points into.
    pub root: Root,
    /// The way to the part of it.
    pub path: Vec<Index>,
}

/// A variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Root {
    /// A local or private variable, by its cell.
    Cell(usize),
    /// An array that is bound to data, or the output of a residual.
    Storage(Handle<naga::GlobalVariable>),
}

impl Val {
    /// A vector, matrix, array or struct.
    pub fn composite(parts: impl IntoIterator<Item = Val>) -> Val {
        Val::Composite(parts.into_iter().collect())
    }

    /// Whether two values are the same without looking into composites twice.
    fn same(&self, other: &Val) -> bool {
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

    /// Whether two values are the same, part by part.
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

/// `if p { a } else { b }`, of values of one type.
pub fn merge(g: &mut Graph, p: Value, a: &Val, b: &Val) -> Val {
    if let Some(truth) = literal(g, p) {
        return if truth { a.clone() } else { b.clone() };
    }
    if a.same(b) {
        return a.clone();
    }
    match (a, b) {
        (Val::Unset, other) | (other, Val::Unset) => other.clone(),
        (Val::Last(_), _) | (_, Val::Last(_)) => {
            let (a, b) = (settled(g, a), settled(g, b));
            merge(g, p, &a, &b)
        }
        (Val::Poison(_), _) => a.clone(),
        (_, Val::Poison(_)) => b.clone(),
        (Val::Real(x), Val::Real(y)) => Val::Real(g.select(p, *x, *y)),
        (Val::Bool(x), Val::Bool(y)) => Val::Bool(merge_bool(g, p, *x, *y)),
        (Val::Int { index: x, signed }, Val::Int { index: y, .. }) => match g.as_cond(p) {
            Some(cond) => Val::Int { index: g.indices.select(cond, *x, *y), signed: *signed },
            None => poison(g, "an integer that depends on a comparison of reals: indices depend on integers only"),
        },
        (Val::Composite(x), Val::Composite(y)) if x.len() == y.len() => {
            Val::composite(x.iter().zip(y.iter()).map(|(x, y)| merge(g, p, x, y)))
        }
        _ => poison(g, "a pointer or parameter that depends on a condition"),
    }
}

fn merge_bool(g: &mut Graph, p: Value, a: Value, b: Value) -> Value {
    let not_p = g.not(p);
    match (literal(g, a), literal(g, b)) {
        (Some(true), _) => g.or(p, b),
        (Some(false), _) => g.and(not_p, b),
        (_, Some(true)) => g.or(not_p, a),
        (_, Some(false)) => g.and(p, a),
        _ => {
            let (on, off) = (g.and(p, a), g.and(not_p, b));
            g.or(on, off)
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

/// The zero of a type; `None` for types that have none here.
pub fn zero(g: &mut Graph, module: &naga::Module, ty: Handle<naga::Type>) -> Option<Val> {
    let repeat = |g: &mut Graph, base, n: usize| {
        let one = zero(g, module, base)?;
        Some(Val::composite(std::iter::repeat_n(one, n)))
    };
    match &module.types[ty].inner {
        TypeInner::Scalar(s) => zero_scalar(g, s.kind),
        TypeInner::Vector { size, scalar } => zero_vector(g, scalar.kind, *size),
        TypeInner::Matrix { columns, rows, scalar } => {
            let column = zero_vector(g, scalar.kind, *rows)?;
            Some(Val::composite(std::iter::repeat_n(column, *columns as usize)))
        }
        // A larger array would be unrolled into as many expressions.
        TypeInner::Array { base, size: ArraySize::Constant(n), .. } if n.get() <= 1 << 16 => {
            repeat(g, *base, n.get() as usize)
        }
        TypeInner::Struct { members, .. } => {
            let parts: Option<Vec<Val>> = members.iter().map(|m| zero(g, module, m.ty)).collect();
            parts.map(Val::composite)
        }
        _ => None,
    }
}

fn zero_scalar(g: &mut Graph, kind: naga::ScalarKind) -> Option<Val> {
    Some(match kind {
        naga::ScalarKind::Float | naga::ScalarKind::AbstractFloat => Val::Real(g.constant(0.0)),
        naga::ScalarKind::Sint | naga::ScalarKind::AbstractInt => Val::Int { index: g.indices.int(0), signed: true },
        naga::ScalarKind::Uint => Val::Int { index: g.indices.int(0), signed: false },
        naga::ScalarKind::Bool => Val::Bool(g.bool(false)),
    })
}

fn zero_vector(g: &mut Graph, kind: naga::ScalarKind, size: VectorSize) -> Option<Val> {
    let one = zero_scalar(g, kind)?;
    Some(Val::composite(std::iter::repeat_n(one, size as usize)))
}
