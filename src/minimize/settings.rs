//! Settings of minimisers.

use super::linear::LinearSolver;
use super::report::Iteration;
use super::stop::Stop;
use crate::system::{Options, Projection};

/// The method of a minimisation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Method {
    /// Newton's method with line search; residuals have JᵀJ as their Hessian.
    Newton,
    /// Newton's method with the exact Hessian of residuals.
    Exact,
    /// Gauss-Newton steps with damping by Levenberg and Marquardt.
    LevenbergMarquardt,
    /// The quasi-Newton method of limited memory by Broyden, Fletcher, Goldfarb and Shanno.
    Lbfgs,
}

/// The elements whose Hessians are projected to be positive semi-definite.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ProjectionPolicy {
    /// None: where the Hessian is not positive definite, something is added to its diagonal.
    Never,
    /// None as long as the Hessian is positive definite and steps are whole; otherwise those that have negative eigenvalues,
    /// and from there fewer and fewer, those around the largest entries of the gradient longest.
    OnDemand,
    /// All.
    Always,
}

/// The method of a minimisation, its tolerances and its limits.
///
/// ```
/// use spadina::minimize::{LinearSolver, Settings};
///
/// let settings = Settings::default().tolerance(1e-7).linear(LinearSolver::iterative(1e-8));
/// assert_eq!((settings.tolerance, settings.iterations), (1e-7, 200));
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The most iterations.
    pub iterations: usize,
    /// The tolerance, relative to the scales of the problem: iterations end when the Newton decrement is below
    /// `tolerance · L √h` and half of what it was before, and every entry of the gradient below `tolerance · L` times `h` or the
    /// entry on the Hessian's diagonal, where `L` is the extent of the unknowns and `h` the median of the Hessian's diagonal.
    pub tolerance: f64,
    /// The decrement that ends iterations instead, in the unit of the square root of the energy.
    pub decrement: Option<f64>,
    /// The Euclidean norm of the gradient that ends iterations instead.
    pub gradient: Option<f64>,
    /// The method.
    pub method: Method,
    /// The elements that are projected.
    pub projection: ProjectionPolicy,
    /// The solver of linear systems.
    pub linear: LinearSolver,
    /// The number of steps that L-BFGS remembers.
    pub memory: usize,
    /// Asked whether to stop, also within the solution of a linear system.
    pub stop: Option<Stop>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            iterations: 200,
            tolerance: 1e-9,
            decrement: None,
            gradient: None,
            projection: ProjectionPolicy::OnDemand,
            linear: LinearSolver::Direct,
            memory: 20,
            stop: None,
            method: Method::Newton,
        }
    }
}

/// A method converges where the decrement is at most this share of the one before; near a minimum Newton's method squares it.
/// With a tenth `pillow.toml` takes 36 iterations instead of 28; all other example problems take the same from 0.1 to 0.9.
const CONTRACTION: f64 = 0.5;

/// A decrement below this share of what is small needs no contraction.
const VERY_SMALL: f64 = 1e-3;

impl Settings {
    /// Sets the most iterations.
    pub fn iterations(self, iterations: usize) -> Self {
        Self { iterations, ..self }
    }

    /// Sets the relative tolerance.
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// Ends iterations by the decrement instead of the tolerance.
    pub fn decrement(self, decrement: f64) -> Self {
        Self { decrement: Some(decrement), ..self }
    }

    /// Ends iterations by the norm of the gradient instead of the tolerance.
    pub fn gradient(self, gradient: f64) -> Self {
        Self { gradient: Some(gradient), ..self }
    }

    /// Sets the method.
    pub fn method(self, method: Method) -> Self {
        Self { method, ..self }
    }

    /// Sets the elements that are projected.
    pub fn projection(self, projection: ProjectionPolicy) -> Self {
        Self { projection, ..self }
    }

    /// Sets the solver of linear systems.
    pub fn linear(self, linear: LinearSolver) -> Self {
        Self { linear, ..self }
    }

    /// Sets the number of steps that L-BFGS remembers.
    pub fn memory(self, memory: usize) -> Self {
        Self { memory, ..self }
    }

    /// Asks a function whether to stop, also within the solution of a linear system.
    pub fn stop(self, wanted: fn() -> bool) -> Self {
        Self { stop: Some(Stop::new(wanted)), ..self }
    }

    /// The options of a system that is to be minimised: its elements can be projected where that is wanted, and residuals
    /// have JᵀJ as their Hessian.
    pub fn options(&self, options: Options) -> Options {
        use Method::{Exact, Lbfgs};
        let projected = self.projection != ProjectionPolicy::Never && !matches!(self.method, Exact | Lbfgs);
        let projection = options.projection.or(Some(Projection::Clamp)).filter(|_| projected);
        Options { projection, gauss_newton: self.method != Exact, ..options }
    }

    /// The decrement below which iterations end, where one ends them.
    pub(super) fn decrement_limit(&self, (stiffness, length): (f64, f64)) -> Option<f64> {
        match (self.decrement, self.gradient) {
            (None, None) => Some(self.tolerance * length * stiffness.sqrt()),
            (own, _) => own,
        }
    }

    /// True if an iteration is the last one. The gradient comes with the diagonal of the Hessian; `before` is the decrement of
    /// the iteration before, if there was one and decrements are to be compared.
    pub(super) fn is_small(
        &self,
        iteration: &Iteration,
        gradient: impl Iterator<Item = (f64, f64)>,
        before: Option<f64>,
        scales: (f64, f64),
    ) -> bool {
        let most = self.decrement_limit(scales);
        if self.decrement.is_some() || self.gradient.is_some() {
            return most.is_none_or(|most| iteration.decrement <= most)
                && self.gradient.is_none_or(|most| iteration.gradient_norm <= most);
        }
        let most = most.unwrap_or(0.0);
        // Where all elements are degenerate, everything is small by these measures, but does not become smaller.
        let contracts = before.is_none_or(|before| iteration.decrement <= CONTRACTION * before);
        iteration.decrement <= most
            && (contracts || iteration.decrement <= VERY_SMALL * most)
            && self.is_flat(gradient, scales)
    }

    /// True if every entry of the gradient, which comes with the diagonal of the Hessian, is small by the tolerance.
    pub(super) fn is_flat(
        &self,
        mut gradient: impl Iterator<Item = (f64, f64)>,
        (stiffness, length): (f64, f64),
    ) -> bool {
        gradient.all(|(g, h)| g.abs() <= self.tolerance * length * h.abs().max(stiffness))
    }
}
