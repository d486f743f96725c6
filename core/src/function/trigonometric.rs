//! Sine, cosine and tangent.

use super::angle::reduce;
use super::pairs::{self, Pair};
use super::polynomial::polynomial;
use super::{Arithmetic, tables};
use crate::real::Compare;

/// Sine and cosine of an angle of at most π/4, each as a number that is still to be rounded.
fn both<M: Arithmetic>(m: &mut M, x: Pair<M::Real>) -> [Pair<M::Real>; 2] {
    let square = m.mul(x.hi, x.hi);
    let half = m.constant(0.5);
    let half_square = m.mul(half, square);
    // sin = x + (x³ p + low (1 - x²/2))
    let p = polynomial(m, &tables::SIN, square);
    let cube = m.mul(square, x.hi);
    let slope = m.mul(x.lo, half_square);
    let slope = m.sub(x.lo, slope);
    let tail = m.mul_add(cube, p, slope);
    let sine = Pair { hi: x.hi, lo: tail };
    // cos = (1 - x²/2) + (the rounding error of that + x⁴ p - x low)
    let p = polynomial(m, &tables::COS, square);
    let one = m.constant(1.0);
    let near = m.sub(one, half_square);
    let lost = m.sub(one, near);
    let lost = m.sub(lost, half_square);
    let fourth = m.mul(square, square);
    let tail = m.mul_add(fourth, p, lost);
    let mixed = m.mul(x.hi, x.lo);
    let tail = m.sub(tail, mixed);
    [sine, Pair { hi: near, lo: tail }]
}

/// True where an integer is odd.
fn is_odd<M: Arithmetic>(m: &mut M, n: M::Real) -> M::Mask {
    let half = m.constant(0.5);
    let halved = m.mul(n, half);
    let whole = m.round(halved);
    m.compare(Compare::NotEqual, halved, whole)
}

/// Minus one where the quadrant is 2 or 3 modulo 4, else one.
fn sign_of_quadrant<M: Arithmetic>(m: &mut M, quadrant: M::Real) -> M::Real {
    // Minus a half, or a quarter less than that, brings 0 and 1 to the even, 2 and 3 to the odd numbers.
    let (half, quarter) = (m.constant(0.5), m.constant(0.25));
    let halved = m.mul(quadrant, half);
    let below = m.sub(halved, quarter);
    let pairs = m.round(below);
    let odd = is_odd(m, pairs);
    let (minus, plus) = (m.constant(-1.0), m.constant(1.0));
    m.select(odd, minus, plus)
}

/// Sine and cosine.
pub(super) fn sine_and_cosine<M: Arithmetic>(m: &mut M, x: M::Real) -> [M::Real; 2] {
    let magnitude = m.abs(x);
    let reduced = reduce(m, magnitude);
    let [sine, cosine] = both(m, reduced.rest);
    let (sine, cosine) = (m.add(sine.hi, sine.lo), m.add(cosine.hi, cosine.lo));
    let one = m.constant(1.0);
    let next = m.add(reduced.quadrant, one);
    let odd = is_odd(m, reduced.quadrant);
    let (of_sine, of_cosine) = (m.select(odd, cosine, sine), m.select(odd, sine, cosine));
    let (sign_of_sine, sign_of_cosine) = (sign_of_quadrant(m, reduced.quadrant), sign_of_quadrant(m, next));
    let sign = m.copy_sign(one, x);
    let of_sine = m.mul(of_sine, sign_of_sine);
    [m.mul(of_sine, sign), m.mul(of_cosine, sign_of_cosine)]
}

/// Tangent: the quotient of sine and cosine, or in odd quadrants minus its inverse.
pub(super) fn tan<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let magnitude = m.abs(x);
    let reduced = reduce(m, magnitude);
    let [sine, cosine] = both(m, reduced.rest);
    let sine = pairs::ordered_sum(m, sine.hi, sine.lo);
    let cosine = pairs::ordered_sum(m, cosine.hi, cosine.lo);
    let odd = is_odd(m, reduced.quadrant);
    let (minus_hi, minus_lo) = (m.neg(cosine.hi), m.neg(cosine.lo));
    let top = Pair { hi: m.select(odd, minus_hi, sine.hi), lo: m.select(odd, minus_lo, sine.lo) };
    let bottom = Pair { hi: m.select(odd, sine.hi, cosine.hi), lo: m.select(odd, sine.lo, cosine.lo) };
    let quotient = m.div(top.hi, bottom.hi);
    // top/bottom ≈ quotient + (top.lo - quotient bottom.lo) / bottom.hi
    let part = m.mul(quotient, bottom.lo);
    let rest = m.sub(top.lo, part);
    let correction = m.div(rest, bottom.hi);
    let value = m.add(quotient, correction);
    let one = m.constant(1.0);
    let sign = m.copy_sign(one, x);
    m.mul(value, sign)
}
