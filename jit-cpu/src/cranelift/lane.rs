//! The type of a real in the code generator: everything else is the same for every precision.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_frontend::FunctionBuilder;
use spadina_core::real::{BinaryInstruction, Compare, Precision, UnaryInstruction};

/// The type that holds a real of one element, or of several side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane {
    /// The Cranelift type.
    pub real: Type,
    /// That of a real of one element.
    pub scalar: Type,
    /// The number of elements.
    pub count: usize,
    precision: Precision,
}

impl Lane {
    /// The lane of a precision.
    pub fn of(precision: Precision) -> Self {
        let real = match precision {
            Precision::F32 => types::F32,
            Precision::F64 => types::F64,
        };
        Self { real, scalar: real, count: 1, precision }
    }

    /// The precision of the reals.
    pub fn precision(self) -> Precision {
        self.precision
    }

    /// As many elements as a vector of 128 bits holds.
    pub fn wide(self) -> Self {
        self.with(16 / self.scalar.bytes() as usize)
    }

    /// So many elements, a power of two.
    pub fn with(self, count: usize) -> Self {
        Self { real: self.scalar.by(count as u32).unwrap_or(self.scalar), count, ..self }
    }

    /// The integers that a comparison of reals gives.
    pub fn mask(self) -> Type {
        self.real.as_truthy()
    }

    /// Reals or integers of the elements, side by side.
    pub fn pack(self, b: &mut FunctionBuilder<'_>, values: &[Value]) -> Value {
        let Some((&first, others)) = values.split_first().filter(|_| self.count > 1) else { return values[0] };
        let ty = b.func.dfg.value_type(first);
        let ty = ty.by(self.count as u32).unwrap_or(ty);
        // One instruction, where setting a single element of a vector takes two.
        let first = b.ins().splat(ty, first);
        (1..).zip(others).fold(first, |packed, (k, &value)| b.ins().insertlane(packed, value, k))
    }

    /// The number of one element.
    pub fn of_element(self, b: &mut FunctionBuilder<'_>, value: Value, element: usize) -> Value {
        if self.count == 1 { value } else { b.ins().extractlane(value, element as u8) }
    }

    /// Bytes of an entry of an array, as a power of two.
    pub fn log_bytes(self) -> i64 {
        i64::from(self.scalar.bytes().trailing_zeros())
    }

    /// A number.
    pub fn constant(self, b: &mut FunctionBuilder<'_>, number: f64) -> Value {
        let bytes = match self.precision {
            _ if self.count > 1 => match self.precision {
                Precision::F32 => (number as f32).to_le_bytes().repeat(self.count),
                Precision::F64 => number.to_le_bytes().repeat(self.count),
            },
            Precision::F32 => return b.ins().f32const(number as f32),
            Precision::F64 => return b.ins().f64const(number),
        };
        let constant = b.func.dfg.constants.insert(bytes.into());
        b.ins().vconst(self.real, constant)
    }

    /// A load of a real of one element.
    pub fn load(self, b: &mut FunctionBuilder<'_>, flags: MemFlagsData, address: Value, offset: i32) -> Value {
        b.ins().load(self.scalar, flags, address, offset)
    }

    /// A 64-bit integer as a real of one element.
    pub fn integer(self, b: &mut FunctionBuilder<'_>, integer: Value) -> Value {
        b.ins().fcvt_from_sint(self.scalar, integer)
    }

    /// A real of one element in double precision, in which energies are summed.
    pub fn to_double(self, b: &mut FunctionBuilder<'_>, real: Value) -> Value {
        match self.precision {
            Precision::F32 => b.ins().fpromote(types::F64, real),
            Precision::F64 => real,
        }
    }

    /// A comparison: an 8-bit truth value, or a mask of several elements.
    pub fn compare(self, b: &mut FunctionBuilder<'_>, op: Compare, x: Value, y: Value) -> Value {
        let code = match op {
            Compare::Less => FloatCC::LessThan,
            Compare::LessEqual => FloatCC::LessThanOrEqual,
            Compare::Equal => FloatCC::Equal,
            Compare::NotEqual => FloatCC::NotEqual,
        };
        b.ins().fcmp(code, x, y)
    }

    /// An instruction for one real.
    pub fn unary(self, b: &mut FunctionBuilder<'_>, op: UnaryInstruction, x: Value) -> Value {
        match op {
            UnaryInstruction::Neg => b.ins().fneg(x),
            UnaryInstruction::Abs => b.ins().fabs(x),
            UnaryInstruction::Sqrt => b.ins().sqrt(x),
            UnaryInstruction::Floor => b.ins().floor(x),
            UnaryInstruction::Ceil => b.ins().ceil(x),
            UnaryInstruction::Round => b.ins().nearest(x),
            UnaryInstruction::Trunc => b.ins().trunc(x),
        }
    }

    /// An instruction for two reals.
    pub fn binary(self, b: &mut FunctionBuilder<'_>, op: BinaryInstruction, x: Value, y: Value) -> Value {
        match op {
            BinaryInstruction::Add => b.ins().fadd(x, y),
            BinaryInstruction::Sub => b.ins().fsub(x, y),
            BinaryInstruction::Mul => b.ins().fmul(x, y),
            BinaryInstruction::Div => b.ins().fdiv(x, y),
        }
    }

    /// `x` where a predicate (see [`compare`](Self::compare)) holds, else `y`.
    pub fn select(self, b: &mut FunctionBuilder<'_>, predicate: Value, x: Value, y: Value) -> Value {
        if self.count == 1 {
            return b.ins().select(predicate, x, y);
        }
        let mask = b.ins().bitcast(self.real, MemFlagsData::new(), predicate);
        b.ins().bitselect(mask, x, y)
    }
}
