//! Outputs: the energy, and entries of buffers at the slots of a stream.

use super::{Location, Translator, input, place, shared};
use crate::Error;
use crate::abi::{Field, buffer_number};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Endianness, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, Value as Code, types,
};
use spadina_core::bind::NO_SLOT;

/// Bytes of a slot.
const SLOT_BYTES: usize = size_of::<u32>();

/// Memory that the kernel writes, of several numbers.
fn unaligned() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

impl Translator<'_> {
    /// Makes the cursor of a region known; the first function, which gets the `cursors`, sets it.
    pub(super) fn start_cursor(&mut self, region: usize, cursors: Option<Code>) {
        if self.kernel.regions[region].width == 0 {
            return;
        }
        let offset = self.plan.cursors[region];
        if cursors.is_none() && offset.is_none() {
            return;
        }
        let cursor = place(&mut self.b, offset, types::I64);
        self.cursors[region] = Some(cursor);
        if let Some(cursors) = cursors {
            let first = self.b.ins().load(types::I64, input(), cursors, region as i32 * 8);
            self.set_place(cursor, first);
        }
    }

    fn cursor(&self, region: usize) -> Result<Location, Error> {
        self.cursors[region].ok_or_else(|| Error::Schedule { kernel: self.kernel.name.clone() })
    }

    /// Goes on to the next record of a region.
    pub(super) fn advance_cursor(&mut self, region: usize) {
        if let Some(cursor) = self.cursors[region] {
            let old = self.get_place(cursor, types::I64);
            let records = self.kernel.regions[region].width * SLOT_BYTES * self.lane.count;
            let new = self.b.ins().iadd_imm_s(old, records as i64);
            self.set_place(cursor, new);
        }
    }

    pub(super) fn output(&mut self, k: usize) -> Result<(), Error> {
        let output = &self.kernel.outputs[k];
        let value = self.value(output.value)?;
        if output.sets {
            // What is set of several elements lies side by side.
            let value = if output.negated { self.b.ins().fneg(value) } else { value };
            let (address, displacement) = self.output_address(k, 0)?;
            self.b.ins().store(unaligned(), value, address, displacement);
            return Ok(());
        }
        for side in 0..self.lane.count {
            let value = self.lane.of_element(&mut self.b, value, side);
            if !output.has_slot() {
                let value = self.lane.to_double(&mut self.b, value);
                let old = self.get_place(self.energy, types::F64);
                let new = self.added(old, value, output.negated);
                self.set_place(self.energy, new);
                continue;
            }
            let (address, displacement) = self.output_address(k, side)?;
            let old = self.lane.load(&mut self.b, shared(), address, displacement);
            let new = self.added(old, value, output.negated);
            self.b.ins().store(shared(), new, address, displacement);
        }
        Ok(())
    }

    /// Returns true if two outputs are neighbours in memory, and two of their type fit a vector.
    pub(super) fn packs(&self, k: usize, next: usize) -> bool {
        let [a, b] = [k, next].map(|k| &self.kernel.outputs[k]);
        let run = (a.region, a.buffer, a.offset) == (b.region, b.buffer, b.offset) && a.shift + 1 == b.shift;
        run && a.has_slot() && !a.sets && a.negated == b.negated && self.lane.scalar == types::F64 && !self.plan.skips
    }

    /// Performs two outputs at once.
    pub(super) fn pair(&mut self, k: usize, next: usize) -> Result<(), Error> {
        let output = &self.kernel.outputs[k];
        let (first, second) = (self.value(output.value)?, self.value(self.kernel.outputs[next].value)?);
        for side in 0..self.lane.count {
            let both = match self.lane.count {
                1 => {
                    let both = self.b.ins().splat(types::F64X2, first);
                    self.b.ins().insertlane(both, second, 1)
                }
                _ => self.transposed(first, second, side),
            };
            let (address, displacement) = self.output_address(k, side)?;
            let old = self.b.ins().load(types::F64X2, unaligned(), address, displacement);
            let new = self.added(old, both, output.negated);
            self.b.ins().store(unaligned(), new, address, displacement);
        }
        Ok(())
    }

    /// The numbers of one element out of two vectors of numbers of two elements.
    fn transposed(&mut self, first: Code, second: Code, side: usize) -> Code {
        let bytes = if side == 0 { [0u8, 16] } else { [8, 24] };
        let order: Vec<u8> = bytes.into_iter().flat_map(|from| from..from + 8).collect();
        let order = self.b.func.dfg.immediates.push(order.as_slice().into());
        let flags = MemFlagsData::new().with_endianness(Endianness::Little);
        let [first, second] = [first, second].map(|vector| self.b.ins().bitcast(types::I8X16, flags, vector));
        let shuffled = self.b.ins().shuffle(first, second, order);
        self.b.ins().bitcast(types::F64X2, flags, shuffled)
    }

    /// The address of the entry of an output for one of the iterations side by side, as a base and a displacement.
    fn output_address(&mut self, k: usize, side: usize) -> Result<(Code, i32), Error> {
        let output = &self.kernel.outputs[k];
        let missing = || Error::Schedule { kernel: self.kernel.name.clone() };
        let buffer = buffer_number(output.buffer).ok_or_else(missing)?;
        let list = self.field(Field::buffer(buffer), types::I64);
        let cursor = self.cursor(output.region)?;
        let cursor = self.get_place(cursor, types::I64);
        let position = output.offset + side * self.kernel.regions[output.region].width;
        let slot = self.b.ins().load(types::I32, input(), cursor, (position * SLOT_BYTES) as i32);
        Ok((self.slot_address(list, slot), (output.shift << self.lane.log_bytes()) as i32))
    }

    fn added(&mut self, old: Code, value: Code, negated: bool) -> Code {
        if negated { self.b.ins().fsub(old, value) } else { self.b.ins().fadd(old, value) }
    }

    /// The address of an entry of a buffer; for [`NO_SLOT`] that of a number nobody reads.
    fn slot_address(&mut self, list: Code, slot: Code) -> Code {
        let wide = self.b.ins().uextend(types::I64, slot);
        let address = self.address(list, wide, self.lane.log_bytes());
        if !self.plan.skips {
            return address;
        }
        let trash = *self.trash.get_or_insert_with(|| {
            self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 8, 3))
        });
        let trash = self.b.ins().stack_addr(types::I64, trash, 0);
        let none = self.b.ins().icmp_imm_u(IntCC::Equal, slot, i64::from(NO_SLOT));
        self.b.ins().select(none, trash, address)
    }
}
