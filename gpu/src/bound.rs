//! An evaluation that is bound to data: dispatches that are made once and encoded many times.

use crate::builder::Builder;
use crate::dispatch::Dispatch;
use crate::evaluation::Evaluation;
use crate::job::Uploaded;
use crate::vectors::Vectors;
use crate::waiting::{Waiting, block_on};
use crate::{Device, Error};
use spadina_core::executor::Executor;
use std::ops::Range;

/// An evaluation with its pipelines, bind groups and data.
///
/// It sets the energy, and all entries of every vector that its kernels write. Clones share everything on the device.
#[derive(Clone, Debug)]
pub struct BoundEvaluation {
    /// Vectors that are set to zero before anything is added to them.
    clears: Vec<wgpu::Buffer>,
    dispatches: Vec<Dispatch>,
    /// The data, by stage and job; those of matrices come first.
    uploaded: Vec<Vec<Uploaded>>,
    /// The vectors that it reads and writes.
    vectors: Vectors,
    passes: usize,
    terms: Terms,
}

/// The terms of the energy.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// The energies of invocations, and how many they are; other numbers can follow.
    pub energies: wgpu::Buffer,
    pub count: usize,
    /// The rows of the residual, half the squares of which are added.
    pub squares: Vec<Range<usize>>,
}

impl BoundEvaluation {
    /// Binds an evaluation to its data, which is uploaded, and to the vectors that it reads and writes. The executor finds
    /// what contributes to each entry.
    pub fn new(
        device: &Device,
        vectors: &Vectors,
        evaluation: &Evaluation<'_>,
        executor: &dyn Executor,
    ) -> Result<Self, Error> {
        let mut builder = Builder::new(device, vectors, evaluation, executor)?;
        let mut uploaded = Vec::new();
        for matrices in &evaluation.matrices {
            uploaded.push(builder.matrices(matrices)?);
        }
        for jobs in &evaluation.stages {
            uploaded.push(builder.stage(jobs)?);
        }
        if let Some([jacobian, hessian]) = evaluation.gram {
            builder.gram(jacobian, hessian)?;
        }
        builder.energy(&evaluation.squares)?;
        let Builder { clears, dispatches, passes, energies, invocations: count, .. } = builder;
        let terms = Terms { energies, count, squares: evaluation.squares.clone() };
        Ok(Self { clears, dispatches, uploaded, vectors: vectors.clone(), passes, terms })
    }

    /// The terms of the energy, after an evaluation.
    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Encodes the evaluation: no allocation of memory on the device, no pipeline, no data from the host.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder) {
        self.clears.iter().for_each(|vector| encoder.clear_buffer(vector, 0, None));
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.dispatches.iter().for_each(|dispatch| dispatch.encode(&mut pass));
    }

    /// Evaluates, and waits until it is done.
    pub fn run(&self, device: &Device) -> Result<(), Error> {
        block_on(self.run_by(Waiting::Blocking, device))
    }

    /// [`run`](Self::run) without blocking. Natively somebody has to poll the device ([`Device::wait_async`]).
    pub async fn run_async(&self, device: &Device) -> Result<(), Error> {
        self.run_by(Waiting::Woken, device).await
    }

    async fn run_by(&self, waiting: Waiting, device: &Device) -> Result<(), Error> {
        let commands = device.scoped("an evaluation", || {
            let mut encoder = device.device().create_command_encoder(&Default::default());
            self.encode(&mut encoder);
            encoder.finish()
        })?;
        device.wait_by(waiting, device.submit(commands)?).await
    }

    /// Returns true if it reads and writes these vectors.
    pub(crate) fn is_of(&self, vectors: &Vectors) -> bool {
        self.vectors.are(vectors)
    }

    /// Gives an array of a job's data new numbers, as many as before; nothing happens to an array that lies elsewhere. The
    /// stages are those of the evaluation, after one for each of its matrices. Another number of values is refused, and so is
    /// an array that there is not.
    pub fn set_array(
        &self,
        device: &Device,
        [stage, job]: [usize; 2],
        array: usize,
        values: &[f64],
    ) -> Result<(), Error> {
        let uploaded = self.uploaded.get(stage).and_then(|jobs| jobs.get(job));
        let found = uploaded.and_then(|uploaded| Some((uploaded, uploaded.places.get(array)?)));
        let (uploaded, place) = found.ok_or(Error::NoArray { stage, job, array })?;
        match place {
            Some(range) if range.len() != values.len() => {
                let (wanted, given) = (range.len(), values.len());
                Err(Error::System { what: "numbers of an array", wanted, given })
            }
            Some(range) => device.write(&uploaded.numbers, self.vectors.precision, range.start, values),
            None => Ok(()),
        }
    }

    /// The number of times that one evaluation fills the staging buffer.
    pub fn passes(&self) -> usize {
        self.passes
    }
}
