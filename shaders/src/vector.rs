//! Vectors. The twin of `total.wgsl` is [`total`](crate::total).

use crate::matrix::Number;
use crate::tree::partial_sums;

/// The twin of `axpy.wgsl`.
pub fn axpy<T: Number>(a: T, x: &[T], y: &mut [T]) {
    y.iter_mut().zip(x).for_each(|(y, &x)| *y = *y + a * x);
}

/// The twin of `dot.wgsl`: the partial sums.
pub fn dot<T: Number>(x: &[T], y: &[T]) -> Vec<T> {
    let products: Vec<T> = x.iter().zip(y).map(|(&x, &y)| x * y).collect();
    partial_sums(&products)
}
