//! Front-ends: from what a user writes to a [`Program`](crate::program::Program).

pub mod wgsl;

pub use wgsl::{Binding, Form, Kind, Lowered, Module, Parameter, ParameterType, Roles};
