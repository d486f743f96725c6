//! Tests that are left out where a machine has no GPU.

use std::fmt::Display;

/// The variable that makes a missing GPU a failure, if it is `1`.
const REQUIRED: &str = "SPADINA_REQUIRE_GPU";

/// Returns true if a test that this machine lacks something for is a failure.
pub fn everything_is_required() -> bool {
    std::env::var_os(REQUIRED).is_some_and(|value| value == "1")
}

/// Says that a test is left out because there is no GPU, and the reason; panics where one is required.
#[track_caller]
pub fn without_gpu(reason: impl Display) {
    assert!(!everything_is_required(), "{REQUIRED} is set: {reason}");
    println!("not tested: {reason}");
}
