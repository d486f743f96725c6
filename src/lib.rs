//! Spadina: the runtime for the energies of meshes. It takes an energy, finds which derivatives are structurally
//! non-zero, compiles exactly those, and evaluates gradient and sparse Hessian.
//!
//! A [`problem`] is data (unknowns, arrays, indices) and terms; it is read from a problem file or put together in Rust.
//! An [`engine::System`] is a problem compiled for one device.

pub mod engine;
pub mod npy;
pub mod output;
pub mod problem;
pub mod tensor;

pub use engine::{Csr, Error, Evaluation, Options, System};
pub use problem::Loaded;
pub use tensor::Tensor;
