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

mod adjoint;
mod lbfgs;
mod levenberg;
mod linear;
mod load;
mod method;
mod newton;
mod scale;
mod search;
#[cfg(test)]
mod tests;
mod timed;

use crate::system::{Options, Projection, System};
pub use adjoint::{Adjoint, Sensitivity};
pub use lbfgs::Lbfgs;
pub use levenberg::LevenbergMarquardt;
pub use linear::LinearSolver;
pub use load::minimize_moved;
pub use method::Method;
pub use newton::Newton;
pub(crate) use scale::extent;
use std::fmt;
use std::sync::Arc;

/// Which elements' Hessians are projected to be positive semi-definite.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Projecting {
    /// None: where the Hessian is not positive definite, something is added to its diagonal.
    Never,
    /// None as long as the Hessian is positive definite and steps are whole; otherwise those that have negative eigenvalues,
    /// and from there fewer and fewer, those around the largest entries of the gradient longest.
    OnDemand,
    /// All.
    Always,
}

/// How to minimise, and when to stop.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    /// The most iterations.
    pub iterations: usize,
    /// What is small, relative to the scales of the problem: iterations end when the Newton decrement is below
    /// `tolerance · L √h` and half of what it was before, and every entry of the gradient below `tolerance · L` times `h` or the
    /// entry on the Hessian's diagonal, where `L` is the extent of the unknowns and `h` the median of the Hessian's diagonal.
    pub tolerance: f64,
    /// The decrement that ends iterations instead, in the unit of the square root of the energy.
    pub decrement: Option<f64>,
    /// The Euclidean norm of the gradient that ends iterations instead.
    pub gradient: Option<f64>,
    /// The method.
    pub method: Method,
    /// Which elements are projected.
    pub projection: Projecting,
    /// How linear systems are solved.
    pub linear: LinearSolver,
    /// How many steps L-BFGS remembers.
    pub memory: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            iterations: 200,
            tolerance: 1e-9,
            decrement: None,
            gradient: None,
            projection: Projecting::OnDemand,
            linear: LinearSolver::Direct,
            memory: 20,
            method: Method::Newton,
        }
    }
}

impl Settings {
    /// The options of a system that is to be minimised: its elements can be projected where that is wanted, and residuals
    /// have JᵀJ as their Hessian.
    pub fn options(&self, options: Options) -> Options {
        use Method::{Exact, Lbfgs};
        let projected = self.projection != Projecting::Never && !matches!(self.method, Exact | Lbfgs);
        let projection = options.projection.or(Some(Projection::Clamp)).filter(|_| projected);
        Options { projection, gauss_newton: self.method != Exact, ..options }
    }

    /// Whether an iteration is the last one. The gradient comes with the diagonal of the Hessian; `before` is the decrement of
    /// the iteration before, if there was one and decrements are to be compared.
    fn is_small(
        &self,
        iteration: &Iteration,
        mut gradient: impl Iterator<Item = (f64, f64)>,
        before: Option<f64>,
        (stiffness, length): (f64, f64),
    ) -> bool {
        if self.decrement.is_some() || self.gradient.is_some() {
            return self.decrement.is_none_or(|most| iteration.decrement <= most)
                && self.gradient.is_none_or(|most| iteration.gradient_norm <= most);
        }
        let length = self.tolerance * length;
        let most = length * stiffness.sqrt();
        // Where all elements are degenerate, everything is small by these measures, but does not become smaller.
        let contracts = before.is_none_or(|before| iteration.decrement <= 0.5 * before);
        iteration.decrement <= most
            && (contracts || iteration.decrement <= 1e-3 * most)
            && gradient.all(|(g, h)| g.abs() <= length * h.abs().max(stiffness))
    }
}

/// One iteration.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Iteration {
    /// Its number, from zero.
    pub number: usize,
    /// The energy where it began.
    pub energy: f64,
    /// The Euclidean norm of the gradient over the unknowns that are free.
    pub gradient_norm: f64,
    /// The Newton decrement `√(-g·d)`: half of its square is the fall of the energy that the step promises.
    pub decrement: f64,
    /// The share of the step that was taken; zero in the last one.
    pub step: f64,
    /// Iterations of the linear solver, if it iterates.
    pub linear_iterations: usize,
    /// The number of elements whose negative eigenvalues were removed.
    pub projected: usize,
    /// What was added to the Hessian's diagonal, in terms of each entry or their median, whichever is larger.
    pub shift: f64,
    /// The share of the prescribed displacements that has been applied.
    pub load: f64,
    /// How long it took.
    pub seconds: f64,
    /// How much of that went into evaluations: energies, gradients and Hessians.
    pub seconds_evaluate: f64,
    /// How much went into linear systems: factorisation and solution.
    pub seconds_linear: f64,
}

/// How a minimisation ended.
#[derive(Clone, Copy, PartialEq, Debug)]
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
    /// Whether a minimum was found.
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
            Outcome::NoStep => f.write_str("not converged: no step along the direction of descent lowers the energy"),
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
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// What happened.
    pub iterations: Vec<Iteration>,
}

/// Why there is no minimisation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system.
    #[error(transparent)]
    System(#[from] crate::system::Error),
    /// Flags that are not one for each unknown.
    #[error("{found} flags say what is held, but there are {wanted} unknowns")]
    Held {
        /// Their number.
        found: usize,
        /// The number of unknowns.
        wanted: usize,
    },
    /// The energy is finite, but its gradient is not.
    #[error("the gradient is not finite where the minimisation begins")]
    NotFinite,
    /// No linear system can be solved.
    #[error(
        "the Hessian is singular, whatever is added to its diagonal: is the energy's scale beyond double precision?"
    )]
    Singular,
    /// The unknowns are at no minimum.
    #[error("the Hessian is not positive definite: the unknowns are at no minimum, or something moves freely")]
    NoMinimum,
    /// Out of memory.
    #[error("there is no memory for the factors of the Hessian: take the iterative solver")]
    Memory,
}

/// How far a step from a point along a direction may go at most, in terms of the direction: what no energy says, such as that
/// nodes do not pass through obstacles.
pub type Guard = Arc<dyn Fn(&[f64], &[f64]) -> f64 + Send + Sync>;

/// An iterative method on one system.
pub trait Minimizer {
    /// Limits all steps from now on.
    fn guard(&mut self, guard: Guard);

    /// Makes one iteration; the system's unknowns are then what it led to. The outcome is there when it was the last one.
    fn step(&mut self, system: &mut System) -> Result<(Iteration, Option<Outcome>), Error>;

    /// Begins anew, after the system's data or connectivity have changed. What still fits is kept: the symbolic phase, if
    /// the pattern is the same.
    fn restart(&mut self, system: &mut System) -> Result<(), Error>;
}

/// Prepares the method of the settings for a system; `held` has a flag for each unknown that says whether it keeps its
/// value.
pub fn minimizer(system: &mut System, held: &[bool], settings: Settings) -> Result<Box<dyn Minimizer>, Error> {
    Ok(match settings.method {
        Method::Newton | Method::Exact => Box::new(Newton::new(system, held, settings)?),
        Method::LevenbergMarquardt => Box::new(LevenbergMarquardt::new(system, held, settings)?),
        Method::Lbfgs => Box::new(Lbfgs::new(system, held, settings)?),
    })
}

/// That there is a flag for each unknown.
fn check(system: &System, held: &[bool]) -> Result<(), Error> {
    let (found, wanted) = (held.len(), system.unknowns());
    if found == wanted { Ok(()) } else { Err(Error::Held { found, wanted }) }
}

/// What is held, also the unknowns that stand in no entry of the Hessian, and these.
///
/// # Errors
/// Those of [`System::pattern`].
pub fn with_unused(system: &mut System, held: &[bool]) -> Result<(Vec<bool>, Vec<usize>), Error> {
    let pattern = system.pattern()?;
    let unused = |&row: &usize| !held[row] && pattern.row_ptr[row] == pattern.row_ptr[row + 1];
    let unused: Vec<usize> = (0..held.len()).filter(unused).collect();
    let mut all = held.to_vec();
    unused.iter().for_each(|&row| all[row] = true);
    Ok((all, unused))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Minimises the energy of a system, from its unknowns as they are; they are then the minimum. `held` has a flag for each
/// unknown that says whether it keeps its value. `watch` is told every iteration and says whether to go on.
pub fn minimize(
    system: &mut System,
    held: &[bool],
    settings: Settings,
    watch: impl FnMut(&Iteration) -> bool,
) -> Result<Report, Error> {
    let mut method = minimizer(system, held, settings)?;
    iterate(method.as_mut(), system, settings.iterations, watch)
}

/// Iterates until a method ends, but at most so many times.
pub fn iterate(
    method: &mut dyn Minimizer,
    system: &mut System,
    most: usize,
    mut watch: impl FnMut(&Iteration) -> bool,
) -> Result<Report, Error> {
    let mut iterations = Vec::new();
    let outcome = loop {
        if iterations.len() >= most {
            break Outcome::Iterations;
        }
        let (iteration, outcome) = method.step(system)?;
        iterations.push(iteration);
        let on = watch(&iteration);
        match outcome {
            Some(outcome) => break outcome,
            None if !on => break Outcome::Stopped,
            None => {}
        }
    };
    Ok(Report { outcome, iterations })
}
