//! Kernels on the GPU: WGSL from the same [`Kernel`](spadina_core::kernel::Kernel) that other back-ends run, on the
//! application's own device, with results in buffers that it can bind in its own passes.
//!
//! - [`wgsl::emit`] gives the text of a kernel's shader: one invocation for each iteration of the outermost loop.
//! - [`Device::compile`] makes a pipeline of it.
//! - [`Vectors`] are the unknowns, the gradient, the values of the Hessian; [`Pattern`] is its pattern.
//! - [`Bound`] is an evaluation of some kernels with their data: [`Bound::encode`] is the primitive, [`Bound::run`] and
//!   [`Device::read`] wait. A [`Timer`] measures what is encoded.
//!
//! Every output writes a number of its own in a staging buffer; then each entry of a result sums the numbers that
//! contribute to it, always in the same order. There are no atomics: the same inputs give the same bits.

mod adapters;
mod assembly;
mod bound;
mod builder;
mod compiled;
mod device;
mod error;
mod integers;
mod job;
mod memory;
mod numbering;
mod pipeline;
mod project;
mod schedule;
pub mod solver;
mod staging;
mod timer;
mod vectors;
pub mod wgsl;
mod words;

pub use adapters::{ADAPTER_VARIABLE, AdapterSummary, adapters, summaries};
pub use bound::{Bound, Evaluation, Matrices};
pub use compiled::Compiled;
pub use device::Device;
pub use error::Error;
pub use job::Job;
pub use schedule::Schedule;
pub use timer::Timer;
pub use vectors::{Lengths, Pattern, Vectors};
/// The version whose devices and buffers these are.
pub use wgpu;
