//! How systems are built.

#[cfg(feature = "gpu")]
use super::GpuOptions;
use super::{Layout, Precision, Projection};
use spadina_core::executor::Executor;
use std::sync::Arc;

/// Where to evaluate. Other back-ends are given to [`System::with_backend`](super::System::with_backend).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub enum Device {
    /// Compiled to machine code.
    #[cfg_attr(feature = "cpu", default)]
    Cpu,
    /// Compute shaders (`Options::gpu`). Products with the Hessian are computed by the CPU.
    Gpu,
    /// The reference: kernels step by step, in double precision, on one thread.
    #[cfg_attr(not(feature = "cpu"), default)]
    Interpreter,
}

/// How to build a system.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to evaluate.
    pub device: Device,
    /// The width of the reals.
    pub precision: Precision,
    /// The number of threads; as many as there are cores if none is given.
    pub threads: Option<usize>,
    /// The caller's own threads, which then are the only ones; `threads` is of no account.
    pub executor: Option<Arc<dyn Executor>>,
    /// How the Hessian is stored.
    pub layout: Layout,
    /// What becomes of the negative eigenvalues of each element's Hessian before it is added to the global one; `None`:
    /// they stay.
    ///
    /// An element is one row of `over`; a node that stands twice in it counts as two. In a program it is an iteration
    /// of a loop nest as it is compiled: loops over the same range are one, short constant loops are part of the
    /// iteration around them, and so is an inner loop whose unknowns do not depend on its variable. Where an element's
    /// Hessian is sparse, its projection has more entries, and so has the pattern.
    pub projection: Option<Projection>,
    /// Whether the Hessian of residual terms is JᵀJ, without their second derivatives.
    pub gauss_newton: bool,
    /// Which GPU, and how it assembles.
    #[cfg(feature = "gpu")]
    pub gpu: GpuOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            device: Device::default(),
            precision: Precision::F64,
            threads: None,
            executor: None,
            layout: Layout::Full,
            projection: None,
            gauss_newton: false,
            #[cfg(feature = "gpu")]
            gpu: GpuOptions::default(),
        }
    }
}

/// What building took, in seconds.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct BuildSeconds {
    /// Reading the energies, derivatives, sparsity, optimisation.
    pub build: f64,
    /// Machine code.
    pub compile: f64,
    /// Sparsity pattern and slots.
    pub pattern: f64,
    /// What no unknown changes, computed and stored.
    pub store: f64,
}
