//! The interface of code generators, which turn kernels into functions for the runtime.

use crate::Error;
use crate::abi::Entry;
use spadina_core::backend::Abilities;
use spadina_core::kernel::Kernel;
use spadina_core::real::Precision;
use std::any::Any;
use std::fmt::Debug;

/// A code generator: the runtime does the rest (data to pointers, ranges to threads, projection).
pub(crate) trait Emitter: Send + Sync + Debug {
    /// A short name, as the command line has it.
    fn name(&self) -> &str;

    /// Its abilities.
    fn abilities(&self) -> Abilities;

    /// Turns a kernel into a function of a range. `skips`: slots may be [`NO_SLOT`](spadina_core::bind::NO_SLOT).
    fn emit(&self, kernel: &Kernel, precision: Precision, skips: bool) -> Result<Function, Error>;

    /// The text of a kernel at a stage of the emitter's own; `None` if it has none of this name.
    fn listing(&self, kernel: &Kernel, stage: &str, precision: Precision) -> Result<Option<String>, Error>;
}

/// Machine code of a kernel.
pub(crate) struct Function {
    /// The code. It must not be called once the memory is dropped.
    pub entry: Entry,
    /// The memory of the code, freed with it.
    pub _memory: Box<dyn Any + Send + Sync>,
    /// Words of the frame that the code is given.
    pub frame_words: usize,
    /// The iterations that run side by side; 1 if it is one after another.
    pub sides: usize,
}
