//! Element Hessians: evaluation that stops at the dense matrix of each element, so that its negative eigenvalues can be
//! removed before it is added to the global matrix.
//!
//! The element is an iteration of the energy's loops; its *local unknowns* are the rows that the updates of its Hessian
//! write. [`complete`] gives every two local unknowns that are connected, directly or through others, an entry: the
//! projected matrix has one there. [`Blocks`] then turns a kernel of the completed program into one that writes the lower
//! triangles of its elements into a buffer of their own, [`LANES`] elements side by side, and says where in the global
//! matrix they go.

mod basis;
mod blocks;
mod complete;
mod reduced;
mod reference;

use std::sync::atomic::AtomicUsize;

pub use basis::Basis;
pub use blocks::{Blocks, batches};
pub use complete::{Completed, Element, Refused, complete};
pub use reduced::{Reduced, ReducedMatrices, reduce};
pub use reference::{project_lower, run};

/// Elements whose matrices lie side by side: entry `k` of element `e` is number `(e / LANES * entries + k) * LANES + e %
/// LANES` of the buffer.
pub const LANES: usize = 8;

/// Elements that are evaluated before they are projected, if the outermost loop can be cut so.
pub const BATCH: usize = 64;

/// The treatment of the negative eigenvalues of an element's Hessian.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Projection {
    /// They are set to zero.
    Clamp,
    /// Their absolute values are taken.
    Abs,
    /// Those of the second derivatives by the linear combinations that the energy sees are set to zero ([`reduce`]).
    Reduced,
}

impl Projection {
    /// The number added to an eigenvalue.
    pub fn added(self, eigenvalue: f64) -> f64 {
        let negative = (-eigenvalue).max(0.0);
        match self {
            Projection::Clamp | Projection::Reduced => negative,
            Projection::Abs => 2.0 * negative,
        }
    }
}

/// Which elements are projected, of those that have negative eigenvalues.
#[derive(Clone, PartialEq, Default, Debug)]
pub enum ProjectedElements {
    /// All.
    #[default]
    All,
    /// None: the Hessian is that of the energy.
    None,
    /// Those that depend on an unknown with a flag; there is one for each unknown.
    Around(Vec<bool>),
}

/// The projection of elements, and the choice of those projected.
#[derive(Clone, Copy, Debug)]
pub struct ProjectionRequest<'a> {
    /// The projection.
    pub projection: Projection,
    /// The elements projected.
    pub projected: &'a ProjectedElements,
    /// Counts the elements that had negative eigenvalues removed.
    pub count: &'a AtomicUsize,
}

/// The place of an entry of the lower triangle, `row >= col`, row by row.
pub fn lower(row: usize, col: usize) -> usize {
    row * (row + 1) / 2 + col
}
