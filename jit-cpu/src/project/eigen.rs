//! Eigenvalues and eigenvectors of eight small symmetric matrices at once: Householder's reduction to a tridiagonal matrix,
//! then implicit QL steps (Golub and Van Loan, *Matrix Computations*, §8.3; Bowdler, Martin, Reinsch and Wilkinson, 1968).
//!
//! All lanes take the same steps; those that have nothing to do are masked. Matrices are scaled to a largest entry of one,
//! and what is below the rounding error of that counts as zero.

use super::lanes::{Lanes, Mask};

/// QL steps for one eigenvalue. Two or three are usual.
const STEPS: usize = 50;

/// An off-diagonal entry that is zero but for rounding, in a matrix with a largest entry of one.
const NEGLIGIBLE: f64 = 0.5 * f64::EPSILON;

/// Eigenvalues and eigenvectors, and room to find them.
#[derive(Default)]
pub struct Eigen {
    /// The matrix, row by row, of which the lower triangle is used; then the reflections, column by column.
    pub matrix: Vec<Lanes>,
    /// The eigenvalues.
    pub values: Vec<Lanes>,
    /// The eigenvectors, one after another.
    pub vectors: Vec<Lanes>,
    beside: Vec<Lanes>,
    scale: Vec<Lanes>,
    row: Vec<Lanes>,
}

impl Eigen {
    /// Makes room for matrices of `n` rows.
    pub fn resize(&mut self, n: usize) {
        self.matrix.resize(n * n, Lanes::ZERO);
        self.vectors.resize(n * n, Lanes::ZERO);
        for list in [&mut self.values, &mut self.beside, &mut self.scale, &mut self.row] {
            list.resize(n, Lanes::ZERO);
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
            let mut rest = Lanes::ZERO;
            for i in k + 2..n {
                rest += matrix[i * n + k] * matrix[i * n + k];
            }
            let length = (first * first + rest).sqrt();
            let turned = first.less(Lanes::ZERO).select(length, Lanes::ZERO - length);
            // A column that is reduced already is left as it is.
            let reduced = rest.less_equal(Lanes::all(f64::MIN_POSITIVE));
            beside[k] = reduced.select(first, turned);
            let head = first - turned;
            let twice = head * head + rest;
            let factor = reduced.select(Lanes::ZERO, Lanes::all(2.0) * twice.recip());
            matrix[(k + 1) * n + k] = head;
            scale[k] = factor;
            row[k + 1..].fill(Lanes::ZERO);
            for i in k + 1..n {
                let own = matrix[i * n + k];
                let mut sum = row[i];
                for j in k + 1..i {
                    let entry = matrix[i * n + j];
                    sum += entry * matrix[j * n + k];
                    row[j] += entry * own;
                }
                row[i] = sum + matrix[i * n + i] * own;
            }
            let mut along = Lanes::ZERO;
            for i in k + 1..n {
                row[i] = factor * row[i];
                along += row[i] * matrix[i * n + k];
            }
            let half = Lanes::all(0.5) * factor * along;
            for i in k + 1..n {
                row[i] -= half * matrix[i * n + k];
            }
            for i in k + 1..n {
                let (own, other) = (matrix[i * n + k], row[i]);
                for j in k + 1..=i {
                    let change = own * row[j] + other * matrix[j * n + k];
                    matrix[i * n + j] -= change;
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
            beside[n - 1] = Lanes::ZERO;
        }
    }

    /// The product of the reflections.
    #[inline(always)]
    fn accumulate(&mut self, n: usize) {
        let Self { matrix, vectors, scale, row, .. } = self;
        vectors.fill(Lanes::ZERO);
        (0..n).for_each(|i| vectors[i * n + i] = Lanes::ONE);
        for k in (0..n.saturating_sub(2)).rev() {
            for i in k + 1..n {
                row[i] = matrix[i * n + k];
            }
            let reflection = &row[k + 1..n];
            for column in vectors.chunks_exact_mut(n).skip(k + 1) {
                let column = &mut column[k + 1..];
                let mut along = Lanes::ZERO;
                for (x, v) in column.iter().zip(reflection) {
                    along += *x * *v;
                }
                let along = along * scale[k];
                for (x, v) in column.iter_mut().zip(reflection) {
                    *x -= along * *v;
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
    fn block(&self, n: usize, at: usize) -> (Lanes, Mask) {
        let mut bottom = Lanes::all((n - 1) as f64);
        let mut found = Mask::NONE;
        for k in at..n - 1 {
            let zero = self.beside[k].abs().less_equal(Lanes::all(NEGLIGIBLE));
            bottom = (zero & !found).select(Lanes::all(k as f64), bottom);
            found = found | zero;
        }
        (bottom, Lanes::all(at as f64).less(bottom))
    }

    /// One QL step on the blocks that begin at a row.
    #[inline(always)]
    fn step(&mut self, n: usize, at: usize, bottom: Lanes, open: Mask) {
        let Self { values: d, beside: e, vectors, .. } = self;
        let two = Lanes::all(2.0);
        let half = (d[at + 1] - d[at]) * (two * e[at]).recip();
        let root = (half * half + Lanes::ONE).sqrt();
        let denominator = half + half.less(Lanes::ZERO).select(Lanes::ZERO - root, root);
        let mut last = d[at];
        for k in at..n {
            last = Lanes::all(k as f64).less_equal(bottom).select(d[k], last);
        }
        let mut g = last - d[at] + e[at] * denominator.recip();
        let (mut sine, mut cosine, mut p) = (Lanes::ONE, Lanes::ONE, Lanes::ZERO);
        let mut alive = open;
        for i in (at..n - 1).rev() {
            let active = alive & Lanes::all(i as f64).less(bottom);
            if !active.any() {
                continue;
            }
            let (f, b) = (sine * e[i], cosine * e[i]);
            let r = (f * f + g * g).sqrt();
            e[i + 1] = active.select(r, e[i + 1]);
            // Where rotation has nothing to turn, the block has fallen apart.
            let apart = active & r.less_equal(Lanes::ZERO);
            d[i + 1] = apart.select(d[i + 1] - p, d[i + 1]);
            alive = alive & !apart;
            let active = active & !apart;
            let over = r.recip();
            sine = active.select(f * over, sine);
            cosine = active.select(g * over, cosine);
            let next = d[i + 1] - p;
            let q = (d[i] - next) * sine + two * cosine * b;
            p = active.select(sine * q, p);
            d[i + 1] = active.select(next + p, d[i + 1]);
            g = active.select(cosine * q - b, g);
            let (s, c) = (active.select(sine, Lanes::ZERO), active.select(cosine, Lanes::ONE));
            let (left, right) = vectors.split_at_mut((i + 1) * n);
            for (x, y) in left[i * n..].iter_mut().zip(&mut right[..n]) {
                let (old, other) = (*x, *y);
                *y = s * old + c * other;
                *x = c * old - s * other;
            }
        }
        let done = open & alive;
        d[at] = done.select(d[at] - p, d[at]);
        e[at] = done.select(g, e[at]);
        for k in at..n {
            let end = open & bottom.less_equal(Lanes::all(k as f64)) & Lanes::all(k as f64).less_equal(bottom);
            e[k] = end.select(Lanes::ZERO, e[k]);
        }
    }
}
