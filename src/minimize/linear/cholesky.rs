//! Cholesky's factorisation, by faer.

use super::Reduced;
use faer::linalg::solvers::Solve;
use faer::sparse::linalg::LltError;
use faer::sparse::linalg::solvers::{Llt, SymbolicLlt};
use faer::sparse::{FaerError, SparseColMatRef, SymbolicSparseColMatRef};
use faer::{MatMut, Side};

/// The supernodal factors `L Lᵀ` of a matrix; their pattern is found once.
pub struct Cholesky {
    symbolic: SymbolicLlt<usize>,
    factors: Option<Llt<usize, f64>>,
}

/// Rows of the lower triangle are columns of the upper one.
fn symbolic(matrix: &Reduced) -> SymbolicSparseColMatRef<'_, usize> {
    let n = matrix.rows();
    SymbolicSparseColMatRef::new_checked(n, n, &matrix.row_ptr, None, &matrix.col_idx)
}

impl Cholesky {
    /// Orders the unknowns and finds the pattern of the factors. `None`: there is no memory for it.
    pub fn new(matrix: &Reduced) -> Option<Self> {
        let symbolic = SymbolicLlt::try_new(symbolic(matrix), Side::Upper).ok()?;
        Some(Self { symbolic, factors: None })
    }

    /// Factors the values of the matrix; whether it is positive definite. `None`: there is no memory for it.
    pub fn factor(&mut self, matrix: &Reduced) -> Option<bool> {
        // The memory of the last factors is given back first.
        self.factors = None;
        let values = SparseColMatRef::new(symbolic(matrix), &matrix.values[..]);
        match Llt::try_new_with_symbolic(self.symbolic.clone(), values, Side::Upper) {
            Ok(factors) => {
                self.factors = Some(factors);
                Some(true)
            }
            Err(LltError::Numeric(_)) => Some(false),
            Err(LltError::Generic(FaerError::OutOfMemory | FaerError::IndexOverflow | _)) => None,
        }
    }

    /// Puts the solution in the place of the right-hand side.
    pub fn solve(&self, rhs: &mut [f64]) {
        if let Some(factors) = &self.factors {
            let n = rhs.len();
            factors.solve_in_place(MatMut::from_column_major_slice_mut(rhs, n, 1));
        }
    }
}
