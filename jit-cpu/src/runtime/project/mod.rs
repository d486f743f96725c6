//! Projection of element Hessians: eight elements at once.
//!
//! The matrices are first carried into the basis of the directions that the energy sees, which is smaller where it does
//! not see translations, and tested for positive definiteness there. The indefinite ones of a batch are packed together
//! and decomposed, and what the negative eigenvalues lack is added along their eigenvectors: what is definite keeps its
//! bits.

mod eigen;
mod lanes;
mod projector;
#[cfg(test)]
mod tests;

use eigen::Eigen;
use lanes::{Lanes, Plain, Truth};
pub use projector::Projector;
pub(crate) use projector::Real;
use spadina_core::element::{BATCH, Element, LANES, ProjectedElements, Projection, ProjectionRequest, lower};
use spadina_core::executor::{Executor, large_pieces, pieces};
use std::sync::atomic::Ordering;

/// Bits of the vectors in which this machine projects: 512 with AVX-512, 256 with AVX2 and fused multiply-add; else 128,
/// where the machine has such vectors at all.
pub fn vector_bits() -> u32 {
    #[cfg(target_arch = "x86_64")]
    match () {
        () if std::arch::is_x86_feature_detected!("avx512f") => return 512,
        () if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") => return 256,
        () => {}
    }
    128
}

/// A number of each of the elements that lie side by side.
type Group = [f64; LANES];

/// Room for a batch of elements.
pub(crate) struct Room {
    /// The matrices of a kernel of single precision.
    matrices: Vec<Group>,
    work: Work,
}

/// Room to work, by the instructions of the machine.
enum Work {
    #[cfg(target_arch = "x86_64")]
    Wide(Space<lanes::Wide>),
    #[cfg(target_arch = "x86_64")]
    Narrow(Space<lanes::Narrow>),
    Plain(Space<Plain>),
}

/// Room to work.
struct Space<V> {
    eigen: Eigen<V>,
    /// The matrices, applied to the basis, or a copy that is factored.
    product: Vec<V>,
    /// The matrices in the basis: lower triangles.
    reduced: Vec<V>,
    vector: Vec<V>,
    /// The places of the indefinite ones: the first entry, and the lane.
    indefinite: Vec<(usize, usize)>,
    /// Lower triangles of indefinite ones.
    packed: Vec<V>,
}

impl<V> Default for Space<V> {
    fn default() -> Self {
        let [product, reduced, vector, packed] = [(); 4].map(|()| Vec::new());
        Self { eigen: Eigen::default(), product, reduced, vector, indefinite: Vec::new(), packed }
    }
}

impl<V: Lanes> Space<V> {
    fn resize(&mut self, element: &Element) {
        let n = element.basis.columns.len();
        self.eigen.resize(n);
        let triangle = n * (n + 1) / 2;
        let lengths = [triangle.max(element.size()), triangle, element.size(), element.entries()];
        let lists = [&mut self.product, &mut self.reduced, &mut self.vector, &mut self.packed];
        lists.into_iter().zip(lengths).for_each(|(list, length)| list.resize(length, V::zero()));
        self.indefinite.clear();
    }
}

impl Room {
    /// Room for what this machine does best.
    pub fn new() -> Self {
        let work = match vector_bits() {
            #[cfg(target_arch = "x86_64")]
            512 => Work::Wide(Space::default()),
            #[cfg(target_arch = "x86_64")]
            256 => Work::Narrow(Space::default()),
            _ => Work::Plain(Space::default()),
        };
        Self { matrices: Vec::new(), work }
    }
}

impl Work {
    /// Projects those of the first `count` matrices that `wants` names; returns how many had negative eigenvalues.
    fn project(
        &mut self,
        task: (&Element, Projection),
        matrices: &mut [Group],
        count: usize,
        wants: impl Fn(usize) -> bool,
    ) -> usize {
        match self {
            // SAFETY: the machine has what the function is compiled for, or there would be no such room.
            #[cfg(target_arch = "x86_64")]
            Work::Wide(space) => unsafe { project_wide(task, matrices, count, space, wants) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Work::Narrow(space) => unsafe { project_narrow(task, matrices, count, space, wants) },
            Work::Plain(space) => project(task, matrices, count, space, wants),
        }
    }
}

/// Projects the matrices of elements, each a lower triangle row by row, one after another; all, if any is to be projected.
pub fn project_elements(
    element: &Element,
    choice: ProjectionRequest<'_>,
    numbers: &mut [f64],
    executor: &dyn Executor,
) {
    if *choice.projected == ProjectedElements::None {
        return;
    }
    let entries = element.entries();
    let batch = entries * BATCH;
    let length = large_pieces(executor, numbers.len()).next_multiple_of(batch);
    pieces(executor, numbers, length, |_, piece| {
        let Room { matrices, work } = &mut Room::new();
        for batch in piece.chunks_mut(batch) {
            let count = batch.len() / entries;
            matrices.clear();
            matrices.resize(count.div_ceil(LANES) * entries, [0.0; LANES]);
            for (number, own) in batch.chunks_exact(entries).enumerate() {
                let group = &mut matrices[number / LANES * entries..];
                group.iter_mut().zip(own).for_each(|(group, &entry)| group[number % LANES] = entry);
            }
            let found = work.project((element, choice.projection), matrices, count, |_| true);
            choice.count.fetch_add(found, Ordering::Relaxed);
            for (number, own) in batch.chunks_exact_mut(entries).enumerate() {
                let group = &matrices[number / LANES * entries..];
                own.iter_mut().zip(group).for_each(|(entry, group)| *entry = group[number % LANES]);
            }
        }
    });
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn project_wide(
    task: (&Element, Projection),
    matrices: &mut [Group],
    count: usize,
    space: &mut Space<lanes::Wide>,
    wants: impl Fn(usize) -> bool,
) -> usize {
    project(task, matrices, count, space, wants)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn project_narrow(
    task: (&Element, Projection),
    matrices: &mut [Group],
    count: usize,
    space: &mut Space<lanes::Narrow>,
    wants: impl Fn(usize) -> bool,
) -> usize {
    project(task, matrices, count, space, wants)
}

#[inline(always)]
fn project<V: Lanes>(
    task: (&Element, Projection),
    matrices: &mut [Group],
    count: usize,
    space: &mut Space<V>,
    wants: impl Fn(usize) -> bool,
) -> usize {
    let (element, _) = task;
    let entries = element.entries();
    space.resize(element);
    for (number, group) in matrices.chunks_exact(entries).enumerate() {
        for (to, &from) in space.packed.iter_mut().zip(group) {
            *to = V::new(from);
        }
        reduce(element, space);
        let indefinite = finite::<V>(group) & !definite(space, element.basis.columns.len());
        if indefinite.any() {
            let found = V::select(indefinite, V::one(), V::zero()).numbers();
            let lanes = (0..LANES.min(count - number * LANES))
                .filter(|&lane| found[lane] != 0.0 && wants(number * LANES + lane));
            space.indefinite.extend(lanes.map(|lane| (number * entries, lane)));
        }
    }
    let indefinite = std::mem::take(&mut space.indefinite);
    for pack in indefinite.chunks(LANES) {
        // Places without an element repeat the first.
        let mut places = [pack[0]; LANES];
        places[..pack.len()].copy_from_slice(pack);
        for (entry, to) in space.packed.iter_mut().enumerate() {
            let mut numbers = [0.0; LANES];
            for (number, (first, lane)) in numbers.iter_mut().zip(places) {
                *number = matrices[first + entry][lane];
            }
            *to = V::new(numbers);
        }
        mend(task, space);
        for (entry, mended) in space.packed.iter().enumerate() {
            for (mended, (first, lane)) in mended.numbers().into_iter().zip(places) {
                matrices[first + entry][lane] = mended;
            }
        }
    }
    space.indefinite = indefinite;
    space.indefinite.len()
}

/// Adds what the negative eigenvalues of the packed matrices, which are finite, lack.
#[inline(always)]
fn mend<V: Lanes>((element, projection): (&Element, Projection), space: &mut Space<V>) {
    let n = element.basis.columns.len();
    reduce(element, space);
    let Space { eigen, reduced, vector, packed, .. } = space;
    let mut largest = V::zero();
    for entry in reduced.iter() {
        largest = entry.abs().max(largest);
    }
    // Subnormal matrices are not brought up to one: their scale has no reciprocal.
    let largest = largest.max(V::all(f64::MIN_POSITIVE));
    let over = largest.recip();
    for row in 0..n {
        for col in 0..=row {
            eigen.matrix[row * n + col] = reduced[lower(row, col)] * over;
        }
    }
    eigen.decompose(n);
    for (direction, &value) in eigen.vectors.chunks_exact(n).zip(&eigen.values) {
        if !value.less(V::zero()).any() {
            continue;
        }
        let mut added = (value * largest).numbers();
        for value in &mut added {
            *value = projection.added(*value);
        }
        let added = V::new(added);
        for to in vector.iter_mut() {
            *to = V::zero();
        }
        for (column, &along) in element.basis.columns.iter().zip(direction) {
            for &(unknown, component) in column {
                vector[unknown] = V::all(component).times_plus(along, vector[unknown]);
            }
        }
        let mut entries = packed.iter_mut();
        for row in 0..element.size() {
            let scaled = added * vector[row];
            for (&other, entry) in vector[..=row].iter().zip(&mut entries) {
                *entry = scaled.times_plus(other, *entry);
            }
        }
    }
}

/// The packed matrices in the basis.
#[inline(always)]
fn reduce<V: Lanes>(element: &Element, space: &mut Space<V>) {
    let Space { product, reduced, packed, .. } = space;
    let (size, columns) = (element.size(), &element.basis.columns);
    if element.basis.is_whole(size) {
        for (to, &from) in reduced.iter_mut().zip(packed.iter()) {
            *to = from;
        }
        return;
    }
    let mut entries = reduced.iter_mut();
    for (number, column) in columns.iter().enumerate() {
        for (row, to) in product[..size].iter_mut().enumerate() {
            let mut sum = V::zero();
            for &(unknown, component) in column {
                sum = V::all(component).times_plus(packed[lower(row.max(unknown), row.min(unknown))], sum);
            }
            *to = sum;
        }
        // One row of the reduced matrix: by symmetry, its columns up to the diagonal.
        for (other, to) in columns[..=number].iter().zip(&mut entries) {
            let mut sum = V::zero();
            for &(unknown, component) in other {
                sum = V::all(component).times_plus(product[unknown], sum);
            }
            *to = sum;
        }
    }
}

/// Which matrices are finite.
#[inline(always)]
fn finite<V: Lanes>(matrices: &[Group]) -> V::Mask {
    let mut zero = V::zero();
    for &entry in matrices {
        let entry = V::new(entry);
        // Not zero for what is not finite.
        zero = entry.times_plus(V::zero(), zero);
    }
    zero.less_equal(V::zero())
}

/// Which matrices are positive definite: which have only positive pivots in their factors L D Lᵀ.
#[inline(always)]
fn definite<V: Lanes>(space: &mut Space<V>, n: usize) -> V::Mask {
    let Space { reduced, product, .. } = space;
    for (to, &from) in product.iter_mut().zip(reduced.iter()) {
        *to = from;
    }
    let mut definite = !V::Mask::none();
    for k in 0..n {
        let pivot = product[lower(k, k)];
        definite = definite & V::zero().less(pivot);
        let over = pivot.recip();
        for row in k + 1..n {
            let factor = V::zero() - product[lower(row, k)] * over;
            for col in k + 1..=row {
                product[lower(row, col)] = factor.times_plus(product[lower(col, k)], product[lower(row, col)]);
            }
        }
    }
    definite
}
