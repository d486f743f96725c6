//! Random programs: everything the pipeline computes against dense second-order dual numbers, and every pattern
//! against an evaluator of structure.

mod ast;
mod dual;
mod generate;
mod graph;
mod machine;
mod schedule;
mod structure;

mod energies;
mod residuals;

use proptest::prelude::*;

/// The bytes of a program and of a world.
pub fn tapes() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    (prop::collection::vec(any::<u8>(), 0..160), prop::collection::vec(any::<u8>(), 0..40))
}
