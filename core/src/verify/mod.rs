//! The invariants of graphs, programs, kernels and streams as code.
//!
//! [`integers`], [`graph`], [`program`], [`sparse`], [`kernel`] and [`streams`] look at one thing each, in time that is
//! linear but for sorting, and name the first [`Rule`] that is broken with the stage and the node. Whoever makes such a
//! thing calls [`debug`] with it: debug builds, and so all tests and the fuzzer, then stop at the pass that broke a rule.
//! Release builds look at nothing.

mod broken;
mod graph;
mod integers;
mod kernel;
mod outputs;
mod program;
mod reductions;
mod sparse;
mod streams;
#[cfg(test)]
mod tests;

pub use broken::{Broken, Rule, Site, Stage, debug};
pub use graph::graph;
pub use integers::integers;
pub use kernel::kernel;
pub use program::{Claim, program};
pub use sparse::sparse;
pub use streams::{Extents, Storage, streams};
