//! Problems: unknowns, read-only arrays, indices, and the terms that are summed over them.
//!
//! A problem is made in Rust, or read from a TOML file with the same words ([`crate::files`], feature `files`):
//!
//! ```
//! use spadina::problem::{Problem, Term};
//!
//! let springs = "fn energy(x: array<vec2f, 2>) -> f32 { return length(x[1] - x[0]); }";
//! let problem = Problem::new()
//!     .unknown("x", vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
//!     .array("k", 100.0)
//!     .indices("edges", vec![[0, 1], [1, 2]])
//!     .term(Term::energy("springs.wgsl", springs).over("edges"));
//! problem.check()?;
//! # Ok::<(), spadina::problem::ProblemError>(())
//! ```

mod check;
mod data;
mod error;
#[cfg(feature = "meshes")]
mod mesh;
mod pins;
mod place;
mod remarks;
mod term;
#[cfg(test)]
mod tests;

#[cfg(feature = "files")]
pub(crate) use check::{NEED_TERM, NEED_UNKNOWN, check_names, is_file, list, no_such};
pub use data::Problem;
pub use error::ProblemError;
pub use pins::Pins;
pub use place::Place;
pub(crate) use place::Section;
pub use spadina_core::real::Singular;
pub use term::{BindTarget, Source, Term};
