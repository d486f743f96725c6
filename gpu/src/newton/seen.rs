//! The results of an iteration that the host reads.

use super::settings::Step;
use crate::memory::{garbled, numbers, real_bytes};
use crate::{Device, Error};
use spadina_core::real::Precision;
use spadina_shaders::SolverProgress;
use spadina_shaders::newton::{NewtonProgress, NewtonScalars, SCALARS, State};

/// The byte offset of the linear solver's progress, behind that of the search.
const LINEAR: usize = size_of::<u32>() * NewtonProgress::COUNT;

/// The byte offset of the scalars; the energy is behind them.
const REALS: usize = 2 * LINEAR;

/// A buffer that the host reads.
#[derive(Debug)]
pub(super) struct Seen {
    pub buffer: wgpu::Buffer,
    precision: Precision,
}

impl Seen {
    pub fn new(device: &Device, precision: Precision) -> Result<Self, Error> {
        let bytes = REALS + (SCALARS + 1) * real_bytes(precision);
        Ok(Self { buffer: device.readback("what is read of Newton's method", bytes)?, precision })
    }

    /// Copies what is read: the progress of the search and of the linear solver, the scalars, the energy.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder, [search, linear, scalars, energy]: [&wgpu::Buffer; 4]) {
        let real = real_bytes(self.precision);
        let behind = REALS + SCALARS * real;
        let linear_bytes = size_of::<u32>() * SolverProgress::COUNT;
        let copies = [
            (search, 0, LINEAR),
            (linear, LINEAR, linear_bytes),
            (scalars, REALS, SCALARS * real),
            (energy, behind, real),
        ];
        for (from, place, bytes) in copies {
            encoder.copy_buffer_to_buffer(from, 0, &self.buffer, place as u64, bytes as u64);
        }
    }

    /// The iteration that was read. `before` is the energy before it.
    pub fn step(&self, bytes: &[u8], before: f64) -> Result<Step, Error> {
        let words: Vec<u32> = bytemuck::pod_collect_to_vec(&bytes[..REALS]);
        let (search, linear) = words.split_at(NewtonProgress::COUNT);
        let search = NewtonProgress::of_words(search).ok_or_else(|| garbled("the progress of a search"))?;
        let linear = SolverProgress::of_words(linear).ok_or_else(|| garbled("the progress of a linear solver"))?;
        let reals = numbers(self.precision, &bytes[REALS..REALS + (SCALARS + 1) * real_bytes(self.precision)]);
        let (Some(scalars), Some(&energy)) = (NewtonScalars::of_reals(&reals), reals.last()) else {
            unreachable!("as many reals are read as there are scalars, and the energy");
        };
        Ok(Step {
            iteration: search.iterations,
            state: search.state,
            linear: (linear.status, linear.done()),
            energy: if search.state == State::Accepted { energy } else { before },
            difference: scalars.difference,
            noise: scalars.noise,
            slope: scalars.trial_slope,
            decrement: (-scalars.descent).max(0.0).sqrt(),
            gradient: scalars.gradient.sqrt(),
            alpha: scalars.alpha,
            trials: search.trials,
        })
    }
}
