//! Lanes in the registers of x86-64.

use super::*;
use std::arch::x86_64::*;

/// Lanes in one register of 512 bits. Used only below a function for which AVX-512 is enabled.
#[derive(Clone, Copy)]
pub struct Wide(__m512d);

/// A mask of [`Wide`].
#[derive(Clone, Copy)]
pub struct WideMask(__mmask8);

// SAFETY, of every `unsafe` for `Wide`: the instructions exist wherever a value of the type does.
operators! { Wide,
    Add add |a: Wide, b: Wide| Wide(unsafe { _mm512_add_pd(a.0, b.0) }),
    Sub sub |a: Wide, b: Wide| Wide(unsafe { _mm512_sub_pd(a.0, b.0) }),
    Mul mul |a: Wide, b: Wide| Wide(unsafe { _mm512_mul_pd(a.0, b.0) })
}
operators! { WideMask,
    BitAnd bitand |a: WideMask, b: WideMask| WideMask(a.0 & b.0),
    BitOr bitor |a: WideMask, b: WideMask| WideMask(a.0 | b.0)
}
assigning!(Wide);

impl Not for WideMask {
    type Output = Self;

    #[inline(always)]
    fn not(self) -> Self {
        Self(!self.0)
    }
}

impl Truth for WideMask {
    #[inline(always)]
    fn none() -> Self {
        Self(0)
    }

    #[inline(always)]
    fn any(self) -> bool {
        self.0 != 0
    }
}

impl Lanes for Wide {
    type Mask = WideMask;

    #[inline(always)]
    fn new(numbers: [f64; LANES]) -> Self {
        // SAFETY: as above; the array has the length that is read.
        Self(unsafe { _mm512_loadu_pd(numbers.as_ptr()) })
    }

    #[inline(always)]
    fn numbers(self) -> [f64; LANES] {
        let mut numbers = [0.0; LANES];
        // SAFETY: as above; the array has the length that is written.
        unsafe { _mm512_storeu_pd(numbers.as_mut_ptr(), self.0) };
        numbers
    }

    #[inline(always)]
    fn all(x: f64) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_set1_pd(x) })
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_sqrt_pd(self.0) })
    }

    #[inline(always)]
    fn times_plus(self, factor: Self, addend: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_fmadd_pd(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    fn recip(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_div_pd(_mm512_set1_pd(1.0), self.0) })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_abs_pd(self.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_max_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn less(self, other: Self) -> WideMask {
        // SAFETY: as above.
        WideMask(unsafe { _mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, other.0) })
    }

    #[inline(always)]
    fn less_equal(self, other: Self) -> WideMask {
        // SAFETY: as above.
        WideMask(unsafe { _mm512_cmp_pd_mask::<_CMP_LE_OQ>(self.0, other.0) })
    }

    #[inline(always)]
    fn select(mask: WideMask, x: Self, y: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_mask_blend_pd(mask.0, y.0, x.0) })
    }
}

/// Lanes in two registers of 256 bits. Used only below a function for which AVX2 and FMA are enabled.
#[derive(Clone, Copy)]
pub struct Narrow([__m256d; 2]);

/// A mask of [`Narrow`].
#[derive(Clone, Copy)]
pub struct NarrowMask([__m256d; 2]);

/// Applies an operation to both halves.
macro_rules! halves {
    // SAFETY: the instructions exist wherever a value of the type does.
    ($f:expr, $($x:expr),*) => { [unsafe { $f($($x[0]),*) }, unsafe { $f($($x[1]),*) }] };
}

operators! { Narrow,
    Add add |a: Narrow, b: Narrow| Narrow(halves!(_mm256_add_pd, a.0, b.0)),
    Sub sub |a: Narrow, b: Narrow| Narrow(halves!(_mm256_sub_pd, a.0, b.0)),
    Mul mul |a: Narrow, b: Narrow| Narrow(halves!(_mm256_mul_pd, a.0, b.0))
}
operators! { NarrowMask,
    BitAnd bitand |a: NarrowMask, b: NarrowMask| NarrowMask(halves!(_mm256_and_pd, a.0, b.0)),
    BitOr bitor |a: NarrowMask, b: NarrowMask| NarrowMask(halves!(_mm256_or_pd, a.0, b.0))
}
assigning!(Narrow);

impl Not for NarrowMask {
    type Output = Self;

    #[inline(always)]
    fn not(self) -> Self {
        let all = Narrow::all(f64::from_bits(u64::MAX)).0;
        Self(halves!(_mm256_xor_pd, self.0, all))
    }
}

impl Truth for NarrowMask {
    #[inline(always)]
    fn none() -> Self {
        Self(Narrow::all(0.0).0)
    }

    #[inline(always)]
    fn any(self) -> bool {
        halves!(_mm256_movemask_pd, self.0) != [0; 2]
    }
}

impl Lanes for Narrow {
    type Mask = NarrowMask;

    #[inline(always)]
    fn new(numbers: [f64; LANES]) -> Self {
        let ends = [numbers.as_ptr(), numbers[LANES / 2..].as_ptr()];
        Self(halves!(_mm256_loadu_pd, ends))
    }

    #[inline(always)]
    fn numbers(self) -> [f64; LANES] {
        let mut numbers = [0.0; LANES];
        let (low, high) = numbers.split_at_mut(LANES / 2);
        // SAFETY: as above; the halves have the length that is written.
        unsafe {
            _mm256_storeu_pd(low.as_mut_ptr(), self.0[0]);
            _mm256_storeu_pd(high.as_mut_ptr(), self.0[1]);
        }
        numbers
    }

    #[inline(always)]
    fn all(x: f64) -> Self {
        // SAFETY: as above.
        Self([unsafe { _mm256_set1_pd(x) }; 2])
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(halves!(_mm256_sqrt_pd, self.0))
    }

    #[inline(always)]
    fn times_plus(self, factor: Self, addend: Self) -> Self {
        Self(halves!(_mm256_fmadd_pd, self.0, factor.0, addend.0))
    }

    #[inline(always)]
    fn recip(self) -> Self {
        Self(halves!(_mm256_div_pd, Self::all(1.0).0, self.0))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(halves!(_mm256_andnot_pd, Self::all(-0.0).0, self.0))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(halves!(_mm256_max_pd, self.0, other.0))
    }

    #[inline(always)]
    fn less(self, other: Self) -> NarrowMask {
        NarrowMask(halves!(_mm256_cmp_pd::<_CMP_LT_OQ>, self.0, other.0))
    }

    #[inline(always)]
    fn less_equal(self, other: Self) -> NarrowMask {
        NarrowMask(halves!(_mm256_cmp_pd::<_CMP_LE_OQ>, self.0, other.0))
    }

    #[inline(always)]
    fn select(mask: NarrowMask, x: Self, y: Self) -> Self {
        Self(halves!(_mm256_blendv_pd, y.0, x.0, mask.0))
    }
}
