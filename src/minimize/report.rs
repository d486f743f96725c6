//! Iterations, and their end.

use std::fmt;

/// One iteration.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Iteration {
    /// Its number, from zero.
    pub number: usize,
    /// The energy where it began.
    pub energy: f64,
    /// The Euclidean norm of the gradient over the unknowns that are free.
    pub gradient_norm: f64,
    /// The Newton decrement `λ = √(-g·d)` of the direction `d = -H⁻¹ g`, with the Hessian as it was solved with: half of its square is the fall of the energy that the step promises.
    pub decrement: f64,
    /// The decrement below which iterations end; none where something else ends them.
    pub decrement_limit: Option<f64>,
    /// The share of the step that was taken; zero in the last one.
    pub step: f64,
    /// Iterations of the linear solver, if it iterates.
    pub linear_iterations: usize,
    /// True if the linear solver made the most iterations that it may, without an end.
    pub linear_stalled: bool,
    /// The number of elements whose negative eigenvalues were removed.
    pub projected: usize,
    /// The number of elements at singular points where it began, of terms with a policy for these.
    pub singular: usize,
    /// The shift of the Hessian's diagonal, in terms of each entry or their median, whichever is larger.
    pub shift: f64,
    /// The Hessian that it solved with.
    pub hessian: SolvedHessian,
    /// The share of the prescribed displacements that has been applied.
    pub load: f64,
    /// The seconds that it took.
    pub seconds: f64,
    /// The seconds of evaluations: energies, gradients and Hessians.
    pub seconds_evaluate: f64,
    /// The seconds of linear systems: factorisation and solution.
    pub seconds_linear: f64,
    /// The seconds of everything else.
    pub seconds_other: f64,
}

/// The Hessian of a decrement: one that was changed to be positive definite makes it smaller.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum SolvedHessian {
    /// That of the energy.
    #[default]
    Unchanged,
    /// JᵀJ of residuals, which is never indefinite: where it ended may be a saddle.
    GaussNewton,
    /// Negative eigenvalues of elements were removed: where it ended, the energy has no definite Hessian.
    Projected,
    /// Its diagonal was made larger: where it ended, the energy has no definite Hessian, projected or not.
    Shifted,
    /// JᵀJ with the damping of Levenberg and Marquardt.
    Damped,
    /// The one that L-BFGS has learned from gradients.
    QuasiNewton,
}

impl fmt::Display for SolvedHessian {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SolvedHessian::Unchanged => "the Hessian as it is",
            SolvedHessian::GaussNewton => "JᵀJ in place of the Hessian",
            SolvedHessian::Projected => "a projected Hessian",
            SolvedHessian::Shifted => "a shifted Hessian",
            SolvedHessian::Damped => "JᵀJ, damped",
            SolvedHessian::QuasiNewton => "the Hessian that L-BFGS has learned",
        })
    }
}

/// The end of a minimisation.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// Decrement and gradient are small.
    Converged,
    /// The energy falls by less than rounding errors.
    Precision,
    /// The most iterations were made.
    Iterations,
    /// No step along the direction of descent lowers the energy, although it should.
    NoStep,
    /// The energy falls and falls while an unknown runs away.
    Unbounded {
        /// Its number.
        unknown: usize,
    },
    /// The energy has a slope along an unknown, but no second derivatives: the method has no step for it.
    Linear {
        /// Its number.
        unknown: usize,
    },
    /// The caller has had enough.
    Stopped,
}

impl Outcome {
    /// The outcome in a word or two, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Converged => "converged",
            Outcome::Precision => "precision",
            Outcome::Iterations => "iterations",
            Outcome::NoStep => "no step",
            Outcome::Unbounded { .. } => "unbounded",
            Outcome::Linear { .. } => "linear",
            Outcome::Stopped => "interrupted",
        }
    }

    /// True if a minimum was found.
    pub fn is_minimum(self) -> bool {
        matches!(self, Outcome::Converged | Outcome::Precision)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Converged => f.write_str("converged"),
            Outcome::Precision => f.write_str("converged as far as the precision of the energy allows"),
            Outcome::Iterations => f.write_str("not converged: that were the most iterations allowed"),
            Outcome::NoStep => f.write_str(
                "not converged: no step along the direction of descent lowers the energy: has it a kink or a jump there (abs, max, \
                 select)?",
            ),
            Outcome::Unbounded { unknown } => {
                write!(f, "not converged: the energy falls without end, unknown {unknown} runs away: are enough fixed?")
            }
            Outcome::Linear { unknown } => {
                write!(f, "not converged: the energy is linear in unknown {unknown}, so that there is no step for it")
            }
            Outcome::Stopped => f.write_str("stopped"),
        }
    }
}

/// A minimisation.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Report {
    /// Its end.
    pub outcome: Outcome,
    /// Its iterations.
    pub iterations: Vec<Iteration>,
    /// The seconds of the symbolic phases: orders of elimination and patterns of factors.
    pub seconds_symbolic: f64,
}

impl Report {
    /// The report of a minimisation that was stopped before its first iteration.
    pub(super) fn stopped() -> Self {
        Self { outcome: Outcome::Stopped, iterations: Vec::new(), seconds_symbolic: 0.0 }
    }
}
