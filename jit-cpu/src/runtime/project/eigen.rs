//! Eigenvalues and eigenvectors of eight small symmetric matrices at once: Householder's reduction to a tridiagonal matrix,
//! then implicit QL steps (Golub and Van Loan, *Matrix Computations*, §8.3; Bowdler, Martin, Reinsch and Wilkinson, 1968).
//!
//! All lanes take the same steps; those that have nothing to do are masked. Matrices are scaled to a largest entry of one,
//! and what is below the rounding error of that counts as zero.

use super::lanes::{Lanes, Truth};

/// QL steps for one eigenvalue. Two or three are usual.
const STEPS: usize = 50;

/// An off-diagonal entry that is zero but for rounding, in a matrix with a largest entry of one.
const NEGLIGIBLE: f64 = 0.5 * f64::EPSILON;

/// Eigenvalues and eigenvectors, and room to find them.
pub struct Eigen<V> {
    /// The matrix, row by row, of which the lower triangle is used; then the reflections, column by column.
    pub matrix: Vec<V>,
    /// The eigenvalues.
    pub values: Vec<V>,
    /// The eigenvectors, one after another.
    pub vectors: Vec<V>,
    beside: Vec<V>,
    scale: Vec<V>,
    row: Vec<V>,
}

impl<V> Default for Eigen<V> {
    fn default() -> Self {
        let [matrix, values, vectors, beside, scale, row] = [(); 6].map(|()| Vec::new());
        Self { matrix, values, vectors, beside, scale, row }
    }
}

impl<V: Lanes> Eigen<V> {
    /// Makes room for matrices of `n` rows.
    pub fn resize(&mut self, n: usize) {
        self.matrix.resize(n * n, V::zero());
        self.vectors.resize(n * n, V::zero());
        for list in [&mut self.values, &mut self.beside, &mut self.scale, &mut self.row] {
            list.resize(n, V::zero());
        }
    }

    /// Decomposes the matrices, of `n` rows and with entries of at most one.
    #[inline(always)]
    pub fn decompose(&mut self, n: usize) {
        self.tridiagonalize(n);
        self.accumulate(n);
        self.iterate(n);
    }

    /// Reflects column after column, so that only diagonal and subdiagonal are left.
    #[inline(always)]
    fn tridiagonalize(&mut self, n: usize) {
        let Self { matrix, values, beside, scale, row, .. } = self;
        for k in 0..n.saturating_sub(2) {
            let first = matrix[(k + 1) * n + k];
            let mut rest = V::zero();
            for i in k + 2..n {
                rest = matrix[i * n + k].times_plus(matrix[i * n + k], rest);
            }
            let length = first.times_plus(first, rest).sqrt();
            let turned = V::select(first.less(V::zero()), length, V::zero() - length);
            // A column that is reduced already is left as it is.
            let reduced = rest.less_equal(V::all(f64::MIN_POSITIVE));
            beside[k] = V::select(reduced, first, turned);
            let head = first - turned;
            let twice = head * head + rest;
            let factor = V::select(reduced, V::zero(), V::all(2.0) * twice.recip());
            matrix[(k + 1) * n + k] = head;
            scale[k] = factor;
            for sum in &mut row[k + 1..n] {
                *sum = V::zero();
            }
            for i in k + 1..n {
                let own = matrix[i * n + k];
                let mut sum = row[i];
                for j in k + 1..i {
                    let entry = matrix[i * n + j];
                    sum = entry.times_plus(matrix[j * n + k], sum);
                    row[j] = entry.times_plus(own, row[j]);
                }
                row[i] = matrix[i * n + i].times_plus(own, sum);
            }
            let mut along = V::zero();
            for i in k + 1..n {
                row[i] = factor * row[i];
                along = row[i].times_plus(matrix[i * n + k], along);
            }
            let half = V::all(-0.5) * factor * along;
            for i in k + 1..n {
                row[i] = half.times_plus(matrix[i * n + k], row[i]);
            }
            for i in k + 1..n {
                let (own, other) = (V::zero() - matrix[i * n + k], V::zero() - row[i]);
                for j in k + 1..=i {
                    let entry = own.times_plus(row[j], matrix[i * n + j]);
                    matrix[i * n + j] = other.times_plus(matrix[j * n + k], entry);
                }
            }
        }
        for i in 0..n {
            values[i] = matrix[i * n + i];
        }
        if n > 1 {
            beside[n - 2] = matrix[(n - 1) * n + n - 2];
        }
        if n > 0 {
            beside[n - 1] = V::zero();
        }
    }

    /// The product of the reflections.
    #[inline(always)]
    fn accumulate(&mut self, n: usize) {
        let Self { matrix, vectors, scale, row, .. } = self;
        for (k, entry) in vectors[..n * n].iter_mut().enumerate() {
            *entry = if k % (n + 1) == 0 { V::one() } else { V::zero() };
        }
        for k in (0..n.saturating_sub(2)).rev() {
            for i in k + 1..n {
                row[i] = matrix[i * n + k];
            }
            let reflection = &row[k + 1..n];
            for column in vectors.chunks_exact_mut(n).skip(k + 1) {
                let column = &mut column[k + 1..];
                let mut along = V::zero();
                for (x, v) in column.iter().zip(reflection) {
                    along = x.times_plus(*v, along);
                }
                let along = V::zero() - along * scale[k];
                for (x, v) in column.iter_mut().zip(reflection) {
                    *x = along.times_plus(*v, *x);
                }
            }
        }
    }

    /// QL steps until the subdiagonal is zero.
    #[inline(always)]
    fn iterate(&mut self, n: usize) {
        for at in 0..n {
            for _ in 0..STEPS {
                let (bottom, open) = self.block(n, at);
                if !open.any() {
                    break;
                }
                self.step(n, at, bottom, open);
            }
        }
    }

    /// The last row of the unreduced block that begins at a row, and which lanes have one of more than one row.
    #[inline(always)]
    fn block(&self, n: usize, at: usize) -> (V, V::Mask) {
        let mut bottom = V::all((n - 1) as f64);
        let mut found = V::Mask::none();
        for k in at..n - 1 {
            let zero = self.beside[k].abs().less_equal(V::all(NEGLIGIBLE));
            bottom = V::select(zero & !found, V::all(k as f64), bottom);
            found = found | zero;
        }
        (bottom, V::all(at as f64).less(bottom))
    }

    /// One QL step on the blocks that begin at a row.
    #[inline(always)]
    fn step(&mut self, n: usize, at: usize, bottom: V, open: V::Mask) {
        let Self { values: d, beside: e, vectors, .. } = self;
        let two = V::all(2.0);
        let half = (d[at + 1] - d[at]) * (two * e[at]).recip();
        let root = half.times_plus(half, V::one()).sqrt();
        let denominator = half + V::select(half.less(V::zero()), V::zero() - root, root);
        let mut last = d[at];
        for (k, &value) in d[..n].iter().enumerate().skip(at) {
            last = V::select(V::all(k as f64).less_equal(bottom), value, last);
        }
        let mut g = last - d[at] + e[at] * denominator.recip();
        let (mut sine, mut cosine, mut p) = (V::one(), V::one(), V::zero());
        let mut alive = open;
        for i in (at..n - 1).rev() {
            let active = alive & V::all(i as f64).less(bottom);
            if !active.any() {
                continue;
            }
            let (f, b) = (sine * e[i], cosine * e[i]);
            let r = f.times_plus(f, g * g).sqrt();
            e[i + 1] = V::select(active, r, e[i + 1]);
            // Where rotation has nothing to turn, the block has fallen apart.
            let apart = active & r.less_equal(V::zero());
            d[i + 1] = V::select(apart, d[i + 1] - p, d[i + 1]);
            alive = alive & !apart;
            let active = active & !apart;
            let over = r.recip();
            sine = V::select(active, f * over, sine);
            cosine = V::select(active, g * over, cosine);
            let next = d[i + 1] - p;
            let q = (d[i] - next).times_plus(sine, two * cosine * b);
            p = V::select(active, sine * q, p);
            d[i + 1] = V::select(active, next + p, d[i + 1]);
            g = V::select(active, cosine.times_plus(q, V::zero() - b), g);
            let (s, c) = (V::select(active, sine, V::zero()), V::select(active, cosine, V::one()));
            let minus = V::zero() - s;
            let (left, right) = vectors.split_at_mut((i + 1) * n);
            for (x, y) in left[i * n..].iter_mut().zip(&mut right[..n]) {
                let (old, other) = (*x, *y);
                *y = s.times_plus(old, c * other);
                *x = c.times_plus(old, minus * other);
            }
        }
        let done = open & alive;
        d[at] = V::select(done, d[at] - p, d[at]);
        e[at] = V::select(done, g, e[at]);
        for (k, beside) in e[..n].iter_mut().enumerate().skip(at) {
            let end = open & bottom.less_equal(V::all(k as f64)) & V::all(k as f64).less_equal(bottom);
            *beside = V::select(end, V::zero(), *beside);
        }
    }
}
