//! Kernels on the GPU bound to connectivity and data.

use super::super::layout::Stored;
use super::super::part::Mode;
use super::super::term::{Bound, Term, insert};
use super::resident::Buffers;
use super::{Error, Gpu, OnDevice, PROGRAMS, program};
use crate::problem::Problem;
use spadina_core::bind::Data;
use spadina_core::element::Projection;
use spadina_core::pattern::Places;
use spadina_gpu::{Bound as Evaluable, Evaluation, Job, Lengths, Matrices, Pattern, Vectors};

/// A program with its data.
struct Prepared<'a> {
    bound: &'a Bound,
    kernels: &'a [OnDevice],
    data: Data<'a>,
    offsets: Vec<u32>,
    /// The number of the term's first matrices among those of the evaluation.
    first: usize,
}

impl Prepared<'_> {
    fn jobs(&self, mode: Mode) -> impl Iterator<Item = Job<'_>> {
        let runnables = self.bound.kernels.set(mode).runnables();
        self.kernels.iter().zip(runnables).map(|(own, runnable)| Job {
            compiled: &own.compiled,
            data: &self.data,
            streams: &runnable.streams,
            offsets: &self.offsets,
            matrices: own.matrices.map(|number| self.first + number),
        })
    }
}

impl Gpu {
    /// Binds the kernels to connectivity, after their streams have been found. `hessian`: how it is stored, and the slots of
    /// the entries of its pattern.
    pub fn bind(
        &mut self,
        terms: &[Term],
        problem: &Problem,
        jacobian: Places<'_>,
        (stored, hessian): (&Stored, Places<'_>),
    ) -> Result<(), Error> {
        let lengths = Lengths {
            unknowns: problem.unknown_count(),
            hessian: stored.len(),
            residual: jacobian.pattern.rows(),
            jacobian: jacobian.pattern.nonzeros(),
        };
        let vectors = Vectors::new(&self.device, self.options.precision, lengths)?;
        let gram = problem.has_residuals().then_some([jacobian, hessian]);
        let evaluables = match self.bind_modes(terms, problem, gram, &vectors) {
            // With this connectivity, rows have no owner.
            Err(Error::Gpu(spadina_gpu::Error::Rows { .. })) => {
                self.stage(terms)?;
                self.bind_modes(terms, problem, gram, &vectors)?
            }
            bound => bound?,
        };
        let pattern = match stored.pattern(hessian.pattern) {
            Some((csr, block)) => Some((Pattern::new(&self.device, csr)?, csr.clone(), block)),
            None => None,
        };
        self.bound = Some(Buffers { vectors, pattern, evaluables });
        self.upload(problem)
    }

    /// The projected matrices of all terms.
    fn matrices<'a>(&'a self, terms: &'a [Term], problem: &'a Problem) -> Vec<Prepared<'a>> {
        let own = terms.iter().zip(&self.compiled.matrices);
        let own = own.flat_map(|(term, kernels)| term.matrices.iter().zip(kernels));
        own.map(|(matrices, kernels)| {
            let bound = &matrices.bound;
            let offsets = bound.binding.starts(problem, 0);
            Prepared { bound, kernels, data: bound.data(problem, &[]), offsets, first: 0 }
        })
        .collect()
    }

    /// A program of all terms that have it. Of `weights` only the number is of account: the rows themselves are on the
    /// device.
    fn prepare<'a>(
        &'a self,
        terms: &'a [Term],
        problem: &'a Problem,
        (mode, number): (Mode, usize),
        weights: &'a [Vec<f64>],
    ) -> Vec<Prepared<'a>> {
        let mut first = 0;
        let mut prepared = Vec::new();
        for (k, (term, kernels)) in terms.iter().zip(&self.compiled.programs[mode as usize][number]).enumerate() {
            if let Some(bound) = program(term, number) {
                let mut data = bound.data(problem, &weights[k]);
                if number == 0 {
                    insert(&term.matrices, &mut data);
                }
                let offsets = bound.binding.starts(problem, term.rows().start as u32);
                prepared.push(Prepared { bound, kernels, data, offsets, first });
            }
            first += term.matrices.len();
        }
        prepared
    }

    fn bind_modes(
        &self,
        terms: &[Term],
        problem: &Problem,
        gram: Option<[Places<'_>; 2]>,
        vectors: &Vectors,
    ) -> Result<[Evaluable; 3], Error> {
        let [value, gradient, hessian] = Mode::ALL.map(|mode| self.bind_mode(terms, problem, mode, gram, vectors));
        Ok([value?, gradient?, hessian?])
    }

    fn bind_mode(
        &self,
        terms: &[Term],
        problem: &Problem,
        mode: Mode,
        gram: Option<[Places<'_>; 2]>,
        vectors: &Vectors,
    ) -> Result<Evaluable, Error> {
        let weights: Vec<Vec<f64>> = terms.iter().map(|term| vec![0.0; term.rows().len()]).collect();
        let hessian = mode == Mode::Hessian;
        let computed = if hessian { self.matrices(terms, problem) } else { Vec::new() };
        let own = terms.iter().flat_map(|term| &term.matrices).zip(&computed);
        let matrices = own.map(|(own, prepared)| Matrices {
            jobs: prepared.jobs(Mode::Hessian).collect(),
            element: &own.element,
            projection: Projection::Clamp,
            count: own.numbers.len() / own.element.entries().max(1),
        });
        let matrices = matrices.collect();
        let prepared: Vec<Vec<Prepared<'_>>> =
            (0..PROGRAMS).map(|number| self.prepare(terms, problem, (mode, number), &weights)).collect();
        let stages = prepared.iter().map(|own| own.iter().flat_map(|prepared| prepared.jobs(mode)).collect()).collect();
        let squares = terms.iter().filter(|term| term.weighted.is_some()).map(Term::rows).collect();
        let gram = gram.filter(|_| hessian);
        let evaluation = Evaluation { matrices, stages, squares, gram, staging: None };
        Ok(Evaluable::new(&self.device, vectors, &evaluation)?)
    }

    /// Uploads all data again, after arrays or stored numbers have changed.
    pub fn refresh(&self, terms: &[Term], problem: &Problem) -> Result<(), Error> {
        let Some(bound) = &self.bound else { return Ok(()) };
        let weights = vec![Vec::new(); terms.len()];
        for (mode, evaluable) in Mode::ALL.into_iter().zip(&bound.evaluables) {
            let hessian = mode == Mode::Hessian;
            let matrices = if hessian { self.matrices(terms, problem) } else { Vec::new() };
            let programs = (0..PROGRAMS).map(|number| self.prepare(terms, problem, (mode, number), &weights));
            let stages = matrices.into_iter().map(|own| vec![own]).chain(programs);
            for (stage, prepared) in stages.enumerate() {
                for (job, own) in prepared.iter().flat_map(|prepared| prepared.jobs(mode)).enumerate() {
                    for (array, numbers) in own.data.arrays.iter().enumerate() {
                        evaluable.set_array(&self.device, [stage, job], array, numbers)?;
                    }
                }
            }
        }
        Ok(())
    }
}
