//! The one list of real operations: name, value and derivative of each. Back-ends match on these enums, so that the
//! compiler names whatever an operation lacks.

use super::{Graph, Value};

/// The precision of the numbers on a device.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Precision {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}

/// Declares the functions of one real: variant, printed name, value, derivative from the argument `x` and the result `y`.
macro_rules! unary_operations {
    ($($(#[$doc:meta])* $op:ident $name:literal, $eval:expr, |$g:ident, $x:ident, $y:ident| $derivative:expr;)*) => {
        /// A function of one real.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum UnaryOp { $($(#[$doc])* $op,)* }

        impl UnaryOp {
            /// Every operation.
            pub const ALL: &[UnaryOp] = &[$(UnaryOp::$op,)*];

            /// The printed name.
            pub fn name(self) -> &'static str {
                match self { $(UnaryOp::$op => $name,)* }
            }

            /// Whether it is made of operations ([`crate::function`]) and is none itself.
            pub fn is_function(self) -> bool {
                !matches!(
                    self,
                    UnaryOp::Neg
                        | UnaryOp::Abs
                        | UnaryOp::Sqrt
                        | UnaryOp::Floor
                        | UnaryOp::Ceil
                        | UnaryOp::Round
                        | UnaryOp::Trunc
                )
            }

            /// The value in double precision.
            pub fn eval(self, x: f64) -> f64 {
                match self { $(UnaryOp::$op => { let f: fn(f64) -> f64 = $eval; f(x) })* }
            }

            /// The derivative at `x`, given the result `y`; `None` where it is zero.
            pub fn derivative(self, graph: &mut Graph, x: Value, y: Value) -> Option<Value> {
                match self {
                    $(UnaryOp::$op => {
                        #[allow(unused_variables, reason = "not every derivative needs both the argument and the result")]
                        let f = |$g: &mut Graph, $x: Value, $y: Value| -> Option<Value> { $derivative };
                        f(graph, x, y)
                    })*
                }
            }
        }
    };
}

unary_operations! {
    /// `-x`
    Neg "-", |x| -x, |g, x, y| Some(g.constant(-1.0));
    /// Absolute value; its derivative is that of the side taken, 1 at zero.
    Abs "abs", f64::abs, |g, x, y| {
        let zero = g.constant(0.0);
        let negative = g.compare(Compare::Less, x, zero);
        let (minus, plus) = (g.constant(-1.0), g.constant(1.0));
        Some(g.select(negative, minus, plus))
    };
    /// Square root.
    Sqrt "sqrt", f64::sqrt, |g, x, y| {
        let (half, one) = (g.constant(0.5), g.constant(1.0));
        let inverse = g.div(one, y);
        Some(g.mul(half, inverse))
    };
    /// Natural exponential.
    Exp "exp", f64::exp, |g, x, y| Some(y);
    /// Power of two.
    Exp2 "exp2", f64::exp2, |g, x, y| { let c = g.constant(std::f64::consts::LN_2); Some(g.mul(c, y)) };
    /// Natural logarithm.
    Log "log", f64::ln, |g, x, y| { let one = g.constant(1.0); Some(g.div(one, x)) };
    /// Binary logarithm.
    Log2 "log2", f64::log2, |g, x, y| { let c = g.constant(std::f64::consts::LOG2_E); Some(g.div(c, x)) };
    /// Sine.
    Sin "sin", f64::sin, |g, x, y| Some(g.unary(UnaryOp::Cos, x));
    /// Cosine.
    Cos "cos", f64::cos, |g, x, y| { let s = g.unary(UnaryOp::Sin, x); Some(g.neg(s)) };
    /// Tangent: 1 + tan².
    Tan "tan", f64::tan, |g, x, y| { let one = g.constant(1.0); let yy = g.mul(y, y); Some(g.add(one, yy)) };
    /// Inverse sine.
    Asin "asin", f64::asin, |g, x, y| Some(g.inverse_root(1.0, -1.0, x));
    /// Inverse cosine.
    Acos "acos", f64::acos, |g, x, y| { let r = g.inverse_root(1.0, -1.0, x); Some(g.neg(r)) };
    /// Inverse tangent.
    Atan "atan", f64::atan, |g, x, y| {
        let one = g.constant(1.0);
        let xx = g.mul(x, x);
        let d = g.add(one, xx);
        Some(g.div(one, d))
    };
    /// Hyperbolic sine.
    Sinh "sinh", f64::sinh, |g, x, y| Some(g.unary(UnaryOp::Cosh, x));
    /// Hyperbolic cosine.
    Cosh "cosh", f64::cosh, |g, x, y| Some(g.unary(UnaryOp::Sinh, x));
    /// Hyperbolic tangent: 1 - tanh².
    Tanh "tanh", f64::tanh, |g, x, y| { let one = g.constant(1.0); let yy = g.mul(y, y); Some(g.sub(one, yy)) };
    /// Inverse hyperbolic sine.
    Asinh "asinh", f64::asinh, |g, x, y| Some(g.inverse_root(1.0, 1.0, x));
    /// Inverse hyperbolic cosine.
    Acosh "acosh", f64::acosh, |g, x, y| {
        let one = g.constant(1.0);
        let (below, above) = (g.sub(x, one), g.add(x, one));
        let (below, above) = (g.unary(UnaryOp::Sqrt, below), g.unary(UnaryOp::Sqrt, above));
        let root = g.mul(below, above);
        Some(g.div(one, root))
    };
    /// Inverse hyperbolic tangent.
    Atanh "atanh", f64::atanh, |g, x, y| {
        let one = g.constant(1.0);
        let xx = g.mul(x, x);
        let d = g.sub(one, xx);
        Some(g.div(one, d))
    };
    /// The largest integer not above.
    Floor "floor", f64::floor, |g, x, y| None;
    /// The smallest integer not below.
    Ceil "ceil", f64::ceil, |g, x, y| None;
    /// The nearest integer, ties to even.
    Round "round", f64::round_ties_even, |g, x, y| None;
    /// The integer part.
    Trunc "trunc", f64::trunc, |g, x, y| None;
}

/// A function of two reals. The order is the order of print.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// `a` to the power `b`.
    Pow,
    /// The angle of the point (b, a).
    Atan2,
}

impl BinaryOp {
    /// Every operation.
    pub const ALL: &[BinaryOp] =
        &[BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Div, BinaryOp::Pow, BinaryOp::Atan2];

    /// The printed name.
    pub fn name(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Pow => "pow",
            BinaryOp::Atan2 => "atan2",
        }
    }

    /// Whether it is made of operations ([`crate::function`]) and is none itself.
    pub fn is_function(self) -> bool {
        matches!(self, BinaryOp::Pow | BinaryOp::Atan2)
    }

    /// The value in double precision.
    pub fn eval(self, a: f64, b: f64) -> f64 {
        match self {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div => a / b,
            BinaryOp::Pow => a.powf(b),
            BinaryOp::Atan2 => a.atan2(b),
        }
    }

    /// The derivative with respect to the first (`side` 0) or second (1) operand, given the result `y`.
    pub fn derivative(self, g: &mut Graph, side: usize, a: Value, b: Value, y: Value) -> Value {
        match (self, side) {
            (BinaryOp::Add, _) | (BinaryOp::Sub, 0) => g.constant(1.0),
            (BinaryOp::Sub, _) => g.constant(-1.0),
            (BinaryOp::Mul, 0) => b,
            (BinaryOp::Mul, _) => a,
            (BinaryOp::Div, 0) => {
                let one = g.constant(1.0);
                g.div(one, b)
            }
            (BinaryOp::Div, _) => {
                let one = g.constant(1.0);
                let inverse = g.div(one, b);
                let ratio = g.mul(y, inverse);
                g.neg(ratio)
            }
            (BinaryOp::Pow, 0) => {
                let one = g.constant(1.0);
                let less = g.sub(b, one);
                let power = g.pow(a, less);
                g.mul(b, power)
            }
            (BinaryOp::Pow, _) => {
                let log = g.unary(UnaryOp::Log, a);
                let slope = g.mul(y, log);
                let zero = g.constant(0.0);
                let positive = g.compare(Compare::Less, zero, a);
                g.select(positive, slope, zero)
            }
            (BinaryOp::Atan2, _) => {
                let (aa, bb) = (g.mul(a, a), g.mul(b, b));
                let square = g.add(aa, bb);
                let part = if side == 0 { b } else { g.neg(a) };
                g.div(part, square)
            }
        }
    }
}

/// A comparison of reals; false where an operand is NaN, except [`Compare::NotEqual`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Compare {
    /// `a < b`
    Less,
    /// `a <= b`
    LessEqual,
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
}

impl Compare {
    /// The printed name.
    pub fn name(self) -> &'static str {
        match self {
            Compare::Less => "<",
            Compare::LessEqual => "<=",
            Compare::Equal => "==",
            Compare::NotEqual => "!=",
        }
    }

    /// The truth value.
    pub fn eval(self, a: f64, b: f64) -> bool {
        match self {
            Compare::Less => a < b,
            Compare::LessEqual => a <= b,
            Compare::Equal => a == b,
            Compare::NotEqual => a != b,
        }
    }
}
