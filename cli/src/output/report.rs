//! The summary of an evaluation.

use serde::Serialize;

/// `result.json`, in the order of its keys.
#[derive(Clone, PartialEq, Serialize, Debug)]
pub struct Report {
    /// The energy.
    pub energy: f64,
    /// The Euclidean norm of the gradient.
    pub gradient_norm: f64,
    /// The Frobenius norm of the full Hessian.
    pub hessian_norm: f64,
    /// The number of unknowns.
    pub unknowns: usize,
    /// The entries stored for the full Hessian.
    pub nonzeros: usize,
    /// The number of residuals, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residuals: Option<usize>,
    /// The entries stored for the Jacobian, where there are residuals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jacobian_nonzeros: Option<usize>,
    /// The number of elements at singular points, where a term has a policy for these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub singular: Option<usize>,
    /// The device that evaluated.
    pub device: String,
    /// `f64` or `f32`.
    pub precision: String,
    /// The times of the stages.
    pub seconds: Seconds,
}

/// The time of each stage, in seconds.
#[derive(Clone, Copy, PartialEq, Default, Serialize, Debug)]
pub struct Seconds {
    /// Reading the energy, derivatives, sparsity, optimisation.
    pub build: f64,
    /// Machine code.
    pub compile: f64,
    /// Sparsity pattern and slots.
    pub pattern: f64,
    /// The value alone; the median.
    pub value: f64,
    /// Value and gradient; the median.
    pub gradient: f64,
    /// Value, gradient and assembled Hessian; the median.
    pub hessian: f64,
}

impl Report {
    /// The report as JSON, ending in a line break. JSON has no infinities and no NaN: they are errors.
    pub fn json(&self) -> std::io::Result<Vec<u8>> {
        let norms =
            [("energy", self.energy), ("gradient_norm", self.gradient_norm), ("hessian_norm", self.hessian_norm)];
        if let Some((key, value)) = norms.iter().find(|(_, value)| !value.is_finite()) {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{key} is {value}")));
        }
        Ok((super::json(self)? + "\n").into_bytes())
    }
}

/// The Euclidean norm (of a matrix's stored values: the Frobenius norm), without overflow or underflow on the way.
pub fn norm(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    // Squares of numbers in this range neither overflow nor vanish; mostly no scaling is needed.
    if largest == 0.0 || (1e-100..1e100).contains(&largest) {
        // A sum over nothing is -0.
        return values.iter().map(|v| v * v).sum::<f64>().sqrt().abs();
    }
    largest * values.iter().map(|v| (v / largest) * (v / largest)).sum::<f64>().sqrt()
}
