//! Vectors of jets.

use super::jet::Jet;
use std::array::from_fn;

/// A difference.
pub fn sub<const N: usize>(a: &[Jet; N], b: &[Jet; N]) -> [Jet; N] {
    from_fn(|k| &a[k] - &b[k])
}

/// A scalar product.
pub fn dot<const N: usize>(a: &[Jet; N], b: &[Jet; N]) -> Jet {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A vector product.
pub fn cross(a: &[Jet; 3], b: &[Jet; 3]) -> [Jet; 3] {
    from_fn(|k| {
        let (i, j) = ((k + 1) % 3, (k + 2) % 3);
        &a[i] * &b[j] - &a[j] * &b[i]
    })
}

/// The length of a vector.
pub fn length<const N: usize>(a: &[Jet; N]) -> Jet {
    dot(a, a).sqrt()
}

/// The product of a matrix, by its columns, with a vector.
pub fn mul<const N: usize>(columns: &[[Jet; N]; N], vector: &[Jet; N]) -> [Jet; N] {
    from_fn(|row| (0..N).map(|col| &columns[col][row] * &vector[col]).sum())
}
