//! What the code generator knows of the type of a real: everything else is the same for every precision.

use crate::libm;
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{FuncRef, InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_frontend::FunctionBuilder;
use spadina_core::real::{BinaryOp, Compare, Precision, UnaryOp};

/// The type that holds one real.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane {
    /// The Cranelift type.
    pub real: Type,
    precision: Precision,
}

/// How an operation is done.
pub(crate) enum Means {
    /// By instructions: the result.
    Done(Value),
    /// By a call of this function of the mathematical library.
    Call(&'static str),
}

impl Lane {
    /// The lane of a precision.
    pub fn of(precision: Precision) -> Self {
        let real = match precision {
            Precision::F32 => types::F32,
            Precision::F64 => types::F64,
        };
        Self { real, precision }
    }

    /// Bytes of an entry of an array, as a power of two.
    pub fn log_bytes(self) -> i64 {
        i64::from(self.real.bytes().trailing_zeros())
    }

    /// A number.
    pub fn constant(self, b: &mut FunctionBuilder<'_>, number: f64) -> Value {
        match self.precision {
            Precision::F32 => b.ins().f32const(number as f32),
            Precision::F64 => b.ins().f64const(number),
        }
    }

    /// A load of a real.
    pub fn load(self, b: &mut FunctionBuilder<'_>, flags: MemFlagsData, address: Value, offset: i32) -> Value {
        b.ins().load(self.real, flags, address, offset)
    }

    /// A 64-bit integer as a real.
    pub fn integer(self, b: &mut FunctionBuilder<'_>, integer: Value) -> Value {
        b.ins().fcvt_from_sint(self.real, integer)
    }

    /// A real in double precision, in which energies are summed.
    pub fn to_double(self, b: &mut FunctionBuilder<'_>, real: Value) -> Value {
        match self.precision {
            Precision::F32 => b.ins().fpromote(types::F64, real),
            Precision::F64 => real,
        }
    }

    /// A comparison, as an 8-bit truth value.
    pub fn compare(self, b: &mut FunctionBuilder<'_>, op: Compare, x: Value, y: Value) -> Value {
        let code = match op {
            Compare::Less => FloatCC::LessThan,
            Compare::LessEqual => FloatCC::LessThanOrEqual,
            Compare::Equal => FloatCC::Equal,
            Compare::NotEqual => FloatCC::NotEqual,
        };
        b.ins().fcmp(code, x, y)
    }

    /// A function of one real.
    pub fn unary(self, b: &mut FunctionBuilder<'_>, op: UnaryOp, x: Value) -> Means {
        Means::Done(match op {
            UnaryOp::Neg => b.ins().fneg(x),
            UnaryOp::Abs => b.ins().fabs(x),
            UnaryOp::Sqrt => b.ins().sqrt(x),
            UnaryOp::Floor => b.ins().floor(x),
            UnaryOp::Ceil => b.ins().ceil(x),
            UnaryOp::Round => b.ins().nearest(x),
            UnaryOp::Trunc => b.ins().trunc(x),
            UnaryOp::Exp
            | UnaryOp::Exp2
            | UnaryOp::Log
            | UnaryOp::Log2
            | UnaryOp::Sin
            | UnaryOp::Cos
            | UnaryOp::Tan
            | UnaryOp::Asin
            | UnaryOp::Acos
            | UnaryOp::Atan
            | UnaryOp::Sinh
            | UnaryOp::Cosh
            | UnaryOp::Tanh
            | UnaryOp::Asinh
            | UnaryOp::Acosh
            | UnaryOp::Atanh => return Means::Call(libm::name(op.name(), self.precision)),
        })
    }

    /// A function of two reals.
    pub fn binary(self, b: &mut FunctionBuilder<'_>, op: BinaryOp, x: Value, y: Value) -> Means {
        Means::Done(match op {
            BinaryOp::Add => b.ins().fadd(x, y),
            BinaryOp::Sub => b.ins().fsub(x, y),
            BinaryOp::Mul => b.ins().fmul(x, y),
            BinaryOp::Div => b.ins().fdiv(x, y),
            BinaryOp::Pow | BinaryOp::Atan2 => return Means::Call(libm::name(op.name(), self.precision)),
        })
    }

    /// A call of a function of the mathematical library.
    pub fn call(self, b: &mut FunctionBuilder<'_>, function: FuncRef, arguments: &[Value]) -> Value {
        let call = b.ins().call(function, arguments);
        b.inst_results(call)[0]
    }
}
