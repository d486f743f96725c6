//! An evaluation that is bound to data: dispatches that are made once and encoded many times.

use crate::assembly::chunk::{Share, passes};
use crate::assembly::lists::{Lists, Staged};
use crate::assembly::{Assembly, Products, Segment, partials};
use crate::job::{Job, Uploaded};
use crate::memory::real_bytes;
use crate::pipeline::{Dispatch, Pipeline};
use crate::vectors::Vectors;
use crate::words::{self, HEAD};
use crate::{Device, Error};
use spadina_core::kernel::Buffer;
use spadina_core::pattern::Places;
use spadina_core::real::Precision;
use std::ops::Range;

/// The vectors that outputs are gathered into.
const TARGETS: [Buffer; 5] = [Buffer::Gradient, Buffer::Hessian, Buffer::Residual, Buffer::Jacobian, Buffer::Product];

/// What an evaluation consists of.
#[derive(Clone, Default, Debug)]
pub struct Evaluation<'a> {
    /// Kernels that run one after another. Those of a stage read what earlier stages wrote (rows of the residual).
    pub stages: Vec<Vec<Job<'a>>>,
    /// Rows of the residual, half the squares of which are part of the energy.
    pub squares: Vec<Range<usize>>,
    /// Patterns of the Jacobian and of the Hessian with the slots of the latter: JᵀJ is added to the Hessian.
    pub gram: Option<[Places<'a>; 2]>,
    /// The most bytes of the staging buffer; what the device allows if that is less, or if none is given.
    pub staging: Option<u64>,
}

/// An evaluation with its pipelines, bind groups and data.
///
/// It sets the energy, and all entries of every vector that its kernels write.
#[derive(Debug)]
pub struct Bound {
    dispatches: Vec<Dispatch>,
    /// The data, by stage and job.
    uploaded: Vec<Vec<Uploaded>>,
    precision: Precision,
    passes: usize,
    terms: Terms,
}

/// What the energy is the sum of.
#[derive(Debug)]
pub(crate) struct Terms {
    /// The energies of invocations, and how many they are; other numbers can follow.
    pub energies: wgpu::Buffer,
    pub count: usize,
    /// The rows of the residual, half the squares of which are added.
    pub squares: Vec<Range<usize>>,
}

impl Bound {
    /// Binds an evaluation to its data, which is uploaded, and to the vectors that it reads and writes.
    pub fn new(device: &Device, vectors: &Vectors, evaluation: &Evaluation<'_>) -> Result<Self, Error> {
        let mut builder = Builder::new(device, vectors, evaluation)?;
        let mut uploaded = Vec::new();
        for jobs in &evaluation.stages {
            uploaded.push(builder.stage(jobs)?);
        }
        if let Some([jacobian, hessian]) = evaluation.gram {
            builder.gram(jacobian, hessian)?;
        }
        builder.energy(&evaluation.squares)?;
        let Builder { dispatches, passes, energies, invocations: count, .. } = builder;
        let squares = evaluation.squares.clone();
        let terms = Terms { energies, count, squares };
        Ok(Self { dispatches, uploaded, precision: vectors.precision, passes, terms })
    }

    /// What the energy is the sum of, after an evaluation.
    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Encodes the evaluation: no allocation of memory on the device, no pipeline, no data from the host.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.dispatches.iter().for_each(|dispatch| dispatch.encode(&mut pass));
    }

    /// Evaluates, and waits until it is done.
    pub fn run(&self, device: &Device) -> Result<(), Error> {
        let commands = device.scoped("an evaluation", || {
            let mut encoder = device.device().create_command_encoder(&Default::default());
            self.encode(&mut encoder);
            encoder.finish()
        })?;
        device.wait(device.submit(commands)?)
    }

    /// Gives an array of a job's data new numbers, as many as before; nothing happens to an array that lies elsewhere.
    pub fn set_array(
        &self,
        device: &Device,
        [stage, job]: [usize; 2],
        array: usize,
        values: &[f64],
    ) -> Result<(), Error> {
        let Some(job) = self.uploaded.get(stage).and_then(|jobs| jobs.get(job)) else { return Ok(()) };
        match job.places.get(array) {
            Some(&Some(first)) => device.write(&job.numbers, self.precision, first, values),
            Some(None) | None => Ok(()),
        }
    }

    /// How often the staging buffer is filled in one evaluation.
    pub fn passes(&self) -> usize {
        self.passes
    }
}

/// An evaluation while it is bound.
struct Builder<'a> {
    device: &'a Device,
    vectors: &'a Vectors,
    assembly: Assembly,
    staging: wgpu::Buffer,
    /// Numbers in the staging buffer.
    room: usize,
    energies: wgpu::Buffer,
    /// Energies of invocations so far.
    invocations: usize,
    /// The place of the next sums that a prelude stores, after the energies.
    stored: usize,
    /// The vectors that have been set.
    set: Vec<Buffer>,
    dispatches: Vec<Dispatch>,
    passes: usize,
}

/// The limit by which the staging buffer is cut.
const STAGING_LIMIT: &str = "max_storage_buffer_binding_size, in numbers";

impl<'a> Builder<'a> {
    fn new(device: &'a Device, vectors: &'a Vectors, evaluation: &Evaluation<'_>) -> Result<Self, Error> {
        let precision = vectors.precision;
        for job in evaluation.stages.iter().flatten() {
            job.check(&vectors.lengths)?;
            if job.compiled.precision() != precision {
                let kernel = job.compiled.kernel().name.clone();
                return Err(Error::Kernel {
                    kernel,
                    reason: "was compiled for another precision than the vectors have",
                });
            }
        }
        let limits = device.device().limits();
        let allowed = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        let allowed = evaluation.staging.map_or(allowed, |bytes| bytes.min(allowed));
        // The lists of contributions have 32 bits for every number.
        let item = real_bytes(precision).max(size_of::<u32>());
        let most = usize::try_from(allowed).unwrap_or(usize::MAX) / item;
        // Places in it are words of the uniform.
        let most = most.min(i32::MAX as usize);
        let stages = evaluation.stages.iter();
        let needed = stages
            .map(|jobs| Ok(needed(&passes(jobs, usize::MAX, STAGING_LIMIT)?, jobs)))
            .max_by_key(|needed: &Result<usize, Error>| needed.as_ref().copied().unwrap_or(0));
        let room = needed.unwrap_or(Ok(0))?.min(most);
        let energies = evaluation.stages.iter().flatten().filter(|job| job.inner().writes(Buffer::Energy));
        let energies: usize = energies.map(|job| job.iterations()).sum();
        let stored: usize = evaluation.stages.iter().flatten().map(|job| job.inner().stored).sum();
        Ok(Self {
            device,
            vectors,
            assembly: device.assembly(precision)?,
            staging: device.storage("the staging buffer", room, real_bytes(precision))?,
            room,
            energies: device.storage("the energies of elements", energies + stored, real_bytes(precision))?,
            invocations: 0,
            stored: energies,
            set: Vec::new(),
            dispatches: Vec::new(),
            passes: 0,
        })
    }

    /// The dispatches of a stage; gives the data of its jobs.
    fn stage(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Uploaded>, Error> {
        let mut uploaded = Vec::new();
        for job in jobs {
            let mut own = Uploaded::new(self.device, job)?;
            own.words[words::STORED] = self.stored as i32;
            self.stored += job.inner().stored;
            if let Some(prelude) = job.inner().prelude.as_ref().filter(|_| job.iterations() > 0) {
                self.launch(job, &own, own.words.clone(), (prelude, [1, 1]))?;
            }
            uploaded.push(own);
        }
        for pass in passes(jobs, self.room, STAGING_LIMIT)? {
            for share in &pass {
                self.share(&jobs[share.job], &uploaded[share.job], share)?;
            }
            for target in TARGETS {
                if jobs.iter().any(|job| job.inner().writes(target)) {
                    let (entries, count) = self.vectors.target(target);
                    let lists = Lists::of(count, &Staged { jobs, pass: &pass, buffer: target })?;
                    let adds = self.adds(target);
                    let gather = self.assembly.gather(self.device, &lists, &self.staging, entries, adds)?;
                    self.dispatches.extend(gather);
                }
            }
            self.passes += 1;
        }
        Ok(uploaded)
    }

    /// Whether what is gathered next is added to a vector: whether the vector has been set before.
    fn adds(&mut self, target: Buffer) -> bool {
        let adds = self.set.contains(&target);
        self.set.push(target);
        adds
    }

    /// Runs some iterations of a job.
    fn share(&mut self, job: &Job<'_>, uploaded: &Uploaded, share: &Share) -> Result<(), Error> {
        let inner = job.inner();
        let grid = self.device.grid("a kernel", share.iterations.len(), inner.workgroup)?;
        let mut all = uploaded.words.clone();
        all[words::FIRST] = (job.streams.outer.start + share.iterations.start as i64) as i32;
        all[words::COUNT] = share.iterations.len() as i32;
        all[words::GRID] = grid.row as i32;
        all[words::ITERATION] = share.iterations.start as i32;
        all[words::ENERGY] = self.invocations as i32;
        for (region, place, records) in &share.regions {
            let word = inner.words.region(*region);
            all[word] = *place as i32;
            all[word + 1] = records.start as i32;
        }
        let workgroups = if inner.shared { [1, 1] } else { grid.workgroups };
        self.launch(job, uploaded, all, (&inner.pipeline, workgroups))?;
        if inner.writes(Buffer::Energy) {
            self.invocations += share.iterations.len();
        }
        Ok(())
    }

    /// Runs a shader of a job with these words.
    fn launch(
        &mut self,
        job: &Job<'_>,
        uploaded: &Uploaded,
        mut all: Vec<i32>,
        (pipeline, workgroups): (&Pipeline, [u32; 2]),
    ) -> Result<(), Error> {
        let inner = job.inner();
        let what = format!("kernel `{}`", inner.kernel.name);
        all.resize(4 * inner.words.vectors(), 0);
        let mut uniform = crate::memory::bytes(inner.precision, &[f64::INFINITY, f64::NAN]);
        uniform.resize(HEAD, 0);
        uniform.extend_from_slice(bytemuck::cast_slice(&all));
        let Vectors { unknowns, residual, direction, .. } = self.vectors;
        let (numbers, tables) = (&uploaded.numbers, &uploaded.tables);
        let buffers = [unknowns, residual, direction, numbers, tables, &self.staging, &self.energies];
        let dispatch = self.device.dispatch(&what, pipeline, workgroups, &uniform, &buffers)?;
        self.dispatches.push(dispatch);
        Ok(())
    }

    /// Adds JᵀJ to the Hessian.
    fn gram(&mut self, jacobian: Places<'_>, hessian: Places<'_>) -> Result<(), Error> {
        let (entries, count) = self.vectors.target(Buffer::Hessian);
        let lists = Lists::of(count, &Products { jacobian: jacobian.pattern, hessian })?;
        let adds = self.adds(Buffer::Hessian);
        let gram = self.assembly.gram(self.device, &lists, &self.vectors.jacobian, entries, adds)?;
        self.dispatches.push(gram);
        Ok(())
    }

    /// Sums the energies of all invocations, and half the squares of rows.
    fn energy(&mut self, squares: &[Range<usize>]) -> Result<(), Error> {
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

/// The numbers that the passes of a stage write at once.
fn needed(passes: &[Vec<Share>], jobs: &[Job<'_>]) -> usize {
    let end = |share: &Share| {
        let counts = &jobs[share.job].inner().counts;
        let last = share.regions.last();
        last.map_or(0, |(region, place, records)| place + crate::staging::numbers(records.len(), counts[*region]))
    };
    passes.iter().flatten().map(end).max().unwrap_or(0)
}
