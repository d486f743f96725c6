//! Values with many more digits, by a library of arbitrary precision.

use astro_float_num::{BigFloat, Consts, RoundingMode};
use spadina_core::real::{BinaryOp, UnaryOp};

const NEAREST: RoundingMode = RoundingMode::None;
/// Binary digits. Where a sum loses many of them, as `1 + x` for small x does, a function takes more.
const DIGITS: usize = 192;

/// A double. The library takes normal ones only.
fn number(x: f64) -> BigFloat {
    let normal = x == 0.0 || x.abs() >= f64::MIN_POSITIVE;
    let mut number = BigFloat::from_f64(if normal { x } else { x * 2f64.powi(60) }, DIGITS);
    if !normal {
        number.set_exponent(number.exponent().unwrap_or(0) - 60);
    }
    number
}

/// Computes with many digits.
pub struct Oracle(Consts);

impl Oracle {
    pub fn new() -> Self {
        Self(Consts::new().expect("constants"))
    }

    /// A function of one real; nothing where the function is an operation.
    pub fn unary(&mut self, op: UnaryOp, x: f64) -> BigFloat {
        self.of(op, number(x))
    }

    fn of(&mut self, op: UnaryOp, x: BigFloat) -> BigFloat {
        let (p, cc) = (DIGITS, &mut self.0);
        match op {
            UnaryOp::Sqrt => x.sqrt(p, NEAREST),
            UnaryOp::Exp => x.exp(p, NEAREST, cc),
            UnaryOp::Exp2 => number(2.0).pow(&x, p, NEAREST, cc),
            UnaryOp::Log => x.ln(p, NEAREST, cc),
            UnaryOp::Log2 => x.log2(p, NEAREST, cc),
            UnaryOp::Sin => x.sin(p, NEAREST, cc),
            UnaryOp::Cos => x.cos(p, NEAREST, cc),
            UnaryOp::Tan => x.tan(p, NEAREST, cc),
            UnaryOp::Asin => x.asin(p, NEAREST, cc),
            UnaryOp::Acos => x.acos(p, NEAREST, cc),
            UnaryOp::Atan => x.atan(p, NEAREST, cc),
            UnaryOp::Sinh => x.sinh(p, NEAREST, cc),
            UnaryOp::Cosh => x.cosh(p, NEAREST, cc),
            UnaryOp::Tanh => x.tanh(p, NEAREST, cc),
            UnaryOp::Asinh => x.asinh(p, NEAREST, cc),
            UnaryOp::Acosh => x.acosh(p, NEAREST, cc),
            UnaryOp::Atanh => x.atanh(p, NEAREST, cc),
            UnaryOp::Erf => self.error_function(&x, false),
            UnaryOp::Erfc => self.error_function(&x, true),
            _ => panic!("the oracle has no line for `{}` (core/tests/functions/oracle.rs)", op.name()),
        }
    }

    /// The derivative of a function: the central difference of a 2^-30th of the argument.
    pub fn slope(&mut self, op: UnaryOp, x: f64) -> f64 {
        let step = x * 2f64.powi(-30);
        let rise = self.unary(op, x + step).sub(&self.unary(op, x - step), DIGITS, NEAREST);
        let run = number(x + step).sub(&number(x - step), DIGITS, NEAREST);
        decimal(&rise.div(&run, DIGITS, NEAREST))
    }

    /// First and second derivative of a function, by their formulas.
    pub fn derivatives(&mut self, op: UnaryOp, x: f64) -> [f64; 2] {
        let exact = number(x);
        let of = |oracle: &mut Self, op| oracle.of(op, exact.clone());
        let (one, two) = (number(1.0), number(2.0));
        let mul = |a: &BigFloat, b: &BigFloat| a.mul(b, DIGITS, NEAREST);
        let div = |a: &BigFloat, b: &BigFloat| a.div(b, DIGITS, NEAREST);
        // `a^(-1/2)` and `x a^(-3/2)`.
        let roots = |a: &BigFloat| {
            let root = div(&one, &a.sqrt(DIGITS, NEAREST));
            let cube = div(&mul(&exact, &root), a);
            [root, cube]
        };
        // `1 / a` and `2 x / a²`.
        let inverses = |a: &BigFloat| [div(&one, a), div(&mul(&two, &exact), &mul(a, a))];
        let square = exact.mul(&exact, 4 * DIGITS, NEAREST);
        let above = one.add(&square, 4 * DIGITS, NEAREST);
        let below = one.sub(&square, 4 * DIGITS, NEAREST);
        let opposite = |[a, b]: [BigFloat; 2]| [a, b.neg()];
        let found = match op {
            UnaryOp::Sqrt => {
                let half = div(&number(0.5), &of(self, op));
                let second = div(&half, &mul(&two, &exact));
                [half, second.neg()]
            }
            UnaryOp::Exp => [of(self, op), of(self, op)],
            UnaryOp::Exp2 => {
                let rate = self.of(UnaryOp::Log, two.clone());
                let first = mul(&of(self, op), &rate);
                [first.clone(), mul(&first, &rate)]
            }
            UnaryOp::Log | UnaryOp::Log2 => {
                let base = if op == UnaryOp::Log { one.clone() } else { self.of(UnaryOp::Log, two.clone()) };
                let first = div(&div(&one, &exact), &base);
                [first.clone(), div(&first, &exact).neg()]
            }
            UnaryOp::Sin => [of(self, UnaryOp::Cos), of(self, op).neg()],
            UnaryOp::Cos => [of(self, UnaryOp::Sin).neg(), of(self, op).neg()],
            UnaryOp::Tan => {
                let tangent = of(self, op);
                let first = one.add(&mul(&tangent, &tangent), DIGITS, NEAREST);
                [first.clone(), mul(&two, &mul(&tangent, &first))]
            }
            UnaryOp::Asin => roots(&below),
            UnaryOp::Acos => roots(&below).map(|number| number.neg()),
            UnaryOp::Atan => opposite(inverses(&above)),
            UnaryOp::Sinh => [of(self, UnaryOp::Cosh), of(self, op)],
            UnaryOp::Cosh => [of(self, UnaryOp::Sinh), of(self, op)],
            UnaryOp::Tanh => {
                let inverse = div(&one, &of(self, UnaryOp::Cosh));
                let first = mul(&inverse, &inverse);
                [first.clone(), mul(&two, &mul(&of(self, op), &first)).neg()]
            }
            UnaryOp::Asinh => opposite(roots(&above)),
            UnaryOp::Acosh => opposite(roots(&below.neg())),
            UnaryOp::Atanh => inverses(&below),
            UnaryOp::Erf | UnaryOp::Erfc => {
                let first = if op == UnaryOp::Erf { self.bell(x) } else { self.bell(x).neg() };
                [first.clone(), mul(&mul(&two, &exact), &first).neg()]
            }
            _ => panic!("the oracle has no derivative of `{}` (core/tests/functions/oracle.rs)", op.name()),
        };
        found.map(|number| decimal(&number))
    }

    /// The derivative of the error function.
    pub fn bell(&mut self, x: f64) -> BigFloat {
        let x = number(x);
        let power = x.mul(&x, DIGITS, NEAREST).neg().exp(DIGITS, NEAREST, &mut self.0);
        let root = self.0.pi(DIGITS, NEAREST).sqrt(DIGITS, NEAREST);
        power.add(&power, DIGITS, NEAREST).div(&root, DIGITS, NEAREST)
    }

    /// The error function, or its complement: a series near zero, a continued fraction further out (Abramowitz and Stegun,
    /// *Handbook of Mathematical Functions*, 7.1.6 and 7.1.14).
    fn error_function(&mut self, x: &BigFloat, complement: bool) -> BigFloat {
        const P: usize = 2 * DIGITS;
        let magnitude = x.abs();
        let square = magnitude.mul(&magnitude, P, NEAREST);
        let root = self.0.pi(P, NEAREST).sqrt(P, NEAREST);
        let is_far = magnitude.cmp(&number(2.0)).is_some_and(|order| order >= 0);
        // That of the magnitude: the complement where it is far, else the function.
        let value = if magnitude.cmp(&number(1e4)).is_some_and(|order| order > 0) {
            number(0.0)
        } else if is_far {
            let mut fraction = magnitude.clone();
            for k in (1..=800).rev() {
                let ratio = number(0.5 * f64::from(k)).div(&fraction, P, NEAREST);
                fraction = magnitude.add(&ratio, P, NEAREST);
            }
            let power = square.neg().exp(P, NEAREST, &mut self.0);
            power.div(&root.mul(&fraction, P, NEAREST), P, NEAREST)
        } else {
            let power = square.neg().exp(P, NEAREST, &mut self.0);
            let double = square.add(&square, P, NEAREST);
            let mut term = magnitude.add(&magnitude, P, NEAREST).mul(&power, P, NEAREST).div(&root, P, NEAREST);
            let mut sum = term.clone();
            for k in 1..=200 {
                term = term.mul(&double, P, NEAREST).div(&number(f64::from(2 * k + 1)), P, NEAREST);
                sum = sum.add(&term, P, NEAREST);
            }
            sum
        };
        let own = if is_far == complement { value } else { number(1.0).sub(&value, P, NEAREST) };
        match (x.is_negative(), complement) {
            (false, _) => own,
            (true, false) => own.neg(),
            (true, true) => number(2.0).sub(&own, P, NEAREST),
        }
    }

    /// A function of two reals.
    pub fn binary(&mut self, op: BinaryOp, x: f64, y: f64) -> BigFloat {
        let (a, b) = (number(x), number(y));
        match op {
            BinaryOp::Pow => a.pow(&b, DIGITS, NEAREST, &mut self.0),
            BinaryOp::Atan2 => {
                let angle = a.div(&b, DIGITS, NEAREST).atan(DIGITS, NEAREST, &mut self.0);
                if y > 0.0 {
                    return angle;
                }
                let pi = self.0.pi(DIGITS, NEAREST);
                if x < 0.0 { angle.sub(&pi, DIGITS, NEAREST) } else { angle.add(&pi, DIGITS, NEAREST) }
            }
            _ => panic!("the oracle has no line for `{}` (core/tests/functions/oracle.rs)", op.name()),
        }
    }
}

/// The nearest double, by its decimal digits.
fn decimal(x: &BigFloat) -> f64 {
    x.to_string().parse().expect("a decimal number")
}

/// How far `value` is from the exact one, in units in the last place of numbers with `digits` bits and least exponent
/// `least` (the numbers from 1 to 2 having exponent 0).
pub fn error(value: f64, exact: &BigFloat, digits: i32, least: i32, max: f64) -> f64 {
    if exact.is_nan() {
        return if value.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let (value, exact) = match (value.is_infinite(), exact.is_inf()) {
        (true, true) => return if value.is_sign_negative() == exact.is_inf_neg() { 0.0 } else { f64::INFINITY },
        (false, true) => return f64::INFINITY,
        (true, false) if beyond(exact, max, value) => return 0.0,
        (true, false) => (max.copysign(value), exact),
        (false, false) => (value, exact),
    };
    let exponent = exact.exponent().map_or(least, |e| if exact.is_zero() { least } else { e - 1 });
    let mut difference = exact.sub(&number(value), DIGITS, NEAREST);
    if difference.is_zero() {
        return 0.0;
    }
    let shift = digits - 1 - exponent.max(least);
    difference.set_exponent(difference.exponent().unwrap_or(0) + shift);
    approximate(&difference).abs()
}

/// Whether a number is beyond the largest one, on the side of `infinity`.
fn beyond(x: &BigFloat, max: f64, infinity: f64) -> bool {
    let order = x.abs().cmp(&number(max)).unwrap_or(-1);
    order > 0 && x.is_negative() == (infinity < 0.0)
}

/// The nearest double or so.
fn approximate(x: &BigFloat) -> f64 {
    let Some((words, _, sign, exponent, _)) = x.as_raw_parts() else { return f64::NAN };
    let top = words.last().copied().unwrap_or(0) as f64 / 2f64.powi(64);
    let value = top * 2f64.powi(exponent.clamp(-1000, 1000));
    if sign.is_negative() { -value } else { value }
}
