//! The error function and its complement, to the last digits of a double.
//!
//! Up to 3 the Maclaurin series of erf, whose terms alternate, is summed with twice the digits; `1 - erf` loses half of them
//! there and no more. Further out the continued fraction of erfc converges fast, and all its terms are positive.

use std::f64::consts::{FRAC_2_SQRT_PI, PI};
use std::ops::{Add, Mul, Neg};

/// The rest of 2/√π, beyond the double nearest to it.
const FRAC_2_SQRT_PI_REST: f64 = 1.533545961316588e-17;
/// The argument from which the continued fraction is used.
const FAR: f64 = 3.0;
/// Terms of the continued fraction; at 3 the ones left out are below the last digit.
const TERMS: u32 = 80;
/// Beyond it erfc is smaller than any double.
const UNDERFLOW: f64 = 28.0;

/// The error function.
pub fn erf(x: f64) -> f64 {
    if x.abs() < FAR { series(x).rounded() } else { (1.0 - fraction(x.abs())).copysign(x) }
}

/// One minus the error function, with all digits where that is small.
pub fn erfc(x: f64) -> f64 {
    match x {
        x if x.abs() < FAR => (Long::from(1.0) + -series(x)).rounded(),
        x if x > 0.0 => fraction(x),
        _ => 2.0 - fraction(-x),
    }
}

/// erf(x) = 2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)).
fn series(x: f64) -> Long {
    let square = Long::product(x, x);
    // x²ⁿ⁺¹ / n! with its sign.
    let mut power = Long::from(x);
    let mut sum = power;
    for n in 1..200 {
        let n = f64::from(n);
        power = -(power * square).over(n);
        let term = power.over(2.0 * n + 1.0);
        sum = sum + term;
        if term.high.abs() <= 1e-33 * sum.high.abs() {
            break;
        }
    }
    sum * Long { high: FRAC_2_SQRT_PI, low: FRAC_2_SQRT_PI_REST }
}

/// erfc(x) = exp(-x²)/√π / (x + ½/(x + 1/(x + 3/2/(x + 2/(x + …))))) for large x.
fn fraction(x: f64) -> f64 {
    if x > UNDERFLOW {
        return 0.0;
    }
    let below = (1..=TERMS).rev().fold(x, |below, k| x + 0.5 * f64::from(k) / below);
    // The exponential sees the square with all its digits.
    let square = Long::product(x, x);
    let power = (-square.high).exp() * (1.0 - square.low);
    power / (PI.sqrt() * below)
}

/// A number as the sum of two, the second below the last digit of the first.
#[derive(Clone, Copy, Debug)]
struct Long {
    high: f64,
    low: f64,
}

impl Long {
    /// A sum of two doubles, exactly.
    fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let of_b = high - a;
        Self { high, low: (a - (high - of_b)) + (b - of_b) }
    }

    /// A product of two doubles, exactly.
    fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        Self { high, low: a.mul_add(b, -high) }
    }

    /// A quotient.
    fn over(self, divisor: f64) -> Self {
        let high = self.high / divisor;
        let back = Self::product(high, divisor);
        let rest = (self.high - back.high) - back.low + self.low;
        Self::sum(high, rest / divisor)
    }

    /// The double nearest to it.
    fn rounded(self) -> f64 {
        self.high + self.low
    }
}

impl From<f64> for Long {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Add for Long {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (high, low) = (Self::sum(self.high, other.high), Self::sum(self.low, other.low));
        let first = Self::sum(high.high, high.low + low.high);
        Self::sum(first.high, first.low + low.low)
    }
}

impl Mul for Long {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = Self::product(self.high, other.high);
        Self::sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

impl Neg for Long {
    type Output = Self;

    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x, erf(x), erfc(x) and erfc(-x), computed with 60 digits.
    #[allow(clippy::excessive_precision)]
    const KNOWN: [(f64, f64, f64, f64); 21] = [
        (1e-300, 1.1283791670955126e-300, 1.0, 1.0),
        (1e-9, 1.1283791670955127e-9, 0.9999999988716208, 1.0000000011283792),
        (0.1, 0.1124629160182849, 0.887537083981715, 1.1124629160182848),
        (0.4375, 0.463898135749933, 0.536101864250067, 1.463898135749933),
        (0.5, 0.5204998778130465, 0.4795001221869535, 1.5204998778130465),
        (0.9, 0.7969082124228322, 0.20309178757716786, 1.7969082124228322),
        (1.0, 0.8427007929497149, 0.15729920705028513, 1.8427007929497148),
        (1.5, 0.9661051464753108, 0.033894853524689274, 1.9661051464753108),
        (2.0, 0.9953222650189527, 0.004677734981047266, 1.9953222650189528),
        (2.5, 0.999593047982555, 0.0004069520174449589, 1.999593047982555),
        (2.9375, 0.9999673647128524, 3.2635287147561264e-5, 1.9999673647128524),
        (3.0, 0.9999779095030014, 2.209049699858544e-5, 1.9999779095030015),
        (3.0625, 0.9999851585892071, 1.4841410792897195e-5, 1.999985158589207),
        (3.5, 0.9999992569016276, 7.430983723414128e-7, 1.9999992569016276),
        (4.0, 0.9999999845827421, 1.541725790028002e-8, 1.999999984582742),
        (5.0, 0.9999999999984626, 1.537459794428035e-12, 1.9999999999984626),
        (6.0, 1.0, 2.1519736712498913e-17, 2.0),
        (8.0, 1.0, 1.1224297172982926e-29, 2.0),
        (10.0, 1.0, 2.088487583762545e-45, 2.0),
        (20.0, 1.0, 5.395865611607901e-176, 2.0),
        (26.0, 1.0, 5.663192408856143e-296, 2.0),
    ];

    #[test]
    fn known_values() {
        for (x, one, other, reflected) in KNOWN {
            for (got, wanted) in [(erf(x), one), (-erf(-x), one), (erfc(x), other), (erfc(-x), reflected)] {
                assert!((got - wanted).abs() <= 1e-15 * wanted, "{x}: {got:e} instead of {wanted:e}");
            }
        }
    }

    /// The two formulas agree where either could be used.
    #[test]
    fn series_and_fraction_agree() {
        for x in (0..40).map(|k| 2.8 + 0.01 * f64::from(k)) {
            let (near, far) = ((Long::from(1.0) + -series(x)).rounded(), fraction(x));
            assert!((near - far).abs() <= 1e-15 * far, "{x}: {near:e} and {far:e}");
        }
    }

    #[test]
    fn limits() {
        assert_eq!((erf(0.0), erfc(0.0)), (0.0, 1.0));
        assert_eq!((erf(f64::INFINITY), erf(f64::NEG_INFINITY)), (1.0, -1.0));
        assert_eq!((erfc(f64::INFINITY), erfc(f64::NEG_INFINITY)), (0.0, 2.0));
        assert!(erf(f64::NAN).is_nan() && erfc(f64::NAN).is_nan());
    }
}
