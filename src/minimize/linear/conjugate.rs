//! Conjugate gradients.

use super::free::FreeHessian;
use super::precondition::Preconditioner;
use crate::minimize::vector::dot;

/// The result of conjugate gradients.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Found {
    /// Iterations made.
    pub iterations: usize,
    /// True if a direction of no or negative curvature ended the search; the solution is what it was until then.
    pub indefinite: bool,
}

/// Solves until the residual is `tolerance` times the right-hand side, which the solution takes the place of, or until so
/// many iterations have been made.
pub fn solve(
    (matrix, preconditioner): (&FreeHessian, &dyn Preconditioner),
    rhs: &mut [f64],
    tolerance: f64,
    most: usize,
) -> Found {
    let n = rhs.len();
    let mut residual = rhs.to_vec();
    let [mut preconditioned, mut product] = [(); 2].map(|()| vec![0.0; n]);
    let x = rhs;
    x.fill(0.0);
    let enough = tolerance * dot(&residual, &residual).sqrt();
    preconditioner.apply(matrix, &residual, &mut preconditioned);
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
        preconditioner.apply(matrix, &residual, &mut preconditioned);
        let next = dot(&residual, &preconditioned);
        let beta = next / mixed;
        mixed = next;
        direction.iter_mut().zip(&preconditioned).for_each(|(d, z)| *d = z + beta * *d);
    }
    Found { iterations: most, indefinite: false }
}
