//! Vectors.

/// The scalar product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    // A sum over nothing is -0.
    a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() + 0.0
}
