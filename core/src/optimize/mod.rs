//! Passes over solved programs, one file a pass. Constant folding, algebraic identities and common subexpressions are
//! the graph's own constructors (see [`crate::real`]); dead code is what [`compact`] does not reach.

mod compact;
mod merge;
mod symmetry;

pub use compact::compact;
pub use merge::merge;
pub use symmetry::symmetry;
