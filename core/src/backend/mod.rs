//! The evaluation of kernels, behind traits: the interpreter, machine code, a GPU, and whatever comes.
//!
//! There are two doors.
//!
//! - An [`Engine`] runs one kernel at a time on numbers in the host's memory: [`Interpreter`], a code generator, a test. It
//!   turns a [`Routine`] into [`Code`]; [`Host`] makes a [`Backend`] of any engine, with everything that lies between
//!   kernels: the weights of residuals, projected second derivatives, JᵀJ.
//! - A [`Backend`] evaluates all terms of a problem at once, so that one with memory of its own can keep them there. It
//!   [compiles](Backend::compile) kernels, [binds](Compiled::bind) them to data, and [evaluates](Bound::evaluate).
//!
//! A back-end says before what it cannot do, by its [`Abilities`], or by an [`Error`] when it compiles or binds;
//! evaluation fails for no reason but the device. Bound data and streams have been checked once, here ([`check`]),
//! for all.
//!
//! Evaluations *set* the caller's buffers; an engine's code *adds* to them.

mod abilities;
mod check;
mod engine;
mod error;
mod host;
mod interpreter;
mod kernels;
mod view;

pub use abilities::{Abilities, Traffic};
pub use check::{check, check_buffers, check_data, check_streams};
pub use engine::{Code, CompileOptions, Engine, Job};
pub use error::{BindError, Error};
pub use host::Host;
pub use interpreter::Interpreter;
pub use kernels::{Elements, KernelSet, Quantity, Routine, plain_routines};
pub use view::{
    GramPlaces, Inputs, Lengths, MatricesInputs, MatricesKernels, ProgramInputs, ProgramKernels, Residence,
    StoredPattern, TermInputs, TermKernels,
};

use crate::bind::Buffers;
use crate::element::ProjectedElements;
use crate::executor::Executor;
use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// Evaluates problems: value, gradient, Hessian, residual and Jacobian.
pub trait Backend: Send + Sync + Debug {
    /// A short name, as the command line has it.
    fn name(&self) -> &str;

    /// Its abilities.
    fn abilities(&self) -> Abilities;

    /// Compiles the kernels of all terms.
    fn compile(
        &self,
        terms: &[TermKernels<'_>],
        options: &CompileOptions,
        executor: &dyn Executor,
    ) -> Result<Box<dyn Compiled>, Error>;

    /// The engine of a back-end that works in the host's memory. Stored numbers and products are computed by it.
    fn engine(&self) -> Option<Arc<dyn Engine>> {
        None
    }
}

/// The kernels of a problem, compiled and not bound to data.
pub trait Compiled: Send + Sync + Debug {
    /// Binds the kernels to data. Binding again, to other data, lets nothing of the first binding change.
    fn bind(&mut self, inputs: &Inputs<'_>, executor: &dyn Executor) -> Result<Box<dyn Bound>, Error>;
}

/// A request for an evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The quantity; it includes those before it.
    pub quantity: Quantity,
    /// Which elements are projected, if the kernels were built with a projection.
    pub projected: &'a ProjectedElements,
    /// Counts the elements that had negative eigenvalues removed.
    pub count: &'a AtomicUsize,
}

/// Kernels bound to data.
pub trait Bound: Send + Debug {
    /// Takes new numbers of arrays, of the lengths that were bound; connectivity is the same.
    fn refresh(&mut self, inputs: &Inputs<'_>) -> Result<(), Error>;

    /// Evaluates at the unknowns of the inputs, which are those that were bound, with other numbers. Sets the buffers of the
    /// quantity, and the residual; gives the energy.
    fn evaluate(
        &mut self,
        wanted: &Wanted<'_>,
        inputs: &Inputs<'_>,
        buffers: &mut Buffers<'_>,
        executor: &dyn Executor,
    ) -> Result<f64, Error>;

    /// The energy of each term at the unknowns of the inputs, in their order. A device that has but the sum leaves it to the
    /// interpreter.
    fn energies(&mut self, inputs: &Inputs<'_>, executor: &dyn Executor) -> Result<Vec<f64>, Error> {
        Ok(host::interpreted_energies(inputs, executor))
    }

    /// The back-end's own type, which may offer more.
    fn as_any(&self) -> &dyn Any;
}
