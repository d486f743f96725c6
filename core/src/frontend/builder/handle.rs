//! The inside of a handle: a number, or the name of a value in the build under way.

use crate::frontend::kit::Scalar;
use crate::index::{Index, VarSet};
use crate::real::{Graph, Value};

/// The inside of a handle: constants of type `C`, values of type `V`.
#[derive(Clone, Copy, Debug)]
pub enum Handle<C, V> {
    /// A literal.
    Constant(C),
    /// A value of one build.
    Node {
        /// The build.
        stamp: u64,
        /// The innermost loop the value depends on, by its number in the build; 0 for none.
        scope: u32,
        /// The value.
        id: V,
    },
    /// A component of data that is read when it is first used.
    Deferred {
        /// The build.
        stamp: u64,
        /// Position among the deferred data.
        at: u32,
        /// The component.
        component: u32,
    },
    /// The result of a refused operation; the refusal is recorded.
    Invalid,
}

/// The three kinds of handles.
pub trait Symbol: Copy {
    /// Literals.
    type Constant: Copy;
    /// Values in the graph.
    type Id: Copy + PartialEq;

    /// The inside.
    fn handle(self) -> Handle<Self::Constant, Self::Id>;

    /// A handle around it.
    fn from_handle(handle: Handle<Self::Constant, Self::Id>) -> Self;

    /// The value of a literal.
    fn literal(graph: &mut Graph, constant: Self::Constant) -> Self::Id;

    /// The literal a value is, if it is one.
    fn as_literal(graph: &Graph, id: Self::Id) -> Option<Self::Constant>;

    /// The loop variables a value depends on.
    fn free(graph: &Graph, id: Self::Id) -> VarSet;

    /// The value that a number of data is, if it is one of this kind.
    fn of_data(number: Scalar) -> Option<Self::Id>;

    /// The literal in the handle, if it holds one.
    fn constant(self) -> Option<Self::Constant> {
        match self.handle() {
            Handle::Constant(c) => Some(c),
            _ => None,
        }
    }
}

/// Implements [`Symbol`] for a handle: its literals, its values, and how the graph knows them.
macro_rules! symbol {
    ($name:ident, $constant:ty, $id:ty, $literal:expr, $as_literal:expr, $free:expr, $of_data:expr) => {
        impl Symbol for $name {
            type Constant = $constant;
            type Id = $id;

            fn handle(self) -> Handle<$constant, $id> {
                self.0
            }

            fn from_handle(handle: Handle<$constant, $id>) -> Self {
                $name(handle)
            }

            fn literal(graph: &mut Graph, constant: $constant) -> $id {
                $literal(graph, constant)
            }

            fn as_literal(graph: &Graph, id: $id) -> Option<$constant> {
                $as_literal(graph, id)
            }

            fn free(graph: &Graph, id: $id) -> VarSet {
                $free(graph, id)
            }

            fn of_data(number: Scalar) -> Option<$id> {
                $of_data(number)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.0 {
                    Handle::Constant(c) => c.fmt(f),
                    Handle::Node { id, .. } => write!(f, "%{}", id.index()),
                    Handle::Deferred { at, component, .. } => write!(f, "%data{at}.{component}"),
                    Handle::Invalid => f.write_str("%invalid"),
                }
            }
        }
    };
}

/// A real: a number, or a value of the energy that is being built.
///
/// It computes like an `f64`, also inside `nalgebra`'s vectors and matrices. What it cannot do is be looked at: `==` asks
/// whether two handles are the same expression or number, and `<` between expressions is refused when the energy is
/// built. Comparisons that become part of the energy are the methods [`lt`](Real::lt), [`le`](Real::le), … together with
/// [`select`](super::select).
#[derive(Clone, Copy, Debug)]
pub struct Real(pub(super) Handle<f64, Value>);

/// An integer: a number, a size, a loop variable, an entry of a table, and what is computed from them.
#[derive(Clone, Copy, Debug)]
pub struct Int(pub(super) Handle<i64, Index>);

/// A condition on reals or integers.
#[derive(Clone, Copy, Debug)]
pub struct Bool(pub(super) Handle<bool, Value>);

symbol!(Real, f64, Value, Graph::constant, Graph::as_const, |g: &Graph, v| g.free(v), |number| match number {
    Scalar::Real(value) => Some(value),
    Scalar::Int { .. } => None,
});
symbol!(
    Int,
    i64,
    Index,
    |g: &mut Graph, c| g.indices.int(c),
    |g: &Graph, i| g.indices.as_const(i),
    |g: &Graph, i| g.indices.free(i),
    |number| match number {
        Scalar::Int { index, .. } => Some(index),
        Scalar::Real(_) => None,
    }
);
symbol!(
    Bool,
    bool,
    Value,
    Graph::bool,
    |g: &Graph, v| g.as_cond(v).and_then(|c| g.indices.as_bool(c)),
    |g: &Graph, v| g.free(v),
    |_| None
);
