//! The error function and its complement.
//!
//! Near zero `erf(x) = x + x q(x²)`. Further out `erfc(x) = e^(-x²) f(t) / (1 + 2x)`: `f` varies between 1.13 and 1.28 over
//! all x, and is a polynomial in `t = (x - 5/2)/(x + 5/2)`. The square of x, the power, `f` and the ratio keep what rounding
//! takes from them. The coefficients are those of the interpolation of `erf(x)/x - 1` and `e^(x²) (1 + 2x) erfc(x) - 5/4`,
//! computed with 40 digits, at the Chebyshev nodes of 0 ≤ x² ≤ 1 and of the values of `t` for 0.45 ≤ x ≤ 28 (10.7 in single
//! precision), as polynomials in powers, rounded to the precision.

use super::Arithmetic;
use super::exponential::{clamp, reduced, scale};
use super::pairs::{Pair, ordered_sum, product, sum, times};
use super::polynomial::{Polynomial, polynomial};
use crate::real::Compare;

/// erf(x)/x - 1 by x², |x| ≤ 1.
const NEAR: Polynomial = Polynomial {
    double: &[
        0.1283791670955126,
        -0.3761263890318375,
        0.11283791670954879,
        -0.026866170645076792,
        0.0052239776248180145,
        -0.000854832698083379,
        0.0001205533111164271,
        -1.4925595266831182e-05,
        1.6461000484121368e-06,
        -1.6350312701054695e-07,
        1.4659775274047436e-08,
        -1.1372848856791674e-09,
        5.957176147748911e-11,
    ],
    single: &[0.12837917, -0.37612626, 0.11283594, -0.026854211, 0.0051890872, -0.00080168643, 7.875875e-05],
};

/// e^(x²) (1 + 2x) erfc(x) - 5/4 by (x - 5/2)/(x + 5/2), 0.45 ≤ x.
const FAR: Polynomial = Polynomial {
    double: &[
        0.014838184366861481,
        -0.12235676308240434,
        -0.09902453957360133,
        0.15762991902322487,
        -0.10296705603860641,
        0.03276089326840482,
        0.0009318928183836338,
        -0.0043820783357255136,
        0.0004918657955236733,
        0.0006321242974002198,
        -8.847906262671006e-05,
        -0.00011352213663054168,
        6.264897339965836e-06,
        2.2699106132074596e-05,
        2.613576577260776e-06,
        -4.218392172196402e-06,
        -1.5974401275384403e-06,
        5.336115870891351e-07,
        5.526773470420838e-07,
        1.615515325748108e-08,
        -1.416378805587989e-07,
        -2.0330264247391893e-08,
        2.3533413134139343e-08,
    ],
    single: &[
        0.014838183,
        -0.12235676,
        -0.09902438,
        0.15762977,
        -0.10297052,
        0.03275983,
        0.00095785194,
        -0.0043614074,
        0.00041207363,
        0.00054732605,
    ],
};

/// `erf(x)` for |x| ≤ 1
fn near<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let square = m.mul(x, x);
    let q = polynomial(m, &NEAR, square);
    m.mul_add(x, q, x)
}

/// `erfc(x)` for x ≥ 0.45
fn far<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    // Beyond this the result is zero.
    let x = clamp(m, x, [0.0, 28.0], [0.0, 10.7]);
    let center = m.constant(2.5);
    let (below, above) = (m.sub(x, center), m.add(x, center));
    let t = m.div(below, above);
    let p = polynomial(m, &FAR, t);
    let base = m.constant(1.25);
    let factor = ordered_sum(m, base, p);
    let square = product(m, x, x);
    let exponent = Pair { hi: m.neg(square.hi), lo: m.neg(square.lo) };
    let (part, n) = reduced(m, exponent);
    let one = m.constant(1.0);
    let power = ordered_sum(m, one, part);
    let dividend = times(m, power, factor);
    let double = m.add(x, x);
    let divisor = sum(m, one, double);
    let ratio = m.div(dividend.hi, divisor.hi);
    let whole = product(m, ratio, divisor.hi);
    let rest = m.sub(dividend.hi, whole.hi);
    let rest = m.sub(rest, whole.lo);
    let rest = m.add(rest, dividend.lo);
    let lost = m.mul(ratio, divisor.lo);
    let rest = m.sub(rest, lost);
    let correction = m.div(rest, divisor.hi);
    let value = m.add(ratio, correction);
    scale(m, value, n)
}

/// `erf(x)`
pub(super) fn erf<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let magnitude = m.abs(x);
    let complement = far(m, magnitude);
    let one = m.constant(1.0);
    let outer = m.sub(one, complement);
    let outer = m.copy_sign(outer, x);
    let inner = near(m, x);
    let is_near = m.is(magnitude, Compare::Less, 1.0);
    m.select(is_near, inner, outer)
}

/// `1 - erf(x)`
pub(super) fn erfc<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let magnitude = m.abs(x);
    let right = far(m, magnitude);
    let two = m.constant(2.0);
    let left = m.sub(two, right);
    let is_negative = m.is(x, Compare::Less, 0.0);
    let outer = m.select(is_negative, left, right);
    let inner = near(m, x);
    let one = m.constant(1.0);
    let inner = m.sub(one, inner);
    let is_near = m.is(magnitude, Compare::Less, 0.47);
    m.select(is_near, inner, outer)
}
