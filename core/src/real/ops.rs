//! The one list of real operations: name, symmetry, value and derivative of each. Devices match on the instructions among
//! them, [`crate::function`] on the functions, so that the compiler names whatever an operation lacks.

use super::{Graph, Value, slopes};

/// The precision of the numbers on a device.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Precision {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}

/// The kind of an operation on a device.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind<I> {
    /// An instruction, which every device has.
    Instruction(I),
    /// A function, which is made of instructions.
    Function(RealFunction),
}

/// The symmetry of an operation of one real where its operand changes its sign.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Symmetry {
    /// Something else.
    None,
    /// `f(-x) = f(x)`
    Even,
    /// `f(-x) = -f(x)`
    Odd,
}

/// Declares the operations of reals: variant, printed name, symmetry, value in the standard library (`None`: it has none,
/// and that of [`crate::function`] counts), derivative from the argument `x` and the result `y`.
macro_rules! operations {
    (
        instructions { $($(#[$doc:meta])* $op:ident $name:literal, $symmetry:ident, $value:expr,
            |$g:ident, $x:ident, $y:ident| $derivative:expr;)* }
        functions { $($(#[$fdoc:meta])* $fop:ident $fname:literal, $fsymmetry:ident, $fvalue:expr,
            |$fg:ident, $fx:ident, $fy:ident| $fderivative:expr;)* }
        instructions of two { $($(#[$bdoc:meta])* $bop:ident $bname:literal, $bvalue:expr;)* }
        functions of two { $($(#[$tdoc:meta])* $top:ident $tname:literal, $tvalue:expr;)* }
    ) => {
        /// An instruction for one real.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum UnaryInstruction { $($(#[$doc])* $op,)* }

        /// An instruction for two reals.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum BinaryInstruction { $($(#[$bdoc])* $bop,)* }

        /// A function of one or two reals ([`crate::function`]).
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum RealFunction { $($(#[$fdoc])* $fop,)* $($(#[$tdoc])* $top,)* }

        /// An operation of one real.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum UnaryOp { $($(#[$doc])* $op,)* $($(#[$fdoc])* $fop,)* }

        /// An operation of two reals. The order is the order of print.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum BinaryOp { $($(#[$bdoc])* $bop,)* $($(#[$tdoc])* $top,)* }

        impl RealFunction {
            /// The printed name.
            pub fn name(self) -> &'static str {
                match self { $(RealFunction::$fop => $fname,)* $(RealFunction::$top => $tname,)* }
            }

            /// The number of reals that it takes.
            pub fn arity(self) -> usize {
                match self { $(RealFunction::$fop => 1,)* $(RealFunction::$top => 2,)* }
            }
        }

        impl UnaryOp {
            /// Every operation.
            pub const ALL: &[UnaryOp] = &[$(UnaryOp::$op,)* $(UnaryOp::$fop,)*];

            /// The printed name.
            pub fn name(self) -> &'static str {
                match self { $(UnaryOp::$op => $name,)* $(UnaryOp::$fop => $fname,)* }
            }

            /// Its kind on a device.
            pub fn kind(self) -> Kind<UnaryInstruction> {
                match self {
                    $(UnaryOp::$op => Kind::Instruction(UnaryInstruction::$op),)*
                    $(UnaryOp::$fop => Kind::Function(RealFunction::$fop),)*
                }
            }

            /// Its symmetry where its operand changes its sign.
            pub fn symmetry(self) -> Symmetry {
                match self { $(UnaryOp::$op => Symmetry::$symmetry,)* $(UnaryOp::$fop => Symmetry::$fsymmetry,)* }
            }

            /// The function of the standard library.
            pub(super) fn standard(self) -> Option<fn(f64) -> f64> {
                match self { $(UnaryOp::$op => $value,)* $(UnaryOp::$fop => $fvalue,)* }
            }

            /// The derivative at `x`, given the result `y`; `None` where it is zero.
            #[allow(unused_variables, reason = "not every derivative needs both the argument and the result")]
            pub fn derivative(self, graph: &mut Graph, x: Value, y: Value) -> Option<Value> {
                match self {
                    $(UnaryOp::$op => {
                        let f = |$g: &mut Graph, $x: Value, $y: Value| -> Option<Value> { $derivative };
                        f(graph, x, y)
                    })*
                    $(UnaryOp::$fop => {
                        let f = |$fg: &mut Graph, $fx: Value, $fy: Value| -> Option<Value> { $fderivative };
                        f(graph, x, y)
                    })*
                }
            }
        }

        impl BinaryOp {
            /// Every operation.
            pub const ALL: &[BinaryOp] = &[$(BinaryOp::$bop,)* $(BinaryOp::$top,)*];

            /// The printed name.
            pub fn name(self) -> &'static str {
                match self { $(BinaryOp::$bop => $bname,)* $(BinaryOp::$top => $tname,)* }
            }

            /// Its kind on a device.
            pub fn kind(self) -> Kind<BinaryInstruction> {
                match self {
                    $(BinaryOp::$bop => Kind::Instruction(BinaryInstruction::$bop),)*
                    $(BinaryOp::$top => Kind::Function(RealFunction::$top),)*
                }
            }

            /// The value in double precision.
            pub fn eval(self, a: f64, b: f64) -> f64 {
                match self {
                    $(BinaryOp::$bop => { let f: fn(f64, f64) -> f64 = $bvalue; f(a, b) })*
                    $(BinaryOp::$top => { let f: fn(f64, f64) -> f64 = $tvalue; f(a, b) })*
                }
            }
        }
    };
}

operations! {
    instructions {
        /// `-x`
        Neg "-", None, Some(|x| -x), |g, x, y| Some(g.constant(-1.0));
        /// Absolute value; its derivative is that of the side taken, 1 at zero. Its operand is never [opposite](Graph::is_opposite).
        Abs "abs", Even, Some(f64::abs), |g, x, y| {
            let zero = g.constant(0.0);
            let negative = g.compare(Compare::Less, x, zero);
            let (minus, plus) = (g.constant(-1.0), g.constant(1.0));
            Some(g.select(negative, minus, plus))
        };
        /// Square root.
        Sqrt "sqrt", None, Some(f64::sqrt), |g, x, y| {
            let (half, one) = (g.constant(0.5), g.constant(1.0));
            let inverse = g.div(one, y);
            Some(g.mul(half, inverse))
        };
        /// The largest integer not above.
        Floor "floor", None, Some(f64::floor), |g, x, y| None;
        /// The smallest integer not below.
        Ceil "ceil", None, Some(f64::ceil), |g, x, y| None;
        /// The nearest integer, ties to even.
        Round "round", Odd, Some(f64::round_ties_even), |g, x, y| None;
        /// The integer part.
        Trunc "trunc", Odd, Some(f64::trunc), |g, x, y| None;
    }
    functions {
        /// Natural exponential.
        Exp "exp", None, Some(f64::exp), |g, x, y| Some(y);
        /// Power of two.
        Exp2 "exp2", None, Some(f64::exp2), |g, x, y| { let c = g.constant(std::f64::consts::LN_2); Some(g.mul(c, y)) };
        /// Natural logarithm.
        Log "log", None, Some(f64::ln), |g, x, y| { let one = g.constant(1.0); Some(g.div(one, x)) };
        /// Binary logarithm.
        Log2 "log2", None, Some(f64::log2), |g, x, y| { let c = g.constant(std::f64::consts::LOG2_E); Some(g.div(c, x)) };
        /// Sine.
        Sin "sin", Odd, Some(f64::sin), |g, x, y| Some(g.unary(UnaryOp::Cos, x));
        /// Cosine.
        Cos "cos", Even, Some(f64::cos), |g, x, y| { let s = g.unary(UnaryOp::Sin, x); Some(g.neg(s)) };
        /// Tangent: 1 + tan².
        Tan "tan", Odd, Some(f64::tan), |g, x, y| { let one = g.constant(1.0); let yy = g.mul(y, y); Some(g.add(one, yy)) };
        /// Inverse sine.
        Asin "asin", Odd, Some(f64::asin), |g, x, y| Some(slopes::asin(g, x));
        /// Inverse cosine.
        Acos "acos", None, Some(f64::acos), |g, x, y| { let slope = slopes::asin(g, x); Some(g.neg(slope)) };
        /// Inverse tangent.
        Atan "atan", Odd, Some(f64::atan), |g, x, y| Some(slopes::atan(g, x));
        /// Hyperbolic sine.
        Sinh "sinh", Odd, Some(f64::sinh), |g, x, y| Some(g.unary(UnaryOp::Cosh, x));
        /// Hyperbolic cosine.
        Cosh "cosh", Even, Some(f64::cosh), |g, x, y| Some(g.unary(UnaryOp::Sinh, x));
        /// Hyperbolic tangent.
        Tanh "tanh", Odd, Some(f64::tanh), |g, x, y| Some(slopes::tanh(g, x, y));
        /// Inverse hyperbolic sine.
        Asinh "asinh", Odd, Some(f64::asinh), |g, x, y| Some(slopes::asinh(g, x));
        /// Inverse hyperbolic cosine.
        Acosh "acosh", None, Some(f64::acosh), |g, x, y| Some(slopes::acosh(g, x));
        /// Inverse hyperbolic tangent.
        Atanh "atanh", Odd, Some(f64::atanh), |g, x, y| Some(slopes::atanh(g, x));
        /// The error function, 2/√π times the integral of exp(-t²) from 0 to x.
        Erf "erf", Odd, None, |g, x, y| Some(slopes::bell(g, x));
        /// The complementary error function, 1 - erf(x).
        Erfc "erfc", None, None, |g, x, y| { let slope = slopes::bell(g, x); Some(g.neg(slope)) };
    }
    instructions of two {
        /// `a + b`
        Add "+", |a, b| a + b;
        /// `a - b`
        Sub "-", |a, b| a - b;
        /// `a * b`
        Mul "*", |a, b| a * b;
        /// `a / b`
        Div "/", |a, b| a / b;
    }
    functions of two {
        /// `a` to the power `b`.
        Pow "pow", f64::powf;
        /// The angle of the point (b, a).
        Atan2 "atan2", f64::atan2;
    }
}

impl UnaryOp {
    /// Returns true if it is a function, and no instruction.
    pub fn is_function(self) -> bool {
        matches!(self.kind(), Kind::Function(_))
    }
}

impl BinaryOp {
    /// Returns true if it is a function, and no instruction.
    pub fn is_function(self) -> bool {
        matches!(self.kind(), Kind::Function(_))
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
            (BinaryOp::Pow, 0) => slopes::pow(g, a, b),
            (BinaryOp::Pow, _) => {
                let log = g.unary(UnaryOp::Log, a);
                let slope = g.mul(y, log);
                let zero = g.constant(0.0);
                let positive = g.compare(Compare::Less, zero, a);
                g.select(positive, slope, zero)
            }
            (BinaryOp::Atan2, _) => slopes::atan2(g, side, a, b),
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
