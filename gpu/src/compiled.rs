//! A kernel with its pipelines.

use crate::dispatch::Pipeline;
use crate::memory::check_range;
use crate::numbering::Numbering;
use crate::parts::{ElementProjection, Kind, parts};
use crate::project::Projector;
use crate::schedule::{Cost, Schedule};
use crate::wgsl::{self, ArrayBuffer, Options, Shader};
use crate::words::Words;
use crate::{Device, Error};
use spadina_core::element::{Blocks, Element, Projection};
use spadina_core::kernel::{Buffer, Kernel, Step};
use spadina_core::real::{Node, Precision, Value};
use spadina_shaders::Region;
use std::sync::Arc;

/// A kernel that was compiled for a device. Clones share the pipelines.
#[derive(Clone, Debug)]
pub struct Compiled(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    /// The whole kernel.
    pub kernel: Kernel,
    pub precision: Precision,
    /// By array.
    pub sources: Vec<ArrayBuffer>,
    pub words: Words,
    pub parts: Vec<Part>,
}

/// A kernel of some of the outputs, that runs by itself.
#[derive(Debug)]
pub(crate) struct Part {
    pub kernel: Kernel,
    pub kind: Kind,
    pub workgroup: u32,
    pub pipeline: Pipeline,
    /// If sums stand before the outermost loop, what computes them, and how many they are.
    pub prelude: Option<Pipeline>,
    pub stored: usize,
    /// True if one workgroup runs the whole kernel.
    pub shared: bool,
}

impl Device {
    /// Compiles a kernel.
    pub fn compile(&self, kernel: &Kernel, options: &Options) -> Result<Compiled, Error> {
        self.check(options.precision)?;
        if options.schedule == Schedule::Atomic && options.precision == Precision::F64 {
            let what = "atomic additions in double precision";
            return Err(Error::Feature { adapter: self.name(), what, lacks: "atomics of 64 bits" });
        }
        let mut cost = Cost::of(self.device().adapter_info().device_type, options.precision);
        cost.registers = options.registers.unwrap_or(cost.registers);
        let parts = parts(kernel, options, Some(cost));
        if parts.iter().any(|(_, kind)| matches!(kind, Kind::Atomic)) {
            self.check_atomics()?;
        }
        let parts = parts.into_iter().map(|(kernel, kind)| self.part(kernel, kind, options));
        Ok(self.compiled(kernel, options, parts.collect::<Result<_, _>>()?))
    }

    /// Compiles a kernel whose element Hessians are projected: that of a completed program, with its elements. Products are
    /// fused with sums.
    pub fn compile_projected(
        &self,
        blocks: &Blocks,
        projection: Projection,
        options: &Options,
    ) -> Result<Compiled, Error> {
        self.check(options.precision)?;
        let mut kernel = blocks.whole.clone();
        kernel.fuse();
        let entries = entries(blocks);
        let numbering = Numbering::of(&kernel, |k| entries[k]);
        let projected = ElementProjection {
            element: blocks.element.clone(),
            projection,
            region: blocks.region,
            places: places(&blocks.element, &numbering),
        };
        let part = self.part(kernel.clone(), Kind::Staged(numbering, Some(projected)), options)?;
        Ok(self.compiled(&kernel, options, vec![part]))
    }

    fn compiled(&self, kernel: &Kernel, options: &Options, parts: Vec<Part>) -> Compiled {
        Compiled(Arc::new(Inner {
            sources: options.sources(kernel),
            words: Words::of(kernel),
            kernel: kernel.clone(),
            precision: options.precision,
            parts,
        }))
    }

    fn part(&self, kernel: Kernel, kind: Kind, options: &Options) -> Result<Part, Error> {
        check_constants(&kernel, options.precision)?;
        let Shader { prelude, kernel: text, stored, shared } = wgsl::emit_to(&kernel, options, kind.sink())?;
        let what = format!("kernel `{}`", kernel.name);
        let pipeline = |text: &String| self.pipeline(&what, text, wgsl::ENTRY);
        let sums = prelude.as_ref().map(pipeline);
        Ok(Part {
            pipeline: pipeline(&text)?,
            prelude: sums.transpose()?,
            workgroup: options.workgroup,
            stored,
            shared,
            kernel,
            kind,
        })
    }
}

/// Refuses constants of sums and products that would be infinite.
fn check_constants(kernel: &Kernel, precision: Precision) -> Result<(), Error> {
    let graph = &kernel.graph;
    let what = format!("a constant of kernel `{}`", kernel.name);
    let mut constants = Vec::new();
    let constant = |value: Value| graph.as_const(value);
    for step in &kernel.steps {
        match *step {
            Step::Value(v) if matches!(graph.node(v), Node::Unary(..) | Node::Binary(..)) => {
                kernel.operands(v, |operand| constants.extend(constant(operand)));
            }
            Step::Accumulate(v) => graph.operands(v, |operand| constants.extend(constant(operand))),
            Step::Output(k) => constants.extend(constant(kernel.outputs[k].value)),
            _ => {}
        }
    }
    check_range(precision, &what, &constants)
}

/// By output of a completed kernel, the entry of its element's lower triangle.
fn entries(blocks: &Blocks) -> Vec<Option<usize>> {
    let mut scattered = blocks.scattered.iter().copied();
    let mut entry = || {
        let Some(entry) = scattered.next() else {
            unreachable!("the Hessian of a completed kernel is that of its elements");
        };
        entry
    };
    let outputs = blocks.whole.outputs.iter();
    outputs.map(|output| (output.buffer == Buffer::Hessian).then(&mut entry)).collect()
}

/// By entry of the lower triangle, its number, and then those of copies; [`Region::NONE`] where there is none.
fn places(element: &Element, numbering: &Numbering) -> Vec<u32> {
    let entries = element.entries();
    let mut places = vec![Region::NONE; 2 * entries];
    for &(entry, number) in &numbering.copies {
        let is_copy = places[entry] != Region::NONE;
        places[entry + if is_copy { entries } else { 0 }] = number as u32;
    }
    places
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

    /// The schedule of the kernel's outputs as compiled: never [`Schedule::Auto`].
    pub fn schedule(&self) -> Schedule {
        let Some(part) = self.0.parts.last() else { unreachable!("a compiled kernel has parts") };
        match part.kind {
            Kind::Staged(..) => Schedule::Staged,
            Kind::Rows(_) => Schedule::Rows,
            Kind::Atomic => Schedule::Atomic,
        }
    }

    /// The number of shaders that evaluate the kernel, besides those of sums that stand before its outermost loop.
    pub fn parts(&self) -> usize {
        self.0.parts.len()
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

impl Part {
    /// Returns true if the part adds to a buffer.
    pub fn writes(&self, buffer: Buffer) -> bool {
        self.kernel.outputs.iter().any(|output| output.buffer == buffer)
    }

    /// The projector of the part's elements, of which there are at most so many at once.
    pub fn projector(&self, device: &Device, precision: Precision, most: usize) -> Result<Option<Projector>, Error> {
        let Kind::Staged(_, Some(ElementProjection { element, projection, .. })) = &self.kind else { return Ok(None) };
        Projector::new(device, precision, element, *projection, most).map(Some)
    }
}
