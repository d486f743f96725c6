//! Numbers as unevaluated sums of two: errors of sums (Knuth) and products (Dekker) are kept instead of lost.

use super::Arithmetic;

/// `hi + lo`, where `lo` is at most about half a unit in the last place of `hi`.
pub(super) struct Pair<R> {
    pub hi: R,
    pub lo: R,
}

impl<R: Copy> Clone for Pair<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Copy> Copy for Pair<R> {}

/// The sum of two numbers and its rounding error.
pub(super) fn sum<M: Arithmetic + ?Sized>(m: &mut M, a: M::Real, b: M::Real) -> Pair<M::Real> {
    let hi = m.add(a, b);
    let of_b = m.sub(hi, a);
    let of_a = m.sub(hi, of_b);
    let (in_a, in_b) = (m.sub(a, of_a), m.sub(b, of_b));
    Pair { hi, lo: m.add(in_a, in_b) }
}

/// The same where `a` is zero or its exponent is not below that of `b`.
pub(super) fn ordered_sum<M: Arithmetic + ?Sized>(m: &mut M, a: M::Real, b: M::Real) -> Pair<M::Real> {
    let hi = m.add(a, b);
    let of_b = m.sub(hi, a);
    Pair { hi, lo: m.sub(b, of_b) }
}

/// The product of two numbers and its rounding error.
pub(super) fn product<M: Arithmetic + ?Sized>(m: &mut M, a: M::Real, b: M::Real) -> Pair<M::Real> {
    let hi = m.mul(a, b);
    Pair { hi, lo: m.product_error(a, b, hi) }
}

/// The product of two pairs.
pub(super) fn times<M: Arithmetic + ?Sized>(m: &mut M, a: Pair<M::Real>, b: Pair<M::Real>) -> Pair<M::Real> {
    let p = product(m, a.hi, b.hi);
    let lo = m.mul_add(a.hi, b.lo, p.lo);
    let lo = m.mul_add(a.lo, b.hi, lo);
    ordered_sum(m, p.hi, lo)
}

/// A constant as a pair.
pub(super) fn constant<M: Arithmetic + ?Sized>(m: &mut M, double: [f64; 2], single: [f64; 2]) -> Pair<M::Real> {
    Pair { hi: m.by_precision(double[0], single[0]), lo: m.by_precision(double[1], single[1]) }
}

/// The rounding error of the product `p` of `a` and `b`, by products of halves, which are exact.
pub fn split_product_error<M: Arithmetic + ?Sized>(m: &mut M, a: M::Real, b: M::Real, p: M::Real) -> M::Real {
    let (a_high, b_high) = (m.high(a), m.high(b));
    let (a_low, b_low) = (m.sub(a, a_high), m.sub(b, b_high));
    let highs = m.mul(a_high, b_high);
    let error = m.sub(highs, p);
    let (cross, other) = (m.mul(a_high, b_low), m.mul(a_low, b_high));
    let error = m.add(error, cross);
    let error = m.add(error, other);
    let lows = m.mul(a_low, b_low);
    m.add(error, lows)
}
