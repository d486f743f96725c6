//! Ranges of a compiled kernel.

use super::Compiled;
use super::project::{Projector, Real, Room};
use crate::abi::{Context, buffer_number};
use spadina_core::bind::Streams;
use spadina_core::element::batches;
use spadina_core::kernel::Buffer;
use spadina_core::real::Precision;
use std::ops::Range;

/// The code and data with which ranges of a kernel's outermost loop run.
pub(super) struct Ranges<'a> {
    pub compiled: &'a Compiled,
    pub context: Context,
    pub streams: &'a Streams,
    pub projector: Option<Projector<'a>>,
}

// SAFETY: the context's pointers are to data that nobody writes while this exists, and to buffers borrowed
// exclusively for as long; threads write disjoint entries of them, as `spadina_core::backend::Job::new` demands.
unsafe impl Sync for Ranges<'_> {}

impl Ranges<'_> {
    /// Runs one range; returns its energy.
    ///
    /// # Safety
    ///
    /// That of `spadina_core::backend::Job::new`; and no range that writes the same slots may run at the same time.
    pub unsafe fn range(&self, range: &Range<i64>) -> f64 {
        // SAFETY: the caller's.
        match (&self.projector, self.compiled.precision) {
            _ if range.is_empty() => 0.0,
            (None, _) => unsafe { self.call(range, &self.context) },
            (Some(projector), Precision::F64) => unsafe { self.projected::<f64>(range, projector) },
            (Some(projector), Precision::F32) => unsafe { self.projected::<f32>(range, projector) },
        }
    }

    /// Runs one range batch by batch: each is evaluated into a buffer, projected and added to the matrix.
    ///
    /// # Safety
    ///
    /// That of [`range`](Self::range); `T` is the kernel's real.
    unsafe fn projected<T: Real>(&self, range: &Range<i64>, projector: &Projector<'_>) -> f64 {
        let Some(hessian) = buffer_number(Buffer::Hessian) else { return 0.0 };
        let (stream, first) = (&self.streams.regions[projector.region()], self.streams.outer.start);
        let mut room = Room::new();
        let mut buffer: Vec<T> = Vec::new();
        let mut energy = 0.0;
        for batch in batches(stream, first, range.clone()) {
            let records = stream.records(first, &batch);
            projector.prepare(&mut buffer, records.len());
            let mut context = self.context;
            context.buffers[hessian] = buffer.as_mut_ptr().cast();
            // SAFETY: the caller's; the slots of the elements are within a buffer of this length.
            unsafe {
                energy += self.call(&batch, &context);
                projector.finish(&mut room, (stream, records), &mut buffer, self.context.buffers[hessian].cast::<T>());
            }
        }
        energy
    }

    /// Calls the code.
    ///
    /// # Safety
    ///
    /// That of [`range`](Self::range).
    unsafe fn call(&self, range: &Range<i64>, context: &Context) -> f64 {
        // SAFETY: the caller's.
        let Some(sides) = &self.compiled.sides else { return unsafe { self.enter(range, context, None, 1) } };
        let paired = range.start..range.end - (range.end - range.start) % sides.count as i64;
        // SAFETY: the caller's.
        let mut energy = if paired.is_empty() { 0.0 } else { unsafe { self.enter(&paired, context, None, 1) } };
        for iteration in paired.end..range.end {
            let alone = iteration..iteration + 1;
            let stream = &self.streams.regions[sides.region];
            let first = stream.first_record((iteration - self.streams.outer.start) as usize) * stream.width;
            let record = &stream.slots[first..first + stream.width];
            // SAFETY: the caller's; the small buffer has the places that the records name.
            energy += unsafe {
                let call = |context: &Context, records: &[u32]| self.enter(&alone, context, Some(records), 0);
                match self.compiled.precision {
                    Precision::F64 => sides.single::<f64>(context, record, call),
                    Precision::F32 => sides.single::<f32>(context, record, call),
                }
            };
        }
        energy
    }

    /// Enters the code, with records of the caller's instead of those of the streams if they are given.
    ///
    /// # Safety
    ///
    /// That of [`range`](Self::range).
    unsafe fn enter(&self, range: &Range<i64>, context: &Context, records: Option<&[u32]>, step: i64) -> f64 {
        let iteration = (range.start - self.streams.outer.start) as usize;
        let cursors: Vec<*const u32> = (self.streams.regions.iter())
            .map(|stream| match records {
                Some(records) => records.as_ptr(),
                None => stream.slots.as_ptr().wrapping_add(stream.first_record(iteration) * stream.width),
            })
            .collect();
        let mut frame = vec![0u64; self.compiled.function.frame_words];
        // SAFETY: the code was compiled for this context's layout and precision. The caller vouches for the data and
        // slots, and `frame` has the size the code was compiled for.
        unsafe {
            (self.compiled.function.entry)(context, range.start, range.end, cursors.as_ptr(), frame.as_mut_ptr(), step)
        }
    }
}
