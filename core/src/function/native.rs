//! Arithmetic that computes at once.

use super::{Arithmetic, Lookup, large_angle, split_product_error};
use crate::real::{Compare, Precision};

/// Numbers of the host; the type of the parameter is that of the reals.
#[derive(Clone, Copy, Debug)]
pub struct Native<T> {
    fused: bool,
    zero: T,
}

impl<T: Default> Native<T> {
    /// `fused`: whether there is a multiply-add that rounds once.
    pub fn new(fused: bool) -> Self {
        Self { fused, zero: T::default() }
    }
}

macro_rules! native {
    ($real:ty, $bits:ty, $precision:ident) => {
        impl Arithmetic for Native<$real> {
            type Real = $real;
            type Mask = bool;

            fn precision(&self) -> Precision {
                Precision::$precision
            }

            #[allow(trivial_numeric_casts, clippy::unnecessary_cast, reason = "no cast in double precision")]
            fn constant(&mut self, number: f64) -> $real {
                number as $real
            }

            fn add(&mut self, a: $real, b: $real) -> $real {
                a + b
            }

            fn sub(&mut self, a: $real, b: $real) -> $real {
                a - b
            }

            fn mul(&mut self, a: $real, b: $real) -> $real {
                a * b
            }

            fn div(&mut self, a: $real, b: $real) -> $real {
                a / b
            }

            fn mul_add(&mut self, a: $real, b: $real, c: $real) -> $real {
                if self.fused { a.mul_add(b, c) } else { a * b + c }
            }

            fn neg(&mut self, a: $real) -> $real {
                -a
            }

            fn abs(&mut self, a: $real) -> $real {
                a.abs()
            }

            fn sqrt(&mut self, a: $real) -> $real {
                a.sqrt()
            }

            fn round(&mut self, a: $real) -> $real {
                a.round_ties_even()
            }

            fn compare(&mut self, op: Compare, a: $real, b: $real) -> bool {
                op.eval(f64::from(a), f64::from(b))
            }

            fn and(&mut self, a: bool, b: bool) -> bool {
                a && b
            }

            fn select(&mut self, mask: bool, a: $real, b: $real) -> $real {
                if mask { a } else { b }
            }

            fn copy_sign(&mut self, a: $real, b: $real) -> $real {
                a.copysign(b)
            }

            fn high(&mut self, a: $real) -> $real {
                <$real>::from_bits(a.to_bits() & (<$bits>::MAX << <$real>::MANTISSA_DIGITS.div_ceil(2)))
            }

            fn exponent(&mut self, a: $real) -> $real {
                let biased = (a.to_bits() >> (<$real>::MANTISSA_DIGITS - 1)) as i32;
                (biased - (<$real>::MAX_EXP - 1)) as $real
            }

            fn significand(&mut self, a: $real) -> $real {
                let one: $real = 1.0;
                let fraction = (1 << (<$real>::MANTISSA_DIGITS - 1)) - 1;
                <$real>::from_bits(a.to_bits() & fraction | one.to_bits())
            }

            fn power_of_two(&mut self, n: $real) -> $real {
                let biased = (n as i32).wrapping_add(<$real>::MAX_EXP - 1);
                <$real>::from_bits((biased as $bits).wrapping_shl(<$real>::MANTISSA_DIGITS - 1))
            }

            fn product_error(&mut self, a: $real, b: $real, p: $real) -> $real {
                if self.fused { a.mul_add(b, -p) } else { split_product_error(self, a, b, p) }
            }

            fn large_angle(&mut self, mask: bool, a: $real, otherwise: [$real; 3]) -> [$real; 3] {
                if mask { large_angle(self, a) } else { otherwise }
            }
        }

        impl Lookup for Native<$real> {
            #[allow(trivial_numeric_casts, clippy::unnecessary_cast, reason = "no cast in double precision")]
            fn entry(&mut self, table: &'static [f64], index: $real) -> $real {
                table.get(index as usize).map_or(self.zero, |&entry| entry as $real)
            }
        }
    };
}

native!(f64, u64, F64);
native!(f32, u32, F32);
