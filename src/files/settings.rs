//! From `[solve]` of a problem file to settings.

use super::solve::{self, SolveSection};
use crate::minimize::{LinearSolver, Method, PRECONDITIONERS, ProjectionPolicy, Settings};
use crate::problem::Problem;
use crate::system::Projection;

/// The tolerance of an iterative solver, if none is given.
const TOLERANCE: f64 = 1e-8;

/// The most iterations of L-BFGS, if no number is given.
const LBFGS_ITERATIONS: usize = 10_000;

impl Settings {
    /// The settings that a section asks for.
    pub fn read(section: &SolveSection, problem: &Problem) -> Settings {
        let default = Settings::default();
        let residuals = problem.terms.iter().all(|term| term.residual);
        let usual = if residuals { Method::LevenbergMarquardt } else { Method::Newton };
        let method = section.method.unwrap_or(usual);
        let most = if method == Method::Lbfgs { LBFGS_ITERATIONS } else { default.iterations };
        Settings {
            iterations: section.iterations.unwrap_or(most),
            tolerance: section.tolerance.unwrap_or(default.tolerance),
            decrement: section.decrement,
            gradient: section.gradient,
            projection: match section.projection {
                None | Some(solve::SolveProjection::OnDemand) => ProjectionPolicy::OnDemand,
                Some(solve::SolveProjection::Never) => ProjectionPolicy::Never,
                Some(_) => ProjectionPolicy::Always,
            },
            linear: match section.iterative {
                Some(true) => {
                    let tolerance = section.linear_tolerance.unwrap_or(TOLERANCE);
                    let preconditioner = section.preconditioner.unwrap_or(PRECONDITIONERS[0]);
                    LinearSolver::Iterative { tolerance, preconditioner, iterations: section.linear_iterations }
                }
                _ => LinearSolver::Direct,
            },
            memory: section.memory.unwrap_or(default.memory),
            stop: None,
            method,
        }
    }
}

/// The projection of elements that a section asks for: for the options of a system, of which
/// [`Settings::options`] then takes it away where none are.
pub fn projection(section: &SolveSection) -> Option<Projection> {
    Some(match section.projection {
        Some(solve::SolveProjection::Abs) => Projection::Abs,
        Some(solve::SolveProjection::Reduced) => Projection::Reduced,
        _ => Projection::Clamp,
    })
}
