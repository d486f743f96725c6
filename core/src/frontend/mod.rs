//! Front-ends: from what a user writes to a [`Program`](crate::program::Program).
//!
//! | module    | what it is                                                                                  |
//! |-----------|---------------------------------------------------------------------------------------------|
//! | [`kit`]   | what a front-end needs: inputs, functions, the updates of its results                       |
//! | [`trace`] | the execution of a language with variables and statements, with symbolic values             |
//! | [`loops`] | loops, recovered from a body that can be executed                                           |
//! | [`wgsl`]  | energies written in WGSL: a user of all three                                               |
//! | [`builder`] | energies written in Rust: a user of the kit |
//!
//! All of them implement [`Frontend`], which is what everything above knows.

pub mod builder;
mod interface;
pub mod kit;
pub mod loops;
pub mod trace;
pub mod wgsl;

pub use interface::{Binding, Fallback, Form, Frontend, Kind, Numbers, Parameter, ParameterType, Roles};
pub use wgsl::Module;
