//! Front-ends: from what a user writes to a [`Program`](crate::program::Program).

pub mod builder;
mod interface;
pub mod kit;
pub mod loops;
pub mod trace;
pub mod wgsl;

pub use interface::{Binding, Fallback, Form, Frontend, Kind, Numbers, Parameter, ParameterType, Roles};
pub use wgsl::Module;
