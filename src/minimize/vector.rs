//! Vectors.

/// The scalar product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    // A sum over nothing is -0.
    a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() + 0.0
}

/// The Euclidean norm, whose squares neither overflow nor vanish.
pub fn norm(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = numbers.clone().fold(0.0, |most: f64, number| most.max(number.abs()));
    match most > 0.0 && most.is_finite() {
        true => most * numbers.map(|number| (number / most).powi(2)).sum::<f64>().sqrt(),
        false => most,
    }
}
