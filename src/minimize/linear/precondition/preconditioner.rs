//! The interface of preconditioners.

use crate::minimize::linear::free::FreeHessian;
use std::fmt;

/// An approximate inverse `M⁻¹` of a symmetric matrix, for conjugate gradients.
///
/// It is made once for a pattern ([`Preconditioning`]) and follows the values of the matrix. Conjugate gradients rely on
/// three promises:
///
/// - `M` is symmetric and positive definite, also where the matrix is not: minimisers precondition matrices before they
///   know, and conjugate gradients then see it themselves. So a pivot or a diagonal entry that is zero, negative or not a
///   number is replaced, never passed on.
/// - [`apply`](Self::apply) is linear and does the same every time: nothing is changed by it.
/// - The same values give the same bits.
///
/// The closer `M` is to the matrix, the fewer iterations it takes; the number of iterations is all that depends on it.
pub trait Preconditioner: fmt::Debug + Send {
    /// Takes the values of the matrix, which has the pattern that this was made for.
    fn update(&mut self, matrix: &FreeHessian);

    /// Sets `result` to `M⁻¹ residual`: both have an entry for each row of the matrix, which is that of the last
    /// [`update`](Self::update). What `result` had before does not matter.
    fn apply(&self, matrix: &FreeHessian, residual: &[f64], result: &mut [f64]);
}

/// A preconditioner by its name: what makes one for a pattern.
///
/// An application's own preconditioner is used like those of the library:
///
/// ```
/// use spadina::minimize::{FreeHessian, LinearSolver, Preconditioner, Preconditioning, Settings, minimize};
/// use spadina::{Options, Problem, System, Term};
///
/// /// The inverse of the diagonal.
/// #[derive(Debug)]
/// struct Jacobi(Vec<f64>);
///
/// impl Preconditioner for Jacobi {
///     fn update(&mut self, matrix: &FreeHessian) {
///         let inverse = |h: f64| if h.abs() > 0.0 && h.is_finite() { 1.0 / h.abs() } else { 1.0 };
///         self.0 = matrix.diagonal().map(inverse).collect();
///     }
///
///     fn apply(&self, _: &FreeHessian, residual: &[f64], result: &mut [f64]) {
///         for ((result, residual), inverse) in result.iter_mut().zip(residual).zip(&self.0) {
///             *result = inverse * residual;
///         }
///     }
/// }
///
/// let spring = "fn energy(x: array<f32, 2>) -> f32 { let s = x[1] - x[0] - 1.0; return s * s; }";
/// let problem = Problem::new().unknown("x", vec![0.0, 0.0, 0.0]).indices("springs", vec![[0, 1], [1, 2]]);
/// let problem = problem.term(Term::energy("spring.wgsl", spring).over("springs"));
/// let jacobi = Preconditioning::new("jacobi", |_| Box::new(Jacobi(Vec::new())));
/// let settings = Settings::default().linear(LinearSolver::iterative_by(1e-10, jacobi));
/// let mut system = System::build(problem, settings.options(Options::default()))?;
/// minimize(&mut system, &[true, false, false], settings, |_| true)?;
/// assert!((system.vector()[2] - 2.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Preconditioning {
    name: &'static str,
    make: fn(&FreeHessian) -> Box<dyn Preconditioner>,
}

impl Preconditioning {
    /// A preconditioner under a name; `make` gives it room for a matrix of which only the pattern counts.
    pub const fn new(name: &'static str, make: fn(&FreeHessian) -> Box<dyn Preconditioner>) -> Self {
        Self { name, make }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// A preconditioner for matrices of this pattern; it has no values yet.
    pub fn make(&self, matrix: &FreeHessian) -> Box<dyn Preconditioner> {
        (self.make)(matrix)
    }
}

/// Two are equal if they have the same name.
impl PartialEq for Preconditioning {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Preconditioning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Preconditioning({:?})", self.name)
    }
}
