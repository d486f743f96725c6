//! From a kernel to WGSL: one invocation for each iteration of the outermost loop.
//!
//! The walk over the steps is flat, and so is the text: every node is a `let` of one operation, a loop is a `for`. Of
//! integers it has the low 32 bits; where one is looked at they are read with a sign or without (`crate::width`), and that
//! none needs more is proved when data are bound (`crate::integers`). Sums, differences and products of integers are the same
//! modulo 2³² in any case. Every output writes a number of its own in the staging
//! buffer, at the place of its record (`crate::staging`), so that no two invocations write the same one.

mod arithmetic;
mod compare;
mod function;
mod group;
mod head;
mod integer;
mod literal;
mod options;
mod output;
mod plan;
mod real;
mod shared;
mod sink;
mod steps;
mod wide;
mod wide_functions;
mod writer;

pub use options::{ArrayBuffer, ENTRY, Options};
pub(crate) use shared::GROUP;
pub(crate) use sink::Sink;

use crate::Error;
use crate::numbering::Numbering;
use plan::Plan;
use shared::Prelude;
use spadina_core::kernel::Kernel;
use spadina_core::real::Value;
use writer::Writer;

/// The shaders of a kernel: WGSL modules with one compute entry point each, [`ENTRY`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shader {
    /// The sums that stand before the outermost loop, if there are any: run by one workgroup, before `kernel`.
    pub prelude: Option<String>,
    /// The kernel.
    pub kernel: String,
    /// The number of sums that the prelude leaves for the kernel.
    pub stored: usize,
    /// True if one workgroup runs the whole kernel, which has no outermost loop.
    pub shared: bool,
}

impl std::fmt::Display for Shader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for text in self.prelude.iter().chain([&self.kernel]) {
            f.write_str(text)?;
        }
        Ok(())
    }
}

/// The shaders of a kernel whose numbers go to `sink`.
pub(crate) fn emit_to(kernel: &Kernel, options: &Options, sink: Sink<'_>) -> Result<Shader, Error> {
    match shared::prelude(kernel) {
        Some(Prelude { sums, rest, stored }) => {
            // Sums have no outputs, and are stored where a staged kernel has its energies.
            let none = Numbering::of(&sums, |_| None);
            Ok(Shader {
                prelude: Some(module(&sums, options, Sink::Staged(&none), Loops { shared: true, stored: &stored })?),
                kernel: module(&rest, options, sink, Loops { shared: false, stored: &stored })?,
                stored: stored.len(),
                shared: false,
            })
        }
        None => {
            let shared = shared::is_shared(kernel);
            Ok(Shader {
                prelude: None,
                kernel: module(kernel, options, sink, Loops { shared, stored: &[] })?,
                stored: 0,
                shared,
            })
        }
    }
}

/// The loops of a module, and those that another one has run.
#[derive(Clone, Copy)]
struct Loops<'a> {
    /// True if one workgroup shares the loops that stand in no other.
    shared: bool,
    /// The sums that pass from one shader to the other.
    stored: &'a [Value],
}

/// The text of a module.
fn module(kernel: &Kernel, options: &Options, sink: Sink<'_>, loops: Loops<'_>) -> Result<String, Error> {
    let plan = Plan::of(kernel, options.function_limit);
    let mut writer = Writer::new(kernel, &plan, options, sink, loops);
    if loops.shared {
        writer.declare_group();
    }
    writer.declare_outputs();
    writer.declare_crossing();
    for number in 0..plan.functions.len() {
        writer.function(number)?;
    }
    Ok(writer.finish())
}
