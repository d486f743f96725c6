//! The promises of every preconditioner.

use super::*;
use crate::minimize::linear::LinearSolver;
use crate::minimize::linear::conjugate::{End, Limits, solve};
use crate::minimize::linear::dissect::tests::boxes;
use crate::minimize::linear::free::FreeHessian;

/// A number in [-1, 1] that looks random.
fn noise(k: usize) -> f64 {
    (12.9898 * k as f64 + 1.0).sin()
}

/// A matrix of tetrahedra whose diagonal is so many times the sum of the other entries of its row.
fn matrix(dominance: f64) -> FreeHessian {
    let mut matrix = boxes(1, 5, 2);
    let mut sums = vec![0.0; matrix.rows()];
    for row in 0..matrix.rows() {
        for at in matrix.row_ptr[row]..matrix.row_ptr[row + 1] - 1 {
            let value = noise(at);
            matrix.values[at] = value;
            sums[row] += value.abs();
            sums[matrix.col_idx[at]] += value.abs();
        }
    }
    matrix.add_diagonal(|row, _| dominance * sums[row]);
    matrix
}

/// Definite, nearly singular, indefinite, negative, nothing on the diagonal, nothing at all.
fn matrices() -> Vec<FreeHessian> {
    let mut all: Vec<FreeHessian> = [1.5, 1.0, 0.2, -1.0, 0.0].map(matrix).into();
    all.push(boxes(1, 3, 1));
    all.push(boxes(0, 3, 1));
    all
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn inverses_are_symmetric_and_positive_definite() {
    for kind in PRECONDITIONERS {
        for (number, matrix) in matrices().iter().enumerate() {
            let mut own = kind.make(matrix);
            own.update(matrix);
            let n = matrix.rows();
            let vectors: Vec<Vec<f64>> = (0..4).map(|k| (0..n).map(|row| noise(k * n + row + 7)).collect()).collect();
            let apply = |x: &Vec<f64>| {
                let mut result = vec![f64::NAN; n];
                own.apply(matrix, x, &mut result);
                result
            };
            let inverse: Vec<Vec<f64>> = vectors.iter().map(apply).collect();
            for a in 0..vectors.len() {
                assert!(n == 0 || dot(&vectors[a], &inverse[a]) > 0.0, "{kind:?} {number}");
                for b in 0..a {
                    let (one, other) = (dot(&vectors[a], &inverse[b]), dot(&vectors[b], &inverse[a]));
                    let size = dot(&inverse[a], &inverse[a]).sqrt() * (n as f64).sqrt();
                    assert!((one - other).abs() <= 1e-12 * size, "{kind:?} {number}: {one} {other}");
                }
            }
        }
    }
}

#[test]
fn values_are_followed_and_give_the_same_bits() {
    for kind in PRECONDITIONERS {
        let (first, second) = (matrix(1.5), matrix(3.0));
        let x: Vec<f64> = (0..first.rows()).map(noise).collect();
        let mut own = kind.make(&first);
        let mut result = |matrix: &FreeHessian| {
            let mut result = vec![0.0; x.len()];
            own.update(matrix);
            own.apply(matrix, &x, &mut result);
            result
        };
        let (one, other, again) = (result(&first), result(&second), result(&first));
        assert_ne!(one, other, "{kind:?}");
        assert_eq!(one, again, "{kind:?}");
    }
}

#[test]
fn systems_are_solved() {
    for kind in PRECONDITIONERS {
        let matrix = matrix(1.05);
        let mut own = kind.make(&matrix);
        own.update(&matrix);
        let rhs: Vec<f64> = (0..matrix.rows()).map(noise).collect();
        let (mut x, mut product) = (rhs.clone(), vec![0.0; rhs.len()]);
        let limits = Limits { tolerance: 1e-12, iterations: 1000, stop: None };
        let found = solve((&matrix, own.as_ref()), &mut x, limits);
        assert!(found.end == End::Solved && found.iterations < 100, "{kind:?}: {found:?}");
        matrix.multiply(&x, &mut product);
        assert!(product.iter().zip(&rhs).all(|(a, b)| (a - b).abs() < 1e-10), "{kind:?}");
    }
}

#[test]
fn names_are_their_own() {
    let mut names: Vec<&str> = PRECONDITIONERS.iter().map(Preconditioning::name).collect();
    assert!(!names.contains(&""));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), PRECONDITIONERS.len());
    assert_eq!(LinearSolver::iterative(1e-8), LinearSolver::iterative_by(1e-8, PRECONDITIONERS[0]));
}
