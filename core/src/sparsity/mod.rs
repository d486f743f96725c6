//! One-hot seeds: where the tangent is structurally non-zero, and what it is there.

mod gather;
mod gather_print;
mod print;
mod propagate;
mod solve;

pub use gather::{Gather, Inverse, gather};
pub use gather_print::gather_text;
pub use propagate::{BracketTerm, SparseProgram, SparseUpdate, propagate};
pub use solve::solve;
