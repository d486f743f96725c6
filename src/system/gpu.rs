//! Systems on a GPU: its options, and the problem as it is there.

use super::{Error, System};
use spadina_core::real::Precision;
pub use spadina_gpu::Resident;
use spadina_gpu::{Backend, Device, Schedule};

/// Which GPU evaluates, and how it assembles.
#[derive(Clone, Default, Debug)]
#[non_exhaustive]
pub struct GpuOptions {
    /// The application's own device. Without it, a device of an adapter is opened.
    pub device: Option<Device>,
    /// A part of the adapter's name, in upper or lower case; without it that of the environment's `WGPU_ADAPTER_NAME`, or
    /// else the fastest adapter.
    pub adapter: Option<String>,
    /// The way outputs are assembled.
    pub schedule: Schedule,
    /// True if the unknowns on the device are displacements from a reference, which is at first the unknowns that the
    /// system is built with ([`System::set_reference`] takes others). Edges and other linear combinations of the
    /// reference are computed in double precision, so that an edge is as accurate in single precision as a number of
    /// its own size, however far from the origin it is. Everything else of the system has the unknowns as they are.
    pub displacements: bool,
}

impl GpuOptions {
    /// Sets the application's own device.
    pub fn device(self, device: impl Into<Option<Device>>) -> Self {
        Self { device: device.into(), ..self }
    }

    /// Sets a part of the adapter's name.
    pub fn adapter(self, adapter: impl Into<Option<String>>) -> Self {
        Self { adapter: adapter.into(), ..self }
    }

    /// Sets the way of assembly.
    pub fn schedule(self, schedule: Schedule) -> Self {
        Self { schedule, ..self }
    }

    /// Takes the unknowns on the device for displacements from a reference.
    pub fn displacements(self, displacements: bool) -> Self {
        Self { displacements, ..self }
    }

    /// The back-end on the device.
    pub(crate) fn backend(&self, precision: Precision) -> Result<Backend, Error> {
        let device = match &self.device {
            Some(device) => device.clone(),
            None => Device::open(self.adapter.as_deref())?,
        };
        Ok(Backend::new(device, precision, self.schedule)?)
    }
}

impl System {
    /// The problem as it is on the GPU: the buffers of its vectors, and evaluations to encode. Nothing is read back.
    pub fn resident(&mut self) -> Result<Resident<'_>, Error> {
        self.bind()?;
        self.bound.as_deref().and_then(Backend::resident).ok_or(Error::NotOnGpuDevice)
    }
}
