//! The interpreter as an engine.

use super::{Abilities, Code, CompileOptions, Engine, Job, Routine};
use crate::bind::Buffers;
use crate::element;
use crate::executor::Executor;
use crate::interpret;
use crate::real::Precision;

/// The reference: kernels step by step, in double precision, on the caller's thread.
#[derive(Clone, Copy, Default, Debug)]
pub struct Interpreter;

/// A kernel is its own code.
#[derive(Debug)]
pub(super) struct Steps;

impl Engine for Interpreter {
    fn name(&self) -> &str {
        "interpreter"
    }

    fn abilities(&self) -> Abilities {
        Abilities::host(&[Precision::F64])
    }

    fn compile(
        &self,
        _: &Routine,
        _: &CompileOptions,
    ) -> Result<Box<dyn Code>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Box::new(Steps))
    }
}

impl Code for Steps {
    fn run(&self, job: &Job<'_>, buffers: &mut Buffers<'_>, _: &dyn Executor) -> f64 {
        let Routine { kernel, elements, .. } = job.routine();
        match (elements, job.choice()) {
            (Some(elements), Some(choice)) => {
                element::run((&elements.blocks, choice), job.streams(), buffers, |chunks, into| {
                    interpret::run_chunks(kernel, job.data(), job.streams(), chunks, into)
                })
            }
            _ => interpret::run(kernel, job.data(), job.streams(), buffers),
        }
    }
}
