//! Powers.

use super::logarithm::log_pair;
use super::pairs::{self, Pair};
use super::{Arithmetic, exponential, of_numbers};
use crate::real::Compare;

/// `x` to the power `y`: `e^(y log|x|)` with the logarithm as a pair, and the special cases of IEEE 754.
pub(super) fn pow<M: Arithmetic>(m: &mut M, x: M::Real, y: M::Real) -> M::Real {
    let (zero, one, half) = (m.constant(0.0), m.constant(1.0), m.constant(0.5));
    let (infinity, none) = (m.constant(f64::INFINITY), m.constant(f64::NAN));
    let magnitude = m.abs(x);
    // An exponent beyond this gives zero, one or infinity, whatever the base.
    let limit = m.by_precision(2f64.powi(65), 2f64.powi(34));
    let size = m.abs(y);
    let huge = m.compare(Compare::Less, limit, size);
    let signed = m.copy_sign(limit, y);
    let exponent = m.select(huge, signed, y);
    let log = log_pair(m, magnitude);
    let product = pairs::product(m, exponent, log.hi);
    let low = m.mul_add(exponent, log.lo, product.lo);
    // Where the power is zero or infinite its rest is of no account, and need not be finite.
    let far = m.abs(product.hi);
    let bounded = m.is(far, Compare::Less, 1024.0);
    let low = m.select(bounded, low, zero);
    let value = exponential::exp_pair(m, Pair { hi: product.hi, lo: low }, 0.0);
    // Powers of zero and of infinity: the result is zero where the exponent drives it there.
    let is_zero = m.compare(Compare::Equal, magnitude, zero);
    let is_infinite = m.compare(Compare::Equal, magnitude, infinity);
    let falls = m.compare(Compare::Less, y, zero);
    let (of_zero, of_infinity) = (m.select(falls, infinity, zero), m.select(falls, zero, infinity));
    let value = m.select(is_zero, of_zero, value);
    let value = m.select(is_infinite, of_infinity, value);
    // Powers of negative numbers: NaN where the exponent is no integer, negative where it is odd.
    let whole = m.round(exponent);
    let fractional = m.compare(Compare::NotEqual, whole, exponent);
    let halved = m.mul(half, exponent);
    let halved_whole = m.round(halved);
    let odd = m.compare(Compare::NotEqual, halved, halved_whole);
    let negative = m.compare(Compare::Less, x, zero);
    let finite = m.compare(Compare::Less, magnitude, infinity);
    let nowhere = m.and(negative, fractional);
    let nowhere = m.and(nowhere, finite);
    let value = m.select(nowhere, none, value);
    let flipped = m.copy_sign(value, x);
    let odd_value = m.select(fractional, value, flipped);
    let value = m.select(odd, odd_value, value);
    // NaN of either, but for x^0 and 1^y.
    let value = of_numbers(m, value, [x, y]);
    let trivial = m.compare(Compare::Equal, y, zero);
    let value = m.select(trivial, one, value);
    let unit = m.compare(Compare::Equal, x, one);
    m.select(unit, one, value)
}
