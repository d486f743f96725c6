//! Reduction of angles modulo π/2.

use super::pairs::{self, Pair};
use super::tables::{TWO_OVER_PI_11, TWO_OVER_PI_24};
use super::{Arithmetic, Lookup, tables};
use crate::real::{Compare, Precision};

/// `angle = (quadrant + 4 k) π/2 + rest`, |rest| ≤ π/4 (and a little).
pub(super) struct Reduced<R> {
    /// 0 to 3, or any integer that is the same modulo 4.
    pub quadrant: R,
    pub rest: Pair<R>,
}

/// Reduces a non-negative angle: by π/2 in pieces with which the products are exact (Cody and Waite), or by
/// [`large_angle`].
pub(super) fn reduce<M: Arithmetic>(m: &mut M, x: M::Real) -> Reduced<M::Real> {
    let inverse = m.by_precision(tables::TWO_OVER_PI[0], tables::TWO_OVER_PI[1]);
    let quotient = m.mul(x, inverse);
    let n = m.round(quotient);
    let mut rest = x;
    let mut low = m.constant(0.0);
    for piece in 0..3 {
        let piece = m.by_precision(tables::HALF_PI_PIECES[0][piece], tables::HALF_PI_PIECES[1][piece]);
        let part = m.mul(n, piece);
        let part = m.neg(part);
        let next = pairs::sum(m, rest, part);
        rest = next.hi;
        low = m.add(low, next.lo);
    }
    let piece = m.by_precision(tables::HALF_PI_PIECES[0][3], tables::HALF_PI_PIECES[1][3]);
    let part = m.mul(n, piece);
    let low = m.sub(low, part);
    let rest = pairs::ordered_sum(m, rest, low);
    // Up to here `n` times a piece is exact.
    let limit = m.by_precision(f64::from(1 << 20), f64::from(1 << 11));
    let large = m.compare(Compare::Less, limit, x);
    let [quadrant, hi, lo] = m.large_angle(large, x, [n, rest.hi, rest.lo]);
    Reduced { quadrant, rest: Pair { hi, lo } }
}

/// Reduces an angle that is not small, at least 2^10: the quadrant, and the rest as a sum of two numbers.
///
/// The angle is multiplied by those bits of 2/π that matter (Payne and Hanek): those above give multiples of 4, those
/// below less than the smallest rest there is. The products of pieces are exact.
pub fn large_angle<M: Lookup>(m: &mut M, x: M::Real) -> [M::Real; 3] {
    let Pieces { width, count, .. } = Pieces::of(m.precision());
    let angle = LargeAngle::new(m, x);
    let mut total = [m.constant(0.0); 3];
    for piece in 0..count {
        let (number, weight) = (m.constant(f64::from(piece)), m.constant(2f64.powi(-width * (piece + 1))));
        total = angle.add_piece(m, total, number, weight);
    }
    angle.finish(m, total)
}

/// The pieces of 2/π that a large angle is multiplied by.
#[derive(Clone, Copy, Debug)]
pub struct Pieces {
    table: &'static [f64],
    /// The bits of a piece: its weight is 2^-width of that of the one before.
    pub width: i32,
    /// The number of pieces that matter.
    pub count: i32,
    /// The bits of a significand.
    digits: i32,
}

impl Pieces {
    /// Those for a precision.
    pub fn of(precision: Precision) -> Self {
        match precision {
            Precision::F64 => Self { table: TWO_OVER_PI_24, width: 24, count: 10, digits: 53 },
            Precision::F32 => Self { table: TWO_OVER_PI_11, width: 11, count: 11, digits: 24 },
        }
    }
}

/// The steps of [`large_angle`], for code that has a loop over the pieces of 2/π.
#[derive(Clone, Copy, Debug)]
pub struct LargeAngle<R> {
    angle: R,
    /// The first piece that matters.
    first: R,
    halves: [R; 2],
}

impl<R: Copy> LargeAngle<R> {
    /// The factors that the pieces are multiplied by.
    pub fn new<M: Lookup<Real = R>>(m: &mut M, x: R) -> Self {
        let Pieces { width, digits, .. } = Pieces::of(m.precision());
        // Pieces before the first one would give multiples of 4.
        let exponent = m.exponent(x);
        let (shift, inverse) = (m.constant(f64::from(digits + 1)), m.constant(1.0 / f64::from(width)));
        let (half, zero) = (m.constant(0.5), m.constant(0.0));
        let above = m.sub(exponent, shift);
        let first = m.mul(above, inverse);
        let first = m.sub(first, half);
        let first = m.round(first);
        let negative = m.compare(Compare::Less, first, zero);
        let first = m.select(negative, zero, first);
        let bits = m.constant(f64::from(-width));
        let scale = m.mul(first, bits);
        let exponent = m.add(exponent, scale);
        let (significand, power) = (m.significand(x), m.power_of_two(exponent));
        let high = m.high(significand);
        let low = m.sub(significand, high);
        Self { angle: x, first, halves: [m.mul(high, power), m.mul(low, power)] }
    }

    /// Adds the product with a piece, by its number and weight, to the sum modulo 4, a sum of three numbers.
    pub fn add_piece<M: Lookup<Real = R>>(&self, m: &mut M, mut total: [R; 3], number: R, weight: R) -> [R; 3] {
        let index = m.add(self.first, number);
        let entry = m.entry(Pieces::of(m.precision()).table, index);
        let entry = m.mul(entry, weight);
        for half in self.halves {
            let part = m.mul(entry, half);
            let part = modulo_4(m, part);
            let first = pairs::sum(m, total[0], part);
            let second = pairs::sum(m, total[1], first.lo);
            total = [modulo_4(m, first.hi), second.hi, m.add(total[2], second.lo)];
        }
        total
    }

    /// The quadrant and the rest from the sum over all pieces.
    pub fn finish<M: Lookup<Real = R>>(&self, m: &mut M, total: [R; 3]) -> [R; 3] {
        let quadrant = m.round(total[0]);
        let fraction = m.sub(total[0], quadrant);
        let upper = pairs::sum(m, fraction, total[1]);
        let lower = m.add(upper.lo, total[2]);
        let fraction = pairs::ordered_sum(m, upper.hi, lower);
        let half_pi = pairs::constant(m, tables::HALF_PI[0], tables::HALF_PI[1]);
        let rest = pairs::times(m, fraction, half_pi);
        // No angle is left of infinity.
        let none = m.sub(self.angle, self.angle);
        [quadrant, m.add(rest.hi, none), rest.lo]
    }
}

/// The remainder of a number modulo 4, between -2 and 2; exact.
fn modulo_4<M: Arithmetic>(m: &mut M, x: M::Real) -> M::Real {
    let (quarter, four) = (m.constant(0.25), m.constant(4.0));
    let quotient = m.mul(x, quarter);
    let whole = m.round(quotient);
    let whole = m.mul(whole, four);
    m.sub(x, whole)
}
