//! The compiler of Spadina: from the energy of one element, or a plain loop program, to the kernel that evaluates its
//! value, gradient and sparse Hessian. It knows no back-end.

pub mod ad;
pub mod backend;
pub mod bind;
pub mod element;
pub mod error;
pub mod executor;
pub mod frontend;
pub mod function;
pub mod hoist;
pub mod index;
pub mod interpret;
pub mod kernel;
pub mod optimize;
pub mod pattern;
pub mod pipeline;
pub mod program;
pub mod real;
pub mod singular;
pub mod sparsity;
pub mod verify;
pub mod waist;
