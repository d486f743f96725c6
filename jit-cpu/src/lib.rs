//! The CPU back-end: a runtime and its emitters.
//!
//! An *emitter* turns a kernel into one machine function, `energy of a range = f(data, range)`: the loop over the outermost
//! variable is inside it, and it adds its outputs to the buffers at the slots of the streams. The *runtime* does everything
//! else: it turns data into pointers, runs the ranges of a binding group by group on the threads of an executor, and
//! projects the matrices of elements. Emitter and runtime agree on `abi` alone. The emitter is [`cranelift`].

mod abi;
mod cranelift;
mod emitter;
mod runtime;

pub use cranelift::Options;
pub use runtime::vector_bits as projection_bits;

use cranelift_module::ModuleError;
use spadina_core::backend::Engine;
use std::sync::Arc;

/// The reason a kernel was not compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no code generator for this machine.
    #[error("cannot compile for this machine: {reason}")]
    Machine {
        /// The message of Cranelift.
        reason: String,
    },
    /// Cranelift failed.
    #[error("Cranelift failed: {0}")]
    Cranelift(Box<ModuleError>),
    /// The steps of a kernel use a node that none of them computed: a defect of the schedule.
    #[error("kernel `{kernel}` uses a node that none of its steps computes")]
    Schedule {
        /// The kernel.
        kernel: String,
    },
}

impl From<ModuleError> for Error {
    fn from(error: ModuleError) -> Self {
        Self::Cranelift(Box::new(error))
    }
}

/// An engine whose code is compiled by Cranelift.
pub fn cranelift(options: Options) -> Arc<dyn Engine> {
    Arc::new(runtime::Runtime(cranelift::Cranelift(options)))
}

/// Returns true if this machine multiplies and adds in one instruction: kernels are then better
/// [fused](spadina_core::kernel::Kernel::fuse).
pub fn has_fused_multiply_add() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

/// Returns true if this machine has vectors of 128 bits with all the operations that kernels need.
pub fn has_vectors() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("sse4.1");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}
