//! The methods there are.

/// How to minimise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
