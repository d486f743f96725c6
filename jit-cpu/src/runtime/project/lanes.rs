//! Eight numbers at once, one of each element: in one register of 512 bits, in two of 256, or as the compiler likes.
//! Operations are those of scalars lane by lane; products and sums are fused where the machine can.

use spadina_core::element::LANES;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Mul, Not, Sub, SubAssign};

/// A truth value of each element.
pub trait Truth: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {
    /// False everywhere.
    fn none() -> Self;
    /// Returns true if it is true for any element.
    fn any(self) -> bool;
}

/// A number of each element.
pub trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + AddAssign + SubAssign + Sized
{
    /// The result of comparisons.
    type Mask: Truth;

    fn new(numbers: [f64; LANES]) -> Self;
    fn numbers(self) -> [f64; LANES];
    fn all(x: f64) -> Self;
    fn sqrt(self) -> Self;
    /// The number times another, plus a third.
    fn times_plus(self, factor: Self, addend: Self) -> Self;
    /// One divided by the number.
    fn recip(self) -> Self;
    fn abs(self) -> Self;
    /// The larger; the other where one is not a number.
    fn max(self, other: Self) -> Self;
    fn less(self, other: Self) -> Self::Mask;
    fn less_equal(self, other: Self) -> Self::Mask;
    /// `x` where the mask is set, else `y`.
    fn select(mask: Self::Mask, x: Self, y: Self) -> Self;

    #[inline(always)]
    fn zero() -> Self {
        Self::all(0.0)
    }

    #[inline(always)]
    fn one() -> Self {
        Self::all(1.0)
    }
}

/// Implements the operators of a type by a function of two operands for each.
macro_rules! operators {
    ($type:ident, $($operation:ident $method:ident $by:expr),*) => {$(
        impl $operation for $type {
            type Output = $type;

            #[inline(always)]
            fn $method(self, other: $type) -> $type {
                $by(self, other)
            }
        }
    )*};
}

/// Implements the operators that assign.
macro_rules! assigning {
    ($type:ident) => {
        impl AddAssign for $type {
            #[inline(always)]
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }

        impl SubAssign for $type {
            #[inline(always)]
            fn sub_assign(&mut self, other: Self) {
                *self = *self - other;
            }
        }
    };
}

/// Lanes without special instructions.
#[derive(Clone, Copy)]
pub struct Plain([f64; LANES]);

/// A mask of [`Plain`].
#[derive(Clone, Copy)]
pub struct PlainMask([bool; LANES]);

#[inline(always)]
fn zip<T: Copy, U: Copy + Default>(a: [T; LANES], b: [T; LANES], f: impl Fn(T, T) -> U) -> [U; LANES] {
    let mut result = [U::default(); LANES];
    for k in 0..LANES {
        result[k] = f(a[k], b[k]);
    }
    result
}

operators! { Plain,
    Add add |a: Plain, b: Plain| Plain(zip(a.0, b.0, |x, y| x + y)),
    Sub sub |a: Plain, b: Plain| Plain(zip(a.0, b.0, |x, y| x - y)),
    Mul mul |a: Plain, b: Plain| Plain(zip(a.0, b.0, |x, y| x * y))
}
operators! { PlainMask,
    BitAnd bitand |a: PlainMask, b: PlainMask| PlainMask(zip(a.0, b.0, |x, y| x & y)),
    BitOr bitor |a: PlainMask, b: PlainMask| PlainMask(zip(a.0, b.0, |x, y| x | y))
}
assigning!(Plain);

impl Not for PlainMask {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0.map(|x| !x))
    }
}

impl Truth for PlainMask {
    fn none() -> Self {
        Self([false; LANES])
    }

    fn any(self) -> bool {
        self.0.contains(&true)
    }
}

impl Lanes for Plain {
    type Mask = PlainMask;

    fn new(numbers: [f64; LANES]) -> Self {
        Self(numbers)
    }

    fn numbers(self) -> [f64; LANES] {
        self.0
    }

    fn all(x: f64) -> Self {
        Self([x; LANES])
    }

    fn sqrt(self) -> Self {
        Self(self.0.map(f64::sqrt))
    }

    fn times_plus(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }

    fn recip(self) -> Self {
        Self(self.0.map(|x| 1.0 / x))
    }

    fn abs(self) -> Self {
        Self(self.0.map(f64::abs))
    }

    fn max(self, other: Self) -> Self {
        Self(zip(self.0, other.0, |x, y| if x > y { x } else { y }))
    }

    fn less(self, other: Self) -> PlainMask {
        PlainMask(zip(self.0, other.0, |x, y| x < y))
    }

    fn less_equal(self, other: Self) -> PlainMask {
        PlainMask(zip(self.0, other.0, |x, y| x <= y))
    }

    fn select(mask: PlainMask, x: Self, y: Self) -> Self {
        let mut result = y.0;
        (0..LANES).filter(|&k| mask.0[k]).for_each(|k| result[k] = x.0[k]);
        Self(result)
    }
}

#[cfg(target_arch = "x86_64")]
mod x86;
#[cfg(target_arch = "x86_64")]
pub use x86::{Narrow, Wide};
