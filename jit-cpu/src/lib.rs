//! Kernels compiled by Cranelift and run on all cores.
//!
//! [`compile`] turns a [`Kernel`] into one machine function, `energy of a range = f(data, range)`: the loop over the
//! outermost variable is inside it, and it adds its outputs to the buffers at the slots of the streams. [`Compiled::run`]
//! runs that over the ranges of a binding, group by group, on the threads of a [`Pool`].
//!
//! A kernel that is too long for one function is cut into several; what passes between them lies in a frame (see
//! `plan`). Which instruction an operation is depends on the type of the reals only in `lane`. Functions such as `exp`
//! are those of [`spadina_core::function`], in place or called.

mod abi;
mod function;
mod host;
mod lane;
mod module;
mod plan;
mod project;
mod run;
mod sides;
mod translate;

pub use project::{Projector, project_elements, vector_bits as projection_bits};
pub use run::Pool;

use cranelift_module::ModuleError;
use module::{Code, Listing};
use plan::Plan;
use sides::Sides;
use spadina_core::kernel::{Kernel, Step};
use spadina_core::real::{Node, Precision};
use std::sync::Arc;

/// How to compile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// The precision of the reals.
    pub precision: Precision,
    /// Whether Cranelift verifies the code it is given. On by default where debug assertions are.
    pub verify: bool,
    /// Blocks of more than about this many instructions become functions of their own; compile time is linear above.
    pub block_limit: usize,
    /// Kernels of more than about this many instructions are compiled without optimisation and with the faster of
    /// Cranelift's register allocators: ten times as fast, for code that is about as good where it is so long.
    pub quick_above: usize,
    /// Whether iterations of the outermost loop run side by side, as many as fit a vector of 128 bits, where it has no loop
    /// inside.
    pub wide: bool,
    /// Whether slots may be [`NO_SLOT`](spadina_core::bind::NO_SLOT): code that need not look is faster.
    pub skips: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            precision: Precision::F64,
            verify: cfg!(debug_assertions),
            block_limit: plan::LIMIT,
            quick_above: plan::QUICK,
            wide: has_vectors(),
            skips: true,
        }
    }
}

/// Why a kernel was not compiled or not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no code generator for this machine.
    #[error("cannot compile for this machine: {reason}")]
    Machine {
        /// What Cranelift says.
        reason: String,
    },
    /// Cranelift failed.
    #[error("Cranelift failed: {0}")]
    Cranelift(Box<ModuleError>),
    /// The steps of a kernel use a node that none of them computed: a defect of the schedule.
    #[error("kernel `{kernel}` uses a node that none of its steps computes")]
    Schedule {
        /// The kernel.
        kernel: String,
    },
    /// The threads could not be started.
    #[error("cannot start threads: {reason}")]
    Threads {
        /// What the system says.
        reason: String,
    },
    /// Less data is bound than the kernel reads.
    #[error("the kernel needs {wanted} {what}, but {given} are bound")]
    Missing {
        /// The kind of data.
        what: &'static str,
        /// How many the kernel reads.
        wanted: usize,
        /// How many are bound.
        given: usize,
    },
    /// A stream has another shape than the kernel.
    #[error("the records of region {region} have {given} slots, the kernel writes {wanted}")]
    Width {
        /// The region.
        region: usize,
        /// Slots the kernel writes.
        wanted: usize,
        /// Slots in a record.
        given: usize,
    },
    /// A stream is too short.
    #[error("the records of region {region} do not cover the outermost loop")]
    Records {
        /// The region.
        region: usize,
    },
    /// The ranges are not ranges of the outermost loop.
    #[error("the ranges of the streams do not lie in the outermost loop")]
    Ranges,
}

impl From<ModuleError> for Error {
    fn from(error: ModuleError) -> Self {
        Self::Cranelift(Box::new(error))
    }
}

/// What has to be bound at least.
struct Wanted {
    arrays: usize,
    seeds: usize,
    tables: usize,
    sizes: usize,
    /// By region, slots in a record.
    widths: Vec<usize>,
}

impl Wanted {
    fn of(kernel: &Kernel) -> Self {
        let graph = &kernel.graph;
        let seeded = |step: &Step| match *step {
            Step::Value(v) => matches!(graph.node(v), Node::Seed(..)),
            _ => false,
        };
        Self {
            arrays: graph.arrays().len(),
            seeds: if kernel.steps.iter().any(seeded) { graph.arrays().len() } else { 0 },
            tables: graph.indices.tables().len(),
            sizes: graph.indices.sizes().len(),
            widths: kernel.regions.iter().map(|r| r.width).collect(),
        }
    }
}

struct Inner {
    code: Code,
    sides: Option<Sides>,
    precision: Precision,
    frame_words: usize,
    pace: run::Pace,
    wanted: Wanted,
}

/// A compiled kernel. Clones share the code, which is freed with the last of them.
#[derive(Clone)]
pub struct Compiled(Arc<Inner>);

impl Compiled {
    /// The precision of the reals.
    pub fn precision(&self) -> Precision {
        self.0.precision
    }

    fn entry(&self) -> abi::Entry {
        self.0.code.entry
    }

    fn pace(&self) -> &run::Pace {
        &self.0.pace
    }

    fn frame_words(&self) -> usize {
        self.0.frame_words
    }

    fn sides(&self) -> Option<&Sides> {
        self.0.sides.as_ref()
    }

    fn wanted(&self) -> &Wanted {
        &self.0.wanted
    }
}

/// Whether this machine multiplies and adds in one instruction: kernels are then better [fused](Kernel::fuse).
pub fn has_fused_multiply_add() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

/// Whether this machine has vectors of 128 bits with all the operations that kernels need.
pub fn has_vectors() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("sse4.1");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

/// Compiles a kernel.
pub fn compile(kernel: &Kernel, options: &Options) -> Result<Compiled, Error> {
    let plan = Plan::of(kernel, options);
    let (code, _) = module::compile(kernel, &plan, options, Listing::None)?;
    let sides = plan.wide.then(|| Sides::of(kernel, options.precision));
    let frame_words = plan.frame_bytes / size_of::<u64>();
    let wanted = Wanted::of(kernel);
    let pace = run::Pace::unknown();
    Ok(Compiled(Arc::new(Inner { code, sides, precision: options.precision, frame_words, pace, wanted })))
}

/// The text of Cranelift's IR of a kernel, before its optimisations.
pub fn clif(kernel: &Kernel, options: &Options) -> Result<String, Error> {
    let plan = Plan::of(kernel, options);
    Ok(module::compile(kernel, &plan, options, Listing::Clif)?.1)
}

/// The text of the machine code of a kernel.
pub fn asm(kernel: &Kernel, options: &Options) -> Result<String, Error> {
    let plan = Plan::of(kernel, options);
    Ok(module::compile(kernel, &plan, options, Listing::Assembly)?.1)
}
