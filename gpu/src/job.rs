//! A kernel with the data and streams it runs on, and its data on the device.

use crate::compiled::{Compiled, Inner, Part};
use crate::memory::{bytes, check_range};
use crate::numbering::Numbering;
use crate::parts::Kind;
use crate::vectors::{Lengths, Vectors};
use crate::wgsl::ArrayBuffer;
use crate::{Device, Error, error, integers};
use spadina_core::backend;
use spadina_core::bind::{Data, NO_SLOT, Stream, Streams};
use spadina_core::executor::Executor;
use spadina_core::kernel::{Kernel, Output};
use std::ops::Range;

/// A kernel to run, and on what.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The kernel.
    pub compiled: &'a Compiled,
    /// Its data. Of arrays that lie among the unknowns or rows ([`ArrayBuffer`]) only the lengths are read.
    pub data: &'a Data<'a>,
    /// The destinations of its outputs. The order of ranges for threads is of no account.
    pub streams: &'a Streams,
    /// By array, the number of its first entry among the unknowns or rows; zero beyond the end.
    pub offsets: &'a [u32],
    /// If its rows ([`ArrayBuffer::Rows`]) are projected matrices: the number of these in the evaluation. Otherwise they are the
    /// rows of the residual.
    pub matrices: Option<usize>,
}

impl<'a> Job<'a> {
    pub(crate) fn inner(&self) -> &'a Inner {
        self.compiled.inner()
    }

    /// The number of iterations of the outermost loop.
    pub(crate) fn iterations(&self) -> usize {
        usize::try_from(self.streams.outer.end.saturating_sub(self.streams.outer.start)).unwrap_or(0)
    }

    /// The streams of the regions that have outputs with slots.
    pub(crate) fn regions(&self) -> impl Iterator<Item = (usize, &'a Stream)> {
        regions(&self.inner().kernel, self.streams)
    }

    /// The parts of the kernel that stage their numbers, or the others.
    pub(crate) fn tasks(&self, staged: bool) -> impl Iterator<Item = Task<'a>> {
        let own = self.inner().parts.iter().filter(move |part| matches!(part.kind, Kind::Staged(..)) == staged);
        let job = *self;
        own.map(move |part| Task { job, part })
    }

    /// Refuses data and streams that do not fit the kernel and the vectors. There are so many rows.
    pub(crate) fn check(&self, lengths: &Lengths, rows: usize, executor: &dyn Executor) -> Result<(), Error> {
        let Inner { kernel, sources, .. } = self.inner();
        backend::check(kernel, self.data, self.streams).map_err(Error::Bind)?;
        for (k, source) in sources.iter().enumerate() {
            let end = self.offset(k) + self.data.arrays[k].len();
            let (what, given) = match source {
                ArrayBuffer::Unknowns => ("unknowns", lengths.unknowns),
                ArrayBuffer::Rows => ("rows of the residual", rows),
                ArrayBuffer::Data => continue,
            };
            if end > given {
                return Err(error::bound(&kernel.name, what, end, given));
            }
        }
        let records = self.regions().flat_map(|(_, stream)| stream.starts.last()).copied().max().unwrap_or(0);
        let records = i64::try_from(records).unwrap_or(i64::MAX);
        let bounds = [self.streams.outer.start, self.streams.outer.end, records];
        if bounds.iter().any(|&bound| i32::try_from(bound).is_err()) {
            let (text, kernel) = ("outermost loop, or a number of records,".into(), kernel.name.clone());
            let (lo, hi) = (self.streams.outer.start, self.streams.outer.end.max(records));
            return Err(Error::Integer { kernel, text, lo, hi });
        }
        integers::check(kernel, self.data, executor)
    }

    /// The number of an array's first entry among the unknowns or rows.
    fn offset(&self, array: usize) -> usize {
        self.offsets.get(array).map_or(0, |&offset| offset as usize)
    }
}

/// The streams of the regions of a kernel that have outputs with slots.
fn regions<'a>(kernel: &'a Kernel, streams: &'a Streams) -> impl Iterator<Item = (usize, &'a Stream)> {
    let has = |region: usize| kernel.outputs.iter().any(|o| o.region == region && o.has_slot());
    streams.regions.iter().enumerate().filter(move |(region, _)| has(*region))
}

/// A part of a job's kernel.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    pub job: Job<'a>,
    pub part: &'a Part,
}

impl<'a> Task<'a> {
    /// The streams of the regions that the part has outputs in.
    pub fn regions(&self) -> impl Iterator<Item = (usize, &'a Stream)> {
        regions(&self.part.kernel, self.job.streams)
    }

    /// Refuses slots beyond the vectors that the part adds to itself.
    pub fn check_slots(&self, vectors: &Vectors) -> Result<(), Error> {
        let outputs: Vec<&Output> = self.part.kernel.outputs.iter().filter(|output| output.has_slot()).collect();
        for (region, stream) in self.regions() {
            let slots = &stream.slots[..stream.first_record(self.job.iterations()) * stream.width];
            let own: Vec<&Output> = outputs.iter().copied().filter(|output| output.region == region).collect();
            for record in slots.chunks_exact(stream.width.max(1)) {
                for output in own.iter().filter(|output| record[output.offset] != NO_SLOT) {
                    let wanted = record[output.offset] as usize + output.shift as usize + 1;
                    let (_, given) = vectors.target(output.buffer);
                    if wanted > given {
                        let what = format!("entries of {:?}", output.buffer);
                        return Err(error::bound(&self.part.kernel.name, what, wanted, given));
                    }
                }
            }
        }
        Ok(())
    }

    /// The numbering of the outputs of a part that stages them.
    pub fn staged_numbering(&self) -> &'a Numbering {
        let Some(numbering) = self.numbering() else { unreachable!("what is gathered was staged") };
        numbering
    }

    /// The numbering of the part's outputs, if they are staged.
    pub fn numbering(&self) -> Option<&'a Numbering> {
        self.part.kind.numbering()
    }
}

/// The data of a kernel on the device.
#[derive(Clone, Debug)]
pub(crate) struct Uploaded {
    /// The reals of the arrays that lie among the data.
    pub numbers: wgpu::Buffer,
    /// The tables, then for each region the beginnings of records.
    pub tables: wgpu::Buffer,
    /// The words of the uniform that are the same in every dispatch.
    pub words: Vec<i32>,
    /// By array that lies among the data, its numbers there.
    pub places: Vec<Option<Range<usize>>>,
}

impl Uploaded {
    pub fn new(device: &Device, job: &Job<'_>) -> Result<Self, Error> {
        let Inner { kernel, sources, words, precision, .. } = job.inner();
        let mut all = vec![0; words.len()];
        let (mut numbers, mut places) = (Vec::new(), Vec::new());
        for (k, (source, array)) in sources.iter().zip(&job.data.arrays).enumerate() {
            let own = (*source == ArrayBuffer::Data).then_some(numbers.len());
            if own.is_some() {
                let what = format!("a number of `{}` in kernel `{}`", kernel.graph.arrays()[k].name, kernel.name);
                check_range(*precision, &what, array)?;
                numbers.extend_from_slice(array);
                // A checked load of an empty array reads its entry 0.
                numbers.extend(array.is_empty().then_some(0.0));
            }
            all[words.array(k)] = word(own.unwrap_or(job.offset(k)))?;
            all[words.array(k) + 1] = word(array.len())?;
            places.push(own.map(|first| first..first + array.len()));
        }
        let mut tables: Vec<i32> = Vec::new();
        for (k, table) in job.data.tables.iter().take(kernel.graph.indices.tables().len()).enumerate() {
            all[words.table(k)] = word(tables.len())?;
            all[words.table(k) + 1] = word(table.len())?;
            tables.extend_from_slice(table);
            tables.extend(table.is_empty().then_some(0));
        }
        for (k, &size) in job.data.sizes.iter().take(kernel.graph.indices.sizes().len()).enumerate() {
            // Only the lower bits are of account where the number does not fit.
            all[words.size(k)] = size as i32;
        }
        for (region, stream) in job.regions().filter(|(region, _)| !kernel.has_outer_records(*region)) {
            all[words.region(region) + 2] = word(tables.len())?;
            tables.extend((0..=job.iterations()).map(|iteration| stream.first_record(iteration) as i32));
        }
        let what = |what: &str| format!("the {what} of kernel `{}`", kernel.name);
        let tables: Vec<u32> = tables.into_iter().map(|entry| entry as u32).collect();
        Ok(Self {
            numbers: device.filled(&what("data"), &bytes(*precision, &numbers), crate::memory::storage_usage())?,
            tables: device.words(&what("tables"), &tables)?,
            words: all,
            places,
        })
    }
}

/// A place or length as a word of the uniform.
fn word(number: usize) -> Result<i32, Error> {
    i32::try_from(number).map_err(|_| Error::Limit {
        what: "the data of a kernel".into(),
        wanted: number as u64,
        limit: "i32",
        allowed: i32::MAX as u64,
    })
}
