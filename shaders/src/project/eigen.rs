//! The twin of `eigen.wgsl`: eigenvalues and eigenvectors of a symmetric matrix by Householder's reduction to a tridiagonal
//! matrix and implicit QL steps (Golub and Van Loan, *Matrix Computations*, §8.3).

use super::real::Real;
use super::shader::STEPS;

/// The place of an entry of a lower triangle, `row >= col`, row by row.
pub fn lower(row: usize, col: usize) -> usize {
    row * (row + 1) / 2 + col
}

/// A matrix, then its eigenvalues and eigenvectors.
pub struct Eigen<T> {
    /// The lower triangle, with a largest entry of about one; then the vectors of the reflections, column by column.
    pub matrix: Vec<T>,
    /// The eigenvectors, one after another.
    pub vectors: Vec<T>,
    /// The diagonal, then the eigenvalues.
    pub values: Vec<T>,
    /// The numbers below the diagonal.
    beside: Vec<T>,
    /// The factors of the reflections.
    factors: Vec<T>,
    /// QL steps that were done.
    pub steps: usize,
}

impl<T: Real> Eigen<T> {
    /// Room for a matrix of `n` rows, at least 1.
    pub fn new(n: usize) -> Self {
        let [values, beside, factors] = [(); 3].map(|()| vec![T::default(); n]);
        let (matrix, vectors) = (vec![T::default(); n * (n + 1) / 2], vec![T::default(); n * n]);
        Self { matrix, vectors, values, beside, factors, steps: 0 }
    }

    /// Decomposes the matrix.
    pub fn decompose(&mut self) {
        self.tridiagonalize();
        self.accumulate();
        for first in 0..self.values.len() - 1 {
            for _ in 0..STEPS {
                let last = self.block_end(first);
                if last == first {
                    break;
                }
                self.ql_step(first, last);
                self.steps += 1;
            }
        }
    }

    fn tridiagonalize(&mut self) {
        let n = self.values.len();
        let (zero, two) = (T::default(), T::from(2.0));
        for k in 0..n.saturating_sub(2) {
            let first = self.matrix[lower(k + 1, k)];
            let rest = (k + 2..n).map(|i| self.matrix[lower(i, k)]).fold(zero, |sum, entry| sum + entry * entry);
            (self.beside[k], self.factors[k]) = (first, zero);
            if rest > T::nothing() {
                let length = (first * first + rest).sqrt();
                let turned = if first >= zero { zero - length } else { length };
                let head = first - turned;
                let square = head * head + rest;
                let over = T::from(1.0) / square;
                let factor = two * over * (two - square * over);
                (self.beside[k], self.factors[k]) = (turned, factor);
                self.matrix[lower(k + 1, k)] = head;
                self.reflect_both(k, factor);
            }
        }
        for i in 0..n {
            self.values[i] = self.matrix[lower(i, i)];
        }
        if n > 1 {
            self.beside[n - 2] = self.matrix[lower(n - 1, n - 2)];
        }
        self.beside[n - 1] = zero;
    }

    /// Applies the reflection of column `k` to the rows and columns after it.
    fn reflect_both(&mut self, k: usize, factor: T) {
        let (n, matrix) = (self.values.len(), &mut self.matrix);
        let mut list = vec![T::default(); n];
        let mut along = T::default();
        for i in k + 1..n {
            let terms = (k + 1..n).map(|j| matrix[lower(i.max(j), i.min(j))] * matrix[lower(j, k)]);
            list[i] = factor * terms.fold(T::default(), |sum, term| sum + term);
            along = along + list[i] * matrix[lower(i, k)];
        }
        let half = T::from(0.5) * factor * along;
        for i in k + 1..n {
            list[i] = list[i] - half * matrix[lower(i, k)];
        }
        for i in k + 1..n {
            let (own, other) = (matrix[lower(i, k)], list[i]);
            for j in k + 1..=i {
                matrix[lower(i, j)] = matrix[lower(i, j)] - own * list[j] - other * matrix[lower(j, k)];
            }
        }
    }

    fn accumulate(&mut self) {
        let n = self.values.len();
        self.vectors.fill(T::default());
        self.vectors.iter_mut().step_by(n + 1).for_each(|entry| *entry = T::from(1.0));
        for k in (0..n.saturating_sub(2)).rev() {
            let factor = self.factors[k];
            if factor > T::default() {
                let reflection: Vec<T> = (k + 1..n).map(|i| self.matrix[lower(i, k)]).collect();
                for column in self.vectors.chunks_exact_mut(n).skip(k + 1) {
                    let column = &mut column[k + 1..];
                    let along = column.iter().zip(&reflection).fold(T::default(), |sum, (&x, &v)| sum + x * v);
                    let along = along * factor;
                    column.iter_mut().zip(&reflection).for_each(|(x, &v)| *x = *x - along * v);
                }
            }
        }
    }

    /// The last row of the unreduced block that begins at a row.
    fn block_end(&self, first: usize) -> usize {
        let last = self.values.len() - 1;
        let falls_apart = |&k: &usize| {
            let size = self.values[k].abs() + self.values[k + 1].abs();
            let size = if size < T::from(1.0) { T::from(1.0) } else { size };
            self.beside[k].abs() <= T::negligible() * size
        };
        (first..last).find(falls_apart).unwrap_or(last)
    }

    /// One QL step on the block of the rows `first..=last`.
    fn ql_step(&mut self, first: usize, last: usize) {
        let (zero, one, two) = (T::default(), T::from(1.0), T::from(2.0));
        let (d, e) = (&mut self.values, &mut self.beside);
        let half = (d[first + 1] - d[first]) / (two * e[first]);
        let root = (half * half + one).sqrt();
        let root = if half < zero { zero - root } else { root };
        let mut g = d[last] - d[first] + e[first] / (half + root);
        let (mut sine, mut cosine, mut p) = (one, one, zero);
        for i in (first..last).rev() {
            let (f, b) = (sine * e[i], cosine * e[i]);
            let next = d[i + 1] - p;
            let square = f * f + g * g;
            if square <= T::nothing() {
                // There is nothing to turn: the block has fallen apart.
                d[i + 1] = next;
                (e[i], e[i + 1]) = (b, zero);
                e[last] = zero;
                return;
            }
            let over = one / square.sqrt();
            (sine, cosine) = (f * over, g * over);
            let lack = T::from(0.5) * (one - (sine * sine + cosine * cosine));
            (sine, cosine) = (sine + sine * lack, cosine + cosine * lack);
            e[i + 1] = sine * f + cosine * g;
            let q = (d[i] - next) * sine + two * cosine * b;
            p = sine * q;
            d[i + 1] = next + p;
            g = cosine * q - b;
            rotate(&mut self.vectors, (d.len(), i), sine, cosine);
        }
        d[first] = d[first] - p;
        e[first] = g;
        e[last] = zero;
    }
}

/// Turns vector `i` of `n` components and the next one.
fn rotate<T: Real>(vectors: &mut [T], (n, i): (usize, usize), sine: T, cosine: T) {
    let (left, right) = vectors[i * n..(i + 2) * n].split_at_mut(n);
    for (left, right) in left.iter_mut().zip(right) {
        let (x, y) = (*left, *right);
        *right = sine * x + cosine * y;
        *left = cosine * x - sine * y;
    }
}
