//! Engines: what runs single kernels in the host's memory.

use super::{Abilities, Error, Routine};
use crate::bind::{Buffers, Data, Streams};
use crate::element::{Element, ProjectedElements, ProjectionRequest, project_lower};
use crate::executor::{Executor, pieces, share};
use crate::kernel::Kernel;
use crate::real::Precision;
use std::fmt::Debug;
use std::sync::atomic::Ordering;

/// Options for compiling kernels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CompileOptions {
    /// The precision of the reals.
    pub precision: Precision,
    /// True if the storage of the Hessian has no slot for some entries of its pattern.
    pub partial: bool,
    /// True if entries of different rows may share a slot.
    pub shared: bool,
}

impl CompileOptions {
    /// Full matrices in a precision.
    pub fn full(precision: Precision) -> Self {
        Self { precision, partial: false, shared: false }
    }
}

/// Compiles and runs single kernels.
pub trait Engine: Send + Sync + Debug {
    /// A short name, as the command line has it.
    fn name(&self) -> &str;

    /// Its abilities.
    fn abilities(&self) -> Abilities;

    /// Compiles a kernel.
    fn compile(
        &self,
        routine: &Routine,
        options: &CompileOptions,
    ) -> Result<Box<dyn Code>, Box<dyn std::error::Error + Send + Sync>>;

    /// Projects the matrices of elements, each a lower triangle row by row, one after another; all, if any is to be
    /// projected.
    fn project(&self, element: &Element, choice: ProjectionRequest<'_>, matrices: &mut [f64], executor: &dyn Executor) {
        if *choice.projected == ProjectedElements::None || matrices.is_empty() {
            return;
        }
        let (entries, size) = (element.entries(), element.size());
        let length = share(executor, matrices.len() / entries) * entries;
        pieces(executor, matrices, length, |_, piece| {
            let negative = |m: &mut [f64]| project_lower(m, size, choice.projection).then_some(());
            let found = piece.chunks_exact_mut(entries).filter_map(negative).count();
            choice.count.fetch_add(found, Ordering::Relaxed);
        });
    }

    /// The text of a kernel at a stage of this engine's own, which it refuses if it has none of this name.
    fn listing(&self, kernel: &Kernel, stage: &str, precision: Precision) -> Result<String, Error> {
        let _ = (kernel, precision);
        Err(Error::Refused { what: format!("a listing of the stage `{stage}`"), by: self.name().into() })
    }
}

/// A compiled kernel.
pub trait Code: Send + Sync + Debug {
    /// Runs the kernel over its whole outermost loop, adds to the buffers and returns the energy. The result is the same to the
    /// bit for every executor: ranges of a group may run at the same time, groups run one after another, and energies are
    /// added in the order of the ranges.
    fn run(&self, job: &Job<'_>, buffers: &mut Buffers<'_>, executor: &dyn Executor) -> f64;
}

/// A kernel with its data, slots and projection, ready to run.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    routine: &'a Routine,
    data: &'a Data<'a>,
    streams: &'a Streams,
    choice: Option<ProjectionRequest<'a>>,
}

impl<'a> Job<'a> {
    /// A job of a kernel.
    ///
    /// # Safety
    ///
    /// Compiled code does not check again what binding checks:
    /// - data and streams have the shape of the kernel ([`check`](super::check));
    /// - every unchecked index that the kernel evaluates over `streams.outer` is within its array or table, no unchecked
    ///   divisor is zero, and integers stay within 64 bits;
    /// - every region has a record for every one of its iterations, and `starts` leads to them;
    /// - slots are within the buffers that [`Code::run`] is given, or [`NO_SLOT`](crate::bind::NO_SLOT) if the routine is
    ///   guarded or was compiled as partial;
    /// - ranges of one group write no slot in common;
    /// - only code that was compiled from this routine runs it; it has a projection exactly if the routine has elements.
    pub unsafe fn new(
        routine: &'a Routine,
        data: &'a Data<'a>,
        streams: &'a Streams,
        choice: Option<ProjectionRequest<'a>>,
    ) -> Self {
        Self { routine, data, streams, choice }
    }

    /// The kernel, as it was compiled.
    pub fn routine(&self) -> &'a Routine {
        self.routine
    }

    /// Its data.
    pub fn data(&self) -> &'a Data<'a> {
        self.data
    }

    /// The slots of its outputs.
    pub fn streams(&self) -> &'a Streams {
        self.streams
    }

    /// The projection of elements, and the choice of those projected, if the kernel has elements.
    pub fn choice(&self) -> Option<ProjectionRequest<'a>> {
        self.choice
    }
}
