//! The traits that `nalgebra` asks of its numbers.
//!
//! Its methods that only compute work on symbolic values. Where one looks at a value, it gets a structural answer if that
//! is right for every value, else the question is refused: `is_zero` means *is the number 0*, so that the inverses of up
//! to 4 rows take the formula; an ordering, as pivoting needs it, has no answer.

use super::control::select;
use super::handle::{Handle, Real, Symbol};
use super::session;
use approx::{AbsDiffEq, RelativeEq, UlpsEq};
use num_traits::{FromPrimitive, Num, One, Signed, Zero};
use simba::scalar::SubsetOf;
use std::cell::Cell;
use std::cmp::Ordering;

/// The reason an ordering is refused.
pub const ORDER: &str = "the order of symbolic values is not known while an energy is built: compare with `lt`, `le`, `gt`, \
                     `ge` and `select`; decompositions that pivot or iterate cannot be part of an energy, use the \
                     builder's `determinant` and `inverse`";

const NUMBER: &str = "the number of a symbolic value is not known while an energy is built";

/// The number in a handle; symbolic values are refused with a reason.
#[track_caller]
pub fn number(value: Real, reason: &str) -> Option<f64> {
    let number = value.constant();
    if number.is_none() {
        session::with(|s| s.refuse::<()>(reason));
    }
    number
}

impl PartialEq for Real {
    /// Returns true if both are the same number, or the same expression. An expression is not equal to a number,
    /// whatever its values; two different expressions are refused.
    #[track_caller]
    fn eq(&self, other: &Real) -> bool {
        if let (Some(a), Some(b)) = (self.constant(), other.constant()) {
            return a == b;
        }
        let mixed = self.constant().is_some() || other.constant().is_some();
        let same = |s: &mut session::Session| {
            let equal = s.id(*self)? == s.id(*other)?;
            if !equal && !mixed {
                s.refuse::<()>("whether two expressions are equal is not known while an energy is built: use `eq`");
                return Some(any_answer());
            }
            Some(equal)
        };
        session::with(same).flatten().unwrap_or(false)
    }
}

thread_local! {
    static ANSWERS: Cell<u64> = const { Cell::new(1) };
}

/// An answer to a question that was refused. It does not matter, for the build has failed; but a numerical method that
/// iterates until it gets a certain one must come to its end, so the answers vary.
fn any_answer() -> bool {
    let advance = |state: &Cell<u64>| {
        let next = state.get().wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state.set(next);
        next >> 63 == 0
    };
    ANSWERS.try_with(advance).unwrap_or(false)
}

/// The order of two numbers; that of symbolic values is refused.
#[track_caller]
fn order(a: Real, b: Real) -> Option<Ordering> {
    match (number(a, ORDER), number(b, ORDER)) {
        (Some(a), Some(b)) => a.partial_cmp(&b),
        _ if any_answer() => Some(Ordering::Less),
        _ => Some(Ordering::Greater),
    }
}

/// The operators one by one: each knows the line it stands on.
macro_rules! orderings {
    ($($method:ident $test:ident;)*) => {
        $(#[track_caller]
        fn $method(&self, other: &Real) -> bool {
            order(*self, *other).is_some_and(Ordering::$test)
        })*
    };
}

impl PartialOrd for Real {
    #[track_caller]
    fn partial_cmp(&self, other: &Real) -> Option<Ordering> {
        order(*self, *other)
    }

    orderings! {
        lt is_lt;
        le is_le;
        gt is_gt;
        ge is_ge;
    }
}

impl Zero for Real {
    fn zero() -> Real {
        Real::from(0.0)
    }

    fn is_zero(&self) -> bool {
        self.constant() == Some(0.0)
    }
}

impl One for Real {
    fn one() -> Real {
        Real::from(1.0)
    }

    fn is_one(&self) -> bool {
        self.constant() == Some(1.0)
    }
}

impl Num for Real {
    type FromStrRadixErr = num_traits::ParseFloatError;

    fn from_str_radix(text: &str, radix: u32) -> Result<Real, Self::FromStrRadixErr> {
        f64::from_str_radix(text, radix).map(Real::from)
    }
}

impl FromPrimitive for Real {
    fn from_i64(n: i64) -> Option<Real> {
        Some(Real::from(n as f64))
    }

    fn from_u64(n: u64) -> Option<Real> {
        Some(Real::from(n as f64))
    }

    fn from_f64(n: f64) -> Option<Real> {
        Some(Real::from(n))
    }
}

impl Signed for Real {
    #[track_caller]
    fn abs(&self) -> Real {
        Real::abs(*self)
    }

    #[track_caller]
    fn abs_sub(&self, other: &Real) -> Real {
        (*self - *other).max(0.0)
    }

    #[track_caller]
    fn signum(&self) -> Real {
        select(Real::lt(*self, 0.0), Real::from(-1.0), Real::from(1.0))
    }

    #[track_caller]
    fn is_positive(&self) -> bool {
        number(*self, ORDER).is_some_and(|x| x > 0.0)
    }

    #[track_caller]
    fn is_negative(&self) -> bool {
        number(*self, ORDER).is_some_and(|x| x < 0.0)
    }
}

/// The tests for approximate equality, on numbers.
macro_rules! approximately {
    ($($trait:ident: $default:ident $test:ident $limit:ty, $initial:expr, $value:expr;)*) => {$(
        impl $trait for Real {
            fn $default() -> $limit {
                $initial
            }

            #[track_caller]
            fn $test(&self, other: &Real, epsilon: Real, limit: $limit) -> bool {
                let numbers = (number(*self, ORDER), number(*other, ORDER), number(epsilon, ORDER));
                let (Some(a), Some(b), Some(epsilon)) = numbers else { return any_answer() };
                let limit: Option<_> = $value(limit);
                limit.is_none_or(|limit| f64::$test(&a, &b, epsilon, limit))
            }
        }
    )*};
}

impl AbsDiffEq for Real {
    type Epsilon = Real;

    fn default_epsilon() -> Real {
        Real::from(f64::default_epsilon())
    }

    #[track_caller]
    fn abs_diff_eq(&self, other: &Real, epsilon: Real) -> bool {
        let numbers = (number(*self, ORDER), number(*other, ORDER), number(epsilon, ORDER));
        let (Some(a), Some(b), Some(epsilon)) = numbers else { return any_answer() };
        f64::abs_diff_eq(&a, &b, epsilon)
    }
}

approximately! {
    RelativeEq: default_max_relative relative_eq Real, Real::from(f64::default_max_relative()),
        |limit: Real| number(limit, ORDER);
    UlpsEq: default_max_ulps ulps_eq u32, f64::default_max_ulps(), Some;
}

/// Conversions between numbers and reals. A symbolic value has no number and is refused, then NaN: callers unwrap.
macro_rules! subset_of_real {
    ($($ty:ty)*) => {$(
        impl SubsetOf<Real> for $ty {
            fn to_superset(&self) -> Real {
                Real::from(*self)
            }

            #[track_caller]
            fn from_superset_unchecked(element: &Real) -> $ty {
                number(*element, NUMBER).unwrap_or(f64::NAN) as $ty
            }

            #[track_caller]
            fn is_in_subset(element: &Real) -> bool {
                number(*element, NUMBER);
                true
            }
        }
    )*};
}

subset_of_real!(f32 f64);

impl SubsetOf<Real> for Real {
    fn to_superset(&self) -> Real {
        *self
    }

    fn from_superset_unchecked(element: &Real) -> Real {
        *element
    }

    fn is_in_subset(_: &Real) -> bool {
        true
    }
}

impl Default for Real {
    /// Zero.
    fn default() -> Real {
        Real(Handle::Constant(0.0))
    }
}
