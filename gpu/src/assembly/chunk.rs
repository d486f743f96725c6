//! Which iterations run together: as many as a buffer has room for.

use crate::job::Task;
use crate::{Error, staging};
use std::ops::Range;

/// Some iterations of a task, with their place in a buffer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Share {
    /// The number of the task.
    pub task: usize,
    /// Iterations of its outermost loop, from zero.
    pub iterations: Range<usize>,
    /// By region that has outputs with slots: its number, the place of its numbers, and its records.
    pub regions: Vec<(usize, usize, Range<usize>)>,
}

/// The content of the buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    /// Numbers, as they are staged.
    Staged,
    /// The slots of the records.
    Slots,
}

impl Content {
    /// The numbers or slots of so many records of a region.
    pub fn numbers(self, task: &Task<'_>, region: usize, records: usize) -> usize {
        match self {
            Self::Staged => staging::numbers(records, task.staged_numbering().counts[region]),
            Self::Slots => records * task.job.streams.regions[region].width,
        }
    }

    /// The numbers or slots of some iterations.
    fn of(self, task: &Task<'_>, iterations: &Range<usize>) -> usize {
        let own = |region: usize| self.numbers(task, region, records(task, region, iterations).len());
        task.regions().map(|(region, _)| own(region)).fold(0, usize::saturating_add)
    }
}

/// The records of a region that some iterations have.
fn records(task: &Task<'_>, region: usize, iterations: &Range<usize>) -> Range<usize> {
    let stream = &task.job.streams.regions[region];
    stream.first_record(iterations.start)..stream.first_record(iterations.end)
}

impl Share {
    fn new(task: &Task<'_>, number: usize, iterations: Range<usize>, mut place: usize, content: Content) -> Self {
        let mut regions = Vec::new();
        for (region, _) in task.regions() {
            let records = records(task, region, &iterations);
            let next = place + content.numbers(task, region, records.len());
            regions.push((region, place, records));
            place = next;
        }
        Self { task: number, iterations, regions }
    }
}

/// Splits the tasks into passes, each of which fills a buffer of at most `room` numbers; at least one pass.
pub(crate) fn passes(
    tasks: &[Task<'_>],
    content: Content,
    room: usize,
    limit: &'static str,
) -> Result<Vec<Vec<Share>>, Error> {
    let mut passes: Vec<Vec<Share>> = vec![Vec::new()];
    let mut filled = 0;
    for (number, task) in tasks.iter().enumerate() {
        let all = task.job.iterations();
        let mut first = 0;
        while first < all {
            let fits = |end: usize| content.of(task, &(first..end)) <= room - filled;
            let end = last_that(first, all, fits);
            if end == first {
                if filled == 0 {
                    let what = format!("an iteration of kernel `{}`", task.part.kernel.name);
                    let wanted = content.of(task, &(first..first + 1)) as u64;
                    return Err(Error::Limit { what, wanted, limit, allowed: room as u64 });
                }
                passes.push(Vec::new());
                filled = 0;
                continue;
            }
            let Some(pass) = passes.last_mut() else { unreachable!("there is at least one pass") };
            pass.push(Share::new(task, number, first..end, filled, content));
            filled += content.of(task, &(first..end));
            first = end;
        }
    }
    Ok(passes)
}

/// The last number of a range for which a condition holds that holds for the first ones.
pub(crate) fn last_that(first: usize, last: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut lo, mut hi) = (first, last);
    while lo < hi {
        let middle = hi - (hi - lo) / 2;
        if holds(middle) { lo = middle } else { hi = middle - 1 }
    }
    lo
}
