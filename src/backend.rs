//! The interfaces of back-ends, and the back-ends.
//!
//! A back-end of an application's own implements [`Engine`], if it runs kernels in the host's memory, or [`Backend`]; it is
//! given to [`System::with_backend`](crate::System::with_backend). The test `tests/backends/outside.rs` is an example.

pub use spadina_core::backend::*;
#[cfg(feature = "cpu")]
use std::sync::Arc;

/// Machine code.
#[cfg(feature = "cpu")]
pub fn cpu() -> Arc<dyn Engine> {
    spadina_jit_cpu::cranelift(spadina_jit_cpu::Options::default())
}
