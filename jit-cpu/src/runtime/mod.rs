//! The runtime: compiled kernels as an engine of the host.

mod data;
mod pace;
mod project;
mod run;
mod sides;

pub use project::vector_bits;

use crate::abi::Context;
use crate::emitter::{Emitter, Function};
use data::{Inputs, Tables, Targets};
use pace::Pace;
use project::{Projector, project_elements};
use run::Ranges;
use sides::Sides;
use spadina_core::backend::{Abilities, Code, CompileOptions, Engine, Error, Job, Routine};
use spadina_core::bind::{Buffers, Chunks};
use spadina_core::element::{Element, ProjectionRequest};
use spadina_core::executor::{Executor, map};
use spadina_core::kernel::Kernel;
use spadina_core::real::Precision;
use std::fmt;
use std::time::Instant;

/// An engine that runs what an emitter emits.
#[derive(Debug)]
pub(crate) struct Runtime<E>(pub E);

/// A compiled kernel.
struct Compiled {
    function: Function,
    sides: Option<Sides>,
    precision: Precision,
    pace: Pace,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").field("precision", &self.precision).finish_non_exhaustive()
    }
}

impl<E: Emitter> Engine for Runtime<E> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn abilities(&self) -> Abilities {
        self.0.abilities()
    }

    fn compile(
        &self,
        routine: &Routine,
        options: &CompileOptions,
    ) -> Result<Box<dyn Code>, Box<dyn std::error::Error + Send + Sync>> {
        let CompileOptions { precision, partial, .. } = *options;
        let function = self.0.emit(&routine.kernel, precision, partial || routine.guarded)?;
        let sides = (function.sides > 1).then(|| Sides::of(&routine.kernel, function.sides));
        Ok(Box::new(Compiled { function, sides, precision, pace: Pace::unknown() }))
    }

    fn project(&self, element: &Element, choice: ProjectionRequest<'_>, matrices: &mut [f64], executor: &dyn Executor) {
        project_elements(element, choice, matrices, executor);
    }

    fn listing(&self, kernel: &Kernel, stage: &str, precision: Precision) -> Result<String, Error> {
        let text = self.0.listing(kernel, stage, precision);
        let text = text.map_err(|source| Error::Compile { term: kernel.name.clone(), source: source.into() })?;
        text.ok_or_else(|| Error::Refused { what: format!("a listing of the stage `{stage}`"), by: self.name().into() })
    }
}

impl Code for Compiled {
    /// Code of single precision reads copies of the arrays, made in every run, and sums in buffers of its own, which are
    /// then added to the caller's; energies are summed in double precision.
    fn run(&self, job: &Job<'_>, buffers: &mut Buffers<'_>, executor: &dyn Executor) -> f64 {
        let (data, streams) = (job.data(), job.streams());
        let chunks = streams.runs();
        let arrays = Inputs::of(&data.arrays, self.precision);
        let seeds = Inputs::of(&data.seeds, self.precision);
        let tables = Tables::of(&data.tables);
        let mut targets = Targets::of(buffers, self.precision);
        let context = Context {
            arrays: arrays.pointers.as_ptr(),
            array_lengths: arrays.lengths.as_ptr(),
            seeds: seeds.pointers.as_ptr(),
            seed_lengths: seeds.lengths.as_ptr(),
            tables: tables.pointers.as_ptr(),
            table_lengths: tables.lengths.as_ptr(),
            sizes: data.sizes.as_ptr(),
            buffers: targets.pointers(),
        };
        let elements = job.routine().elements.as_ref().zip(job.choice());
        let projector = elements.map(|(elements, choice)| Projector::new(&elements.blocks, choice));
        let ranges = Ranges { compiled: self, context, streams, projector };
        let mut partial = vec![0.0; chunks.ranges.len()];
        for group in &chunks.groups {
            // The first range ever tells the time of an iteration.
            let (first, rest) = group.split_at(usize::from(!self.pace.is_known()).min(group.len()));
            let parts = [first, rest].into_iter().filter(|part| !part.is_empty());
            parts.for_each(|part| self.group(&ranges, part, &chunks, &mut partial, executor));
        }
        targets.finish();
        Chunks::total(&partial)
    }
}

impl Compiled {
    /// Runs ranges that may run at the same time.
    fn group(&self, ranges: &Ranges<'_>, group: &[u32], chunks: &Chunks, partial: &mut [f64], executor: &dyn Executor) {
        let range = |k: u32| &chunks.ranges[k as usize];
        let iterations =
            group.iter().map(|&k| range(k).end.saturating_sub(range(k).start)).fold(0, i64::saturating_add);
        // SAFETY: `Job::new` demands it of data and slots, and that the ranges of a group may run together; the groups
        // run one after another.
        let run = |k: u32| unsafe { ranges.range(range(k)) };
        if self.pace.pays(iterations) {
            let energies = map(executor, group.to_vec(), run);
            group.iter().zip(energies).for_each(|(&k, energy)| partial[k as usize] = energy);
        } else {
            let start = Instant::now();
            group.iter().for_each(|&k| partial[k as usize] = run(k));
            self.pace.learn(start.elapsed(), iterations);
        }
    }
}
