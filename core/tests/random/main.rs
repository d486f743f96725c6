//! Random programs: everything the pipeline computes against dense second-order dual numbers, and every pattern
//! against an evaluator of structure.

mod ast;
mod dual;
mod generate;
mod graph;
mod machine;
mod schedule;
mod structure;
#[path = "../common/tape.rs"]
mod tape;
mod worlds;

mod branches;
mod chunks;
mod energies;
mod faults;
mod residuals;
mod sums;

use proptest::prelude::*;

/// The bytes of a program and of a world.
pub fn tapes() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    (prop::collection::vec(any::<u8>(), 0..160), prop::collection::vec(any::<u8>(), 0..40))
}

/// `cases` cases, or as many as the environment asks for.
pub fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|c| c.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, max_shrink_iters: 2000, ..ProptestConfig::default() }
}
