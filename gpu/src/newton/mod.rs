//! Newton's method on the device: evaluations, linear systems and the search of a step where the unknowns are.
//!
//! An iteration evaluates gradient and Hessian, solves `H d = -g` for the unknowns that are not fixed, and tries the steps
//! `d`, `s d`, `s² d`, …, each with its energy and gradient, until one lowers the energy by enough (Armijo's rule). What a step
//! changes is summed from the differences of what the invocations of the kernels and the rows of a residual contribute, not
//! taken from two totals: in single precision a gain can be seen that is far smaller than the last digit of the energy.
//!
//! These contributions have rounding errors too, and larger ones than their last digit: the energy of an element is often a
//! small difference of large numbers. Where the energy falls by less than a generous bound of them ([`Settings::noise`]), a
//! trial is judged by the slope there, `g(x + a d)·d`, in place of the energy: by the approximate Wolfe conditions of Hager and
//! Zhang ([`spadina_shaders::newton`]). Iterations end if some in a row lower neither the energy by more than the bound nor the
//! norm of the gradient.
//!
//! A linear system that turns out not to be positive definite gives the step that was found until then, which is one of
//! descent, if there is one.
//!
//! The host reads a few words ([`Step`]) in an iteration, besides those of the linear solver's batches. [`Newton::solve`] is
//! made of the primitives [`encode_start`](Newton::encode_start), [`encode_evaluation`](Newton::encode_evaluation),
//! [`encode_slope`](Newton::encode_slope) and [`encode_trial`](Newton::encode_trial), with [`Newton::linear`] between the second
//! and the third.

mod build;
mod seen;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::{Outcome, Report, Settings, Step, Tolerance};
pub use spadina_shaders::newton::State;

use crate::solver::{self, Matrix, Solver};
use crate::waiting::{Waiting, block_on};
use crate::{BoundEvaluation, Device, Error, Vectors};
use build::Made;

/// A minimisation: its evaluations, linear system, dispatches and vectors.
#[derive(Debug)]
pub struct Newton {
    /// The evaluation of energy and gradient.
    pub gradient: BoundEvaluation,
    /// The evaluation of energy, gradient and Hessian.
    pub hessian: BoundEvaluation,
    /// The linear system.
    pub linear: Solver,
    vectors: Vectors,
    settings: Settings,
    made: Made,
}

impl Newton {
    /// Binds two evaluations of the same vectors: that of energy and gradient, for trials, and that which also sets a Hessian
    /// that is positive semi-definite (projected); the matrix is that Hessian. Unknowns that are `fixed`, one flag for each,
    /// stay as they are.
    ///
    /// Refuses with [`Error::System`] what does not fit together, with [`Error::OtherVectors`] an evaluation that is not bound to
    /// these vectors, and with other errors what the device cannot do.
    pub fn new(
        device: &Device,
        vectors: &Vectors,
        [gradient, hessian]: [BoundEvaluation; 2],
        matrix: &Matrix<'_>,
        fixed: &[bool],
        settings: Settings,
    ) -> Result<Self, Error> {
        for (what, evaluation) in [("the evaluation of the gradient", &gradient), ("that of the Hessian", &hessian)] {
            if !evaluation.is_of(vectors) {
                return Err(Error::OtherVectors { what });
            }
        }
        let linear = solver::Settings { negate: true, ..settings.linear };
        let settings = Settings { linear, ..settings };
        if fixed.len() != vectors.lengths.unknowns {
            let (wanted, given) = (vectors.lengths.unknowns, fixed.len());
            return Err(Error::System { what: "flags of fixed unknowns", wanted, given });
        }
        let linear = Solver::new(device, vectors.precision, matrix, &vectors.gradient, fixed, linear)?;
        let made = build::newton(device, vectors, &gradient, &linear, &settings)?;
        Ok(Self { gradient, hessian, linear, vectors: vectors.clone(), settings, made })
    }

    /// Encodes what comes before the first iteration: energy and gradient at the unknowns as they are. Like all of these, it
    /// needs no allocation of memory on the device and no data from the host.
    pub fn encode_start(&self, encoder: &mut wgpu::CommandEncoder) {
        let Made { initial, progress, scalars, .. } = &self.made;
        for (from, to) in initial.iter().zip([progress, scalars]) {
            encoder.copy_buffer_to_buffer(from, 0, to, 0, to.size().min(from.size()));
        }
        self.gradient.encode(encoder);
    }

    /// Encodes the start of an iteration: keeps what the search compares with, which the evaluation of the gradient has left,
    /// and evaluates gradient and Hessian.
    pub fn encode_evaluation(&self, encoder: &mut wgpu::CommandEncoder) {
        for [from, to] in &self.made.kept {
            encoder.copy_buffer_to_buffer(from, 0, to, 0, from.size().min(to.size()));
        }
        self.hessian.encode(encoder);
    }

    /// Encodes what follows the linear system: whether to search a step.
    pub fn encode_slope(&self, encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.made.slope.iter().for_each(|dispatch| dispatch.encode(&mut pass));
    }

    /// Encodes a trial, which changes nothing once a step was accepted. The gradient becomes that of the trial: the linear
    /// solver reads it at its start only.
    pub fn encode_trial(&self, encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.made.advance.encode(&mut pass);
        drop(pass);
        self.gradient.encode(encoder);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.made.judge.iter().for_each(|dispatch| dispatch.encode(&mut pass));
    }

    /// Minimises from the unknowns as they are, and waits until it is done; `progress` is told each iteration.
    pub fn solve(&self, device: &Device, progress: impl FnMut(&Step)) -> Result<Report, Error> {
        block_on(self.solve_by(Waiting::Blocking, device, progress))
    }

    /// [`solve`](Self::solve) without blocking. Natively somebody has to poll the device ([`Device::wait_async`]).
    pub async fn solve_async(&self, device: &Device, progress: impl FnMut(&Step)) -> Result<Report, Error> {
        self.solve_by(Waiting::Woken, device, progress).await
    }

    async fn solve_by(
        &self,
        waiting: Waiting,
        device: &Device,
        mut progress: impl FnMut(&Step),
    ) -> Result<Report, Error> {
        self.submit(device, |encoder| self.encode_start(encoder))?;
        let precision = self.vectors.precision;
        let first_energy = device.read_by(waiting, precision, &[(&self.vectors.energy, 1)]).await?[0][0];
        let mut report = Report { outcome: Outcome::Iterations, steps: 0, first_energy, last: None };
        for _ in 0..self.settings.iterations {
            let energy = report.last.map_or(first_energy, |step: Step| step.energy);
            self.submit(device, |encoder| self.encode_evaluation(encoder))?;
            self.linear.solve_by(waiting, device).await?;
            let step = self.search(waiting, device, energy).await?;
            progress(&step);
            report.last = Some(step);
            report.outcome = match step.state {
                State::Accepted => {
                    report.steps += 1;
                    continue;
                }
                State::Stationary => Outcome::Stationary,
                State::Converged => Outcome::Converged,
                State::NoDescent => Outcome::NoDescent,
                State::Exhausted => Outcome::Exhausted,
                State::Searching => {
                    self.submit(device, |encoder| self.encode_return(encoder))?;
                    if step.decrement.powi(2) <= step.noise { Outcome::Exhausted } else { Outcome::NoStep }
                }
            };
            return Ok(report);
        }
        Ok(report)
    }

    /// Tries steps, more and more in a submission.
    async fn search(&self, waiting: Waiting, device: &Device, energy: f64) -> Result<Step, Error> {
        let mut tried = 0;
        loop {
            let more = (tried + 1).min(self.settings.trials - tried);
            let submission = self.submit(device, |encoder| {
                if tried == 0 {
                    self.encode_slope(encoder);
                }
                (0..more).for_each(|_| self.encode_trial(encoder));
                self.encode_copies(encoder);
            })?;
            tried += more;
            let bytes = device.map_by(waiting, &self.made.seen.buffer, submission).await?;
            let step = self.made.seen.step(&bytes, energy)?;
            if step.state != State::Searching || tried == self.settings.trials {
                return Ok(step);
            }
        }
    }

    /// Goes back to where the iteration started.
    fn encode_return(&self, encoder: &mut wgpu::CommandEncoder) {
        let [unknowns, base] = &self.made.kept[0];
        encoder.copy_buffer_to_buffer(base, 0, unknowns, 0, unknowns.size().min(base.size()));
        self.gradient.encode(encoder);
    }

    /// Copies what the host reads.
    fn encode_copies(&self, encoder: &mut wgpu::CommandEncoder) {
        let Made { progress, scalars, seen, .. } = &self.made;
        seen.encode(encoder, [progress, &self.linear.buffers.progress, scalars, &self.vectors.energy]);
    }

    fn submit(
        &self,
        device: &Device,
        encode: impl FnOnce(&mut wgpu::CommandEncoder),
    ) -> Result<wgpu::SubmissionIndex, Error> {
        let commands = device.scoped("Newton's method", || {
            let mut encoder = device.device().create_command_encoder(&Default::default());
            encode(&mut encoder);
            encoder.finish()
        })?;
        device.submit(commands)
    }
}
