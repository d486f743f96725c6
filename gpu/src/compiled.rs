//! A kernel with its pipeline.

use crate::pipeline::Pipeline;
use crate::wgsl::{self, Options, Source, outputs_by_region};
use crate::words::Words;
use crate::{Device, Error};
use spadina_core::kernel::{Buffer, Kernel};
use spadina_core::real::Precision;
use std::sync::Arc;

/// A kernel that was compiled for a device. Clones share the pipeline.
#[derive(Clone, Debug)]
pub struct Compiled(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub kernel: Kernel,
    pub precision: Precision,
    pub workgroup: u32,
    /// By array.
    pub sources: Vec<Source>,
    pub words: Words,
    pub pipeline: Pipeline,
    /// If sums stand before the outermost loop, what computes them, and how many they are.
    pub prelude: Option<Pipeline>,
    pub stored: usize,
    /// Whether one workgroup runs the whole kernel.
    pub shared: bool,
    /// By output, its number among those of its region that have a slot.
    pub numbers: Vec<usize>,
    /// By region, how many outputs have a slot.
    pub counts: Vec<usize>,
}

impl Device {
    /// Compiles a kernel.
    pub fn compile(&self, kernel: &Kernel, options: &Options) -> Result<Compiled, Error> {
        self.check(options.precision)?;
        let words = Words::of(kernel);
        let shader = wgsl::emit(kernel, options)?;
        let writes = wgsl::BINDINGS.map(|(_, access, _)| access != "read");
        let what = format!("kernel `{}`", kernel.name);
        let pipeline = |text: &String| self.pipeline(&what, text, wgsl::ENTRY, &writes);
        let (numbers, counts) = outputs_by_region(kernel);
        Ok(Compiled(Arc::new(Inner {
            kernel: kernel.clone(),
            precision: options.precision,
            workgroup: options.workgroup,
            sources: options.sources(kernel),
            words,
            pipeline: pipeline(&shader.kernel)?,
            prelude: shader.prelude.as_ref().map(pipeline).transpose()?,
            stored: shader.stored,
            shared: shader.shared,
            numbers,
            counts,
        })))
    }
}

impl Compiled {
    /// The kernel.
    pub fn kernel(&self) -> &Kernel {
        &self.0.kernel
    }

    /// The precision of the reals.
    pub fn precision(&self) -> Precision {
        self.0.precision
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

impl Inner {
    /// Whether the kernel adds to a buffer.
    pub fn writes(&self, buffer: Buffer) -> bool {
        self.kernel.outputs.iter().any(|output| output.buffer == buffer)
    }
}
