//! The transcendental functions: range reduction and polynomial, written once for every device and precision.
//!
//! Each function is generic over an [`Arithmetic`]: what can be added, multiplied, compared and chosen. [`Native`] computes
//! at once; a back-end's arithmetic emits the operations into its code. None of it branches on a number, so that several
//! elements are computed side by side; what only very large angles need is asked for by [`Arithmetic::large_angle`].
//!
//! Errors are at most 2 units in the last place in double precision over the whole range (`tests/functions.rs`; most
//! are below one), and special values are those of IEEE 754. The methods are those of the literature: Cody and Waite for
//! the reductions, Payne and Hanek for large angles, Dekker's pairs of numbers where one is not enough; coefficients are
//! minimax (Brisebarre and Chevillard), fitted to numbers of the precision.

mod angle;
mod error;
mod exponential;
mod inverse;
mod logarithm;
mod native;
mod pairs;
mod polynomial;
mod power;
mod tables;
mod trigonometric;

pub use angle::{LargeAngle, Pieces, large_angle};
pub use native::Native;
pub use pairs::split_product_error;

use crate::real::{BinaryOp, Compare, Kind, Precision, RealFunction, UnaryOp};

/// The operations that the functions are made of. They round as IEEE 754 says.
pub trait Arithmetic {
    /// A real, or several side by side.
    type Real: Copy;
    /// The truth of a comparison, or several side by side.
    type Mask: Copy;

    /// The precision of the reals.
    fn precision(&self) -> Precision;
    /// A number, rounded to the precision.
    fn constant(&mut self, number: f64) -> Self::Real;
    /// `a + b`
    fn add(&mut self, a: Self::Real, b: Self::Real) -> Self::Real;
    /// `a - b`
    fn sub(&mut self, a: Self::Real, b: Self::Real) -> Self::Real;
    /// `a * b`
    fn mul(&mut self, a: Self::Real, b: Self::Real) -> Self::Real;
    /// `a / b`
    fn div(&mut self, a: Self::Real, b: Self::Real) -> Self::Real;
    /// `a * b + c`, rounded once or twice, whichever is faster.
    fn mul_add(&mut self, a: Self::Real, b: Self::Real, c: Self::Real) -> Self::Real;
    /// `-a`
    fn neg(&mut self, a: Self::Real) -> Self::Real;
    /// `|a|`
    fn abs(&mut self, a: Self::Real) -> Self::Real;
    /// The square root.
    fn sqrt(&mut self, a: Self::Real) -> Self::Real;
    /// The nearest integer, ties to even.
    fn round(&mut self, a: Self::Real) -> Self::Real;
    /// A comparison; false where an operand is NaN, except for [`Compare::NotEqual`].
    fn compare(&mut self, op: Compare, a: Self::Real, b: Self::Real) -> Self::Mask;
    /// True where both hold.
    fn and(&mut self, a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// `a` where the mask holds, else `b`.
    fn select(&mut self, mask: Self::Mask, a: Self::Real, b: Self::Real) -> Self::Real;
    /// The magnitude of `a` with the sign of `b`.
    fn copy_sign(&mut self, a: Self::Real, b: Self::Real) -> Self::Real;
    /// `a` without the lower half of its significand, so that the product of two such numbers is exact.
    fn high(&mut self, a: Self::Real) -> Self::Real;
    /// The exponent `e` of a positive normal number `m · 2^e`, 1 ≤ m < 2, as a real; for other numbers, any number.
    fn exponent(&mut self, a: Self::Real) -> Self::Real;
    /// The significand `m` of a positive normal number; for other numbers, any number.
    fn significand(&mut self, a: Self::Real) -> Self::Real;
    /// `2^n` for an integer `n`, if that is a normal number; else any number.
    fn power_of_two(&mut self, n: Self::Real) -> Self::Real;
    /// The results of [`large_angle`] for `a` where the mask holds, else `otherwise`.
    fn large_angle(&mut self, mask: Self::Mask, a: Self::Real, otherwise: [Self::Real; 3]) -> [Self::Real; 3];

    /// The rounding error of the product `p` of `a` and `b`, `a b - p`: to half of its own digits at least, as long as
    /// nothing underflows. Without a fused multiply-add, [`split_product_error`].
    fn product_error(&mut self, a: Self::Real, b: Self::Real, p: Self::Real) -> Self::Real;

    /// One number for each precision.
    fn by_precision(&mut self, double: f64, single: f64) -> Self::Real {
        let number = match self.precision() {
            Precision::F64 => double,
            Precision::F32 => single,
        };
        self.constant(number)
    }

    /// A comparison with a number.
    fn is(&mut self, a: Self::Real, op: Compare, number: f64) -> Self::Mask {
        let number = self.constant(number);
        self.compare(op, a, number)
    }
}

/// An arithmetic that reads tables, as [`large_angle`] does.
pub trait Lookup: Arithmetic {
    /// Entry `index`, an integer, of a table; any number where there is no such entry.
    fn entry(&mut self, table: &'static [f64], index: Self::Real) -> Self::Real;
}

/// A function of its one or two arguments.
pub fn evaluate<M: Arithmetic>(m: &mut M, function: RealFunction, arguments: &[M::Real]) -> M::Real {
    let x = arguments[0];
    match function {
        RealFunction::Exp => exponential::exp(m, x),
        RealFunction::Exp2 => exponential::exp2(m, x),
        RealFunction::Log => logarithm::log(m, x),
        RealFunction::Log2 => logarithm::log2(m, x),
        RealFunction::Sin => trigonometric::sine_and_cosine(m, x)[0],
        RealFunction::Cos => trigonometric::sine_and_cosine(m, x)[1],
        RealFunction::Tan => trigonometric::tan(m, x),
        RealFunction::Asin => inverse::asin(m, x),
        RealFunction::Acos => inverse::acos(m, x),
        RealFunction::Atan => inverse::atan(m, x),
        RealFunction::Sinh => exponential::sinh_and_cosh(m, x)[0],
        RealFunction::Cosh => exponential::sinh_and_cosh(m, x)[1],
        RealFunction::Tanh => exponential::tanh(m, x),
        RealFunction::Asinh => logarithm::asinh(m, x),
        RealFunction::Acosh => logarithm::acosh(m, x),
        RealFunction::Atanh => logarithm::atanh(m, x),
        RealFunction::Erf => error::erf(m, x),
        RealFunction::Erfc => error::erfc(m, x),
        RealFunction::Pow => power::pow(m, x, arguments[1]),
        RealFunction::Atan2 => inverse::atan2(m, x, arguments[1]),
    }
}

/// Functions that share most of their work, with their values: sine and cosine, or their hyperbolic relatives; others alone.
pub fn together<M: Arithmetic>(
    m: &mut M,
    function: RealFunction,
    arguments: &[M::Real],
) -> Vec<(RealFunction, M::Real)> {
    let ([sine, cosine], names) = match function {
        RealFunction::Sin | RealFunction::Cos => {
            (trigonometric::sine_and_cosine(m, arguments[0]), [RealFunction::Sin, RealFunction::Cos])
        }
        RealFunction::Sinh | RealFunction::Cosh => {
            (exponential::sinh_and_cosh(m, arguments[0]), [RealFunction::Sinh, RealFunction::Cosh])
        }
        _ => return vec![(function, evaluate(m, function, arguments))],
    };
    vec![(names[0], sine), (names[1], cosine)]
}

/// The value of an operation of one real; nothing where it is an instruction.
pub fn unary<M: Arithmetic>(m: &mut M, op: UnaryOp, x: M::Real) -> Option<M::Real> {
    match op.kind() {
        Kind::Instruction(_) => None,
        Kind::Function(function) => Some(evaluate(m, function, &[x])),
    }
}

/// The value of an operation of two reals; nothing where it is an instruction.
pub fn binary<M: Arithmetic>(m: &mut M, op: BinaryOp, x: M::Real, y: M::Real) -> Option<M::Real> {
    match op.kind() {
        Kind::Instruction(_) => None,
        Kind::Function(function) => Some(evaluate(m, function, &[x, y])),
    }
}

/// `value`, or the operand that is NaN.
fn of_numbers<M: Arithmetic>(m: &mut M, mut value: M::Real, operands: [M::Real; 2]) -> M::Real {
    for operand in operands {
        let is_number = m.compare(Compare::Equal, operand, operand);
        value = m.select(is_number, value, operand);
    }
    value
}
