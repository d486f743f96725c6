//! Numbers of twins.

use std::ops::{Add, Div, Mul, Sub};

/// A number of a twin: `f32` or `f64`.
pub trait Number:
    Copy
    + Default
    + PartialOrd
    + From<f32>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    /// A pivot of so much of the numbers that were added to it is a rounding error: eight units in the last place. Sums of
    /// clusters are trees, so that their errors are few units.
    const ROUNDING: Self;

    /// The smallest positive number with all its digits.
    const SMALLEST: Self;

    /// The nearest number to an integer.
    fn of(integer: u32) -> Self;

    /// Returns true if it is neither infinite nor NaN.
    fn is_finite(self) -> bool;

    /// The square root.
    fn sqrt(self) -> Self;

    /// The nearest number of single precision.
    fn single(self) -> f32;
}

impl Number for f32 {
    const ROUNDING: Self = 8.0 * f32::EPSILON;
    const SMALLEST: Self = f32::MIN_POSITIVE;

    fn of(integer: u32) -> Self {
        integer as f32
    }

    fn is_finite(self) -> bool {
        f32::is_finite(self)
    }

    fn sqrt(self) -> Self {
        f32::sqrt(self)
    }

    fn single(self) -> f32 {
        self
    }
}

impl Number for f64 {
    const ROUNDING: Self = 8.0 * f64::EPSILON;
    const SMALLEST: Self = f64::MIN_POSITIVE;

    fn of(integer: u32) -> Self {
        f64::from(integer)
    }

    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }

    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }

    fn single(self) -> f32 {
        self as f32
    }
}
