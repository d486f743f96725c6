//! Conjugate gradients, preconditioned by an incomplete factorisation.

use super::Reduced;

/// What conjugate gradients found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Found {
    /// Iterations made.
    pub iterations: usize,
    /// Whether a direction of no or negative curvature ended the search; the solution is what it was until then.
    pub indefinite: bool,
}

/// Conjugate gradients with the incomplete Cholesky factors of the matrix's own pattern as preconditioner.
pub struct Conjugate {
    /// The factor: the values of a lower triangle in the pattern of the matrix.
    factor: Vec<f64>,
}

impl Conjugate {
    /// Room for a matrix.
    pub fn new(matrix: &Reduced) -> Self {
        Self { factor: vec![0.0; matrix.values.len()] }
    }

    /// Factors the matrix incompletely, with as much added to its diagonal as it takes to have positive pivots.
    pub fn factor(&mut self, matrix: &Reduced) {
        let mut shift = 0.0;
        while !self.incomplete(matrix, shift) && shift < 1e3 {
            shift = if shift == 0.0 { 1e-3 } else { 4.0 * shift };
        }
    }

    /// Factors the matrix with its diagonal enlarged by `shift` times itself; whether all pivots are positive. Where it
    /// fails at last, what was found is the diagonal.
    fn incomplete(&mut self, matrix: &Reduced, shift: f64) -> bool {
        let Reduced { row_ptr, col_idx, values, .. } = matrix;
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
            // A small pivot makes a preconditioner that is worse than none.
            if pivot.is_nan() || pivot <= 1e-8 * values[last].abs() {
                self.diagonal(matrix);
                return false;
            }
            factor[last] = pivot.sqrt();
        }
        true
    }

    fn diagonal(&mut self, matrix: &Reduced) {
        self.factor.fill(0.0);
        for (row, value) in matrix.diagonal().enumerate() {
            let value = value.abs().sqrt();
            self.factor[matrix.row_ptr[row + 1] - 1] = if value > 0.0 { value } else { 1.0 };
        }
    }

    /// Applies the preconditioner.
    fn precondition(&self, matrix: &Reduced, residual: &[f64], result: &mut [f64]) {
        let Reduced { row_ptr, col_idx, .. } = matrix;
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

    /// Solves until the residual is `tolerance` times the right-hand side, which the solution takes the place of.
    pub fn solve(&self, matrix: &Reduced, rhs: &mut [f64], tolerance: f64, most: usize) -> Found {
        let n = rhs.len();
        let mut residual = rhs.to_vec();
        let [mut preconditioned, mut product] = [(); 2].map(|()| vec![0.0; n]);
        let x = rhs;
        x.fill(0.0);
        let enough = tolerance * dot(&residual, &residual).sqrt();
        self.precondition(matrix, &residual, &mut preconditioned);
        let mut direction = preconditioned.clone();
        let mut mixed = dot(&residual, &preconditioned);
        for iterations in 0..most {
            if dot(&residual, &residual).sqrt() <= enough {
                return Found { iterations, indefinite: false };
            }
            matrix.multiply(&direction, &mut product);
            let curvature = dot(&direction, &product);
            if curvature.is_nan() || curvature <= 0.0 {
                if iterations == 0 {
                    x.copy_from_slice(&direction);
                }
                return Found { iterations, indefinite: true };
            }
            let alpha = mixed / curvature;
            for k in 0..n {
                x[k] += alpha * direction[k];
                residual[k] -= alpha * product[k];
            }
            self.precondition(matrix, &residual, &mut preconditioned);
            let next = dot(&residual, &preconditioned);
            let beta = next / mixed;
            mixed = next;
            direction.iter_mut().zip(&preconditioned).for_each(|(d, z)| *d = z + beta * *d);
        }
        Found { iterations: most, indefinite: false }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
