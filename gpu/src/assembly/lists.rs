//! Who contributes to an entry: the transpose of the slots.

use super::chunk::Share;
use crate::job::Job;
use crate::{Error, staging};
use spadina_core::bind::NO_SLOT;
use spadina_core::kernel::Buffer;

/// For each entry a list of 32-bit numbers; the lists follow each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lists {
    /// Where each list begins, and at the end how many numbers there are.
    pub starts: Vec<u32>,
    /// The lists.
    pub items: Vec<u32>,
}

impl Lists {
    /// The lists of `entries` entries, from pairs of an entry and `N` numbers that `visit` gives twice in the same order,
    /// which is that of each list. Refused are more than 32 bits can count.
    pub fn of<const N: usize>(
        entries: usize,
        mut visit: impl FnMut(&mut dyn FnMut(usize, [u32; N])),
    ) -> Result<Self, Error> {
        let mut total = 0u64;
        let mut starts = vec![0u32; entries + 2];
        visit(&mut |entry, _| {
            total += 1;
            starts[entry + 2] = starts[entry + 2].saturating_add(1);
        });
        let allowed = u64::from(u32::MAX);
        if total > allowed {
            return Err(Error::Limit {
                what: "what contributes to results".into(),
                wanted: total,
                limit: "u32",
                allowed,
            });
        }
        for entry in 0..entries {
            starts[entry + 2] += starts[entry + 1];
        }
        let mut items = vec![0; N * starts[entries + 1] as usize];
        visit(&mut |entry, own| {
            let next = &mut starts[entry + 1];
            items[*next as usize * N..][..N].copy_from_slice(&own);
            *next += 1;
        });
        starts.pop();
        Ok(Self { starts, items })
    }
}

/// The positions in the staging buffer of the numbers that contribute to each entry of a buffer in a pass, in the order of
/// jobs, records and outputs.
pub(crate) fn contributions(jobs: &[Job<'_>], pass: &[Share], buffer: Buffer, entries: usize) -> Result<Lists, Error> {
    let mut outside = None;
    let lists = Lists::of(entries, |add: &mut dyn FnMut(usize, [u32; 1])| {
        for share in pass {
            visit(&jobs[share.job], share, buffer, &mut |entry, position| match entry < entries {
                true => add(entry, [position]),
                false => outside = outside.or(Some((share.job, entry))),
            });
        }
    })?;
    match outside {
        None => Ok(lists),
        Some((job, entry)) => Err(Error::Binding {
            kernel: jobs[job].inner().kernel.name.clone(),
            what: format!("entries of {buffer:?}"),
            wanted: entry + 1,
            given: entries,
        }),
    }
}

/// Calls `add` with the entry and the position of everything that a share adds to a buffer.
fn visit(job: &Job<'_>, share: &Share, buffer: Buffer, add: &mut dyn FnMut(usize, u32)) {
    let inner = job.inner();
    for (region, place, records) in &share.regions {
        let outputs = inner.kernel.outputs.iter().zip(&inner.numbers);
        let own: Vec<_> = outputs.filter(|(o, _)| o.region == *region && o.buffer == buffer).collect();
        let (stream, count) = (&job.streams.regions[*region], inner.counts[*region]);
        for record in records.clone() {
            let slots = &stream.slots[record * stream.width..][..stream.width];
            for &(output, &number) in &own {
                let slot = slots[output.offset];
                if slot != NO_SLOT {
                    let position = place + staging::position(record - records.start, number, count);
                    add(slot as usize + output.shift as usize, position as u32);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lists;

    #[test]
    fn lists_keep_the_order_in_which_they_are_given() {
        let pairs = [(2, [10, 11]), (0, [20, 21]), (2, [30, 31])];
        let lists = Lists::of(3, |add| pairs.iter().for_each(|&(entry, numbers)| add(entry, numbers))).unwrap();
        assert_eq!(lists.starts, [0, 1, 1, 3]);
        assert_eq!(lists.items, [20, 21, 10, 11, 30, 31]);
    }
}
