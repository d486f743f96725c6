//! Projection in the plainest way: the reference for every back-end.

use super::{Blocks, LANES, Projection, ProjectionRequest, batches, lower};
use crate::bind::{Buffers, Chunks, NO_SLOT, Stream, Streams};
use nalgebra::DMatrix;
use std::ops::Range;
use std::sync::atomic::Ordering;

/// Runs a kernel that [`Blocks`] made batch by batch, and adds the projected elements to the Hessian. `evaluate` runs the
/// kernel over ranges of its outermost loop; it adds to the buffers and gives the energy.
pub fn run(
    (blocks, choice): (&Blocks, ProjectionRequest<'_>),
    streams: &Streams,
    buffers: &mut Buffers<'_>,
    mut evaluate: impl FnMut(&Chunks, &mut Buffers<'_>) -> f64,
) -> f64 {
    let (stream, first) = (&streams.regions[blocks.region], streams.outer.start);
    let chunks = streams.runs();
    let mut partial = vec![0.0; chunks.ranges.len()];
    let mut buffer = Vec::new();
    for &number in chunks.groups.iter().flatten() {
        for batch in batches(stream, first, chunks.ranges[number as usize].clone()) {
            let records = stream.records(first, &batch);
            buffer.resize(blocks.buffer_length(records.len()), 0.0);
            let alone = Chunks { ranges: vec![batch], groups: vec![vec![0]] };
            let mut into = Buffers { gradient: &mut *buffers.gradient, hessian: &mut buffer, ..Buffers::default() };
            partial[number as usize] += evaluate(&alone, &mut into);
            project_batch(blocks, choice, (stream, records), &buffer, buffers.hessian);
        }
    }
    Chunks::total(&partial)
}

/// Projects the elements of the records `records`, whose matrices are in `buffer`, and adds them to `matrix`.
fn project_batch(
    blocks: &Blocks,
    choice: ProjectionRequest<'_>,
    (stream, records): (&Stream, Range<usize>),
    buffer: &[f64],
    matrix: &mut [f64],
) {
    for (number, record) in records.enumerate() {
        let at = |entry: usize| (number / LANES * blocks.element.entries() + entry) * LANES + number % LANES;
        let element = |row: usize, col: usize| buffer[at(lower(row.max(col), row.min(col)))];
        let size = blocks.element.size();
        let mut lower: Vec<f64> =
            (0..size).flat_map(|r| (0..=r).map(move |c| (r, c))).map(|(r, c)| element(r, c)).collect();
        let slots = &stream.slots[record * stream.width..(record + 1) * stream.width];
        if blocks.wants(choice.projected, slots) && project_lower(&mut lower, size, choice.projection) {
            choice.count.fetch_add(1, Ordering::Relaxed);
        }
        let mut entries = blocks.scattered.iter();
        for &(offset, length) in &blocks.runs {
            let run = entries.by_ref().take(length).enumerate();
            match slots[offset] {
                NO_SLOT => run.for_each(drop),
                slot => run.for_each(|(k, &entry)| matrix[slot as usize + k] += lower[entry]),
            }
        }
    }
}

/// Projects a matrix that is given by its lower triangle, row by row; whether it had negative eigenvalues.
pub fn project_lower(entries: &mut [f64], size: usize, projection: Projection) -> bool {
    let matrix = DMatrix::from_fn(size, size, |row, col| entries[lower(row.max(col), row.min(col))]);
    let Some(projected) = project(matrix, projection) else { return false };
    let places = (0..size).flat_map(|row| (0..=row).map(move |col| (row, col)));
    entries.iter_mut().zip(places).for_each(|(entry, at)| *entry = projected[at]);
    true
}

/// The projected matrix; `None` for one that is not finite, or has no negative eigenvalues.
fn project(matrix: DMatrix<f64>, projection: Projection) -> Option<DMatrix<f64>> {
    if !matrix.iter().all(|entry| entry.is_finite()) {
        return None;
    }
    let eigen = matrix.clone().symmetric_eigen();
    if eigen.eigenvalues.iter().all(|&eigenvalue| eigenvalue >= 0.0) {
        return None;
    }
    let added = eigen.eigenvalues.map(|eigenvalue| projection.added(eigenvalue));
    Some(matrix + &eigen.eigenvectors * DMatrix::from_diagonal(&added) * eigen.eigenvectors.transpose())
}
