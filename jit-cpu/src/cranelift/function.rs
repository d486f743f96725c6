//! The functions of `core` as instructions.

use super::lane::Lane;
use cranelift_codegen::ir::{
    BlockArg, FuncRef, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, Type, Value, types,
};
use cranelift_frontend::FunctionBuilder;
use spadina_core::function::{Arithmetic, split_product_error};
use spadina_core::real::{Compare, Precision};

/// An arithmetic that emits instructions.
pub(crate) struct Emitter<'a, 'b> {
    /// The builder that takes them.
    pub b: &'a mut FunctionBuilder<'b>,
    /// The type of the reals.
    pub lane: Lane,
    /// True if the machine multiplies and adds in one instruction.
    pub fused: bool,
    /// The reduction of large angles.
    pub large_angle: FuncRef,
}

impl Emitter<'_, '_> {
    /// Bits of a significand, without the leading one that is not stored.
    fn digits(&self) -> u32 {
        match self.lane.precision() {
            Precision::F64 => f64::MANTISSA_DIGITS - 1,
            Precision::F32 => f32::MANTISSA_DIGITS - 1,
        }
    }

    /// The exponent that is stored for 1.
    fn bias(&self) -> u64 {
        match self.lane.precision() {
            Precision::F64 => 1023,
            Precision::F32 => 127,
        }
    }

    fn integers(&self) -> Type {
        self.lane.real.as_int()
    }

    fn bits(&mut self, real: Value) -> Value {
        let ty = self.integers();
        self.b.ins().bitcast(ty, MemFlagsData::new(), real)
    }

    fn real(&mut self, bits: Value) -> Value {
        self.b.ins().bitcast(self.lane.real, MemFlagsData::new(), bits)
    }

    /// The same bits for each of the reals side by side.
    fn pattern(&mut self, bits: u64) -> Value {
        let ty = self.integers();
        let bits = self.signed(bits);
        let element = self.b.ins().iconst(ty.lane_type(), bits);
        if self.lane.count == 1 { element } else { self.b.ins().splat(ty, element) }
    }

    /// An integer with these bits that fits the type.
    fn signed(&self, bits: u64) -> i64 {
        match self.lane.precision() {
            Precision::F64 => bits as i64,
            Precision::F32 => i64::from(bits as u32),
        }
    }

    /// The number whose unit in the last place is 1, plus the bias.
    fn anchor(&mut self) -> Value {
        let number = (1u64 << self.digits()) + self.bias();
        self.constant(number as f64)
    }
}

impl Arithmetic for Emitter<'_, '_> {
    type Real = Value;
    type Mask = Value;

    fn precision(&self) -> Precision {
        self.lane.precision()
    }

    fn constant(&mut self, number: f64) -> Value {
        self.lane.constant(self.b, number)
    }

    fn add(&mut self, a: Value, b: Value) -> Value {
        self.b.ins().fadd(a, b)
    }

    fn sub(&mut self, a: Value, b: Value) -> Value {
        self.b.ins().fsub(a, b)
    }

    fn mul(&mut self, a: Value, b: Value) -> Value {
        self.b.ins().fmul(a, b)
    }

    fn div(&mut self, a: Value, b: Value) -> Value {
        self.b.ins().fdiv(a, b)
    }

    fn mul_add(&mut self, a: Value, b: Value, c: Value) -> Value {
        if self.fused {
            return self.b.ins().fma(a, b, c);
        }
        let product = self.b.ins().fmul(a, b);
        self.b.ins().fadd(product, c)
    }

    fn neg(&mut self, a: Value) -> Value {
        self.b.ins().fneg(a)
    }

    fn abs(&mut self, a: Value) -> Value {
        self.b.ins().fabs(a)
    }

    fn sqrt(&mut self, a: Value) -> Value {
        self.b.ins().sqrt(a)
    }

    fn round(&mut self, a: Value) -> Value {
        self.b.ins().nearest(a)
    }

    fn compare(&mut self, op: Compare, a: Value, b: Value) -> Value {
        self.lane.compare(self.b, op, a, b)
    }

    fn and(&mut self, a: Value, b: Value) -> Value {
        self.b.ins().band(a, b)
    }

    fn select(&mut self, mask: Value, a: Value, b: Value) -> Value {
        self.lane.select(self.b, mask, a, b)
    }

    fn copy_sign(&mut self, a: Value, b: Value) -> Value {
        let sign = self.constant(-0.0);
        let (sign, a, b) = (self.bits(sign), self.bits(a), self.bits(b));
        let (sign, magnitude) = (self.b.ins().band(b, sign), self.b.ins().band_not(a, sign));
        let bits = self.b.ins().bor(sign, magnitude);
        self.real(bits)
    }

    fn high(&mut self, a: Value) -> Value {
        let mask = self.pattern(u64::MAX << (self.digits() + 1).div_ceil(2));
        let bits = self.bits(a);
        let bits = self.b.ins().band(bits, mask);
        self.real(bits)
    }

    fn exponent(&mut self, a: Value) -> Value {
        // The stored exponent as the last digits of a number whose unit in the last place is 1.
        let one = self.constant((1u64 << self.digits()) as f64);
        let (bits, one) = (self.bits(a), self.bits(one));
        let digits = i64::from(self.digits());
        let stored = self.b.ins().ushr_imm_u(bits, digits);
        let bits = self.b.ins().bor(stored, one);
        let (number, anchor) = (self.real(bits), self.anchor());
        self.b.ins().fsub(number, anchor)
    }

    fn significand(&mut self, a: Value) -> Value {
        let (mask, one) = (self.pattern((1 << self.digits()) - 1), self.constant(1.0));
        let (bits, one) = (self.bits(a), self.bits(one));
        let bits = self.b.ins().band(bits, mask);
        let bits = self.b.ins().bor(bits, one);
        self.real(bits)
    }

    fn power_of_two(&mut self, n: Value) -> Value {
        // The other way round: the last digits of the number become the stored exponent.
        let anchor = self.anchor();
        let number = self.b.ins().fadd(n, anchor);
        let bits = self.bits(number);
        let digits = i64::from(self.digits());
        let bits = self.b.ins().ishl_imm_u(bits, digits);
        self.real(bits)
    }

    fn large_angle(&mut self, mask: Value, a: Value, otherwise: [Value; 3]) -> [Value; 3] {
        let any = if self.lane.count == 1 { mask } else { self.b.ins().vany_true(mask) };
        let (rare, rest) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(rare);
        let results = otherwise.map(|_| self.b.append_block_param(rest, self.lane.real));
        self.b.ins().brif(any, rare, &[], rest, &otherwise.map(BlockArg::Value));
        self.b.switch_to_block(rare);
        self.b.seal_block(rare);
        let bytes = self.lane.scalar.bytes();
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, 3 * bytes, bytes.trailing_zeros() as u8);
        let slot = self.b.create_sized_stack_slot(slot);
        let address = self.b.ins().stack_addr(types::I64, slot, 0);
        let mut sides: [Vec<Value>; 3] = Default::default();
        for side in 0..self.lane.count {
            let own = self.lane.of_element(self.b, a, side);
            self.b.ins().call(self.large_angle, &[own, address]);
            for (offset, results) in (0i32..).step_by(bytes as usize).zip(&mut sides) {
                results.push(self.b.ins().stack_load(types::I64, self.lane.scalar, slot, offset));
            }
        }
        let mut own = otherwise;
        for (own, sides) in own.iter_mut().zip(&sides) {
            let packed = self.lane.pack(self.b, sides);
            *own = self.lane.select(self.b, mask, packed, *own);
        }
        self.b.ins().jump(rest, &own.map(BlockArg::Value));
        self.b.switch_to_block(rest);
        self.b.seal_block(rest);
        results
    }

    fn product_error(&mut self, a: Value, b: Value, p: Value) -> Value {
        if self.fused {
            let minus = self.b.ins().fneg(p);
            return self.b.ins().fma(a, b, minus);
        }
        split_product_error(self, a, b, p)
    }
}
