//! Incomplete Cholesky factors.

use super::preconditioner::Preconditioner;
use crate::minimize::linear::free::FreeHessian;

/// The shift after a first factorisation that failed, in terms of the diagonal (Lin and Moré, *Incomplete Cholesky
/// factorizations with limited memory*, SIAM Journal on Scientific Computing 21, 1999). Between 1e-5 and 0.1 iterations change by
/// up to a half, one way for `arap.toml` and the other for `shell.toml`.
const FIRST_SHIFT: f64 = 1e-3;

/// The growth of the shift from one to the next. Lin and Moré double it, which saves `arap.toml` 2 % of the iterations of
/// conjugate gradients and `shell.toml` 7 %, for twice the factorisations; with 10, `arap.toml` takes twice as many.
const SHIFT_GROWTH: f64 = 4.0;

/// Beyond this shift the diagonal alone is taken: the factors would hardly differ from it.
const LARGEST_SHIFT: f64 = 1e3;

/// Pivots of at most this share of the diagonal entry count as none: they make a preconditioner that is worse than the
/// diagonal. With a hundredth `chain.toml` takes 2300 iterations of conjugate gradients instead of 180; the other example
/// problems take the same.
const SMALLEST_PIVOT: f64 = 1e-8;

/// The Cholesky factors of a matrix, as far as they have its own pattern (Meijerink and van der Vorst, Mathematics of
/// Computation 31, 1977), with as much added to the diagonal as it takes to have positive pivots (Manteuffel, Mathematics of
/// Computation 34, 1980).
#[derive(Debug)]
pub struct IncompleteCholesky {
    /// The factor: the values of a lower triangle in the pattern of the matrix.
    factor: Vec<f64>,
}

impl IncompleteCholesky {
    /// Room for a matrix.
    pub fn new(matrix: &FreeHessian) -> Self {
        Self { factor: vec![0.0; matrix.values.len()] }
    }

    /// Factors the matrix with its diagonal enlarged by `shift` times itself; whether all pivots are positive. Where it
    /// fails at last, what was found is the diagonal.
    fn incomplete(&mut self, matrix: &FreeHessian, shift: f64) -> bool {
        let FreeHessian { row_ptr, col_idx, values, .. } = matrix;
        let factor = &mut self.factor;
        for row in 0..matrix.rows() {
            let (begin, last) = (row_ptr[row], row_ptr[row + 1] - 1);
            let mut pivot = values[last].abs() * (1.0 + shift);
            for at in begin..last {
                let col = col_idx[at];
                let (mut own, mut other) = (begin, row_ptr[col]);
                let end = row_ptr[col + 1] - 1;
                let mut sum = values[at];
                while own < at && other < end {
                    match col_idx[own].cmp(&col_idx[other]) {
                        std::cmp::Ordering::Less => own += 1,
                        std::cmp::Ordering::Greater => other += 1,
                        std::cmp::Ordering::Equal => {
                            sum -= factor[own] * factor[other];
                            (own, other) = (own + 1, other + 1);
                        }
                    }
                }
                factor[at] = sum / factor[end];
                pivot -= factor[at] * factor[at];
            }
            if pivot.is_nan() || pivot <= SMALLEST_PIVOT * values[last].abs() {
                self.diagonal(matrix);
                return false;
            }
            factor[last] = pivot.sqrt();
        }
        true
    }

    /// Takes the diagonal alone.
    fn diagonal(&mut self, matrix: &FreeHessian) {
        self.factor.fill(0.0);
        for (row, value) in matrix.diagonal().enumerate() {
            let value = value.abs().sqrt();
            self.factor[matrix.row_ptr[row + 1] - 1] = if value > 0.0 { value } else { 1.0 };
        }
    }
}

impl Preconditioner for IncompleteCholesky {
    fn update(&mut self, matrix: &FreeHessian) {
        let mut shift = 0.0;
        while !self.incomplete(matrix, shift) && shift < LARGEST_SHIFT {
            shift = if shift == 0.0 { FIRST_SHIFT } else { SHIFT_GROWTH * shift };
        }
    }

    fn apply(&self, matrix: &FreeHessian, residual: &[f64], result: &mut [f64]) {
        let FreeHessian { row_ptr, col_idx, .. } = matrix;
        result.copy_from_slice(residual);
        for row in 0..matrix.rows() {
            let (begin, last) = (row_ptr[row], row_ptr[row + 1] - 1);
            let mut sum = result[row];
            for at in begin..last {
                sum -= self.factor[at] * result[col_idx[at]];
            }
            result[row] = sum / self.factor[last];
        }
        for row in (0..matrix.rows()).rev() {
            let (begin, last) = (row_ptr[row], row_ptr[row + 1] - 1);
            let value = result[row] / self.factor[last];
            result[row] = value;
            for at in begin..last {
                result[col_idx[at]] -= self.factor[at] * value;
            }
        }
    }
}
