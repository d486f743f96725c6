//! Vectors and matrices.
//!
//! `nalgebra`'s own methods work too. These are the expansions of the [kit](crate::frontend::kit), as in WGSL: both
//! give the same program, and nothing pivots.

use super::handle::{Handle, Real, Symbol};
use super::session::{self, Session};
use crate::frontend::kit;
use crate::real::{Graph, Value};
use nalgebra::{SMatrix, SVector};

/// A column: so many reals.
pub type Vector<const N: usize> = SVector<Real, N>;

/// A matrix of reals.
pub type Matrix<const R: usize, const C: usize> = SMatrix<Real, R, C>;

/// The values of a list of reals.
fn ids<'a>(s: &mut Session, list: impl IntoIterator<Item = &'a Real>) -> Option<Vec<Value>> {
    list.into_iter().map(|&x| s.id(x)).collect()
}

/// The values of the columns of a matrix.
fn columns<const R: usize, const C: usize>(s: &mut Session, m: &Matrix<R, C>) -> Option<Vec<Vec<Value>>> {
    m.column_iter().map(|column| ids(s, column.iter())).collect()
}

/// The reals that a function gives, by columns.
#[track_caller]
fn build<const R: usize, const C: usize>(compute: impl FnOnce(&mut Session) -> Option<Vec<Value>>) -> Matrix<R, C> {
    let reals = |s: &mut Session| {
        let values = compute(s)?;
        Some(Matrix::from_iterator(values.into_iter().map(|value| s.wrap::<Real>(value))))
    };
    session::with(reals).flatten().unwrap_or_else(|| Matrix::from_element(Real::from_handle(Handle::Invalid)))
}

/// The real that a function of two vectors gives.
#[track_caller]
fn of_two<const N: usize>(
    a: Vector<N>,
    b: Vector<N>,
    compute: impl FnOnce(&mut Graph, &[Value], &[Value]) -> Value,
) -> Real {
    session::build(|s| {
        let (a, b) = (ids(s, a.iter())?, ids(s, b.iter())?);
        Some(compute(&mut s.graph, &a, &b))
    })
}

/// The sum of the products of the components, from first to last.
#[track_caller]
pub fn dot<const N: usize>(a: Vector<N>, b: Vector<N>) -> Real {
    of_two(a, b, kit::dot)
}

/// The square root of `dot(a, a)`.
#[track_caller]
pub fn length<const N: usize>(a: Vector<N>) -> Real {
    session::build(|s| {
        let a = ids(s, a.iter())?;
        Some(kit::length(&mut s.graph, &a))
    })
}

/// The length of `a - b`.
#[track_caller]
pub fn distance<const N: usize>(a: Vector<N>, b: Vector<N>) -> Real {
    of_two(a, b, |g, a, b| {
        let gap = kit::difference(g, a, b);
        kit::length(g, &gap)
    })
}

/// The vector times the inverse of its length.
#[track_caller]
pub fn normalize<const N: usize>(a: Vector<N>) -> Vector<N> {
    build(|s| {
        let a = ids(s, a.iter())?;
        Some(kit::normalize(&mut s.graph, &a))
    })
}

/// The vector product.
#[track_caller]
pub fn cross(a: Vector<3>, b: Vector<3>) -> Vector<3> {
    build(|s| {
        let (a, b) = (ids(s, a.iter())?, ids(s, b.iter())?);
        Some(kit::cross(&mut s.graph, a.try_into().ok()?, b.try_into().ok()?).to_vec())
    })
}

/// `e - 2 dot(n, e) n`.
#[track_caller]
pub fn reflect<const N: usize>(e: Vector<N>, n: Vector<N>) -> Vector<N> {
    build(|s| {
        let (n, e) = (ids(s, n.iter())?, ids(s, e.iter())?);
        Some(kit::reflect(&mut s.graph, &e, &n))
    })
}

/// The product of two matrices, or of a matrix and a column: each entry is the [`dot`] of a row and a column.
#[track_caller]
pub fn product<const R: usize, const K: usize, const C: usize>(a: Matrix<R, K>, b: Matrix<K, C>) -> Matrix<R, C> {
    if K == 0 {
        return Matrix::from_element(Real::from(0.0));
    }
    build(|s| {
        let (a, b) = (columns(s, &a)?, columns(s, &b)?);
        Some(kit::product(&mut s.graph, &a, &b).concat())
    })
}

/// The refusal of larger matrices.
const TOO_LARGE: &str = "`determinant` and `inverse` of the builder take up to 4 rows";

/// The determinant of up to 4 rows, as its polynomial.
#[track_caller]
pub fn determinant<const D: usize>(m: Matrix<D, D>) -> Real {
    session::build(|s| {
        let m = columns(s, &m)?;
        let determinant = kit::determinant(&mut s.graph, &m);
        if determinant.is_none() { s.refuse(TOO_LARGE) } else { determinant }
    })
}

/// The inverse of up to 4 rows: the adjugate over the determinant. It is infinite or NaN where the matrix is singular.
#[track_caller]
pub fn inverse<const D: usize>(m: Matrix<D, D>) -> Matrix<D, D> {
    build(|s| {
        let m = columns(s, &m)?;
        let inverse = kit::inverse(&mut s.graph, &m).map(|columns| columns.concat());
        if inverse.is_none() { s.refuse(TOO_LARGE) } else { inverse }
    })
}

impl<const R: usize, const C: usize> std::ops::Mul<Matrix<R, C>> for Real {
    type Output = Matrix<R, C>;

    #[track_caller]
    fn mul(self, right: Matrix<R, C>) -> Matrix<R, C> {
        right.map(|x| self * x)
    }
}
