//! Numbers with the limits of their formats.

use crate::number::Number;
use std::fmt::LowerExp;

/// A number with the limits of its format.
pub trait Real: Number + LowerExp {
    /// The distance from one to the next number.
    const EPSILON: Self;
    /// The reciprocal of the smallest number with all its digits.
    const LARGEST: Self;
    /// The largest number.
    const LARGEST_FINITE: Self;

    /// The absolute value.
    fn abs(self) -> Self;

    /// An off-diagonal entry that is zero but for rounding, relative to a matrix with a largest entry of one.
    fn negligible() -> Self {
        Self::EPSILON / Self::from(2.0)
    }

    /// A square that is zero beside one, by so much that the squares it may be a sum of have all their digits, or do not
    /// matter.
    fn nothing() -> Self {
        let root = Self::EPSILON / Self::from(16.0);
        root * root
    }
}

macro_rules! real {
    ($type:ident) => {
        impl Real for $type {
            const EPSILON: Self = $type::EPSILON;
            const LARGEST: Self = 1.0 / $type::MIN_POSITIVE;
            const LARGEST_FINITE: Self = $type::MAX;

            fn abs(self) -> Self {
                self.abs()
            }
        }
    };
}

real!(f32);
real!(f64);
