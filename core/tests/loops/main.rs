//! Random programs in WGSL with loops of all forms, against the same statements executed one by one.

#[path = "../random/ast.rs"]
#[allow(dead_code, reason = "of the trees over there only the world is needed")]
mod ast;
#[path = "../common/evaluate.rs"]
mod evaluate;
mod execute;
mod generate;
#[path = "../random/machine.rs"]
#[allow(dead_code, reason = "no residuals here")]
mod machine;
#[path = "../random/schedule.rs"]
mod schedule;
mod syntax;
#[path = "../common/tape.rs"]
mod tape;
mod wgsl_loops;
