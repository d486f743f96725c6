//! The rest of a range when iterations run side by side: single iterations.
//!
//! One runs as if it stood on every side, into a small buffer of its own; what the first side left there is then added to
//! the buffers proper. So there is one code for both.

use super::project::Real;
use crate::abi::{BUFFERS, Context, buffer_number};
use spadina_core::bind::NO_SLOT;
use spadina_core::kernel::Kernel;

/// The places of single iterations of a kernel that runs several side by side.
pub(crate) struct Sides {
    /// The number of sides.
    pub count: usize,
    /// The region of the outermost loop.
    pub region: usize,
    /// By position in a record, the place of its slot in the small buffer.
    places: Vec<usize>,
    /// The length of the small buffer, for one side.
    length: usize,
    outputs: Vec<Written>,
}

/// The target of an output.
struct Written {
    buffer: usize,
    offset: usize,
    shift: usize,
    sets: bool,
}

impl Sides {
    /// Of a kernel that runs so many side by side.
    pub fn of(kernel: &Kernel, count: usize) -> Self {
        let written = |output: &spadina_core::kernel::Output| {
            let buffer = buffer_number(output.buffer)?;
            Some(Written { buffer, offset: output.offset, shift: output.shift as usize, sets: output.sets })
        };
        let outputs: Vec<Written> = kernel.outputs.iter().filter_map(written).collect();
        let region = kernel.outputs.iter().find(|o| o.has_slot()).map_or(0, |o| o.region);
        let mut lengths = vec![0; kernel.regions.get(region).map_or(0, |r| r.width)];
        for output in &outputs {
            // What is set is set for all sides at once.
            lengths[output.offset] = lengths[output.offset].max(output.shift + count);
        }
        let mut length = 0;
        let mut places = Vec::new();
        for own in lengths {
            places.push(length);
            length += own;
        }
        Self { count, region, places, length, outputs }
    }

    /// Runs one iteration with the given record: `call` is given the context, and the records of the sides.
    ///
    /// # Safety
    ///
    /// The slots of the record are entries of the context's buffers, or [`NO_SLOT`], that nobody else uses meanwhile;
    /// `T` is the kernel's real.
    pub unsafe fn single<T: Real>(
        &self,
        context: &Context,
        record: &[u32],
        call: impl FnOnce(&Context, &[u32]) -> f64,
    ) -> f64 {
        let mut small = vec![T::default(); self.length * self.count];
        let place = |side: usize, (&slot, &place): (&u32, &usize)| match slot {
            NO_SLOT => NO_SLOT,
            _ => (side * self.length + place) as u32,
        };
        let records: Vec<u32> = (0..self.count)
            .flat_map(|side| record.iter().zip(&self.places).map(move |pair| place(side, pair)))
            .collect();
        let mut own = *context;
        own.buffers = [small.as_mut_ptr().cast(); BUFFERS];
        let energy = call(&own, &records);
        for &Written { buffer, offset, shift, sets } in &self.outputs {
            let (slot, found) = (record[offset], small[self.places[offset] + shift]);
            if slot == NO_SLOT {
                continue;
            }
            // SAFETY: the caller vouches for the slots.
            unsafe {
                let entry = context.buffers[buffer].cast::<T>().add(slot as usize + shift);
                if sets {
                    *entry = found;
                } else {
                    *entry += found;
                }
            }
        }
        energy / self.count as f64
    }
}
