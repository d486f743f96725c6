//! Kernels on the device bound to connectivity and data.

use super::compile::{Kernels, OneKernel, PROGRAMS};
use super::resident::Resident;
use super::stored::StoredPattern;
use crate::{BoundEvaluation, Device, Error, Evaluation, Job, Matrices, Schedule, Vectors};
use spadina_core::backend::{Inputs, ProgramInputs, Quantity};
use spadina_core::bind::Buffers;
use spadina_core::element::Projection;
use spadina_core::executor::Executor;
use spadina_core::real::Precision;

/// A problem on the device.
#[derive(Debug)]
pub(super) struct OnDevice {
    device: Device,
    kernels: Kernels,
    schedules: Vec<Schedule>,
    vectors: Vectors,
    pattern: Option<StoredPattern>,
    /// By quantity.
    evaluations: [BoundEvaluation; 3],
}

/// A program with its kernels.
struct Prepared<'a> {
    program: &'a ProgramInputs<'a>,
    kernels: &'a [OneKernel],
    /// The number of the term's first matrices among those of the evaluation.
    first: usize,
}

impl Prepared<'_> {
    fn jobs(&self, quantity: Quantity) -> impl Iterator<Item = Job<'_>> {
        self.kernels.iter().zip(self.program.streams(quantity)).map(|(own, streams)| Job {
            compiled: &own.compiled,
            data: &self.program.data,
            streams,
            offsets: &self.program.offsets,
            matrices: own.matrices.map(|number| self.first + number),
        })
    }
}

impl OnDevice {
    /// Binds the kernels, and uploads everything.
    pub fn new(
        (device, precision): (&Device, Precision),
        kernels: &Kernels,
        inputs: &Inputs<'_>,
        executor: &dyn Executor,
    ) -> Result<Self, Error> {
        let vectors = Vectors::new(device, precision, inputs.lengths())?;
        let of = |quantity: Quantity| evaluation((device, &vectors), kernels, inputs, quantity, executor);
        let evaluations = [of(Quantity::Value)?, of(Quantity::Gradient)?, of(Quantity::Hessian)?];
        let pattern = inputs.stored().map(|stored| StoredPattern::new(device, stored.csr, stored.block)).transpose()?;
        let bound = Self {
            device: device.clone(),
            kernels: kernels.clone(),
            schedules: kernels.schedules(),
            vectors,
            pattern,
            evaluations,
        };
        bound.upload_unknowns(inputs)?;
        Ok(bound)
    }

    /// The problem as it is on the device.
    pub fn resident(&self) -> Resident<'_> {
        let [value, gradient, hessian] = &self.evaluations;
        let pattern = self.pattern.as_ref();
        Resident::new([value, gradient, hessian], (&self.device, &self.vectors), pattern, &self.schedules)
    }

    /// Writes the unknowns.
    fn upload_unknowns(&self, inputs: &Inputs<'_>) -> Result<(), Error> {
        let mut first = 0;
        for own in inputs.unknowns() {
            self.device.write(&self.vectors.unknowns, self.vectors.precision, first, own)?;
            first += own.len();
        }
        Ok(())
    }

    /// Writes the numbers of all arrays again.
    pub fn upload_data(&self, inputs: &Inputs<'_>) -> Result<(), Error> {
        for (quantity, evaluation) in Quantity::ALL.into_iter().zip(&self.evaluations) {
            let matrices = if quantity == Quantity::Hessian { matrices(&self.kernels, inputs) } else { Vec::new() };
            let programs = (0..PROGRAMS).map(|number| prepare(&self.kernels, inputs, quantity, number));
            let stages = matrices.into_iter().map(|own| vec![own]).chain(programs);
            for (stage, prepared) in stages.enumerate() {
                for (job, own) in prepared.iter().flat_map(|prepared| prepared.jobs(quantity)).enumerate() {
                    for (array, numbers) in own.data.arrays.iter().enumerate() {
                        evaluation.set_array(&self.device, [stage, job], array, numbers)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Evaluates at the unknowns of the inputs; gives the energy.
    pub fn run(&self, quantity: Quantity, inputs: &Inputs<'_>, buffers: &mut Buffers<'_>) -> Result<f64, Error> {
        let vectors = &self.vectors;
        self.upload_unknowns(inputs)?;
        self.evaluations[quantity as usize].run(&self.device)?;
        let (with_gradient, with_hessian) = (quantity != Quantity::Value, quantity == Quantity::Hessian);
        let wanted = [
            (&vectors.gradient, &mut *buffers.gradient, with_gradient),
            (&vectors.hessian, &mut *buffers.hessian, with_hessian),
            (&vectors.residual, &mut *buffers.residual, true),
            (&vectors.jacobian, &mut *buffers.jacobian, with_hessian),
        ];
        let count = |numbers: &[f64], wanted: bool| if wanted { numbers.len() } else { 0 };
        let mut lists = vec![(&vectors.energy, 1)];
        lists.extend(wanted.iter().map(|(buffer, numbers, wanted)| (*buffer, count(numbers, *wanted))));
        let read = self.device.read(vectors.precision, &lists)?;
        for ((_, numbers, _), own) in wanted.into_iter().zip(&read[1..]) {
            numbers[..own.len()].copy_from_slice(own);
        }
        Ok(read[0].iter().sum())
    }
}

/// The projected matrices of all terms.
fn matrices<'a>(kernels: &'a Kernels, inputs: &'a Inputs<'a>) -> Vec<Prepared<'a>> {
    let own = inputs.terms().iter().zip(kernels.matrices());
    let own = own.flat_map(|(term, kernels)| term.matrices.iter().zip(kernels));
    own.map(|(matrices, kernels)| Prepared { program: &matrices.program, kernels, first: 0 }).collect()
}

/// A program of all terms that have it.
fn prepare<'a>(kernels: &'a Kernels, inputs: &'a Inputs<'a>, quantity: Quantity, number: usize) -> Vec<Prepared<'a>> {
    let mut first = 0;
    let mut prepared = Vec::new();
    for (term, kernels) in inputs.terms().iter().zip(kernels.program(quantity, number)) {
        let program = if number == 0 { Some(&term.main) } else { term.weighted.as_ref() };
        prepared.extend(program.map(|program| Prepared { program, kernels, first }));
        first += term.matrices.len();
    }
    prepared
}

/// Binds the evaluation of a quantity.
fn evaluation(
    (device, vectors): (&Device, &Vectors),
    kernels: &Kernels,
    inputs: &Inputs<'_>,
    quantity: Quantity,
    executor: &dyn Executor,
) -> Result<BoundEvaluation, Error> {
    let hessian = quantity == Quantity::Hessian;
    let computed = if hessian { matrices(kernels, inputs) } else { Vec::new() };
    let own = inputs.terms().iter().flat_map(|term| &term.matrices).zip(&computed);
    let matrices = own.map(|(own, prepared)| Matrices {
        jobs: prepared.jobs(Quantity::Hessian).collect(),
        element: own.element,
        projection: Projection::Clamp,
        count: own.count,
    });
    let matrices = matrices.collect();
    let prepared: Vec<Vec<Prepared<'_>>> =
        (0..PROGRAMS).map(|number| prepare(kernels, inputs, quantity, number)).collect();
    let stages = prepared.iter().map(|own| own.iter().flat_map(|prepared| prepared.jobs(quantity)).collect()).collect();
    let residuals = inputs.terms().iter().filter(|term| term.weighted.is_some());
    let squares = residuals.map(|term| term.rows.clone()).collect();
    let gram = inputs.gram().filter(|_| hessian).map(|places| [places.jacobian, places.hessian]);
    BoundEvaluation::new(device, vectors, &Evaluation { matrices, stages, squares, gram, staging: None }, executor)
}
