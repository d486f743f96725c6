//! Which iterations run together: as many as the staging buffer has room for.

use crate::job::Job;
use crate::{Error, staging};
use std::ops::Range;

/// Some iterations of a job, with their place in the staging buffer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Share {
    /// The number of the job.
    pub job: usize,
    /// Iterations of its outermost loop, from zero.
    pub iterations: Range<usize>,
    /// By region that has outputs with slots: its number, the place of its numbers, and its records.
    pub regions: Vec<(usize, usize, Range<usize>)>,
}

/// The records of a region that some iterations have.
fn records(job: &Job<'_>, region: usize, iterations: &Range<usize>) -> Range<usize> {
    let stream = &job.streams.regions[region];
    stream.first_record(iterations.start)..stream.first_record(iterations.end)
}

/// The numbers that some iterations write.
fn numbers(job: &Job<'_>, iterations: &Range<usize>) -> usize {
    let counts = &job.inner().counts;
    job.regions()
        .map(|(region, _)| staging::numbers(records(job, region, iterations).len(), counts[region]))
        .fold(0, usize::saturating_add)
}

impl Share {
    fn new(jobs: &[Job<'_>], job: usize, iterations: Range<usize>, mut place: usize) -> Self {
        let counts = &jobs[job].inner().counts;
        let mut regions = Vec::new();
        for (region, _) in jobs[job].regions() {
            let records = records(&jobs[job], region, &iterations);
            let next = place + staging::numbers(records.len(), counts[region]);
            regions.push((region, place, records));
            place = next;
        }
        Self { job, iterations, regions }
    }
}

/// Splits the jobs into passes, each of which writes at most `room` numbers; at least one pass.
pub(crate) fn passes(jobs: &[Job<'_>], room: usize, limit: &'static str) -> Result<Vec<Vec<Share>>, Error> {
    let mut passes: Vec<Vec<Share>> = vec![Vec::new()];
    let mut filled = 0;
    for (number, job) in jobs.iter().enumerate() {
        let all = job.iterations();
        let mut first = 0;
        while first < all {
            let fits = |end: usize| numbers(job, &(first..end)) <= room - filled;
            let end = last_that(first, all, fits);
            if end == first {
                if filled == 0 {
                    let what = format!("an iteration of kernel `{}`", job.inner().kernel.name);
                    let wanted = numbers(job, &(first..first + 1)) as u64;
                    return Err(Error::Limit { what, wanted, limit, allowed: room as u64 });
                }
                passes.push(Vec::new());
                filled = 0;
                continue;
            }
            if let Some(pass) = passes.last_mut() {
                pass.push(Share::new(jobs, number, first..end, filled));
            }
            filled += numbers(job, &(first..end));
            first = end;
        }
    }
    Ok(passes)
}

/// The last number of a range for which a condition holds that holds for the first ones.
fn last_that(first: usize, last: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut lo, mut hi) = (first, last);
    while lo < hi {
        let middle = hi - (hi - lo) / 2;
        if holds(middle) { lo = middle } else { hi = middle - 1 }
    }
    lo
}
