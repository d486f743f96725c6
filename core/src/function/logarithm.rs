//! Logarithms and inverse hyperbolic functions.

use super::pairs::{self, Pair};
use super::polynomial::{odd, polynomial};
use super::{Arithmetic, tables};
use crate::real::Compare;

/// `x = significand · 2^exponent`, √½ ≤ significand ≤ √2, for positive finite `x`.
struct Parts<R> {
    exponent: R,
    significand: R,
}

fn parts<M: Arithmetic>(m: &mut M, x: M::Real) -> Parts<M::Real> {
    // Numbers that are not normal are scaled first.
    let smallest = m.by_precision(f64::MIN_POSITIVE, f64::from(f32::MIN_POSITIVE));
    let subnormal = m.compare(Compare::Less, x, smallest);
    let (digits, factor) = (m.by_precision(-54.0, -25.0), m.by_precision(2f64.powi(54), 2f64.powi(25)));
    let zero = m.constant(0.0);
    let scaled = m.mul(x, factor);
    let x = m.select(subnormal, scaled, x);
    let shift = m.select(subnormal, digits, zero);
    let exponent = m.exponent(x);
    let exponent = m.add(exponent, shift);
    let significand = m.significand(x);
    let upper = m.is(significand, Compare::Less, std::f64::consts::SQRT_2);
    let (half, one) = (m.constant(0.5), m.constant(1.0));
    let halved = m.mul(significand, half);
    let next = m.add(exponent, one);
    Parts { exponent: m.select(upper, exponent, next), significand: m.select(upper, significand, halved) }
}

/// The logarithm where `x` has one, as `value` tells; else minus infinity, infinity or NaN.
fn with_special<M: Arithmetic>(m: &mut M, x: M::Real, value: M::Real) -> M::Real {
    let (zero, infinity) = (m.constant(0.0), m.constant(f64::INFINITY));
    let finite = m.compare(Compare::Less, x, infinity);
    // Infinity and NaN are their own logarithms.
    let value = m.select(finite, value, x);
    let minus = m.neg(infinity);
    let is_zero = m.compare(Compare::Equal, x, zero);
    let value = m.select(is_zero, minus, value);
    let negative = m.compare(Compare::Less, x, zero);
    let none = m.constant(f64::NAN);
    m.select(negative, none, value)
}

/// The logarithm of `x.hi + x.lo`, `x.lo` being much the smaller one.
fn log_of_sum<M: Arithmetic>(m: &mut M, x: M::Real, lo: Option<M::Real>) -> M::Real {
    let Parts { exponent, significand } = parts(m, x);
    let (half, one, two) = (m.constant(0.5), m.constant(1.0), m.constant(2.0));
    let (upper, lower) = (
        m.by_precision(tables::LN_2[0][0], tables::LN_2[1][0]),
        m.by_precision(tables::LN_2[0][1], tables::LN_2[1][1]),
    );
    // With s = f / (2 + f): log(1 + f) = 2s + s³ p(s²) = f - (f²/2 - s (f²/2 + s² p))
    let f = m.sub(significand, one);
    let bottom = m.add(two, f);
    let s = m.div(f, bottom);
    let square = m.mul(s, s);
    let p = polynomial(m, &tables::LOG, square);
    let square_f = m.mul(f, f);
    let half_square = m.mul(half, square_f);
    let inner = m.mul_add(square, p, half_square);
    let mut small = m.mul(exponent, lower);
    if let Some(lo) = lo {
        let part = m.div(lo, x);
        small = m.add(small, part);
    }
    let inner = m.mul_add(s, inner, small);
    let inner = m.sub(half_square, inner);
    let inner = m.sub(f, inner);
    let value = m.mul_add(exponent, upper, inner);
    with_special(m, x, value)
}

/// Natural logarithm.
pub(super) fn log<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    log_of_sum(m, x, None)
}

/// The exponent and the logarithm of the significand as a pair with some twelve more bits than a number has.
fn log_parts<M: Arithmetic>(m: &mut M, x: M::Real) -> (M::Real, Pair<M::Real>) {
    let Parts { exponent, significand } = parts(m, x);
    let (one, two) = (m.constant(1.0), m.constant(2.0));
    // s = f / (2 + f) with the rounding errors of the sum and of the quotient.
    let f = m.sub(significand, one);
    let bottom = m.add(two, f);
    let rounded = m.sub(bottom, two);
    let lost = m.sub(f, rounded);
    let hi = m.div(f, bottom);
    let top = pairs::product(m, hi, bottom);
    let rest = m.sub(f, top.hi);
    let rest = m.sub(rest, top.lo);
    let part = m.mul(hi, lost);
    let rest = m.sub(rest, part);
    let s = Pair { hi, lo: m.div(rest, bottom) };
    // 2s + 2/3 s³ + s⁵ p(s²)
    let square = pairs::times(m, s, s);
    let third = pairs::constant(m, tables::TWO_THIRDS[0], tables::TWO_THIRDS[1]);
    let cube = pairs::times(m, square, s);
    let cube = pairs::times(m, cube, third);
    let p = polynomial(m, &tables::LOG_TAIL, square.hi);
    let fourth = m.mul(square.hi, square.hi);
    let fifth = m.mul(fourth, s.hi);
    let tail = m.mul(fifth, p);
    let (double_hi, double_lo) = (m.mul(two, s.hi), m.mul(two, s.lo));
    let total = pairs::ordered_sum(m, double_hi, cube.hi);
    let lo = m.add(total.lo, double_lo);
    let lo = m.add(lo, cube.lo);
    let lo = m.add(lo, tail);
    (exponent, pairs::ordered_sum(m, total.hi, lo))
}

/// The logarithm of a positive finite number as a pair.
pub(super) fn log_pair<M: Arithmetic>(m: &mut M, x: M::Real) -> Pair<M::Real> {
    let (exponent, log) = log_parts(m, x);
    let (upper, lower) = (
        m.by_precision(tables::LN_2[0][0], tables::LN_2[1][0]),
        m.by_precision(tables::LN_2[0][1], tables::LN_2[1][1]),
    );
    let (large, small) = (m.mul(exponent, upper), m.mul(exponent, lower));
    let total = pairs::ordered_sum(m, large, log.hi);
    let lo = m.add(total.lo, log.lo);
    let lo = m.add(lo, small);
    pairs::ordered_sum(m, total.hi, lo)
}

/// Binary logarithm.
pub(super) fn log2<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let (exponent, log) = log_parts(m, x);
    let inverse = pairs::constant(m, tables::LOG2_E[0], tables::LOG2_E[1]);
    let log = pairs::times(m, log, inverse);
    let total = pairs::ordered_sum(m, exponent, log.hi);
    let lo = m.add(total.lo, log.lo);
    let value = m.add(total.hi, lo);
    with_special(m, x, value)
}

/// `x + √(x² + one)` as a pair; `one` is 1 or -1.
fn sum_with_root<M: Arithmetic>(m: &mut M, x: M::Real, one: f64) -> Pair<M::Real> {
    let (one, half) = (m.constant(one), m.constant(0.5));
    let square = pairs::product(m, x, x);
    let inside = pairs::sum(m, square.hi, one);
    let low = m.add(inside.lo, square.lo);
    let inside = pairs::ordered_sum(m, inside.hi, low);
    let root = m.sqrt(inside.hi);
    // One step of Newton's method gives the rest of the root.
    let again = pairs::product(m, root, root);
    let rest = m.sub(inside.hi, again.hi);
    let rest = m.sub(rest, again.lo);
    let rest = m.add(rest, inside.lo);
    let rest = m.mul(half, rest);
    let low = m.div(rest, root);
    let zero = m.constant(0.0);
    let is_zero = m.compare(Compare::Equal, root, zero);
    let low = m.select(is_zero, zero, low);
    let total = pairs::sum(m, x, root);
    Pair { hi: total.hi, lo: m.add(total.lo, low) }
}

/// `log(x + √(x² + one))`; of large numbers `log(2x)`.
fn inverse_hyperbolic<M: Arithmetic>(m: &mut M, x: M::Real, one: f64) -> M::Real {
    let Pair { hi, lo } = sum_with_root(m, x, one);
    let limit = m.by_precision(2f64.powi(28), 2f64.powi(13));
    let large = m.compare(Compare::Less, limit, x);
    let zero = m.constant(0.0);
    let (hi, lo) = (m.select(large, x, hi), m.select(large, zero, lo));
    let log = log_of_sum(m, hi, Some(lo));
    let double = m.constant(std::f64::consts::LN_2);
    let double = m.select(large, double, zero);
    m.add(log, double)
}

/// Inverse hyperbolic sine; near zero a polynomial.
pub(super) fn asinh<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let magnitude = m.abs(x);
    let far = inverse_hyperbolic(m, magnitude, 1.0);
    let near = odd(m, &tables::ASINH, magnitude);
    let is_near = m.is(magnitude, Compare::Less, 0.5);
    let value = m.select(is_near, near, far);
    m.copy_sign(value, x)
}

/// Inverse hyperbolic cosine.
pub(super) fn acosh<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let value = inverse_hyperbolic(m, x, -1.0);
    let inside = m.is(x, Compare::Less, 1.0);
    let none = m.constant(f64::NAN);
    m.select(inside, none, value)
}

/// Inverse hyperbolic tangent: `log((1 + x)/(1 - x))/2`; near zero a polynomial.
pub(super) fn atanh<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let magnitude = m.abs(x);
    let (one, half) = (m.constant(1.0), m.constant(0.5));
    let (above, below) = (m.add(one, magnitude), m.sub(one, magnitude));
    let ratio = m.div(above, below);
    let log = log(m, ratio);
    let far = m.mul(half, log);
    let near = odd(m, &tables::ATANH, magnitude);
    let is_near = m.compare(Compare::Less, magnitude, half);
    let value = m.select(is_near, near, far);
    m.copy_sign(value, x)
}
