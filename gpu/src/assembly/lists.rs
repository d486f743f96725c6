//! The contributions to an entry, or to a tile of entries: the transpose of the slots.

use super::chunk::Share;
use crate::job::Task;
use crate::numbering::Run;
use crate::{Error, error, staging};
use spadina_core::bind::NO_SLOT;
use spadina_core::executor::{self, Executor};
use spadina_core::kernel::Buffer;
use spadina_shaders::assembly::{NEGATED, TRANSPOSED};

/// Lists of at least so many entries are made in shares, one for each thread.
const PARALLEL: usize = 1 << 14;

/// For each entry a list of 32-bit numbers; the lists follow each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lists {
    /// The start of each list, counted in contributions, and at the end their number.
    pub starts: Vec<u32>,
    /// The lists.
    pub items: Vec<u32>,
}

/// Pairs of an entry and what contributes to it, `N` numbers.
pub(crate) trait Contributions<const N: usize>: Sync {
    /// Calls `add` with all of them, always in the same order, which is that of each list.
    fn visit(&self, add: impl FnMut(usize, [u32; N]));

    /// The error if there is no such entry.
    fn no_such_entry(&self, entry: usize, entries: usize) -> Error;
}

impl Lists {
    /// The lists of `entries` entries. Refused are more contributions than 32 bits count, and those to other entries.
    pub fn of<const N: usize>(
        entries: usize,
        from: &impl Contributions<N>,
        executor: &dyn Executor,
    ) -> Result<Self, Error> {
        let share = if entries < PARALLEL { entries.max(1) } else { executor::share(executor, entries) };
        let mut counts = vec![0u32; entries];
        let last = count(executor, share, from, &mut counts);
        if let Some(entry) = last.filter(|&entry| entry >= entries) {
            return Err(from.no_such_entry(entry, entries));
        }
        let (mut starts, mut total) = (Vec::with_capacity(entries + 1), 0u64);
        for &count in &counts {
            // Past the end of 32 bits the lists are refused below.
            starts.push(total as u32);
            total += u64::from(count);
        }
        starts.push(total as u32);
        let allowed = u64::from(u32::MAX);
        if total > allowed {
            return Err(Error::Limit {
                what: "what contributes to results".into(),
                wanted: total,
                limit: "u32",
                allowed,
            });
        }
        let mut items = vec![0; N * total as usize];
        fill(executor, share, from, &starts, counts, &mut items);
        Ok(Self { starts, items })
    }
}

/// Counts the contributions of each entry; gives the greatest entry that has any. Every share of the entries sees all
/// contributions, and counts its own.
fn count<const N: usize>(
    executor: &dyn Executor,
    share: usize,
    from: &impl Contributions<N>,
    counts: &mut [u32],
) -> Option<usize> {
    let counted = |first: usize, counts: &mut [u32]| {
        let mut last = None;
        from.visit(|entry, _| {
            last = last.max(Some(entry));
            if let Some(count) = entry.checked_sub(first).and_then(|own| counts.get_mut(own)) {
                *count = count.saturating_add(1);
            }
        });
        last
    };
    match counts.is_empty() {
        true => counted(0, counts),
        false => executor::pieces(executor, counts, share, counted).into_iter().max().flatten(),
    }
}

/// Fills the lists, share by share of the entries; `counts` has as many numbers as there are entries.
fn fill<const N: usize>(
    executor: &dyn Executor,
    share: usize,
    from: &impl Contributions<N>,
    starts: &[u32],
    mut counts: Vec<u32>,
    items: &mut [u32],
) {
    let mut rest = items;
    let mut shares = Vec::new();
    for (k, next) in counts.chunks_mut(share).enumerate() {
        let first = k * share;
        let length = N * (starts[first + next.len()] - starts[first]) as usize;
        let (own, others) = std::mem::take(&mut rest).split_at_mut(length);
        rest = others;
        shares.push((first, next, own));
    }
    executor::map(executor, shares, |(first, next, own)| {
        let begin = starts[first];
        next.iter_mut().zip(&starts[first..]).for_each(|(next, start)| *next = start - begin);
        from.visit(|entry, numbers| {
            if let Some(next) = entry.checked_sub(first).and_then(|entry| next.get_mut(entry)) {
                own[*next as usize * N..][..N].copy_from_slice(&numbers);
                *next += 1;
            }
        });
    });
}

/// The numbers in the staging buffer that contribute to each tile of a buffer's entries in a pass, in the order of tasks,
/// records and runs.
pub(crate) struct Staged<'a> {
    pub tasks: &'a [Task<'a>],
    pub pass: &'a [Share],
    pub buffer: Buffer,
    /// Entries in a tile.
    pub tile: usize,
}

impl<'a> Staged<'a> {
    /// With the longest tiles that all slots allow.
    pub fn new(tasks: &'a [Task<'a>], pass: &'a [Share], buffer: Buffer) -> Self {
        let writers = || pass.iter().filter(|share| tasks[share.task].part.writes(buffer));
        let mut tiles = writers().map(|share: &Share| tasks[share.task].staged_numbering().tile(buffer));
        // Nothing is gathered where nobody writes.
        let first = tiles.next().unwrap_or(1);
        let tile = if tiles.all(|tile| tile == first) { first } else { 1 };
        let staged = Self { tasks, pass, buffer, tile };
        let aligned = |slot: u32| (slot as usize).is_multiple_of(tile) || slot == NO_SLOT;
        match tile > 1 && !staged.slots_are(aligned) {
            true => Self { tile: 1, ..staged },
            false => staged,
        }
    }

    /// The runs of a share that go to the buffer, region by region.
    fn runs(&self, share: &Share, region: usize) -> impl Iterator<Item = Run> {
        let all = &self.tasks[share.task].staged_numbering().runs;
        let buffer = self.buffer;
        all.iter().copied().filter(move |run| run.region == region && run.buffer == buffer)
    }

    /// Returns true if all slots that are read satisfy `right`.
    fn slots_are(&self, right: impl Fn(u32) -> bool) -> bool {
        self.pass.iter().all(|share| {
            share.regions.iter().all(|(region, _, records)| {
                let stream = &self.tasks[share.task].job.streams.regions[*region];
                let offsets: Vec<usize> = self.runs(share, *region).map(|run| run.offset).collect();
                let slots = &stream.slots[records.start * stream.width..records.end * stream.width];
                let mut records = slots.chunks_exact(stream.width.max(1));
                records.all(|record| offsets.iter().all(|&offset| right(record[offset])))
            })
        })
    }
}

impl Contributions<1> for Staged<'_> {
    fn visit(&self, mut add: impl FnMut(usize, [u32; 1])) {
        for share in self.pass {
            let task = &self.tasks[share.task];
            let numbering = task.staged_numbering();
            for (region, place, records) in &share.regions {
                let own = self.runs(share, *region).flat_map(|run| tiles(run, self.tile));
                let own: Vec<Tile> = own.collect();
                let (stream, count) = (&task.job.streams.regions[*region], numbering.counts[*region]);
                for record in records.clone() {
                    let slots = &stream.slots[record * stream.width..][..stream.width];
                    let first = place + staging::position(record - records.start, 0, count);
                    for &Tile { offset, shift, number, flags } in &own {
                        let slot = slots[offset];
                        if slot != NO_SLOT {
                            let position = (first + number * staging::LANES) as u32;
                            add((slot as usize + shift) / self.tile, [position | flags]);
                        }
                    }
                }
            }
        }
    }

    fn no_such_entry(&self, tile: usize, tiles: usize) -> Error {
        let writes = |share: &&Share| self.tasks[share.task].part.writes(self.buffer);
        let Some(writer) = self.pass.iter().find(writes) else {
            unreachable!("an entry that is written has a writer");
        };
        let kernel = self.tasks[writer.task].part.kernel.name.clone();
        let (wanted, given) = ((tile + 1) * self.tile, tiles * self.tile);
        error::bound(&kernel, format!("entries of {:?}", self.buffer), wanted, given)
    }
}

/// The part of a run that goes to one tile: the place of the slot, the distance of the tile from it, its first number
/// and the flags of the item.
#[derive(Clone, Copy)]
struct Tile {
    offset: usize,
    shift: usize,
    number: usize,
    flags: u32,
}

/// The tiles of a run.
fn tiles(run: Run, tile: usize) -> impl Iterator<Item = Tile> {
    let transposed = tile > 1 && run.step != 1;
    let flags = if transposed { TRANSPOSED } else { 0 } | if run.negated { NEGATED } else { 0 };
    let own = move |k: usize| Tile {
        offset: run.offset,
        shift: run.shift as usize + k,
        number: run.first + k * run.step,
        flags,
    };
    (0..run.length).step_by(tile).map(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use spadina_conformance::Threads;
    use spadina_core::backend::BindError;
    use spadina_core::executor::Serial;

    struct Pairs(Vec<(usize, [u32; 2])>);

    impl Contributions<2> for Pairs {
        fn visit(&self, mut add: impl FnMut(usize, [u32; 2])) {
            self.0.iter().for_each(|&(entry, numbers)| add(entry, numbers));
        }

        fn no_such_entry(&self, entry: usize, entries: usize) -> Error {
            error::bound("", "", entry + 1, entries)
        }
    }

    #[test]
    fn lists_keep_the_order_in_which_they_are_given() {
        let pairs = Pairs(vec![(2, [10, 11]), (0, [20, 21]), (2, [30, 31])]);
        let lists = Lists::of(3, &pairs, &Serial).unwrap();
        assert_eq!(lists.starts, [0, 1, 1, 3]);
        assert_eq!(lists.items, [20, 21, 10, 11, 30, 31]);
        assert!(matches!(
            Lists::of(2, &pairs, &Serial),
            Err(Error::Bind(BindError::Count { wanted: 3, given: 2, .. }))
        ));
        assert_eq!(Lists::of(0, &Pairs(vec![]), &Serial).unwrap().starts, [0]);
    }

    #[test]
    fn threads_make_the_same_lists() {
        let entries = 3 * PARALLEL + 5;
        let pairs = Pairs((0..4 * entries as u32).map(|k| ((k as usize * 7919) % entries, [k, k + 1])).collect());
        let lists = Lists::of(entries, &pairs, &Threads(3)).unwrap();
        assert_eq!(lists, Lists::of(entries, &pairs, &Serial).unwrap());
        for (entry, ends) in lists.starts.windows(2).enumerate() {
            let own = lists.items[2 * ends[0] as usize..2 * ends[1] as usize].chunks(2);
            assert_eq!(own.len(), 4);
            assert!(own.clone().all(|n| (n[0] as usize * 7919) % entries == entry && n[1] == n[0] + 1));
            assert!(own.map(|n| n[0]).is_sorted());
        }
    }
}
