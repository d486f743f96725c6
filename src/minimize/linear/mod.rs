//! Linear systems with the Hessian over the free unknowns.

mod cholesky;
mod conjugate;
mod dissect;
mod free;
mod precondition;

use super::error::Error;
use crate::system::{Csr, Matrix};
use cholesky::Cholesky;
pub use free::FreeHessian;
pub use precondition::{PRECONDITIONERS, Preconditioner, Preconditioning};
use std::fmt;

/// Iterations of conjugate gradients for each unknown, and some for the smallest systems. In exact arithmetic one for each
/// is enough; where ten are not, more do not help.
const MOST_ITERATIONS: usize = 10;

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
        Self::Iterative { tolerance, preconditioner }
    }
}

/// A solution.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Solved {
    /// True if the matrix is positive definite, as far as the solver has seen.
    pub definite: bool,
    /// Iterations made, by an iterative solver.
    pub iterations: usize,
}

enum Method {
    Direct(Box<Cholesky>),
    Iterative(Box<dyn Preconditioner>, f64),
}

/// A matrix and its solver; the symbolic phase is done once.
pub struct Linear {
    /// The matrix.
    pub matrix: FreeHessian,
    solver: LinearSolver,
    method: Method,
}

impl fmt::Debug for Linear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, entries) = (self.matrix.rows(), self.matrix.values.len());
        let mut summary = f.debug_struct("Linear");
        summary.field("rows", &rows).field("entries", &entries).field("solver", &self.solver).finish_non_exhaustive()
    }
}

impl Linear {
    /// The symbolic phase, for the unknowns that are not held.
    pub fn new(pattern: &Csr, held: &[bool], solver: LinearSolver) -> Result<Self, Error> {
        let matrix = FreeHessian::new(pattern, held);
        let method = match solver {
            LinearSolver::Direct => Method::Direct(Box::new(Cholesky::new(&matrix).ok_or(Error::Memory)?)),
            LinearSolver::Iterative { tolerance, preconditioner } => {
                Method::Iterative(preconditioner.make(&matrix), tolerance)
            }
        };
        Ok(Self { matrix, solver, method })
    }

    /// Takes another pattern; the symbolic phase is done again if it is not the same.
    pub fn rebind(&mut self, pattern: &Csr, held: &[bool]) -> Result<(), Error> {
        let matrix = FreeHessian::new(pattern, held);
        if matrix.same_pattern(&self.matrix) {
            self.matrix = matrix;
            return Ok(());
        }
        *self = Self::new(pattern, held, self.solver)?;
        Ok(())
    }

    /// Takes the values of the Hessian.
    pub fn set(&mut self, hessian: Matrix<'_>) -> Result<(), Error> {
        Ok(self.matrix.set(hessian)?)
    }

    /// Factors the matrix for any number of right-hand sides; whether it is positive definite. Only a direct solver does.
    pub fn factor(&mut self) -> bool {
        match &mut self.method {
            Method::Direct(cholesky) => cholesky.factor(&self.matrix),
            Method::Iterative(..) => false,
        }
    }

    /// Puts the solution in the place of a right-hand side, with the factors of [`factor`](Self::factor).
    pub fn back(&mut self, rhs: &mut [f64]) {
        if let Method::Direct(cholesky) = &mut self.method {
            cholesky.solve(rhs);
        }
    }

    /// Puts the solution in the place of the right-hand side. Where the matrix is not positive definite, a direct solver
    /// leaves it, and an iterative one puts there what it has so far.
    pub fn solve(&mut self, rhs: &mut [f64]) -> Solved {
        let matrix = &self.matrix;
        match &mut self.method {
            Method::Direct(cholesky) => {
                let definite = cholesky.factor(matrix);
                if definite {
                    cholesky.solve(rhs);
                }
                Solved { definite, iterations: 0 }
            }
            Method::Iterative(preconditioner, tolerance) => {
                preconditioner.update(matrix);
                let most = MOST_ITERATIONS * (matrix.rows() + 1);
                let found = conjugate::solve((matrix, preconditioner.as_ref()), rhs, *tolerance, most);
                Solved { definite: !found.indefinite, iterations: found.iterations }
            }
        }
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
        let mut linear = Linear::new(&pattern, &vec![false; n], solver).unwrap();
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
            let solved = linear.solve(&mut x);
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
            assert!(!linear.solve(&mut [1.0; 200]).definite, "{solver:?}");
        }
    }

    #[test]
    fn nothing_is_solved_at_once() {
        for solver in [LinearSolver::Direct, LinearSolver::iterative(1e-13)] {
            assert!(chain(0, 1.0, solver).solve(&mut []).definite);
        }
    }
}
