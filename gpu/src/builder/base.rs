//! An evaluation while it is bound: what all kinds of parts need.

use crate::assembly::Assembly;
use crate::assembly::chunk::{Content, Share, passes};
use crate::dispatch::{Dispatch, Pipeline};
use crate::evaluation::{Evaluation, Matrices};
use crate::job::{Job, Task, Uploaded};
use crate::memory::real_bytes;
use crate::trips::Invocation;
use crate::vectors::Vectors;
use crate::words::{self, HEAD};
use crate::{Device, Error, error};
use spadina_core::executor::Executor;
use spadina_core::kernel::Buffer;
use spadina_shaders::assembly::POSITION;

/// The limit by which buffers are cut.
pub(super) const BINDING_LIMIT: &str = "max_storage_buffer_binding_size, in numbers";

/// An evaluation while it is bound.
pub(crate) struct Builder<'a> {
    pub(super) device: &'a Device,
    pub(super) vectors: &'a Vectors,
    pub(super) executor: &'a dyn Executor,
    pub(super) assembly: Assembly,
    pub(super) staging: wgpu::Buffer,
    /// Numbers in the staging buffer.
    pub(super) room: usize,
    /// 32-bit words in a buffer.
    pub(super) words: usize,
    pub energies: wgpu::Buffer,
    /// Energies of invocations so far.
    pub invocations: usize,
    /// The place of the next sums that a prelude stores, after the energies.
    pub(super) stored: usize,
    /// The projected matrices so far.
    pub(super) matrices: Vec<wgpu::Buffer>,
    /// The vectors that have been set.
    pub(super) set: Vec<Buffer>,
    pub clears: Vec<wgpu::Buffer>,
    pub dispatches: Vec<Dispatch>,
    pub passes: usize,
}

/// Jobs with their data on the device, while their parts are bound.
pub(super) struct Ready<'a> {
    pub(super) uploaded: &'a [Uploaded],
    pub(super) tasks: Vec<Task<'a>>,
    /// By task, the number of its job.
    pub(super) jobs: Vec<usize>,
    /// By task, the words of its uniform that are the same in every dispatch.
    pub(super) words: Vec<Vec<i32>>,
}

/// All jobs of an evaluation.
fn all<'e, 'a>(evaluation: &'e Evaluation<'a>) -> impl Iterator<Item = &'e [Job<'a>]> {
    let matrices = evaluation.matrices.iter().map(|matrices| &matrices.jobs[..]);
    matrices.chain(evaluation.stages.iter().map(|jobs| &jobs[..]))
}

/// The tasks of jobs that stage their numbers, or the others.
fn tasks<'a>(jobs: &'a [Job<'a>], staged: bool) -> Vec<Task<'a>> {
    jobs.iter().flat_map(|job| job.tasks(staged)).collect()
}

impl<'a> Builder<'a> {
    pub fn new(
        device: &'a Device,
        vectors: &'a Vectors,
        evaluation: &Evaluation<'_>,
        executor: &'a dyn Executor,
    ) -> Result<Self, Error> {
        let precision = vectors.precision;
        for job in all(evaluation).flatten() {
            let matrices = job.matrices.map(|number| evaluation.matrices.get(number));
            let rows = matrices.map_or(vectors.lengths.residual, |found| found.map_or(0, length));
            job.check(&vectors.lengths, rows, executor)?;
            if job.compiled.precision() != precision {
                let kernel = job.compiled.kernel().name.clone();
                let reason = "was compiled for another precision than the vectors have";
                return Err(Error::Kernel { kernel, reason });
            }
        }
        let limits = device.device().limits();
        let allowed = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        let in_buffer = |bytes: u64, item: usize| usize::try_from(bytes).unwrap_or(usize::MAX) / item;
        let words = in_buffer(allowed, size_of::<u32>()).min(i32::MAX as usize);
        let staged = evaluation.staging.map_or(allowed, |bytes| bytes.min(allowed));
        // Places in it are words of the uniform, and bits of items, which have flags besides.
        let most = in_buffer(staged, real_bytes(precision)).min(POSITION as usize);
        let mut room = 0;
        for jobs in all(evaluation) {
            let tasks = tasks(jobs, true);
            room = most.min(needed(&passes(&tasks, Content::Staged, usize::MAX, BINDING_LIMIT)?, &tasks)).max(room);
        }
        let parts = || all(evaluation).flatten().flat_map(|job| job.inner().parts.iter().map(move |part| (job, part)));
        let energies = parts().filter(|(_, part)| part.writes(Buffer::Energy));
        let energies: usize = energies.map(|(job, _)| job.iterations()).sum();
        let stored: usize = parts().map(|(_, part)| part.stored).sum();
        let bytes = real_bytes(precision);
        Ok(Self {
            device,
            vectors,
            executor,
            assembly: Assembly::new(device, precision)?,
            staging: device.storage("the staging buffer", room, bytes)?,
            room,
            words,
            energies: device.storage("the energies of elements", energies + stored, bytes)?,
            invocations: 0,
            stored: energies,
            matrices: Vec::new(),
            set: Vec::new(),
            clears: Vec::new(),
            dispatches: Vec::new(),
            passes: 0,
        })
    }

    pub(super) fn upload(&self, jobs: &[Job<'_>]) -> Result<Vec<Uploaded>, Error> {
        jobs.iter().map(|job| Uploaded::new(self.device, job)).collect()
    }

    /// The tasks of some jobs, whose sums before their outermost loops are dispatched.
    pub(super) fn ready<'b>(
        &mut self,
        jobs: &'b [Job<'b>],
        uploaded: &'b [Uploaded],
        staged: bool,
    ) -> Result<Ready<'b>, Error> {
        let mut ready = Ready { uploaded, tasks: Vec::new(), jobs: Vec::new(), words: Vec::new() };
        for (number, (job, own)) in jobs.iter().zip(uploaded).enumerate() {
            for task in job.tasks(staged) {
                self.device.check_loops(
                    &task.part.kernel,
                    job.data,
                    Invocation { times: 1, shared: task.part.shared },
                    self.executor,
                )?;
                let mut words = own.words.clone();
                words[words::STORED] = self.stored as i32;
                self.stored += task.part.stored;
                if let Some(prelude) = task.part.prelude.as_ref().filter(|_| job.iterations() > 0) {
                    let [staging, energies] = [&self.staging, &self.energies].map(Clone::clone);
                    let others = [&self.vectors.direction, &staging, &energies];
                    self.launch(job, own, words.clone(), (prelude, [1, 1]), &others)?;
                }
                ready.tasks.push(task);
                ready.jobs.push(number);
                ready.words.push(words);
            }
        }
        Ok(ready)
    }

    /// Returns true if the next sums are added to a vector, which then has been set before.
    pub(super) fn adds(&mut self, target: Buffer) -> bool {
        let adds = self.set.contains(&target);
        self.set.push(target);
        adds
    }

    /// The words of a dispatch of some iterations, and its workgroups.
    pub(super) fn iterations(&mut self, ready: &Ready<'_>, share: &Share) -> Result<(Vec<i32>, [u32; 2]), Error> {
        let Task { job, part, .. } = ready.tasks[share.task];
        let grid = self.device.grid("a kernel", share.iterations.len(), part.workgroup)?;
        let mut all = ready.words[share.task].clone();
        all[words::FIRST] = (job.streams.outer.start + share.iterations.start as i64) as i32;
        all[words::COUNT] = share.iterations.len() as i32;
        all[words::GRID] = grid.row as i32;
        all[words::ITERATION] = share.iterations.start as i32;
        all[words::ENERGY] = self.invocations as i32;
        for (region, place, records) in &share.regions {
            let word = job.inner().words.region(*region);
            all[word] = *place as i32;
            all[word + 1] = records.start as i32;
        }
        if part.writes(Buffer::Energy) {
            self.invocations += share.iterations.len();
        }
        Ok((all, grid.workgroups))
    }

    /// Runs a shader of a task.
    pub(super) fn task(
        &mut self,
        ready: &Ready<'_>,
        number: usize,
        words: Vec<i32>,
        pipeline: (&Pipeline, [u32; 2]),
        others: &[&wgpu::Buffer],
    ) -> Result<(), Error> {
        let job = ready.tasks[number].job;
        self.launch(&job, &ready.uploaded[ready.jobs[number]], words, pipeline, others)
    }

    /// Runs a shader of a job with these words, and these buffers after those of its data.
    pub(super) fn launch(
        &mut self,
        job: &Job<'_>,
        uploaded: &Uploaded,
        mut all: Vec<i32>,
        (pipeline, workgroups): (&Pipeline, [u32; 2]),
        others: &[&wgpu::Buffer],
    ) -> Result<(), Error> {
        let inner = job.inner();
        let what = format!("kernel `{}`", inner.kernel.name);
        all.resize(4 * inner.words.vectors(), 0);
        let mut uniform = crate::memory::bytes(inner.precision, &[f64::INFINITY, f64::NAN]);
        uniform.resize(HEAD, 0);
        uniform.extend_from_slice(bytemuck::cast_slice(&all));
        let rows = match job.matrices {
            Some(number) => self.matrices.get(number).ok_or_else(|| {
                error::bound(&inner.kernel.name, "projected matrices before it", number + 1, self.matrices.len())
            })?,
            None => &self.vectors.residual,
        };
        let mut buffers = vec![&self.vectors.unknowns, rows, &uploaded.numbers, &uploaded.tables];
        buffers.extend(others);
        let dispatch = self.device.dispatch(&what, pipeline, workgroups, &uniform, &buffers)?;
        self.dispatches.push(dispatch);
        Ok(())
    }
}

/// The numbers of projected matrices.
pub(super) fn length(own: &Matrices<'_>) -> usize {
    own.count * own.element.entries()
}

/// The numbers that the passes of a stage write at once.
fn needed(passes: &[Vec<Share>], tasks: &[Task<'_>]) -> usize {
    let end = |share: &Share| {
        let last = share.regions.last();
        last.map_or(0, |(region, place, records)| {
            place + Content::Staged.numbers(&tasks[share.task], *region, records.len())
        })
    };
    passes.iter().flatten().map(end).max().unwrap_or(0)
}
