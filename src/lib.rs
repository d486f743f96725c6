//! Spadina: the runtime for the energies of meshes. It takes an energy, finds which derivatives are structurally
//! non-zero, compiles exactly those, and evaluates gradient and sparse Hessian.
//!
//! A [`problem`] is data (unknowns, arrays, indices) and terms; it is read from a problem file or put together in Rust.
//! A [`system::System`] is a problem compiled for one device.

pub mod explain;
pub mod npy;
pub mod output;
pub mod problem;
pub mod system;
pub mod tensor;

pub use problem::{Loaded, Term};
pub use spadina_core::frontend::builder;
pub use system::{Error, Evaluation, Layout, Matrix, Options, System};
pub use tensor::Tensor;
