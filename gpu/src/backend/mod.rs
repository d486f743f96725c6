//! The GPU as a back-end: the kernels of all terms in one evaluation for each quantity.

mod bind;
mod compile;
mod resident;
mod stored;

pub use resident::Resident;

use crate::{Device, Error, Schedule};
use bind::OnDevice;
use compile::Kernels;
use spadina_core::backend::{self, Abilities, Bound, CompileOptions, Inputs, TermInputs, TermKernels};
use spadina_core::executor::Executor;
use spadina_core::real::Precision;
use std::any::Any;

/// Evaluates on a device.
#[derive(Clone, Debug)]
pub struct Backend {
    device: Device,
    schedule: Schedule,
}

impl Backend {
    /// A back-end on a device, which has the precision or is refused. `schedule`: how outputs are assembled.
    pub fn new(device: Device, precision: Precision, schedule: Schedule) -> Result<Self, Error> {
        device.check(precision)?;
        Ok(Self { device, schedule })
    }

    /// The resident problem of what this back-end has bound; `None` for what another one has.
    pub fn resident(bound: &dyn Bound) -> Option<Resident<'_>> {
        bound.as_any().downcast_ref::<OnDevice>().map(OnDevice::resident)
    }
}

impl From<Error> for backend::Error {
    fn from(error: Error) -> Self {
        Self::Device(Box::new(error))
    }
}

/// The kernels of a problem on a device.
#[derive(Debug)]
struct Compiled {
    backend: Backend,
    options: CompileOptions,
    kernels: Kernels,
}

impl backend::Backend for Backend {
    fn name(&self) -> &str {
        "gpu"
    }

    fn abilities(&self) -> Abilities {
        let all = [Precision::F32, Precision::F64];
        let own: Vec<Precision> = all.into_iter().filter(|&own| self.device.check(own).is_ok()).collect();
        Abilities::device(&own)
    }

    fn compile(
        &self,
        terms: &[TermKernels<'_>],
        options: &CompileOptions,
        _: &dyn Executor,
    ) -> Result<Box<dyn backend::Compiled>, backend::Error> {
        // Entries of different rows that share a slot have no owner.
        let staged = options.shared && self.schedule != Schedule::Atomic;
        let backend = Self { schedule: if staged { Schedule::Staged } else { self.schedule }, ..self.clone() };
        let kernels = Kernels::new(&backend.device, options.precision, backend.schedule, terms)?;
        Ok(Box::new(Compiled { backend, options: *options, kernels }))
    }
}

impl backend::Compiled for Compiled {
    fn bind(&mut self, inputs: &Inputs<'_>, executor: &dyn Executor) -> Result<Box<dyn Bound>, backend::Error> {
        let Self { backend: Backend { device, schedule }, options, kernels } = self;
        let own = (&*device, options.precision);
        let bound = match OnDevice::new(own, kernels, inputs, executor) {
            // With this connectivity, rows have no owner.
            Err(Error::Rows { .. }) => {
                *schedule = Schedule::Staged;
                let terms: Vec<TermKernels<'_>> = inputs.terms().iter().map(TermInputs::kernels).collect();
                *kernels = Kernels::new(device, options.precision, *schedule, &terms)?;
                OnDevice::new(own, kernels, inputs, executor)
            }
            bound => bound,
        };
        Ok(Box::new(bound?))
    }
}

impl Bound for OnDevice {
    fn refresh(&mut self, inputs: &Inputs<'_>) -> Result<(), backend::Error> {
        Ok(self.upload_data(inputs)?)
    }

    fn evaluate(
        &mut self,
        wanted: &backend::Wanted<'_>,
        inputs: &Inputs<'_>,
        buffers: &mut spadina_core::bind::Buffers<'_>,
        _: &dyn Executor,
    ) -> Result<f64, backend::Error> {
        Ok(self.run(wanted.quantity, inputs, buffers)?)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
