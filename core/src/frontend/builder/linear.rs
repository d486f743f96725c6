//! Vectors and matrices with WGSL's expansions.
//!
//! `nalgebra`'s own methods work too. These create their operations in the order of the WGSL front-end, so that both give
//! the same program, and never pivot.

use super::handle::{Real, build};
use nalgebra::{SMatrix, SVector, Vector3};

/// A column: so many reals.
pub type Vector<const N: usize> = SVector<Real, N>;

/// A matrix of reals.
pub type Matrix<const R: usize, const C: usize> = SMatrix<Real, R, C>;

/// The sum of the products of two lists.
#[track_caller]
fn products(a: impl Iterator<Item = Real>, b: impl Iterator<Item = Real>) -> Real {
    a.zip(b).fold(Real::from(0.0), |sum, (a, b)| sum + a * b)
}

/// `a * d - b * c`.
#[track_caller]
fn minor(a: Real, b: Real, c: Real, d: Real) -> Real {
    a * d - b * c
}

/// The sum of the products of the components, from first to last.
#[track_caller]
pub fn dot<const N: usize>(a: Vector<N>, b: Vector<N>) -> Real {
    products(a.iter().copied(), b.iter().copied())
}

/// The square root of `dot(a, a)`.
#[track_caller]
pub fn length<const N: usize>(a: Vector<N>) -> Real {
    dot(a, a).sqrt()
}

/// The length of `a - b`.
#[track_caller]
pub fn distance<const N: usize>(a: Vector<N>, b: Vector<N>) -> Real {
    length(a - b)
}

/// The vector times the inverse of its length.
#[track_caller]
pub fn normalize<const N: usize>(a: Vector<N>) -> Vector<N> {
    let inverse = 1.0 / length(a);
    a.map(|x| x * inverse)
}

/// The vector product.
#[track_caller]
pub fn cross(a: Vector<3>, b: Vector<3>) -> Vector<3> {
    Vector3::new(minor(a[1], a[2], b[1], b[2]), minor(a[2], a[0], b[2], b[0]), minor(a[0], a[1], b[0], b[1]))
}

/// `e - 2 dot(n, e) n`.
#[track_caller]
pub fn reflect<const N: usize>(e: Vector<N>, n: Vector<N>) -> Vector<N> {
    let twice = 2.0 * dot(n, e);
    e.zip_map(&n, |e, n| e - twice * n)
}

/// The product of two matrices, or of a matrix and a column: each entry is the [`dot`] of a row and a column.
#[track_caller]
pub fn product<const R: usize, const K: usize, const C: usize>(a: Matrix<R, K>, b: Matrix<K, C>) -> Matrix<R, C> {
    // By columns, from top to bottom.
    Matrix::from_fn(|r, c| products(a.row(r).iter().copied(), b.column(c).iter().copied()))
}

/// The determinant of up to 4 rows, as its polynomial.
#[track_caller]
pub fn determinant<const D: usize>(m: Matrix<D, D>) -> Real {
    let at = |r: usize, c: usize| m[(r, c)];
    match D {
        0 => Real::from(1.0),
        1 => at(0, 0),
        2 => minor(at(0, 0), at(1, 0), at(0, 1), at(1, 1)),
        3 => {
            let [a, b, c] = [0, 1, 2].map(|c| Vector3::from_fn(|r, _| at(r, c)));
            dot(a, cross(b, c))
        }
        4 => PAIRS.iter().fold(Real::from(0.0), |sum, &(i, j, k, l)| {
            let left = minor(at(i, 0), at(j, 0), at(i, 1), at(j, 1));
            let right = minor(at(k, 2), at(l, 2), at(k, 3), at(l, 3));
            sum + left * right
        }),
        _ => too_large(),
    }
}

/// Laplace's expansion along the first two columns: the rows of six products of two minors.
const PAIRS: [(usize, usize, usize, usize); 6] =
    [(0, 1, 2, 3), (0, 2, 3, 1), (0, 3, 1, 2), (1, 2, 0, 3), (3, 1, 0, 2), (2, 3, 0, 1)];

#[track_caller]
fn too_large() -> Real {
    build(|s| s.refuse("`determinant` and `inverse` of the builder take up to 4 rows"))
}

/// The inverse of up to 4 rows: the adjugate over the determinant. It is infinite or NaN where the matrix is singular.
#[track_caller]
pub fn inverse<const D: usize>(m: Matrix<D, D>) -> Matrix<D, D> {
    if D > 4 {
        let refused = too_large();
        return m.map(|_| refused);
    }
    let adjugate = Matrix::<D, D>::from_fn(|r, c| cofactor(&m, c, r));
    // The first row of the adjugate is the first column's cofactors.
    let scale = 1.0 / products(adjugate.row(0).iter().copied(), m.column(0).iter().copied());
    adjugate.map(|x| x * scale)
}

/// The signed determinant of a matrix without a row and a column.
#[track_caller]
fn cofactor<const D: usize>(m: &Matrix<D, D>, row: usize, column: usize) -> Real {
    let entry = |r: usize, c: usize| m[(r + usize::from(r >= row), c + usize::from(c >= column))];
    let value = match D {
        0 | 1 => Real::from(1.0),
        2 => entry(0, 0),
        3 => minor(entry(0, 0), entry(1, 0), entry(0, 1), entry(1, 1)),
        _ => determinant(Matrix::<3, 3>::from_fn(entry)),
    };
    if (row + column).is_multiple_of(2) { value } else { -value }
}

impl<const R: usize, const C: usize> std::ops::Mul<Matrix<R, C>> for Real {
    type Output = Matrix<R, C>;

    #[track_caller]
    fn mul(self, right: Matrix<R, C>) -> Matrix<R, C> {
        right.map(|x| self * x)
    }
}
