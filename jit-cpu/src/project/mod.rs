//! Projection of element Hessians: eight elements at once.
//!
//! The matrices are first carried into the basis of the directions that the energy sees, which is smaller where it does
//! not see translations, and tested for positive definiteness there. If one of the eight is indefinite they are
//! decomposed, and what the negative eigenvalues lack is added along their eigenvectors: what is definite keeps its bits.

mod eigen;
mod lanes;

use eigen::Eigen;
use lanes::{Lanes, Mask};
use spadina_core::bind::{NO_SLOT, Stream};
use spadina_core::element::{Blocks, LANES, Projection, lower};
use std::ops::{AddAssign, Range};

/// Projects the elements of one kernel.
pub struct Projector<'a> {
    blocks: &'a Blocks,
    projection: Projection,
}

/// Room for one group of elements.
#[derive(Default)]
pub(crate) struct Room {
    eigen: Eigen,
    /// The matrices, applied to the basis, or a copy that is factored.
    product: Vec<Lanes>,
    /// The matrices in the basis: lower triangles.
    reduced: Vec<Lanes>,
    vector: Vec<Lanes>,
    /// The lower triangles.
    matrices: Vec<Lanes>,
}

impl<'a> Projector<'a> {
    /// A projector of a kernel's elements.
    pub fn new(blocks: &'a Blocks, projection: Projection) -> Self {
        Self { blocks, projection }
    }

    /// The region whose iterations are the elements.
    pub(crate) fn region(&self) -> usize {
        self.blocks.region
    }

    /// The length of the buffer for so many elements.
    pub(crate) fn buffer_length(&self, elements: usize) -> usize {
        self.blocks.buffer_length(elements)
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
        buffer: &[T],
        matrix: *mut T,
    ) {
        let entries = self.blocks.entries();
        let groups = buffer.chunks_exact(entries * LANES);
        for (first, group) in records.clone().step_by(LANES).zip(groups) {
            let count = LANES.min(records.end - first);
            room.matrices.clear();
            room.matrices.extend(group.chunks_exact(LANES).map(|entry| {
                // Lanes without an element may hold anything: they repeat the first.
                let mut lanes = [entry[0].into(); LANES];
                lanes.iter_mut().zip(entry).take(count).for_each(|(to, &from)| *to = from.into());
                Lanes(lanes)
            }));
            self.project(room);
            for lane in 0..count {
                let record = first + lane;
                let slots = &stream.slots[record * stream.width..(record + 1) * stream.width];
                for to in &self.blocks.scatter {
                    let slot = slots[to.offset];
                    if slot != NO_SLOT {
                        // SAFETY: the caller vouches for the slots.
                        unsafe {
                            *matrix.add(slot as usize + to.shift as usize) +=
                                T::narrow(room.matrices[to.entry].0[lane]);
                        }
                    }
                }
            }
        }
    }

    /// Projects the matrices of the room.
    fn project(&self, room: &mut Room) {
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx512f") {
                // SAFETY: the machine has what the function is compiled for.
                return unsafe { project_avx512(self, room) };
            }
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: as above.
                return unsafe { project_avx2(self, room) };
            }
        }
        project(self, room);
    }
}

/// The type of the reals of compiled code.
pub(crate) trait Real: Copy + Default + Into<f64> + AddAssign {
    /// Rounds a double.
    fn narrow(x: f64) -> Self;
}

impl Real for f64 {
    fn narrow(x: f64) -> Self {
        x
    }
}

impl Real for f32 {
    fn narrow(x: f64) -> Self {
        x as f32
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn project_avx512(projector: &Projector, room: &mut Room) {
    project(projector, room);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn project_avx2(projector: &Projector, room: &mut Room) {
    project(projector, room);
}

#[inline(always)]
fn project(projector: &Projector, room: &mut Room) {
    let Projector { blocks, projection } = projector;
    let n = blocks.basis.columns.len();
    reduce(blocks, room);
    let finite = finite(&room.matrices);
    if definite(room, n, finite) {
        return;
    }
    let mut largest = Lanes::ZERO;
    for entry in &room.reduced {
        largest = largest.max(entry.abs());
    }
    let usable = finite & Lanes::ZERO.less(largest);
    let over = usable.select(largest.recip(), Lanes::ZERO);
    room.eigen.resize(n);
    for row in 0..n {
        for col in 0..=row {
            let entry = usable.select(room.reduced[lower(row, col)] * over, Lanes::ZERO);
            room.eigen.matrix[row * n + col] = entry;
        }
    }
    room.eigen.decompose(n);
    for (vector, &value) in room.eigen.vectors.chunks_exact(n).zip(&room.eigen.values) {
        let value = usable.select(value * largest, Lanes::ZERO);
        if !value.less(Lanes::ZERO).any() {
            continue;
        }
        let added = Lanes(value.0.map(|value| projection.added(value)));
        room.vector.clear();
        room.vector.resize(blocks.size, Lanes::ZERO);
        for (column, &along) in blocks.basis.columns.iter().zip(vector) {
            for &(unknown, component) in column {
                room.vector[unknown] += Lanes::all(component) * along;
            }
        }
        let mut entries = room.matrices.iter_mut();
        for row in 0..blocks.size {
            let scaled = added * room.vector[row];
            for (other, entry) in room.vector[..=row].iter().zip(&mut entries) {
                *entry += usable.select(scaled * *other, Lanes::ZERO);
            }
        }
    }
}

/// The matrices in the basis.
#[inline(always)]
fn reduce(blocks: &Blocks, room: &mut Room) {
    let Room { matrices, product, reduced, .. } = room;
    let (size, columns) = (blocks.size, &blocks.basis.columns);
    if blocks.basis.is_whole(size) {
        reduced.clone_from(matrices);
        return;
    }
    reduced.clear();
    for (number, column) in columns.iter().enumerate() {
        product.clear();
        product.resize(size, Lanes::ZERO);
        for &(unknown, component) in column {
            let component = Lanes::all(component);
            for (row, sum) in product.iter_mut().enumerate() {
                *sum += component * matrices[lower(row.max(unknown), row.min(unknown))];
            }
        }
        // One row of the reduced matrix: by symmetry, its columns up to the diagonal.
        for other in &columns[..=number] {
            let mut sum = Lanes::ZERO;
            for &(unknown, component) in other {
                sum += Lanes::all(component) * product[unknown];
            }
            reduced.push(sum);
        }
    }
}

/// Which matrices are finite.
#[inline(always)]
fn finite(matrices: &[Lanes]) -> Mask {
    let mut zero = Lanes::ZERO;
    for entry in matrices {
        zero += *entry - *entry;
    }
    zero.less_equal(Lanes::ZERO)
}

/// Whether all matrices that count are positive definite: whether all pivots of the factors L D Lᵀ are positive.
#[inline(always)]
fn definite(room: &mut Room, n: usize, counts: Mask) -> bool {
    let Room { reduced, product, .. } = room;
    product.clone_from(reduced);
    let mut indefinite = Mask::NONE;
    for k in 0..n {
        let pivot = product[lower(k, k)];
        indefinite = indefinite | (counts & !Lanes::ZERO.less(pivot));
        if indefinite.any() {
            return false;
        }
        let over = pivot.recip();
        for row in k + 1..n {
            let factor = product[lower(row, k)] * over;
            for col in k + 1..=row {
                let change = factor * product[lower(col, k)];
                product[lower(row, col)] -= change;
            }
        }
    }
    true
}
