//! Kernels on the GPU: WGSL from the same [`Kernel`](spadina_core::kernel::Kernel) that other back-ends run, on the
//! application's own device, with results in buffers that it can bind in its own passes.
//!
//! - [`emit`] gives the text of a kernel's shader: one invocation for each iteration of the outermost loop.
//! - [`Device::compile`] makes a pipeline of it.
//! - [`Vectors`] are the unknowns, the gradient, the values of the Hessian; [`Pattern`] is its pattern.
//! - [`BoundEvaluation`] is an evaluation of some kernels with their data: [`BoundEvaluation::encode`] is the primitive, [`BoundEvaluation::run`] and
//!   [`Device::read`] wait. A [`Timer`] measures what is encoded.
//! - [`solver`] solves linear systems with what was assembled, [`newton`] minimises; [`operations`] are those of vectors.
//!
//! Outputs leave numbers in a staging buffer, of which each entry of a result sums those that contribute to it, always in the
//! same order; or invocations own the rows they add to ([`Schedule`]). There are no atomics, unless they are asked for: the same
//! inputs give the same bits.

#![warn(missing_debug_implementations)]

mod adapters;
mod assembly;
mod backend;
mod bound;
mod builder;
mod compiled;
mod device;
mod dispatch;
mod error;
mod evaluation;
mod features;
mod integers;
mod job;
mod memory;
pub mod newton;
mod numbering;
pub mod operations;
mod parts;
mod pipeline;
mod project;
mod schedule;
pub mod solver;
mod staging;
mod timer;
mod trips;
mod vectors;
mod waiting;
pub mod wgsl;
mod width;
mod words;

pub use adapters::{ADAPTER_VARIABLE, AdapterSummary, adapters_async, instance, summaries_async};
#[cfg(not(target_arch = "wasm32"))]
pub use adapters::{adapters, summaries};
pub use backend::{Backend, Resident};
pub use bound::BoundEvaluation;
pub use compiled::Compiled;
pub use device::Device;
pub use dispatch::Dispatch;
pub use error::Error;
pub use evaluation::{Evaluation, Matrices};
pub use job::Job;
pub use parts::emit;
pub use schedule::Schedule;
pub use timer::Timer;
pub use vectors::{Lengths, Pattern, Vectors};
/// The version whose devices and buffers these are.
pub use wgpu;
