//! One-hot seeds: where the tangent is structurally non-zero, and what it is there.

mod gather;
mod print;
mod propagate;
mod solve;

pub use gather::{Gather, gather};
pub use propagate::{SparseProgram, SparseUpdate, Term, propagate};
pub use solve::solve;
