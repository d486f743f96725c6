//! The Cranelift emitter.
//!
//! A kernel that is too long for one function is cut into several; what passes between them lies in a frame (see
//! `plan`). Which instruction an operation is depends on the type of the reals only in `lane`. Functions such as `exp`
//! are those of [`spadina_core::function`], in place or called.

mod function;
mod host;
mod lane;
mod module;
mod plan;
mod translate;

use crate::Error;
use crate::emitter::{Emitter, Function};
use module::Listing;
use plan::Plan;
use spadina_core::backend::Abilities;
use spadina_core::kernel::Kernel;
use spadina_core::real::Precision;

/// Options of the compilation by Cranelift.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// True if Cranelift verifies the code it is given. On by default where debug assertions are.
    pub verify: bool,
    /// Blocks of more than about this many instructions become functions of their own; compile time is linear above.
    pub block_limit: usize,
    /// Kernels of more than about this many instructions are compiled without optimisation and with the faster of
    /// Cranelift's register allocators: ten times as fast, for code that is about as good where it is so long.
    pub quick_above: usize,
    /// True if iterations of the outermost loop run side by side, as many as fit a vector of 128 bits, where it has no
    /// loop inside.
    pub wide: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            verify: cfg!(debug_assertions),
            block_limit: plan::LIMIT,
            quick_above: plan::QUICK,
            wide: crate::has_vectors(),
        }
    }
}

/// The emitter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cranelift(pub Options);

impl Emitter for Cranelift {
    fn name(&self) -> &str {
        "cpu"
    }

    fn abilities(&self) -> Abilities {
        Abilities::host(&[Precision::F64, Precision::F32]).fused(crate::has_fused_multiply_add())
    }

    fn emit(&self, kernel: &Kernel, precision: Precision, skips: bool) -> Result<Function, Error> {
        let plan = Plan::of(kernel, &self.0, skips);
        let (code, _) = module::compile(kernel, &plan, (&self.0, precision), Listing::None)?;
        let sides = if plan.wide { lane::Lane::of(precision).wide().count } else { 1 };
        let frame_words = plan.frame_bytes / size_of::<u64>();
        Ok(Function { entry: code.entry, _memory: Box::new(code), frame_words, sides })
    }

    fn listing(&self, kernel: &Kernel, stage: &str, precision: Precision) -> Result<Option<String>, Error> {
        let listing = match stage {
            // Cranelift's IR, before its optimisations.
            "clif" => Listing::Clif,
            "asm" => Listing::Assembly,
            _ => return Ok(None),
        };
        let plan = Plan::of(kernel, &self.0, true);
        Ok(Some(module::compile(kernel, &plan, (&self.0, precision), listing)?.1))
    }
}
