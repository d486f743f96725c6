//! Conjugate gradients.

use super::free::FreeHessian;
use super::precondition::Preconditioner;
use crate::minimize::stop::Stop;
use crate::minimize::vector::dot;

/// The result of conjugate gradients.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Found {
    /// Iterations made.
    pub iterations: usize,
    /// The reason why there are no more.
    pub end: End,
}

/// The end of conjugate gradients; the solution is what it was until then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The residual is small.
    Solved,
    /// There is a direction of no or negative curvature.
    Indefinite,
    /// The most iterations were made.
    Stalled,
    /// The caller wants to stop.
    Stopped,
}

/// Limits of conjugate gradients.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The residual that ends them, relative to the right-hand side.
    pub tolerance: f64,
    /// The most iterations.
    pub iterations: usize,
    /// Asked whether to stop.
    pub stop: Option<Stop>,
}

/// Solves within limits; the solution takes the place of the right-hand side.
pub fn solve((matrix, preconditioner): (&FreeHessian, &dyn Preconditioner), rhs: &mut [f64], limits: Limits) -> Found {
    let n = rhs.len();
    let mut residual = rhs.to_vec();
    let [mut preconditioned, mut product] = [(); 2].map(|()| vec![0.0; n]);
    let x = rhs;
    x.fill(0.0);
    let enough = limits.tolerance * dot(&residual, &residual).sqrt();
    preconditioner.apply(matrix, &residual, &mut preconditioned);
    let mut direction = preconditioned.clone();
    let mut mixed = dot(&residual, &preconditioned);
    for iterations in 0..limits.iterations {
        if dot(&residual, &residual).sqrt() <= enough {
            return Found { iterations, end: End::Solved };
        }
        if limits.stop.is_some_and(Stop::is_wanted) {
            return Found { iterations, end: End::Stopped };
        }
        matrix.multiply(&direction, &mut product);
        let curvature = dot(&direction, &product);
        if curvature.is_nan() || curvature <= 0.0 {
            if iterations == 0 {
                x.copy_from_slice(&direction);
            }
            return Found { iterations, end: End::Indefinite };
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
    Found { iterations: limits.iterations, end: End::Stalled }
}
