//! Options of systems.

#[cfg(feature = "gpu")]
use super::GpuOptions;
use super::{Layout, Precision, Projection};
use spadina_core::executor::Executor;
use std::sync::Arc;

/// The device that evaluates. Other back-ends are given to [`System::with_backend`](super::System::with_backend).
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

/// The options by which a system is built.
///
/// ```
/// use spadina::system::{Device, Precision};
/// use spadina::Options;
///
/// let options = Options::default().device(Device::Interpreter).threads(1);
/// assert_eq!((options.threads, options.precision), (Some(1), Precision::F64));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The device that evaluates.
    pub device: Device,
    /// The width of the reals.
    pub precision: Precision,
    /// The number of threads; as many as there are cores if none is given.
    pub threads: Option<usize>,
    /// The caller's own threads, which then are the only ones; `threads` is of no account.
    pub executor: Option<Arc<dyn Executor>>,
    /// The storage of the Hessian.
    pub layout: Layout,
    /// The treatment of negative eigenvalues of each element's Hessian before it is added to the global one; `None`:
    /// they stay.
    ///
    /// An element is one row of `over`; a node that stands twice in it counts as two. In a program it is an iteration
    /// of a loop nest as it is compiled: loops over the same range are one, short constant loops are part of the
    /// iteration around them, and so is an inner loop whose unknowns do not depend on its variable. Where an element's
    /// Hessian is sparse, its projection has more entries, and so has the pattern.
    pub projection: Option<Projection>,
    /// True if the Hessian of residual terms is JᵀJ, without their second derivatives.
    pub gauss_newton: bool,
    /// The GPU, and its way of assembly.
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

impl Options {
    /// Sets the device that evaluates.
    pub fn device(self, device: Device) -> Self {
        Self { device, ..self }
    }

    /// Sets the width of the reals.
    pub fn precision(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// Sets the number of threads; `None` for as many as there are cores.
    pub fn threads(self, threads: impl Into<Option<usize>>) -> Self {
        Self { threads: threads.into(), ..self }
    }

    /// Sets the caller's own threads.
    pub fn executor(self, executor: Arc<dyn Executor>) -> Self {
        Self { executor: Some(executor), ..self }
    }

    /// Sets the storage of the Hessian.
    pub fn layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// Sets the treatment of negative eigenvalues; `None`: they stay.
    pub fn projection(self, projection: impl Into<Option<Projection>>) -> Self {
        Self { projection: projection.into(), ..self }
    }

    /// Takes JᵀJ for the Hessian of residual terms.
    pub fn gauss_newton(self, gauss_newton: bool) -> Self {
        Self { gauss_newton, ..self }
    }

    /// Sets the GPU, and its way of assembly.
    #[cfg(feature = "gpu")]
    pub fn gpu(self, gpu: GpuOptions) -> Self {
        Self { gpu, ..self }
    }
}

/// The times of building, in seconds.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
#[non_exhaustive]
pub struct BuildSeconds {
    /// Reading the energies, derivatives, sparsity, optimisation.
    pub build: f64,
    /// Machine code.
    pub compile: f64,
    /// Sparsity pattern and slots.
    pub pattern: f64,
    /// Numbers that no unknown changes, computed and stored.
    pub store: f64,
}
