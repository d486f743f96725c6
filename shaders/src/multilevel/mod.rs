//! A preconditioner with several levels, additive Schwarz over nested clusters of nodes (as in Bramble, Pasciak and Xu,
//! "Parallel multilevel preconditioners", 1990, with clusters in the place of meshes):
//!
//! `z = D₀⁻¹ r + Σ_l P_l D_l⁻¹ P_lᵀ r`
//!
//! where `P_l` gives every node of a cluster of level `l` the cluster's components, and `D_l` is the part of `P_lᵀ A P_l` on
//! its diagonal, node by node. It is symmetric, and positive definite because `D₀⁻¹` is and the others are not negative.
//!
//! An unknown of a cluster whose block is singular but for rounding errors (a body that nothing holds) is left out: its part
//! of `D_l⁻¹` is zero.

mod clusters;
mod graph;
mod pattern;
#[cfg(test)]
mod tests;
mod twin;

pub use clusters::{Clusters, parts};
pub use pattern::Pattern;
pub use twin::{COARSEN, INVERT, PROLONGATION, RESTRICTION, coarsen, invert, prolongation, restriction};
