//! Linear systems with the Hessian over the free unknowns.

mod aside;
mod cholesky;
mod conjugate;
mod dissect;
mod free;
mod precondition;

use super::error::Error;
use super::stop::Stop;
use crate::system::{Csr, Matrix};
use aside::aside;
use cholesky::Cholesky;
use conjugate::{End, Found, Limits};
pub use free::FreeHessian;
pub use precondition::{PRECONDITIONERS, Preconditioner, Preconditioning};
use std::fmt;
use std::time::Instant;

/// The most iterations of conjugate gradients, where nothing else is asked for, are so many and some more for each root of the number of unknowns, as they grow with
/// the length of a mesh. In exact arithmetic one for each unknown is enough; where this is not, factors are cheaper.
const MOST_ITERATIONS: [usize; 2] = [300, 5];

/// Multiplications of a factorisation that take longer than anybody notices: about a tenth of a second.
const LONG: f64 = 2e8;

/// The solver of linear systems.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum LinearSolver {
    /// Sparse Cholesky factors: exact, and the way to see that a matrix is not positive definite.
    Direct,
    /// Conjugate gradients: less memory on large meshes of tetrahedra. [`iterative`](Self::iterative) makes one.
    #[non_exhaustive]
    Iterative {
        /// The residual that ends it, relative to the right-hand side.
        tolerance: f64,
        /// The preconditioner.
        preconditioner: Preconditioning,
        /// The most iterations; `None` stands for 300 and five times the root of the number of unknowns. Where they are not
        /// enough, factors are used from then on, if there is memory for them.
        iterations: Option<usize>,
    },
}

impl LinearSolver {
    /// Conjugate gradients with the first of the [`PRECONDITIONERS`], until the residual has this size relative to the
    /// right-hand side.
    pub const fn iterative(tolerance: f64) -> Self {
        Self::iterative_by(tolerance, PRECONDITIONERS[0])
    }

    /// Conjugate gradients with a preconditioner of the library or of one's own.
    pub const fn iterative_by(tolerance: f64, preconditioner: Preconditioning) -> Self {
        Self::Iterative { tolerance, preconditioner, iterations: None }
    }

    /// Conjugate gradients with so many iterations at most; a direct solver as it is.
    pub const fn at_most(self, most: usize) -> Self {
        match self {
            Self::Direct => self,
            Self::Iterative { tolerance, preconditioner, .. } => {
                Self::Iterative { tolerance, preconditioner, iterations: Some(most) }
            }
        }
    }
}

/// A solution.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Solved {
    /// True if the matrix is positive definite, as far as the solver has seen.
    pub definite: bool,
    /// Iterations made, by an iterative solver.
    pub iterations: usize,
    /// True if an iterative solver made the most iterations that it may. The solution is then that of a direct solver, if there
    /// is memory for one, and what there is so far if not.
    pub stalled: bool,
    /// True if it is that of factors.
    pub factored: bool,
}

enum Method {
    Direct(Box<Cholesky>),
    Iterative(Box<dyn Preconditioner>, Limits),
}

/// A matrix and its solver; the symbolic phase is done once.
pub struct Linear {
    /// The matrix.
    pub matrix: FreeHessian,
    /// The seconds that symbolic phases have taken.
    pub seconds_symbolic: f64,
    /// Rows, and what factors need on their diagonals: springs that hold what moves freely.
    springs: Vec<(usize, f64)>,
    solver: LinearSolver,
    /// The solver, until it is lost because the caller wanted to stop.
    method: Option<Method>,
    stop: Option<Stop>,
}

impl fmt::Debug for Linear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, entries) = (self.matrix.rows(), self.matrix.values.len());
        let mut summary = f.debug_struct("Linear");
        summary.field("rows", &rows).field("entries", &entries).field("solver", &self.solver).finish_non_exhaustive()
    }
}

impl Linear {
    /// The symbolic phase, for the unknowns that are not held; `stop` is asked within long work.
    pub fn new(pattern: &Csr, held: &[bool], solver: LinearSolver, stop: Option<Stop>) -> Result<Self, Error> {
        let matrix = FreeHessian::new(pattern, held);
        let mut linear = Self { matrix, solver, method: None, stop, seconds_symbolic: 0.0, springs: Vec::new() };
        match solver {
            LinearSolver::Direct => linear.order()?,
            LinearSolver::Iterative { tolerance, preconditioner, iterations } => {
                let usual = || MOST_ITERATIONS[0] + MOST_ITERATIONS[1] * linear.matrix.rows().isqrt();
                let limits = Limits { tolerance, iterations: iterations.unwrap_or_else(usual), stop };
                linear.method = Some(Method::Iterative(preconditioner.make(&linear.matrix), limits));
            }
        }
        Ok(linear)
    }

    /// Takes another pattern; the symbolic phase is done again if it is not the same.
    pub fn rebind(&mut self, pattern: &Csr, held: &[bool]) -> Result<(), Error> {
        let matrix = FreeHessian::new(pattern, held);
        if self.method.is_some() && matrix.same_pattern(&self.matrix) {
            self.matrix = matrix;
            return Ok(());
        }
        let before = self.seconds_symbolic;
        *self = Self::new(pattern, held, self.solver, self.stop)?;
        self.seconds_symbolic += before;
        Ok(())
    }

    /// Takes the values of the Hessian.
    pub fn set(&mut self, hessian: Matrix<'_>) -> Result<(), Error> {
        Ok(self.matrix.set(hessian)?)
    }

    /// Holds what moves freely by springs on the diagonal: factors need them, conjugate gradients do not.
    pub fn hold(&mut self, springs: Vec<(usize, f64)>) {
        self.springs = springs;
        if self.is_direct() {
            self.add_springs();
        }
    }

    fn add_springs(&mut self) {
        for (row, stiffness) in std::mem::take(&mut self.springs) {
            self.matrix.add_at(row, stiffness);
        }
    }

    /// True if the solver was lost because the caller wanted to stop; [`rebind`](Self::rebind) makes another one.
    pub fn is_lost(&self) -> bool {
        self.method.is_none()
    }

    /// True if it factors the matrix.
    pub fn is_direct(&self) -> bool {
        matches!(self.method, Some(Method::Direct(_)))
    }

    /// The symbolic phase of the direct solver.
    fn order(&mut self) -> Result<(), Error> {
        let start = Instant::now();
        let cholesky = self.apart(true, Cholesky::new)?.ok_or(Error::Memory)?;
        self.method = Some(Method::Direct(Box::new(cholesky)));
        self.seconds_symbolic += start.elapsed().as_secs_f64();
        Ok(())
    }

    /// Works on the matrix, in a thread of its own where that may take long and the caller may want to stop.
    fn apart<T: Send + 'static>(
        &mut self,
        long: bool,
        work: impl FnOnce(&FreeHessian) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let Some(stop) = self.stop.filter(|_| long) else { return Ok(work(&self.matrix)) };
        let matrix = std::mem::take(&mut self.matrix);
        let (result, matrix) = aside(stop, move || (work(&matrix), matrix))?;
        self.matrix = matrix;
        Ok(result)
    }

    /// Factors the matrix for any number of right-hand sides; whether it is positive definite. Only a direct solver does.
    pub fn factor(&mut self) -> Result<bool, Error> {
        let Some(Method::Direct(mut cholesky)) = self.method.take_if(|method| matches!(method, Method::Direct(_)))
        else {
            return Ok(false);
        };
        let long = cholesky.work() > LONG;
        let (definite, cholesky) = self.apart(long, move |matrix| (cholesky.factor(matrix), cholesky))?;
        self.method = Some(Method::Direct(cholesky));
        Ok(definite)
    }

    /// Puts the solution in the place of a right-hand side, with the factors of [`factor`](Self::factor).
    pub fn back(&mut self, rhs: &mut [f64]) {
        if let Some(Method::Direct(cholesky)) = &mut self.method {
            cholesky.solve(rhs);
        }
    }

    /// Puts the solution in the place of the right-hand side. Where the matrix is not positive definite, a direct solver
    /// leaves it, and an iterative one puts there what it has so far.
    pub fn solve(&mut self, rhs: &mut [f64]) -> Result<Solved, Error> {
        let matrix = &self.matrix;
        let Some(Method::Iterative(preconditioner, limits)) = &mut self.method else {
            return self.solve_directly(rhs);
        };
        preconditioner.update(matrix);
        let before = rhs.to_vec();
        let Found { iterations, end } = conjugate::solve((matrix, preconditioner.as_ref()), rhs, *limits);
        let solved =
            Solved { definite: end != End::Indefinite, iterations, stalled: end == End::Stalled, factored: false };
        match end {
            End::Stopped => return Err(Error::Stopped),
            End::Stalled => {}
            End::Solved | End::Indefinite => return Ok(solved),
        }
        match self.order() {
            Ok(()) => {
                rhs.copy_from_slice(&before);
                self.add_springs();
                Ok(Solved { iterations, stalled: true, ..self.solve_directly(rhs)? })
            }
            // What conjugate gradients have found so far is a direction of descent.
            Err(Error::Memory) => Ok(solved),
            Err(error) => Err(error),
        }
    }

    fn solve_directly(&mut self, rhs: &mut [f64]) -> Result<Solved, Error> {
        let definite = self.factor()?;
        if definite {
            self.back(rhs);
        }
        Ok(Solved { definite, factored: true, ..Solved::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second differences of a chain, `diagonal` on the diagonal.
    fn chain(n: usize, diagonal: f64, solver: LinearSolver) -> Linear {
        let (mut row_ptr, mut col_idx, mut values) = (vec![0], Vec::new(), Vec::new());
        for row in 0..n {
            for col in row.saturating_sub(1)..(row + 2).min(n) {
                col_idx.push(col as u32);
                values.push(if col == row { diagonal } else { -1.0 });
            }
            row_ptr.push(col_idx.len());
        }
        let pattern = Csr { cols: n, row_ptr, col_idx };
        let mut linear = Linear::new(&pattern, &vec![false; n], solver, None).unwrap();
        let Csr { row_ptr, col_idx, .. } = &pattern;
        linear.set(Matrix { rows: n, cols: n, block: 1, row_ptr, col_idx, values: &values }).unwrap();
        linear
    }

    #[test]
    fn both_solvers_solve() {
        for solver in [LinearSolver::Direct, LinearSolver::iterative(1e-13)] {
            let mut linear = chain(200, 2.1, solver);
            let rhs: Vec<f64> = (0..200).map(|k| (0.3 * k as f64).sin()).collect();
            let mut x = rhs.clone();
            let solved = linear.solve(&mut x).unwrap();
            assert!(solved.definite, "{solver:?}");
            let mut product = vec![0.0; 200];
            linear.matrix.multiply(&x, &mut product);
            let error = product.iter().zip(&rhs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(error < 1e-11, "{solver:?}: {error:e}");
        }
    }

    #[test]
    fn indefinite_matrices_are_seen() {
        for solver in [LinearSolver::Direct, LinearSolver::iterative(1e-13)] {
            let mut linear = chain(200, 1.9, solver);
            assert!(!linear.solve(&mut [1.0; 200]).unwrap().definite, "{solver:?}");
        }
    }

    #[test]
    fn nothing_is_solved_at_once() {
        for solver in [LinearSolver::Direct, LinearSolver::iterative(1e-13)] {
            assert!(chain(0, 1.0, solver).solve(&mut []).unwrap().definite);
        }
    }
}
