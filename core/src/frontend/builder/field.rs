//! Reals as `nalgebra`'s field of numbers.

use super::algebra::{ORDER, number};
use super::control::select;
use super::handle::{Real, Symbol};
use nalgebra::{ComplexField, Field, RealField, SimdValue};
use num_traits::{One, Signed, Zero};

impl SimdValue for Real {
    const LANES: usize = 1;
    type Element = Real;
    type SimdBool = bool;

    fn splat(value: Real) -> Real {
        value
    }

    fn extract(&self, _: usize) -> Real {
        *self
    }

    // SAFETY: nothing is indexed; there is one lane.
    unsafe fn extract_unchecked(&self, _: usize) -> Real {
        *self
    }

    fn replace(&mut self, _: usize, value: Real) {
        *self = value;
    }

    // SAFETY: nothing is indexed; there is one lane.
    unsafe fn replace_unchecked(&mut self, _: usize, value: Real) {
        *self = value;
    }

    fn select(self, condition: bool, other: Real) -> Real {
        if condition { self } else { other }
    }
}

impl Field for Real {}

/// Methods that are the handle's own.
macro_rules! own {
    ($($method:ident)*) => {
        $(#[track_caller]
        fn $method(self) -> Real {
            Real::$method(self)
        })*
    };
}

impl ComplexField for Real {
    type RealField = Real;

    own!(floor ceil trunc abs recip sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh);
    own!(ln log2 sqrt exp exp2);

    /// To the nearest integer, ties away from zero, as `f64` does it.
    #[track_caller]
    fn round(self) -> Real {
        let whole = self.trunc();
        let rest = self - whole;
        select(Real::abs(rest).lt(0.5), whole, whole + Signed::signum(&rest))
    }

    /// The part that [`trunc`](Real::trunc) cuts off, as `f64` does it.
    #[track_caller]
    fn fract(self) -> Real {
        self - self.trunc()
    }

    fn from_real(re: Real) -> Real {
        re
    }

    fn real(self) -> Real {
        self
    }

    fn imaginary(self) -> Real {
        Real::zero()
    }

    fn conjugate(self) -> Real {
        self
    }

    #[track_caller]
    fn modulus(self) -> Real {
        Real::abs(self)
    }

    #[track_caller]
    fn modulus_squared(self) -> Real {
        self * self
    }

    #[track_caller]
    fn argument(self) -> Real {
        select(self.lt(0.0), Real::pi(), Real::zero())
    }

    #[track_caller]
    fn norm1(self) -> Real {
        Real::abs(self)
    }

    #[track_caller]
    fn scale(self, factor: Real) -> Real {
        self * factor
    }

    #[track_caller]
    fn unscale(self, factor: Real) -> Real {
        self / factor
    }

    #[track_caller]
    fn to_exp(self) -> (Real, Real) {
        (Real::abs(self), Signed::signum(&self))
    }

    #[track_caller]
    fn signum(self) -> Real {
        Signed::signum(&self)
    }

    #[track_caller]
    fn mul_add(self, factor: Real, term: Real) -> Real {
        self * factor + term
    }

    #[track_caller]
    fn hypot(self, other: Real) -> Real {
        (self * self + other * other).sqrt()
    }

    #[track_caller]
    fn sin_cos(self) -> (Real, Real) {
        (self.sin(), self.cos())
    }

    #[track_caller]
    fn sinc(self) -> Real {
        select(self.eq(0.0), Real::one(), self.sin() / self)
    }

    #[track_caller]
    fn sinhc(self) -> Real {
        select(self.eq(0.0), Real::one(), self.sinh() / self)
    }

    #[track_caller]
    fn cosc(self) -> Real {
        select(self.eq(0.0), Real::one(), self.cos() / self)
    }

    #[track_caller]
    fn coshc(self) -> Real {
        select(self.eq(0.0), Real::one(), self.cosh() / self)
    }

    #[track_caller]
    fn log(self, base: Real) -> Real {
        self.ln() / base.ln()
    }

    #[track_caller]
    fn log10(self) -> Real {
        self.ln() * std::f64::consts::LOG10_E
    }

    #[track_caller]
    fn ln_1p(self) -> Real {
        (1.0 + self).ln()
    }

    #[track_caller]
    fn exp_m1(self) -> Real {
        self.exp() - 1.0
    }

    #[track_caller]
    fn powi(self, n: i32) -> Real {
        Real::powi(self, n)
    }

    #[track_caller]
    fn powf(self, n: Real) -> Real {
        self.pow(n)
    }

    #[track_caller]
    fn powc(self, n: Real) -> Real {
        self.pow(n)
    }

    #[track_caller]
    fn cbrt(self) -> Real {
        Signed::signum(&self) * Real::abs(self).pow(1.0 / 3.0)
    }

    #[track_caller]
    fn is_finite(&self) -> bool {
        number(*self, ORDER).is_some_and(f64::is_finite)
    }

    /// The root; NaN where a symbolic value turns out negative.
    #[track_caller]
    fn try_sqrt(self) -> Option<Real> {
        if self.constant().is_some_and(|x| x < 0.0) { None } else { Some(self.sqrt()) }
    }
}

/// Constants of `std`.
macro_rules! constants {
    ($($name:ident $value:expr;)*) => {
        $(fn $name() -> Real {
            use std::f64::consts::*;
            Real::from($value)
        })*
    };
}

impl RealField for Real {
    constants! {
        pi PI; two_pi TAU; frac_pi_2 FRAC_PI_2; frac_pi_3 FRAC_PI_3; frac_pi_4 FRAC_PI_4; frac_pi_6 FRAC_PI_6;
        frac_pi_8 FRAC_PI_8; frac_1_pi FRAC_1_PI; frac_2_pi FRAC_2_PI; frac_2_sqrt_pi FRAC_2_SQRT_PI; e E;
        log2_e LOG2_E; log10_e LOG10_E; ln_2 LN_2; ln_10 LN_10;
    }

    #[track_caller]
    fn is_sign_positive(&self) -> bool {
        number(*self, ORDER).is_some_and(f64::is_sign_positive)
    }

    #[track_caller]
    fn is_sign_negative(&self) -> bool {
        number(*self, ORDER).is_some_and(f64::is_sign_negative)
    }

    #[track_caller]
    fn copysign(self, sign: Real) -> Real {
        let size = Real::abs(self);
        select(sign.lt(0.0), -size, size)
    }

    #[track_caller]
    fn max(self, other: Real) -> Real {
        Real::max(self, other)
    }

    #[track_caller]
    fn min(self, other: Real) -> Real {
        Real::min(self, other)
    }

    #[track_caller]
    fn clamp(self, min: Real, max: Real) -> Real {
        Real::clamp(self, min, max)
    }

    #[track_caller]
    fn atan2(self, other: Real) -> Real {
        Real::atan2(self, other)
    }

    fn min_value() -> Option<Real> {
        Some(Real::from(f64::MIN))
    }

    fn max_value() -> Option<Real> {
        Some(Real::from(f64::MAX))
    }
}
