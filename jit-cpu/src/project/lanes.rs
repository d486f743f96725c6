//! Eight numbers at once, one of each element. The loops over them become vector instructions of whatever width the
//! machine has; results do not depend on it.

use spadina_core::element::LANES;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Mul, Not, Sub, SubAssign};

/// A number of each element.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Lanes(pub [f64; LANES]);

/// A truth value of each element: all bits or none.
#[derive(Clone, Copy, Debug)]
pub struct Mask([u64; LANES]);

impl Lanes {
    pub const ZERO: Self = Self([0.0; LANES]);
    pub const ONE: Self = Self([1.0; LANES]);

    #[inline(always)]
    pub fn all(x: f64) -> Self {
        Self([x; LANES])
    }

    #[inline(always)]
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let mut result = self;
        result.0.iter_mut().for_each(|x| *x = f(*x));
        result
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut result = self;
        result.0.iter_mut().zip(other.0).for_each(|(x, y)| *x = f(*x, y));
        result
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        self.map(f64::abs)
    }

    #[inline(always)]
    pub fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }

    #[inline(always)]
    pub fn recip(self) -> Self {
        self.map(|x| 1.0 / x)
    }

    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        self.zip(other, |x, y| if y > x { y } else { x })
    }

    #[inline(always)]
    fn compare(self, other: Self, f: impl Fn(f64, f64) -> bool) -> Mask {
        let mut mask = [0; LANES];
        for k in 0..LANES {
            mask[k] = if f(self.0[k], other.0[k]) { u64::MAX } else { 0 };
        }
        Mask(mask)
    }

    #[inline(always)]
    pub fn less(self, other: Self) -> Mask {
        self.compare(other, |x, y| x < y)
    }

    #[inline(always)]
    pub fn less_equal(self, other: Self) -> Mask {
        self.compare(other, |x, y| x <= y)
    }
}

impl Mask {
    pub const NONE: Self = Self([0; LANES]);

    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.iter().fold(0, |any, m| any | m) != 0
    }

    /// `x` where the mask is set, else `y`.
    #[inline(always)]
    pub fn select(self, x: Lanes, y: Lanes) -> Lanes {
        let mut result = y;
        for k in 0..LANES {
            result.0[k] = f64::from_bits((x.0[k].to_bits() & self.0[k]) | (y.0[k].to_bits() & !self.0[k]));
        }
        result
    }
}

macro_rules! operator {
    ($($operation:ident $method:ident $symbol:tt;)*) => {$(
        impl $operation for Lanes {
            type Output = Lanes;

            #[inline(always)]
            fn $method(self, other: Lanes) -> Lanes {
                self.zip(other, |x, y| x $symbol y)
            }
        }
    )*};
}

operator! {
    Add add +;
    Sub sub -;
    Mul mul *;
}

impl AddAssign for Lanes {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Lanes {
    #[inline(always)]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl BitAnd for Mask {
    type Output = Mask;

    #[inline(always)]
    fn bitand(mut self, other: Mask) -> Mask {
        self.0.iter_mut().zip(other.0).for_each(|(x, y)| *x &= y);
        self
    }
}

impl BitOr for Mask {
    type Output = Mask;

    #[inline(always)]
    fn bitor(mut self, other: Mask) -> Mask {
        self.0.iter_mut().zip(other.0).for_each(|(x, y)| *x |= y);
        self
    }
}

impl Not for Mask {
    type Output = Mask;

    #[inline(always)]
    fn not(mut self) -> Mask {
        self.0.iter_mut().for_each(|x| *x = !*x);
        self
    }
}
