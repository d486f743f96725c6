//! Functions of reals, with the names and the expansions of WGSL's.

use super::handle::{Bool, Int, Real};
use super::session::build;
use crate::frontend::kit::{Function, Operand};
use crate::real::{Compare, Graph, UnaryOp, Value};

macro_rules! unary_functions {
    ($($(#[$doc:meta])* $method:ident $op:ident;)*) => {
        impl Real {
            $($(#[$doc])* #[track_caller]
            pub fn $method(self) -> Real {
                self.map(|g, x| g.unary(UnaryOp::$op, x))
            })*
        }

        /// An operation without a method does not compile.
        const _: fn(UnaryOp) = |op| match op {
            UnaryOp::Neg => {}
            $(UnaryOp::$op => {})*
        };
    };
}

unary_functions! {
    /// Absolute value; its derivative is that of the side taken.
    abs Abs;
    /// Square root.
    sqrt Sqrt;
    /// Natural exponential.
    exp Exp;
    /// Power of two.
    exp2 Exp2;
    /// Natural logarithm.
    log Log;
    /// Binary logarithm.
    log2 Log2;
    /// Sine.
    sin Sin;
    /// Cosine.
    cos Cos;
    /// Tangent.
    tan Tan;
    /// Inverse sine.
    asin Asin;
    /// Inverse cosine.
    acos Acos;
    /// Inverse tangent.
    atan Atan;
    /// Hyperbolic sine.
    sinh Sinh;
    /// Hyperbolic cosine.
    cosh Cosh;
    /// Hyperbolic tangent.
    tanh Tanh;
    /// Inverse hyperbolic sine.
    asinh Asinh;
    /// Inverse hyperbolic cosine.
    acosh Acosh;
    /// Inverse hyperbolic tangent.
    atanh Atanh;
    /// The error function.
    erf Erf;
    /// The complementary error function, `1 - erf(x)`.
    erfc Erfc;
    /// The largest integer not above.
    floor Floor;
    /// The smallest integer not below.
    ceil Ceil;
    /// The nearest integer, ties to even as in WGSL.
    round Round;
    /// The integer part.
    trunc Trunc;
}

impl Real {
    /// A function of one real.
    #[track_caller]
    pub(super) fn map(self, compute: impl FnOnce(&mut Graph, Value) -> Value) -> Real {
        build(|s| {
            let x = s.id(self)?;
            Some(compute(&mut s.graph, x))
        })
    }

    /// A function of reals.
    #[track_caller]
    fn apply<const N: usize>(function: Function, arguments: [Real; N]) -> Real {
        build(|s| {
            let ids: Option<Vec<Value>> = arguments.into_iter().map(|a| s.id(a)).collect();
            let ids = ids?;
            let operands: Vec<Operand> = ids.iter().map(|&id| Operand::Scalar(id)).collect();
            if let Some(reason) = function.refusal(&mut s.graph, &operands) {
                return s.refuse(reason);
            }
            function.scalar(&mut s.graph, &ids)
        })
    }

    /// Natural logarithm, by Rust's name.
    #[track_caller]
    pub fn ln(self) -> Real {
        self.log()
    }

    /// The larger one; derivatives at ties agree with those of `min` and `abs`.
    #[track_caller]
    pub fn max(self, other: impl Into<Real>) -> Real {
        Real::apply(Function::Max, [self, other.into()])
    }

    /// The smaller one; derivatives at ties agree with those of `max` and `abs`.
    #[track_caller]
    pub fn min(self, other: impl Into<Real>) -> Real {
        Real::apply(Function::Min, [self, other.into()])
    }

    /// `min(max(self, low), high)`.
    #[track_caller]
    pub fn clamp(self, low: impl Into<Real>, high: impl Into<Real>) -> Real {
        Real::apply(Function::Clamp, [self, low.into(), high.into()])
    }

    /// The value clamped to 0 and 1.
    #[track_caller]
    pub fn saturate(self) -> Real {
        Real::apply(Function::Saturate, [self])
    }

    /// 1, -1 or 0.
    #[track_caller]
    pub fn sign(self) -> Real {
        Real::apply(Function::Sign, [self])
    }

    /// `self - floor(self)`, as in WGSL; not negative.
    #[track_caller]
    pub fn fract(self) -> Real {
        Real::apply(Function::Fract, [self])
    }

    /// `1 / sqrt(self)`.
    #[track_caller]
    pub fn inverse_sqrt(self) -> Real {
        Real::apply(Function::InverseSqrt, [self])
    }

    /// Degrees to radians.
    #[track_caller]
    pub fn radians(self) -> Real {
        Real::apply(Function::Radians, [self])
    }

    /// Radians to degrees.
    #[track_caller]
    pub fn degrees(self) -> Real {
        Real::apply(Function::Degrees, [self])
    }

    /// `self * factor + term`.
    #[track_caller]
    pub fn fma(self, factor: impl Into<Real>, term: impl Into<Real>) -> Real {
        Real::apply(Function::Fma, [self, factor.into(), term.into()])
    }

    /// `self * (1 - t) + other * t`.
    #[track_caller]
    pub fn mix(self, other: impl Into<Real>, t: impl Into<Real>) -> Real {
        Real::apply(Function::Mix, [self, other.into(), t.into()])
    }

    /// 1 where `self` has reached `edge`, else 0.
    #[track_caller]
    pub fn step(self, edge: impl Into<Real>) -> Real {
        Real::apply(Function::Step, [edge.into(), self])
    }

    /// Smooth transition from 0 at `low` to 1 at `high`.
    #[track_caller]
    pub fn smoothstep(self, low: impl Into<Real>, high: impl Into<Real>) -> Real {
        Real::apply(Function::SmoothStep, [low.into(), high.into(), self])
    }

    /// The power; a negative base with a varying exponent is NaN, as in WGSL.
    #[track_caller]
    pub fn pow(self, exponent: impl Into<Real>) -> Real {
        Real::apply(Function::Pow, [self, exponent.into()])
    }

    /// The integer power, as products.
    #[track_caller]
    pub fn powi(self, exponent: i32) -> Real {
        let mut left = exponent.unsigned_abs();
        let (mut power, mut square) = (Real::from(1.0), self);
        while left > 0 {
            if left & 1 == 1 {
                power *= square;
            }
            left >>= 1;
            if left > 0 {
                square *= square;
            }
        }
        if exponent < 0 { 1.0 / power } else { power }
    }

    /// The angle of the point (`x`, `self`).
    #[track_caller]
    pub fn atan2(self, x: impl Into<Real>) -> Real {
        Real::apply(Function::Atan2, [self, x.into()])
    }

    /// `1 / self`.
    #[track_caller]
    pub fn recip(self) -> Real {
        Real::apply(Function::Recip, [self])
    }
}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $method:ident $op:ident $swapped:literal $integer:expr;)*) => {
        impl Real {
            $($(#[$doc])* #[track_caller]
            pub fn $method(self, other: impl Into<Real>) -> Bool {
                let other = other.into();
                build(|s| {
                    let (a, b) = (s.id(self)?, s.id(other)?);
                    let (a, b) = if $swapped { (b, a) } else { (a, b) };
                    Some(s.graph.compare(Compare::$op, a, b))
                })
            })*
        }

        impl Int {
            $($(#[$doc])* #[track_caller]
            pub fn $method(self, other: impl Into<Int>) -> Bool {
                let other = other.into();
                build(|s| {
                    let (a, b) = (s.id(self)?, s.id(other)?);
                    let compare: IntegerComparison = $integer;
                    let cond = compare(&mut s.graph.indices, a, b);
                    Some(s.graph.cond(cond))
                })
            })*
        }
    };
}

type IntegerComparison = fn(&mut crate::index::Indices, crate::index::Index, crate::index::Index) -> crate::index::Cond;

comparisons! {
    /// `self < other`.
    lt Less false |s, a, b| s.lt(a, b);
    /// `self <= other`.
    le LessEqual false |s, a, b| s.le(a, b);
    /// `self > other`.
    gt Less true |s, a, b| s.lt(b, a);
    /// `self >= other`.
    ge LessEqual true |s, a, b| s.le(b, a);
    /// `self == other`.
    eq Equal false |s, a, b| s.eq(a, b);
    /// `self != other`.
    ne NotEqual false |s, a, b| { let equal = s.eq(a, b); s.not(equal) };
}

impl Int {
    /// The integer as a real.
    #[track_caller]
    pub fn real(self) -> Real {
        build(|s| {
            let index = s.id(self)?;
            Some(s.graph.integer(index))
        })
    }

    /// The larger one.
    #[track_caller]
    pub fn max(self, other: impl Into<Int>) -> Int {
        let other = other.into();
        build(|s| {
            let (a, b) = (s.id(self)?, s.id(other)?);
            Some(s.graph.indices.max(a, b))
        })
    }

    /// The smaller one.
    #[track_caller]
    pub fn min(self, other: impl Into<Int>) -> Int {
        let other = other.into();
        build(|s| {
            let (a, b) = (s.id(self)?, s.id(other)?);
            Some(s.graph.indices.min(a, b))
        })
    }

    /// The absolute value.
    #[track_caller]
    pub fn abs(self) -> Int {
        self.max(-self)
    }
}

impl Bool {
    /// 1 where it holds, else 0.
    #[track_caller]
    pub fn real(self) -> Real {
        super::select(self, Real::from(1.0), Real::from(0.0))
    }
}
