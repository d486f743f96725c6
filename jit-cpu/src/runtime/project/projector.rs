//! The projection of a kernel's elements, and the addition of their matrices to the global one.

use super::{Group, Room};
use spadina_core::bind::{NO_SLOT, Stream};
use spadina_core::element::{Blocks, LANES, ProjectedElements, ProjectionRequest};
use std::ops::{AddAssign, Range};
use std::sync::atomic::Ordering;

/// The number of elements by which entries of the matrix are asked for ahead.
const AHEAD: usize = 4;

/// Asks for a number that will be needed soon.
fn prefetch<T>(number: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which reads nothing, whatever the address.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(number.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = number;
}

/// Projects the elements of one kernel.
pub struct Projector<'a> {
    blocks: &'a Blocks,
    choice: ProjectionRequest<'a>,
}

/// The slots of a record.
fn record_of(stream: &Stream, number: usize) -> &[u32] {
    &stream.slots[number * stream.width..(number + 1) * stream.width]
}

impl<'a> Projector<'a> {
    /// A projector of a kernel's elements.
    pub fn new(blocks: &'a Blocks, choice: ProjectionRequest<'a>) -> Self {
        Self { blocks, choice }
    }

    /// The region whose iterations are the elements.
    pub(crate) fn region(&self) -> usize {
        self.blocks.region
    }

    /// Makes the buffer ready for so many elements.
    pub(crate) fn prepare<T: Real>(&self, buffer: &mut Vec<T>, elements: usize) {
        buffer.resize(self.blocks.buffer_length(elements), T::default());
        if self.blocks.is_sparse() {
            // Entries of unknowns that never meet are not set, but projection leaves rounding errors there.
            buffer.fill(T::default());
        }
    }

    /// Projects the elements of the records `records`, whose matrices are in `buffer`, and adds them to the matrix that
    /// begins at `matrix`.
    ///
    /// # Safety
    ///
    /// The slots of the records, with the shifts of the scatter, are entries of the matrix that nobody else reads or
    /// writes meanwhile, or [`NO_SLOT`].
    pub(crate) unsafe fn finish<T: Real>(
        &self,
        room: &mut Room,
        (stream, records): (&Stream, Range<usize>),
        buffer: &mut [T],
        matrix: *mut T,
    ) {
        let Room { matrices, work } = room;
        let matrices = T::groups(buffer, matrices);
        let ProjectionRequest { projection, projected, count } = self.choice;
        if *projected != ProjectedElements::None {
            let wants = |number: usize| self.blocks.wants(projected, record_of(stream, records.start + number));
            let found = work.project((&self.blocks.element, projection), matrices, records.len(), wants);
            count.fetch_add(found, Ordering::Relaxed);
        }
        let entries = self.blocks.element.entries();
        for (first, group) in records.clone().step_by(LANES).zip(matrices.chunks_exact(entries)) {
            for (lane, record) in (first..records.end.min(first + LANES)).enumerate() {
                let slots = record_of(stream, record);
                let next = record_of(stream, (record + AHEAD).min(records.end - 1));
                for &(offset, _) in &self.blocks.runs {
                    prefetch(matrix.wrapping_add(next[offset] as usize));
                }
                let mut entries = &self.blocks.scattered[..];
                for &(offset, length) in &self.blocks.runs {
                    let (run, rest) = entries.split_at(length);
                    entries = rest;
                    let slot = slots[offset];
                    if slot == NO_SLOT {
                        continue;
                    }
                    for (shift, &entry) in run.iter().enumerate() {
                        // SAFETY: the caller vouches for the slots.
                        unsafe { *matrix.add(slot as usize + shift) += T::narrow(group[entry][lane]) };
                    }
                }
            }
        }
    }
}

/// The type of the reals of compiled code.
pub(crate) trait Real: Copy + Default + AddAssign {
    /// Rounds a double.
    fn narrow(x: f64) -> Self;

    /// The numbers of a buffer in double precision: the buffer's own, or in `copy`.
    fn groups<'a>(buffer: &'a mut [Self], copy: &'a mut Vec<Group>) -> &'a mut [Group];
}

impl Real for f64 {
    fn narrow(x: f64) -> Self {
        x
    }

    fn groups<'a>(buffer: &'a mut [f64], _: &'a mut Vec<Group>) -> &'a mut [Group] {
        buffer.as_chunks_mut().0
    }
}

impl Real for f32 {
    fn narrow(x: f64) -> Self {
        x as f32
    }

    fn groups<'a>(buffer: &'a mut [f32], copy: &'a mut Vec<Group>) -> &'a mut [Group] {
        copy.clear();
        copy.extend(buffer.as_chunks().0.iter().map(|group| group.map(f64::from)));
        copy
    }
}
