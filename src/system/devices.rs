//! The back-ends of devices: a new one is a line here.

use super::error::Error;
use super::options::{Device, Options};
use crate::backend::{Backend, Engine, Host, Interpreter};
use spadina_core::kernel::Kernel;
use std::sync::Arc;

/// The back-end of a device.
pub(crate) fn backend(options: &Options) -> Result<Arc<dyn Backend>, Error> {
    match options.device {
        Device::Interpreter => Ok(Arc::new(Host::new(Arc::new(Interpreter)))),
        #[cfg(feature = "cpu")]
        Device::Cpu => Ok(Arc::new(Host::new(crate::backend::cpu()))),
        #[cfg(feature = "gpu")]
        Device::Gpu => Ok(Arc::new(options.gpu.backend(options.precision)?)),
        #[cfg(not(all(feature = "cpu", feature = "gpu")))]
        device => Err(Error::NotBuilt { device }),
    }
}

/// The engine that computes in the host's memory where a back-end has memory of its own.
pub(crate) fn host() -> Arc<dyn Engine> {
    #[cfg(feature = "cpu")]
    return crate::backend::cpu();
    #[cfg(not(feature = "cpu"))]
    return Arc::new(Interpreter);
}

/// The text of a kernel for a device, at a stage of this device's own.
pub(crate) fn listing(device: Device, kernel: &Kernel, stage: &str) -> Result<String, Error> {
    match device {
        #[cfg(feature = "gpu")]
        Device::Gpu => {
            let shaders = spadina_gpu::emit(kernel, &spadina_gpu::wgsl::Options::default())?;
            Ok(shaders.iter().map(ToString::to_string).collect())
        }
        #[cfg(feature = "cpu")]
        Device::Cpu => Ok(host().listing(kernel, stage, spadina_core::real::Precision::F64)?),
        device => {
            let _ = (kernel, stage);
            Err(Error::NotBuilt { device })
        }
    }
}
