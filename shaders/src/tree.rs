//! Sums of one shape.

use crate::shader::GROUP;
use std::ops::Add;

/// The sums of the workgroups: each adds so many numbers pairwise, halves of them to halves.
pub fn partial_sums<T: Copy + Default + Add<Output = T>>(numbers: &[T]) -> Vec<T> {
    numbers.chunks(GROUP as usize).map(pairwise).collect()
}

/// The sum of partial sums, by one workgroup: each invocation adds every [`GROUP`]th, then they are added pairwise.
pub fn total<T: Copy + Default + Add<Output = T>>(partials: &[T]) -> T {
    let mut own = vec![T::default(); GROUP as usize];
    for (k, &partial) in partials.iter().enumerate() {
        own[k % GROUP as usize] = own[k % GROUP as usize] + partial;
    }
    pairwise(&own)
}

fn pairwise<T: Copy + Default + Add<Output = T>>(numbers: &[T]) -> T {
    let mut tree = vec![T::default(); GROUP as usize];
    tree[..numbers.len()].copy_from_slice(numbers);
    halves(&mut tree)
}

/// The sum of numbers, whose number is a power of two, halves of them to halves.
pub(crate) fn halves<T: Copy + Add<Output = T>>(tree: &mut [T]) -> T {
    let mut width = tree.len() / 2;
    while width > 0 {
        for k in 0..width {
            tree[k] = tree[k] + tree[k + width];
        }
        width /= 2;
    }
    tree[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_sums() {
        let numbers: Vec<f64> = (0..100_000).map(f64::from).collect();
        assert_eq!(total(&partial_sums(&numbers)), 4_999_950_000.0);
        assert_eq!(total::<f64>(&[]), 0.0);
    }
}
