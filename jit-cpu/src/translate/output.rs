//! Outputs: the energy, and entries of buffers at the slots of a stream.

use super::{Place, Translator, input, place, shared};
use crate::Error;
use crate::abi::{Field, buffer_number};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, Value as Code, types};
use spadina_core::bind::NO_SLOT;

/// Bytes of a slot.
const SLOT_BYTES: usize = size_of::<u32>();

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

    fn cursor(&self, region: usize) -> Result<Place, Error> {
        self.cursors[region].ok_or_else(|| Error::Schedule { kernel: self.kernel.name.clone() })
    }

    /// Goes on to the next record of a region.
    pub(super) fn advance_cursor(&mut self, region: usize) {
        if let Some(cursor) = self.cursors[region] {
            let old = self.get_place(cursor, types::I64);
            let new = self.b.ins().iadd_imm_s(old, (self.kernel.regions[region].width * SLOT_BYTES) as i64);
            self.set_place(cursor, new);
        }
    }

    pub(super) fn output(&mut self, k: usize) -> Result<(), Error> {
        let output = &self.kernel.outputs[k];
        let value = self.value(output.value)?;
        if !output.has_slot() {
            let value = self.lane.to_double(&mut self.b, value);
            let old = self.get_place(self.energy, types::F64);
            let new = self.added(old, value, output.negated);
            self.set_place(self.energy, new);
            return Ok(());
        }
        let (address, displacement) = self.output_address(k)?;
        let new = match output.sets {
            true if output.negated => self.b.ins().fneg(value),
            true => value,
            false => {
                let old = self.lane.load(&mut self.b, shared(), address, displacement);
                self.added(old, value, output.negated)
            }
        };
        self.b.ins().store(shared(), new, address, displacement);
        Ok(())
    }

    /// Whether two outputs are neighbours in memory and of a type that two fit a vector of.
    pub(super) fn packs(&self, k: usize, next: usize) -> bool {
        let [a, b] = [k, next].map(|k| &self.kernel.outputs[k]);
        let run = (a.region, a.buffer, a.offset) == (b.region, b.buffer, b.offset) && a.shift + 1 == b.shift;
        run && a.has_slot() && !a.sets && a.negated == b.negated && self.lane.real == types::F64 && !self.plan.skips
    }

    /// Performs two outputs at once.
    pub(super) fn pair(&mut self, k: usize, next: usize) -> Result<(), Error> {
        let output = &self.kernel.outputs[k];
        let (first, second) = (self.value(output.value)?, self.value(self.kernel.outputs[next].value)?);
        let both = self.b.ins().scalar_to_vector(types::F64X2, first);
        let both = self.b.ins().insertlane(both, second, 1);
        let (address, displacement) = self.output_address(k)?;
        let flags = MemFlagsData::new().with_notrap();
        let old = self.b.ins().load(types::F64X2, flags, address, displacement);
        let new = self.added(old, both, output.negated);
        self.b.ins().store(flags, new, address, displacement);
        Ok(())
    }

    /// The address of the entry of an output, as a base and a displacement.
    fn output_address(&mut self, k: usize) -> Result<(Code, i32), Error> {
        let output = &self.kernel.outputs[k];
        let missing = || Error::Schedule { kernel: self.kernel.name.clone() };
        let buffer = buffer_number(output.buffer).ok_or_else(missing)?;
        let list = self.field(Field::buffer(buffer), types::I64);
        let cursor = self.cursor(output.region)?;
        let cursor = self.get_place(cursor, types::I64);
        let slot = self.b.ins().load(types::I32, input(), cursor, (output.offset * SLOT_BYTES) as i32);
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
