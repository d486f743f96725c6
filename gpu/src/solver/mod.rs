//! Linear systems on the device: conjugate gradients, preconditioned by the inverse blocks of the nodes or on several levels,
//! with the matrix and the right-hand side where assembly left them.
//!
//! The iterations never ask the host: a word on the device says whether to go on, and shaders do nothing where it says no.
//! [`Solver::encode`] is the primitive; [`Solver::solve`] submits [`Settings::batch`] iterations at a time and looks at the word
//! of one batch while the next one runs.

mod block_jacobi;
mod build;
#[cfg(test)]
mod counts;
mod list;
mod matrix;
mod multilevel;
mod preconditioner;
mod settings;
mod system;
#[cfg(test)]
mod tests;

pub use block_jacobi::BlockJacobi;
pub use list::{PRECONDITIONERS, preconditioner};
pub use matrix::Matrix;
pub use multilevel::Multilevel;
pub use preconditioner::{Preconditioner, Stages};
pub use settings::{Report, Settings};
pub use spadina_shaders::{SolverProgress, SolverScalars, Status};
pub use system::{Buffers, System};

use crate::dispatch::Dispatch;
use crate::memory::{garbled, numbers, real_bytes};
use crate::waiting::{Waiting, block_on};
use crate::{Device, Error};
use build::{Made, SCALARS_SEEN};
use spadina_core::real::Precision;
use spadina_shaders::{SHIFT, SOLVER_SCALARS};

/// A system with its pipelines, bind groups and vectors.
#[derive(Debug)]
pub struct Solver {
    precision: Precision,
    settings: Settings,
    /// The solution, after [`encode`](Self::encode) or [`solve`](Self::solve), and the vectors by which it is found.
    pub buffers: Buffers,
    /// The initial progress and scalars.
    initial: [wgpu::Buffer; 2],
    /// Before the iterations, and in each.
    prelude: Vec<Dispatch>,
    iteration: Vec<Dispatch>,
    /// Words that the host reads, of one batch and of the next.
    seen: [wgpu::Buffer; 2],
}

impl Solver {
    /// Binds a matrix and a right-hand side. Unknowns that are `fixed`, one flag for each, keep a solution of zero.
    ///
    /// Refuses with [`Error::System`] what does not fit together, and with other errors what the device cannot do.
    pub fn new(
        device: &Device,
        precision: Precision,
        matrix: &Matrix<'_>,
        rhs: &wgpu::Buffer,
        fixed: &[bool],
        settings: Settings,
    ) -> Result<Self, Error> {
        settings.check(matrix, (rhs, real_bytes(precision)), fixed)?;
        device.check(precision)?;
        let made = build::solver((device, precision), matrix, rhs, fixed, settings)?;
        let Made { buffers, initial, prelude, iteration, seen } = made;
        Ok(Self { precision, settings, buffers, initial, prelude, iteration, seen })
    }

    /// Sets what later solutions add to every entry on the diagonal.
    pub fn set_shift(&self, device: &Device, shift: f64) -> Result<(), Error> {
        device.write(&self.initial[1], self.precision, SHIFT, &[shift])
    }

    /// Encodes the start and so many iterations: no allocation of memory on the device, no data from the host.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder, iterations: u32) {
        for (from, to) in self.initial.iter().zip([&self.buffers.progress, &self.buffers.scalars]) {
            encoder.copy_buffer_to_buffer(from, 0, to, 0, to.size().min(from.size()));
        }
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.prelude.iter().for_each(|dispatch| dispatch.encode(&mut pass));
        drop(pass);
        self.encode_more(encoder, iterations);
    }

    /// Encodes more iterations.
    pub fn encode_more(&self, encoder: &mut wgpu::CommandEncoder, iterations: u32) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for dispatch in (0..iterations).flat_map(|_| &self.iteration) {
            dispatch.encode(&mut pass);
        }
    }

    /// Encodes the first step of an iteration by itself, the product of the matrix with the direction, to measure it. Nothing
    /// is computed once the iterations have stopped.
    pub fn encode_product(&self, encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.iteration.first().into_iter().for_each(|product| product.encode(&mut pass));
    }

    /// Solves, and waits until it is done.
    pub fn solve(&self, device: &Device) -> Result<Report, Error> {
        block_on(self.solve_by(Waiting::Blocking, device))
    }

    /// [`solve`](Self::solve) without blocking. Natively somebody has to poll the device ([`Device::wait_async`]).
    pub async fn solve_async(&self, device: &Device) -> Result<Report, Error> {
        self.solve_by(Waiting::Woken, device).await
    }

    pub(crate) async fn solve_by(&self, waiting: Waiting, device: &Device) -> Result<Report, Error> {
        let batch = self.settings.batch.max(1);
        let mut submitted = 0;
        let mut running: Option<(usize, wgpu::SubmissionIndex)> = None;
        for number in 0.. {
            let more = batch.min(self.settings.iterations - submitted);
            let commands = device.scoped("the solver", || {
                let mut encoder = device.device().create_command_encoder(&Default::default());
                match number {
                    0 => self.encode(&mut encoder, more),
                    _ => self.encode_more(&mut encoder, more),
                }
                let seen = &self.seen[number % 2];
                let Buffers { progress, scalars, .. } = &self.buffers;
                encoder.copy_buffer_to_buffer(progress, 0, seen, 0, progress_bytes() as u64);
                let behind = SCALARS_SEEN as u64;
                encoder.copy_buffer_to_buffer(scalars, 0, seen, behind, seen.size() - behind);
                encoder.finish()
            })?;
            submitted += more;
            let last = running.replace((number % 2, device.submit(commands)?));
            let done = match last {
                Some(last) => self.report(waiting, device, last).await?.status != Status::Running,
                None => false,
            };
            if done || submitted == self.settings.iterations {
                break;
            }
        }
        let Some(last) = running else { unreachable!("a batch was submitted") };
        self.report(waiting, device, last).await
    }

    /// Reports the state of the iterations at the end of a submission.
    async fn report(
        &self,
        waiting: Waiting,
        device: &Device,
        (seen, submission): (usize, wgpu::SubmissionIndex),
    ) -> Result<Report, Error> {
        let bytes = device.map_by(waiting, &self.seen[seen], submission).await?;
        let (progress, behind) = bytes.split_at(SCALARS_SEEN);
        let progress = SolverProgress::of_words(&bytemuck::pod_collect_to_vec(progress));
        let progress = progress.ok_or_else(|| garbled("the progress of a linear solver"))?;
        let reals = numbers(self.precision, &behind[..SOLVER_SCALARS * real_bytes(self.precision)]);
        let scalars = SolverScalars::of_reals(&reals).ok_or_else(|| garbled("the scalars of a linear solver"))?;
        let residual = if scalars.first > 0.0 { (scalars.square / scalars.first).sqrt() } else { 0.0 };
        Ok(Report { status: progress.status, iterations: progress.done(), residual })
    }
}

/// Bytes of the progress.
fn progress_bytes() -> usize {
    size_of_val(&SolverProgress::START.words())
}
