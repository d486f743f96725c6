//! Minimisers: Newton's method with projected Hessians, and its relatives.
//!
//! ```
//! use spadina::minimize::{Outcome, Settings, minimize};
//! use spadina::{Options, Problem, System, Term};
//!
//! // A chain of springs hangs from its two ends.
//! let spring = "fn energy(x: array<vec2f, 2>) -> f32 { let s = length(x[1] - x[0]) - 1.0; return 500.0 * s * s; }";
//! let weight = "fn energy(x: array<vec2f, 1>) -> f32 { return 9.81 * x[0].y; }";
//! let problem = Problem::new()
//!     .unknown("x", (0..11).map(|k| [0.8 * f64::from(k), 0.0]).collect::<Vec<_>>())
//!     .indices("springs", (0..10).map(|k| [k, k + 1]).collect::<Vec<_>>())
//!     .indices("nodes", (0..11).map(|k| [k]).collect::<Vec<_>>())
//!     .term(Term::energy("spring.wgsl", spring).over("springs"))
//!     .term(Term::energy("weight.wgsl", weight).over("nodes"));
//! let settings = Settings::default();
//! let mut system = System::build(problem, settings.options(Options::default()))?;
//! let mut held = vec![false; system.unknowns()];
//! held[..2].fill(true);
//! held[20..].fill(true);
//! let report = minimize(&mut system, &held, settings, |iteration| {
//!     println!("{} {}", iteration.number, iteration.energy);
//!     true
//! })?;
//! assert_eq!(report.outcome, Outcome::Converged);
//! assert!(system.vector()[11] < -2.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_debug_implementations)]

mod adjoint;
mod error;
mod flat;
mod gauge;
mod guard;
mod lbfgs;
mod levels;
mod levenberg;
mod linear;
mod load;
mod method;
mod newton;
mod report;
mod run;
mod scale;
mod search;
mod settings;
mod shift;
mod stop;
#[cfg(test)]
mod tests;
mod timed;
mod vector;

pub use adjoint::{Adjoint, Sensitivity};
pub use error::Error;
pub use guard::Guard;
pub use lbfgs::Lbfgs;
pub use levenberg::LevenbergMarquardt;
pub use linear::{FreeHessian, LinearSolver, PRECONDITIONERS, Preconditioner, Preconditioning};
pub use load::minimize_moved;
pub use method::{Minimizer, with_unused};
pub use newton::Newton;
pub use report::{Iteration, Outcome, Report, SolvedHessian};
pub use run::{iterate, minimize, minimizer};
pub(crate) use scale::extent;
pub use settings::{Method, ProjectionPolicy, Settings};
pub use stop::Stop;
