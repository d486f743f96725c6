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
#[cfg(test)]
mod tests;

use crate::memory::{numbers, real_bytes};
use crate::pipeline::Dispatch;
use crate::solver::{self, Matrix, Solver};
use crate::{Bound, Device, Error, Vectors};
use spadina_shaders::newton::{SCALARS, State};

/// When something is small: relative to what it is in the first iteration, or absolutely. Zeros never stop anything that
/// is not zero.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Tolerance {
    /// Small is so much of the first one,
    pub relative: f64,
    /// or this.
    pub absolute: f64,
}

/// How to minimise.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    /// How to solve the linear systems; their right-hand side is always `-g`.
    pub linear: solver::Settings,
    /// The norm of the gradient, without fixed unknowns, at which iterations stop.
    pub gradient: Tolerance,
    /// The decrement at which iterations stop: √(-g·d), whose square is twice the energy that a quadratic model would gain.
    pub decrement: Tolerance,
    /// The most iterations.
    pub iterations: u32,
    /// The part of what the slope promises that a step must gain, between 0 and 1/2.
    pub armijo: f64,
    /// The length of a trial relative to the one before, between 0 and 1.
    pub shrink: f64,
    /// How far the energies of elements, and half the squares of rows of a residual, are from exact ones at most, in units in
    /// their last places. The sum of these errors is a bound: a trial that changes the energy by less is judged by its slope.
    /// The energy of an element that is a difference of numbers 500 times as large has errors of about 500 units; a bound
    /// that is too large does little harm.
    pub noise: f64,
    /// The most trials in an iteration.
    pub trials: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            linear: solver::Settings::default(),
            gradient: Tolerance { relative: 1e-4, absolute: 0.0 },
            decrement: Tolerance::default(),
            iterations: 100,
            armijo: 1e-4,
            shrink: 0.5,
            noise: 1000.0,
            trials: 24,
        }
    }
}

/// What an iteration did.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// Its number, from one.
    pub iteration: u32,
    /// [`Accepted`](State::Accepted) if there was a step, [`Searching`](State::Searching) if no trial was accepted.
    pub state: State,
    /// How the linear solver ended, and after how many iterations.
    pub linear: (solver::Status, u32),
    /// The energy after the step; that before if there was none.
    pub energy: f64,
    /// What the last trial changed the energy by.
    pub difference: f64,
    /// A bound of the rounding errors in that.
    pub noise: f64,
    /// The slope at the last trial, g(x + a d)·d.
    pub slope: f64,
    /// √(-g·d) before the step; zero where the direction is none of descent.
    pub decrement: f64,
    /// The norm of the gradient before the step.
    pub gradient: f64,
    /// The length of the step, relative to the direction.
    pub alpha: f64,
    /// How many steps were tried.
    pub trials: u32,
}

/// Why iterations ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The gradient is small enough.
    Stationary,
    /// The decrement is small enough.
    Converged,
    /// There were not enough iterations.
    Iterations,
    /// The linear solver found no direction of descent: the Hessian is not positive definite (project it, or shift it), or a
    /// number is not finite.
    NoDescent,
    /// No trial lowered the energy enough, although the step promised more than rounding errors.
    NoStep,
    /// The precision ends: no trial was accepted of a step that promised less than the rounding errors of the energy, or some
    /// iterations in a row ([`PATIENCE`](spadina_shaders::newton::PATIENCE)) lowered neither the energy by more than these nor
    /// the norm of the gradient.
    Exhausted,
}

/// What came of a minimisation.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Report {
    /// Why it ended.
    pub outcome: Outcome,
    /// How many steps were accepted.
    pub steps: u32,
    /// The energy at the start.
    pub first_energy: f64,
    /// The last iteration, if there was one.
    pub last: Option<Step>,
}

/// A minimisation: its evaluations, linear system, dispatches and vectors.
#[derive(Debug)]
pub struct Newton {
    /// The evaluation of energy and gradient.
    pub gradient: Bound,
    /// The evaluation of energy, gradient and Hessian.
    pub hessian: Bound,
    /// The linear system.
    pub linear: Solver,
    vectors: Vectors,
    settings: Settings,
    /// What the numbers at the start of an iteration are copied from and to: unknowns, energies, residual.
    kept: Vec<[wgpu::Buffer; 2]>,
    /// State and scalars, and what they are at the start.
    state: wgpu::Buffer,
    scalars: wgpu::Buffer,
    initial: [wgpu::Buffer; 2],
    slope: Vec<Dispatch>,
    advance: Dispatch,
    judge: Vec<Dispatch>,
    seen: wgpu::Buffer,
}

/// Where the scalars begin in what the host reads: the state and the linear solver's status, of 16 bytes each, are before
/// them, and the energy is behind.
const HEAD: usize = 32;

impl Newton {
    /// Binds two evaluations of the same vectors: that of energy and gradient, for trials, and that which also sets a Hessian
    /// that is positive semi-definite (projected); the matrix is that Hessian. Unknowns that are `fixed`, one flag for each,
    /// stay as they are.
    ///
    /// Refuses with [`Error::System`] what does not fit together, and with other errors what the device cannot do.
    pub fn new(
        device: &Device,
        vectors: &Vectors,
        [gradient, hessian]: [Bound; 2],
        matrix: &Matrix<'_>,
        fixed: &[bool],
        settings: Settings,
    ) -> Result<Self, Error> {
        let linear = solver::Settings { negate: true, ..settings.linear };
        let settings = Settings { linear, ..settings };
        if fixed.len() != vectors.lengths.unknowns {
            let (wanted, given) = (vectors.lengths.unknowns, fixed.len());
            return Err(Error::System { what: "flags of fixed unknowns", wanted, given });
        }
        let linear = Solver::new(device, vectors.precision, matrix, &vectors.gradient, fixed, linear)?;
        build::newton(device, vectors.clone(), [gradient, hessian], linear, settings)
    }

    /// Encodes what comes before the first iteration: energy and gradient at the unknowns as they are. Like all of these, it
    /// needs no allocation of memory on the device and no data from the host.
    pub fn encode_start(&self, encoder: &mut wgpu::CommandEncoder) {
        for (from, to) in self.initial.iter().zip([&self.state, &self.scalars]) {
            encoder.copy_buffer_to_buffer(from, 0, to, 0, to.size().min(from.size()));
        }
        self.gradient.encode(encoder);
    }

    /// Encodes the start of an iteration: keeps what the search compares with, which the evaluation of the gradient has left,
    /// and evaluates gradient and Hessian.
    pub fn encode_evaluation(&self, encoder: &mut wgpu::CommandEncoder) {
        for [from, to] in &self.kept {
            encoder.copy_buffer_to_buffer(from, 0, to, 0, from.size().min(to.size()));
        }
        self.hessian.encode(encoder);
    }

    /// Encodes what follows the linear system: whether to search a step.
    pub fn encode_slope(&self, encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.slope.iter().for_each(|dispatch| dispatch.encode(&mut pass));
    }

    /// Encodes a trial, which changes nothing once a step was accepted. The gradient becomes that of the trial: the linear
    /// solver reads it at its start only.
    pub fn encode_trial(&self, encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.advance.encode(&mut pass);
        drop(pass);
        self.gradient.encode(encoder);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.judge.iter().for_each(|dispatch| dispatch.encode(&mut pass));
    }

    /// Minimises from the unknowns as they are, and waits until it is done; `progress` is told each iteration.
    pub fn solve(&self, device: &Device, mut progress: impl FnMut(&Step)) -> Result<Report, Error> {
        self.submit(device, |encoder| self.encode_start(encoder))?;
        let precision = self.vectors.precision;
        let first_energy = device.read(precision, &[(&self.vectors.energy, 1)])?[0][0];
        let mut report = Report { outcome: Outcome::Iterations, steps: 0, first_energy, last: None };
        for _ in 0..self.settings.iterations {
            let energy = report.last.map_or(first_energy, |step: Step| step.energy);
            self.submit(device, |encoder| self.encode_evaluation(encoder))?;
            self.linear.solve(device)?;
            let step = self.search(device, energy)?;
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
    fn search(&self, device: &Device, energy: f64) -> Result<Step, Error> {
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
            let step = self.step(device, submission, energy)?;
            if step.state != State::Searching || tried == self.settings.trials {
                return Ok(step);
            }
        }
    }

    /// Goes back to where the iteration started.
    fn encode_return(&self, encoder: &mut wgpu::CommandEncoder) {
        if let Some([unknowns, base]) = self.kept.first() {
            encoder.copy_buffer_to_buffer(base, 0, unknowns, 0, unknowns.size().min(base.size()));
        }
        self.gradient.encode(encoder);
    }

    /// Copies what the host reads.
    fn encode_copies(&self, encoder: &mut wgpu::CommandEncoder) {
        let item = real_bytes(self.vectors.precision);
        let scalars = (SCALARS * item) as u64;
        encoder.copy_buffer_to_buffer(&self.state, 0, &self.seen, 0, 16);
        encoder.copy_buffer_to_buffer(&self.linear.status, 0, &self.seen, 16, 8);
        encoder.copy_buffer_to_buffer(&self.scalars, 0, &self.seen, HEAD as u64, scalars);
        encoder.copy_buffer_to_buffer(&self.vectors.energy, 0, &self.seen, HEAD as u64 + scalars, item as u64);
    }

    /// What the device says at the end of a submission.
    fn step(&self, device: &Device, submission: wgpu::SubmissionIndex, before: f64) -> Result<Step, Error> {
        let bytes = device.map(&self.seen, submission)?;
        let words: Vec<u32> = bytemuck::pod_collect_to_vec(&bytes[..HEAD]);
        let end = HEAD + (SCALARS + 1) * real_bytes(self.vectors.precision);
        let all = numbers(self.vectors.precision, &bytes[HEAD..end]);
        let state = State::of(words[0]);
        Ok(Step {
            iteration: words[2],
            state,
            linear: (solver::Status::of(words[4]), if words[5] == u32::MAX { 0 } else { words[5] }),
            energy: if state == State::Accepted { all[SCALARS] } else { before },
            difference: all[1],
            noise: all[12],
            slope: all[13],
            decrement: (-all[0]).max(0.0).sqrt(),
            gradient: all[3].sqrt(),
            alpha: all[2],
            trials: words[1],
        })
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
