//! Differentiation, program to program.

mod forward;
mod reverse;
mod weighted;

pub use forward::tangent;
pub use reverse::gradient;
pub use weighted::weighted;
