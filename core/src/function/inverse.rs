//! Inverse trigonometric functions.

use super::pairs::{self, Pair};
use super::polynomial::{Polynomial, odd, polynomial};
use super::{Arithmetic, of_numbers, tables};
use crate::real::Compare;

/// π/2 as a pair.
fn half_pi<M: Arithmetic>(m: &mut M) -> Pair<M::Real> {
    pairs::constant(m, tables::HALF_PI[0], tables::HALF_PI[1])
}

/// `2 asin(√z)` for `z` up to 1/4, the root being given as a pair.
fn double_asin<M: Arithmetic>(m: &mut M, z: M::Real, root: Pair<M::Real>) -> Pair<M::Real> {
    let p: &Polynomial = &tables::ASIN;
    let p = polynomial(m, p, z);
    let cube = m.mul(z, root.hi);
    let lo = m.mul_add(cube, p, root.lo);
    let two = m.constant(2.0);
    Pair { hi: m.mul(two, root.hi), lo: m.mul(two, lo) }
}

/// `2 asin(√((1 - x)/2))`, which is acos(x), for `x` from 1/2 to 1: as a sum of two numbers.
fn near_one<M: Arithmetic>(m: &mut M, x: M::Real) -> Pair<M::Real> {
    let (one, half, zero) = (m.constant(1.0), m.constant(0.5), m.constant(0.0));
    let z = m.sub(one, x);
    let z = m.mul(half, z);
    let root = m.sqrt(z);
    // What the root lost: (z - root²) / (2 root)
    let square = pairs::product(m, root, root);
    let rest = m.sub(z, square.hi);
    let rest = m.sub(rest, square.lo);
    let rest = m.mul(half, rest);
    let lo = m.div(rest, root);
    let is_zero = m.compare(Compare::Equal, root, zero);
    let lo = m.select(is_zero, zero, lo);
    double_asin(m, z, Pair { hi: root, lo })
}

/// Inverse sine: near zero a polynomial, else π/2 less the inverse cosine.
pub(super) fn asin<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let magnitude = m.abs(x);
    let near = odd(m, &tables::ASIN, magnitude);
    let angle = near_one(m, magnitude);
    let quarter = half_pi(m);
    let large = m.sub(quarter.hi, angle.hi);
    let lost = m.sub(quarter.hi, large);
    let lost = m.sub(lost, angle.hi);
    let small = m.add(lost, quarter.lo);
    let small = m.sub(small, angle.lo);
    let far = m.add(large, small);
    let is_near = m.is(magnitude, Compare::Less, 0.5);
    let value = m.select(is_near, near, far);
    m.copy_sign(value, x)
}

/// Inverse cosine.
pub(super) fn acos<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let magnitude = m.abs(x);
    let (zero, two) = (m.constant(0.0), m.constant(2.0));
    let quarter = half_pi(m);
    // Far from zero: the angle of |x|, or π less that.
    let angle = near_one(m, magnitude);
    let right = m.add(angle.hi, angle.lo);
    let turn = Pair { hi: m.mul(two, quarter.hi), lo: m.mul(two, quarter.lo) };
    let left = difference(m, turn, angle);
    let positive = m.compare(Compare::Less, zero, x);
    let far = m.select(positive, right, left);
    // Near zero: π/2 - (x + x³ p).
    let square = m.mul(x, x);
    let p = polynomial(m, &tables::ASIN, square);
    let cube = m.mul(square, x);
    let tail = m.mul(cube, p);
    let near = difference(m, quarter, Pair { hi: x, lo: tail });
    let is_near = m.is(magnitude, Compare::Less, 0.5);
    m.select(is_near, near, far)
}

/// `a - b`, rounded, where `a` is the larger one.
fn difference<M: Arithmetic>(m: &mut M, a: Pair<M::Real>, b: Pair<M::Real>) -> M::Real {
    let hi = m.sub(a.hi, b.hi);
    let lost = m.sub(a.hi, hi);
    let lost = m.sub(lost, b.hi);
    let lo = m.sub(a.lo, b.lo);
    let lo = m.add(lost, lo);
    m.add(hi, lo)
}

/// Inverse tangent.
pub(super) fn atan<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let magnitude = m.abs(x);
    let (one, zero) = (m.constant(1.0), m.constant(0.0));
    let steep = m.compare(Compare::Less, one, magnitude);
    // Beyond this the angle is a right one, to rounding.
    let limit = m.constant(2f64.powi(100));
    let far = m.compare(Compare::Less, limit, magnitude);
    let bottom = m.select(far, limit, magnitude);
    let (top, bottom) = (m.select(steep, one, magnitude), m.select(steep, bottom, one));
    let angle = octant(m, top, bottom);
    let quarter = half_pi(m);
    let minus = [m.neg(angle.hi), m.neg(angle.lo)];
    let angle = Pair { hi: m.select(steep, minus[0], angle.hi), lo: m.select(steep, minus[1], angle.lo) };
    let base = Pair { hi: m.select(steep, quarter.hi, zero), lo: m.select(steep, quarter.lo, zero) };
    let value = total(m, base, angle);
    m.copy_sign(value, x)
}

/// The angle of the point (x, y).
pub(super) fn atan2<M: Arithmetic>(m: &mut M, y: M::Real, x: M::Real) -> M::Real {
    let (height, width) = (m.abs(y), m.abs(x));
    let (zero, one, two) = (m.constant(0.0), m.constant(1.0), m.constant(2.0));
    let steep = m.compare(Compare::Less, width, height);
    let (top, bottom) = (m.select(steep, width, height), m.select(steep, height, width));
    // Large numbers are scaled, so that their sum is finite.
    let limit = m.by_precision(2f64.powi(1020), 2f64.powi(124));
    let large = m.compare(Compare::Less, limit, bottom);
    let small = m.by_precision(2f64.powi(-200), 2f64.powi(-30));
    let scale = m.select(large, small, one);
    let (top, bottom) = (m.mul(top, scale), m.mul(bottom, scale));
    // Infinity against a finite number is one against zero, against another infinity one against one; zero against zero
    // is zero against one.
    let same = m.compare(Compare::Equal, top, bottom);
    let infinite = m.is(bottom, Compare::Equal, f64::INFINITY);
    let (top, bottom) = (m.select(infinite, zero, top), m.select(infinite, one, bottom));
    let (top, bottom) = (m.select(same, one, top), m.select(same, one, bottom));
    let flat = m.compare(Compare::Equal, height, zero);
    let (top, bottom) = (m.select(flat, zero, top), m.select(flat, one, bottom));
    let angle = octant(m, top, bottom);
    // Quarters of a turn, and the sign with which the angle counts: 0 + a, π/2 - a, π/2 + a, π - a.
    let sign = m.copy_sign(one, x);
    let left = m.compare(Compare::Less, sign, zero);
    let minus = m.neg(sign);
    let quarters = m.select(left, two, zero);
    let quarters = m.select(steep, one, quarters);
    let direction = m.select(steep, minus, sign);
    let quarter = half_pi(m);
    let base = Pair { hi: m.mul(quarters, quarter.hi), lo: m.mul(quarters, quarter.lo) };
    let angle = Pair { hi: m.mul(direction, angle.hi), lo: m.mul(direction, angle.lo) };
    let value = total(m, base, angle);
    let value = m.copy_sign(value, y);
    of_numbers(m, value, [x, y])
}

/// The sum of two pairs, the first being zero or the larger one, rounded.
fn total<M: Arithmetic>(m: &mut M, a: Pair<M::Real>, b: Pair<M::Real>) -> M::Real {
    let hi = pairs::ordered_sum(m, a.hi, b.hi);
    let lo = m.add(a.lo, b.lo);
    let lo = m.add(hi.lo, lo);
    m.add(hi.hi, lo)
}

/// atan(top/bottom) for 0 ≤ top ≤ bottom: above 1/2 as π/4 plus the angle of (top - bottom)/(top + bottom).
fn octant<M: Arithmetic>(m: &mut M, top: M::Real, bottom: M::Real) -> Pair<M::Real> {
    let (half, zero) = (m.constant(0.5), m.constant(0.0));
    let halved = m.mul(half, bottom);
    let upper = m.compare(Compare::Less, halved, top);
    let below = m.sub(top, bottom);
    let sum = pairs::ordered_sum(m, bottom, top);
    let n = m.select(upper, below, top);
    let d = Pair { hi: m.select(upper, sum.hi, bottom), lo: m.select(upper, sum.lo, zero) };
    // The quotient, and what its rounding and that of the sum lost.
    let q = m.div(n, d.hi);
    let again = pairs::product(m, q, d.hi);
    let rest = m.sub(n, again.hi);
    let rest = m.sub(rest, again.lo);
    let part = m.mul(q, d.lo);
    let rest = m.sub(rest, part);
    let lost = m.div(rest, d.hi);
    // Errors of products that underflow are not known, and no part of them counts.
    let limit = m.by_precision(2f64.powi(-900), 2f64.powi(-90));
    let tiny = m.compare(Compare::Less, q, limit);
    let lost = m.select(tiny, zero, lost);
    let square = m.mul(q, q);
    let p = polynomial(m, &tables::ATAN, square);
    let cube = m.mul(square, q);
    let tail = m.mul_add(cube, p, lost);
    let quarter = half_pi(m);
    let base = Pair { hi: m.mul(half, quarter.hi), lo: m.mul(half, quarter.lo) };
    let base = Pair { hi: m.select(upper, base.hi, zero), lo: m.select(upper, base.lo, zero) };
    let hi = pairs::ordered_sum(m, base.hi, q);
    let lo = m.add(base.lo, tail);
    Pair { hi: hi.hi, lo: m.add(hi.lo, lo) }
}
