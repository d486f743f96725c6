//! An evaluation while it is bound: the dispatches in the order in which they run.

mod direct;

use crate::assembly::chunk::{Content, Share, passes};
use crate::assembly::lists::{Lists, Staged};
use crate::assembly::{Assembly, Products, Segment, Target, partials};
use crate::bound::{Evaluation, Matrices};
use crate::compiled::{Kind, Projected};
use crate::job::{Job, Task, Uploaded};
use crate::memory::real_bytes;
use crate::pipeline::{Dispatch, Pipeline};
use crate::project::Projector;
use crate::staging;
use crate::vectors::Vectors;
use crate::words::{self, HEAD};
use crate::{Device, Error};
use spadina_core::kernel::Buffer;
use spadina_core::pattern::Places;
use spadina_shaders::Region;
use spadina_shaders::assembly::POSITION;
use std::ops::Range;

/// The vectors that outputs are gathered into.
const TARGETS: [Buffer; 5] = [Buffer::Gradient, Buffer::Hessian, Buffer::Residual, Buffer::Jacobian, Buffer::Product];

/// The limit by which buffers are cut.
const BINDING_LIMIT: &str = "max_storage_buffer_binding_size, in numbers";

/// An evaluation while it is bound.
pub(crate) struct Builder<'a> {
    device: &'a Device,
    vectors: &'a Vectors,
    assembly: Assembly,
    staging: wgpu::Buffer,
    /// Numbers in the staging buffer.
    room: usize,
    /// 32-bit words in a buffer.
    words: usize,
    pub energies: wgpu::Buffer,
    /// Energies of invocations so far.
    pub invocations: usize,
    /// The place of the next sums that a prelude stores, after the energies.
    stored: usize,
    /// The projected matrices so far.
    matrices: Vec<wgpu::Buffer>,
    /// The vectors that have been set.
    set: Vec<Buffer>,
    pub clears: Vec<wgpu::Buffer>,
    pub dispatches: Vec<Dispatch>,
    pub passes: usize,
}

/// A job with its data on the device, while its parts are bound.
struct Ready<'a> {
    uploaded: &'a [Uploaded],
    tasks: Vec<Task<'a>>,
    /// By task, the number of its job.
    jobs: Vec<usize>,
    /// By task, the words of its uniform that are the same in every dispatch.
    words: Vec<Vec<i32>>,
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
    pub fn new(device: &'a Device, vectors: &'a Vectors, evaluation: &Evaluation<'_>) -> Result<Self, Error> {
        let precision = vectors.precision;
        for job in all(evaluation).flatten() {
            let matrices = job.matrices.map(|number| evaluation.matrices.get(number));
            let rows = matrices.map_or(vectors.lengths.residual, |found| found.map_or(0, length));
            job.check(&vectors.lengths, rows)?;
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
        let needed = all(evaluation).map(|jobs| {
            let tasks = tasks(jobs, true);
            Ok(needed(&passes(&tasks, Content::Staged, usize::MAX, BINDING_LIMIT)?, &tasks))
        });
        let needed = needed.max_by_key(|needed: &Result<usize, Error>| needed.as_ref().copied().unwrap_or(0));
        let room = needed.unwrap_or(Ok(0))?.min(most);
        let parts = || all(evaluation).flatten().flat_map(|job| job.inner().parts.iter().map(move |part| (job, part)));
        let energies = parts().filter(|(_, part)| part.writes(Buffer::Energy));
        let energies: usize = energies.map(|(job, _)| job.iterations()).sum();
        let stored: usize = parts().map(|(_, part)| part.stored).sum();
        let bytes = real_bytes(precision);
        Ok(Self {
            device,
            vectors,
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

    /// The dispatches that compute and project matrices; gives the data of the jobs.
    pub fn matrices(&mut self, own: &Matrices<'_>) -> Result<Vec<Uploaded>, Error> {
        let precision = self.vectors.precision;
        let buffer = self.device.storage("projected matrices", length(own), real_bytes(precision))?;
        let uploaded = self.upload(&own.jobs)?;
        let target = Target { entries: &buffer, count: length(own), adds: false };
        self.staged(&own.jobs, &uploaded, |_, target_buffer| (target_buffer == Buffer::Residual).then_some(target))?;
        let entries = own.element.entries();
        let places: Vec<u32> = (0..entries as u32).collect();
        let region = Region { base: 0, lanes: 1, stride: entries as u32, count: own.count as u32 };
        let projector = Projector::new(self.device, precision, own.element, own.projection, own.count)?;
        self.dispatches.extend(projector.dispatches(self.device, &buffer, region, &places)?);
        self.matrices.push(buffer);
        Ok(uploaded)
    }

    /// The dispatches of a stage; gives the data of its jobs.
    pub fn stage(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Uploaded>, Error> {
        let uploaded = self.upload(jobs)?;
        let vectors = self.vectors;
        self.staged(jobs, &uploaded, |builder, buffer| {
            let (entries, count) = vectors.target(buffer);
            Some(Target { entries, count, adds: builder.adds(buffer) })
        })?;
        self.direct(jobs, &uploaded)?;
        Ok(uploaded)
    }

    fn upload(&self, jobs: &[Job<'_>]) -> Result<Vec<Uploaded>, Error> {
        jobs.iter().map(|job| Uploaded::new(self.device, job)).collect()
    }

    /// The tasks of some jobs, whose sums before their outermost loops are dispatched.
    fn ready<'b>(&mut self, jobs: &'b [Job<'b>], uploaded: &'b [Uploaded], staged: bool) -> Result<Ready<'b>, Error> {
        let mut ready = Ready { uploaded, tasks: Vec::new(), jobs: Vec::new(), words: Vec::new() };
        for (number, (job, own)) in jobs.iter().zip(uploaded).enumerate() {
            for task in job.tasks(staged) {
                self.device.check_loops(&task.part.kernel, job.data, (1, task.part.shared))?;
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

    /// Runs the parts that are staged, and gathers what they leave.
    fn staged<'t>(
        &mut self,
        jobs: &[Job<'_>],
        uploaded: &[Uploaded],
        target: impl Fn(&mut Self, Buffer) -> Option<Target<'t>>,
    ) -> Result<(), Error> {
        let ready = self.ready(jobs, uploaded, true)?;
        let passes = passes(&ready.tasks, Content::Staged, self.room, BINDING_LIMIT)?;
        let projectors = self.projectors(&ready.tasks, &passes)?;
        for pass in &passes {
            for share in pass {
                self.share(&ready, share)?;
                self.project(&ready.tasks[share.task], share, projectors[share.task].as_ref())?;
            }
            for buffer in TARGETS {
                if ready.tasks.iter().any(|task| task.part.writes(buffer))
                    && let Some(target) = target(self, buffer)
                {
                    let from = Staged::new(&ready.tasks, pass, buffer);
                    let lists = Lists::of(target.count.div_ceil(from.tile), &from)?;
                    let gather = self.assembly.gather(self.device, (&lists, from.tile), &self.staging, target)?;
                    self.dispatches.extend(gather);
                }
            }
            self.passes += 1;
        }
        Ok(())
    }

    /// By task, what projects its elements.
    fn projectors(&self, tasks: &[Task<'_>], passes: &[Vec<Share>]) -> Result<Vec<Option<Projector>>, Error> {
        let most = |number: usize| {
            let own = passes.iter().flatten().filter(|share| share.task == number);
            own.flat_map(|share| &share.regions).map(|(.., records)| records.len()).max().unwrap_or(0)
        };
        let projector =
            |(number, task): (usize, &Task<'_>)| task.part.projector(self.device, self.vectors.precision, most(number));
        tasks.iter().enumerate().map(projector).collect()
    }

    /// Projects the elements of a share where they are staged.
    fn project(&mut self, task: &Task<'_>, share: &Share, projector: Option<&Projector>) -> Result<(), Error> {
        let (Some(projector), Kind::Staged(numbering, Some(projected))) = (projector, &task.part.kind) else {
            return Ok(());
        };
        let Projected { region: own, places, .. } = projected;
        for (region, place, records) in share.regions.iter().filter(|(region, ..)| region == own) {
            let stride = numbering.counts[*region] as u32;
            let count = records.len() as u32;
            let region = Region { base: *place as u32, lanes: staging::LANES as u32, stride, count };
            self.dispatches.extend(projector.dispatches(self.device, &self.staging, region, places)?);
        }
        Ok(())
    }

    /// Whether what is gathered next is added to a vector: whether the vector has been set before.
    fn adds(&mut self, target: Buffer) -> bool {
        let adds = self.set.contains(&target);
        self.set.push(target);
        adds
    }

    /// Runs some iterations of a task that is staged.
    fn share(&mut self, ready: &Ready<'_>, share: &Share) -> Result<(), Error> {
        let part = ready.tasks[share.task].part;
        let (words, workgroups) = self.iterations(ready, share)?;
        let [staging, energies] = [&self.staging, &self.energies].map(Clone::clone);
        let others = [&self.vectors.direction, &staging, &energies];
        let workgroups = if part.shared { [1, 1] } else { workgroups };
        self.task(ready, share.task, words, (&part.pipeline, workgroups), &others)
    }

    /// The words of a dispatch of some iterations, and its workgroups.
    fn iterations(&mut self, ready: &Ready<'_>, share: &Share) -> Result<(Vec<i32>, [u32; 2]), Error> {
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
    fn task(
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
    fn launch(
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
        let matrices = job.matrices.and_then(|number| self.matrices.get(number));
        let rows = matrices.unwrap_or(&self.vectors.residual);
        let mut buffers = vec![&self.vectors.unknowns, rows, &uploaded.numbers, &uploaded.tables];
        buffers.extend(others);
        let dispatch = self.device.dispatch(&what, pipeline, workgroups, &uniform, &buffers)?;
        self.dispatches.push(dispatch);
        Ok(())
    }

    /// Adds JᵀJ to the Hessian.
    pub fn gram(&mut self, jacobian: Places<'_>, hessian: Places<'_>) -> Result<(), Error> {
        let (entries, count) = self.vectors.target(Buffer::Hessian);
        let lists = Lists::of(count, &Products { jacobian: jacobian.pattern, hessian })?;
        let target = Target { entries, count, adds: self.adds(Buffer::Hessian) };
        let gram = self.assembly.gram(self.device, &lists, &self.vectors.jacobian, target)?;
        self.dispatches.extend(gram);
        Ok(())
    }

    /// Sums the energies of all invocations, and half the squares of rows.
    pub fn energy(&mut self, squares: &[Range<usize>]) -> Result<(), Error> {
        let energies = Segment { buffer: &self.energies, first: 0, count: self.invocations, squares: false };
        let rows = squares.iter().map(|rows| {
            let end = rows.end.min(self.vectors.lengths.residual);
            let count = end.saturating_sub(rows.start);
            Segment { buffer: &self.vectors.residual, first: rows.start, count, squares: true }
        });
        let segments: Vec<Segment<'_>> =
            std::iter::once(energies).chain(rows).filter(|segment| segment.count > 0).collect();
        let bytes = real_bytes(self.vectors.precision);
        let partial = self.device.storage("partial sums", partials(self.device, &segments), bytes)?;
        let reductions = self.assembly.energy(self.device, &segments, &partial, &self.vectors.energy)?;
        self.dispatches.extend(reductions);
        Ok(())
    }
}

/// The numbers of projected matrices.
fn length(own: &Matrices<'_>) -> usize {
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
