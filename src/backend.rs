//! What a back-end is, and those that there are.
//!
//! A back-end of an application's own implements [`Engine`], if it runs kernels in the host's memory, or [`Backend`]; it is
//! given to [`System::with_backend`](crate::System::with_backend). The test `tests/backends/outside.rs` is an example.

use crate::system::{self, Device, Options};
pub use spadina_core::backend::*;
use spadina_core::kernel::Kernel;
use std::sync::Arc;

/// The back-end of a device: a new one is a line here.
pub(crate) fn of(options: &Options) -> Result<Arc<dyn Backend>, system::Error> {
    match options.device {
        Device::Interpreter => Ok(Arc::new(Host::new(Arc::new(Interpreter)))),
        #[cfg(feature = "cpu")]
        Device::Cpu => Ok(Arc::new(Host::new(cpu()))),
        #[cfg(feature = "gpu")]
        Device::Gpu => Ok(Arc::new(options.gpu.backend(options.precision)?)),
        #[cfg(not(all(feature = "cpu", feature = "gpu")))]
        device => Err(system::Error::NotBuilt { device }),
    }
}

/// Machine code.
#[cfg(feature = "cpu")]
pub fn cpu() -> Arc<dyn Engine> {
    spadina_jit_cpu::cranelift(spadina_jit_cpu::Options::default())
}

/// The engine that computes in the host's memory where a back-end has memory of its own.
pub(crate) fn host() -> Arc<dyn Engine> {
    #[cfg(feature = "cpu")]
    return cpu();
    #[cfg(not(feature = "cpu"))]
    return Arc::new(Interpreter);
}

/// The text of a kernel for a device, at a stage of this device's own.
pub(crate) fn listing(device: Device, kernel: &Kernel, stage: &str) -> Result<String, system::Error> {
    match device {
        #[cfg(feature = "gpu")]
        Device::Gpu => {
            let shaders = spadina_gpu::wgsl::emit(kernel, &spadina_gpu::wgsl::Options::default())?;
            Ok(shaders.iter().map(ToString::to_string).collect())
        }
        #[cfg(feature = "cpu")]
        Device::Cpu => Ok(host().listing(kernel, stage, spadina_core::real::Precision::F64)?),
        device => {
            let _ = (kernel, stage);
            Err(system::Error::NotBuilt { device })
        }
    }
}
