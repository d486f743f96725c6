//! Exponentials and hyperbolic functions.

use super::pairs::Pair;
use super::polynomial::{odd, polynomial};
use super::{Arithmetic, tables};
use crate::real::Compare;

/// `x` between the bounds; NaN stays.
pub(super) fn clamp<M: Arithmetic>(m: &mut M, x: M::Real, double: [f64; 2], single: [f64; 2]) -> M::Real {
    let (low, high) = (m.by_precision(double[0], single[0]), m.by_precision(double[1], single[1]));
    let below = m.compare(Compare::Less, x, low);
    let x = m.select(below, low, x);
    let above = m.compare(Compare::Less, high, x);
    m.select(above, high, x)
}

/// `x · 2^n`, rounded once: in two steps, as `2^n` itself may be no normal number.
pub(super) fn scale<M: Arithmetic>(m: &mut M, x: M::Real, n: M::Real) -> M::Real {
    let half = m.constant(0.5);
    let halved = m.mul(n, half);
    let first = m.round(halved);
    let second = m.sub(n, first);
    let (first, second) = (m.power_of_two(first), m.power_of_two(second));
    let x = m.mul(x, first);
    m.mul(x, second)
}

/// `part` and `n` of `e^(x.hi + x.lo) = (1 + part) · 2^n`
pub(super) fn reduced<M: Arithmetic>(m: &mut M, x: Pair<M::Real>) -> (M::Real, M::Real) {
    // Beyond these the result is zero or infinite.
    let hi = clamp(m, x.hi, [-746.0, 711.0], [-105.0, 90.0]);
    let inverse = m.constant(std::f64::consts::LOG2_E);
    let quotient = m.mul(hi, inverse);
    let n = m.round(quotient);
    let (upper, lower) = (
        m.by_precision(tables::LN_2[0][0], tables::LN_2[1][0]),
        m.by_precision(tables::LN_2[0][1], tables::LN_2[1][1]),
    );
    let part = m.mul(n, upper);
    let exact = m.sub(hi, part);
    let part = m.mul(n, lower);
    let r = m.sub(exact, part);
    let lost = m.sub(exact, r);
    let lost = m.sub(lost, part);
    let low = m.add(lost, x.lo);
    // e^(r + low) = 1 + (r + (r² p + low e^r))
    let one = m.constant(1.0);
    let square = m.mul(r, r);
    let p = polynomial(m, &tables::EXP, r);
    let curved = m.mul(square, p);
    let near = m.add(r, curved);
    let near = m.add(one, near);
    let tail = m.mul_add(low, near, curved);
    (m.add(r, tail), n)
}

/// `e^(x.hi + x.lo) · 2^shift`
pub(super) fn exp_pair<M: Arithmetic>(m: &mut M, x: Pair<M::Real>, shift: f64) -> M::Real {
    let (part, n) = reduced(m, x);
    let one = m.constant(1.0);
    let value = m.add(one, part);
    let shift = m.constant(shift);
    let n = m.add(n, shift);
    scale(m, value, n)
}

/// `e^x · 2^shift`
fn exp_shifted<M: Arithmetic>(m: &mut M, x: M::Real, shift: f64) -> M::Real {
    let lo = m.constant(0.0);
    exp_pair(m, Pair { hi: x, lo }, shift)
}

/// `e^x`
pub(super) fn exp<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    exp_shifted(m, x, 0.0)
}

/// `2^x`
pub(super) fn exp2<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let x = clamp(m, x, [-1077.0, 1026.0], [-152.0, 130.0]);
    let n = m.round(x);
    let r = m.sub(x, n);
    let p = polynomial(m, &tables::EXP2, r);
    let one = m.constant(1.0);
    let value = m.mul_add(r, p, one);
    scale(m, value, n)
}

/// Hyperbolic sine and cosine: half the difference and half the sum of `e^|x|` and `e^-|x|`; the sine near zero by a
/// polynomial.
pub(super) fn sinh_and_cosh<M: Arithmetic>(m: &mut M, x: M::Real) -> [M::Real; 2] {
    let magnitude = m.abs(x);
    let half = exp_shifted(m, magnitude, -1.0);
    let quarter = m.constant(0.25);
    let inverse = m.div(quarter, half);
    let far = m.sub(half, inverse);
    let near = odd(m, &tables::SINH, magnitude);
    let is_near = m.is(magnitude, Compare::Less, 1.0);
    let sine = m.select(is_near, near, far);
    [m.copy_sign(sine, x), m.add(half, inverse)]
}

/// Hyperbolic tangent: `1 - 2/(e^2|x| + 1)`, or near zero a polynomial.
pub(super) fn tanh<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let magnitude = m.abs(x);
    let double = m.add(magnitude, magnitude);
    let power = exp(m, double);
    let (one, two) = (m.constant(1.0), m.constant(2.0));
    let sum = m.add(power, one);
    let part = m.div(two, sum);
    let far = m.sub(one, part);
    let near = odd(m, &tables::TANH, magnitude);
    let is_near = m.is(magnitude, Compare::Less, 0.55);
    let value = m.select(is_near, near, far);
    m.copy_sign(value, x)
}
