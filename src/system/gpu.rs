//! Evaluation on the GPU: the kernels of all terms in one evaluation for each mode.

use super::Error;
use super::part::{Mode, Runnable};
use super::term::{Bound, Term};
use crate::problem::Problem;
use spadina_core::pattern::Places;
use spadina_core::real::Precision;
use spadina_gpu::wgsl::Options;
use spadina_gpu::{Bound as Evaluable, Compiled, Device, Evaluation, Job, Lengths, Vectors};

/// Programs of a term: that of the energy or the rows, and that of the weighted rows.
const PROGRAMS: usize = 2;

/// The kernels of a problem on a device.
pub struct Gpu {
    device: Device,
    precision: Precision,
    /// By mode, program and term: the kernels.
    compiled: [[Vec<Vec<Compiled>>; PROGRAMS]; 3],
    bound: Option<(Vectors, [Evaluable; 3])>,
}

/// Where the results of an evaluation go.
pub struct Results<'a> {
    pub gradient: &'a mut [f64],
    pub hessian: &'a mut [f64],
    pub residual: &'a mut [f64],
    pub jacobian: &'a mut [f64],
}

/// A program of a term, if it has one.
fn program(term: &Term, number: usize) -> Option<&Bound> {
    if number == 0 { Some(&term.main) } else { term.weighted.as_ref() }
}

impl Gpu {
    /// Opens the device and compiles all kernels.
    pub fn new(terms: &[Term], precision: Precision) -> Result<Self, Error> {
        let device = Device::open(None)?;
        device.check(precision)?;
        let compile = |mode: Mode, term: &Term, number: usize| -> Result<Vec<Compiled>, Error> {
            let Some(bound) = program(term, number) else { return Ok(Vec::new()) };
            let options = Options { precision, sources: bound.binding.places(), ..Options::default() };
            let compile = |runnable: &Runnable| {
                let mut kernel = runnable.kernel.clone();
                kernel.fuse();
                Ok(device.compile(&kernel, &options)?)
            };
            bound.kernels.set(mode).runnables().iter().map(compile).collect()
        };
        let mut compiled: [[Vec<Vec<Compiled>>; PROGRAMS]; 3] = Default::default();
        for (mode, programs) in Mode::ALL.into_iter().zip(&mut compiled) {
            for (number, kernels) in programs.iter_mut().enumerate() {
                *kernels = terms.iter().map(|term| compile(mode, term, number)).collect::<Result<_, _>>()?;
            }
        }
        Ok(Self { device, precision, compiled, bound: None })
    }

    /// Binds the kernels to connectivity, after their streams have been found. `hessian`: the number of values of its
    /// storage, and the slots of the entries of its pattern.
    pub fn bind(
        &mut self,
        terms: &[Term],
        problem: &Problem,
        jacobian: Places<'_>,
        (values, hessian): (usize, Places<'_>),
    ) -> Result<(), Error> {
        let lengths = Lengths {
            unknowns: problem.unknown_count(),
            hessian: values,
            residual: jacobian.pattern.rows(),
            jacobian: jacobian.pattern.nonzeros(),
        };
        let vectors = Vectors::new(&self.device, self.precision, lengths)?;
        let gram = problem.has_residuals().then_some([jacobian, hessian]);
        let bind = |mode: Mode| self.bind_mode(terms, problem, mode, gram, &vectors);
        let [value, gradient, hessian] = Mode::ALL.map(bind);
        self.bound = Some((vectors, [value?, gradient?, hessian?]));
        Ok(())
    }

    fn bind_mode(
        &self,
        terms: &[Term],
        problem: &Problem,
        mode: Mode,
        gram: Option<[Places<'_>; 2]>,
        vectors: &Vectors,
    ) -> Result<Evaluable, Error> {
        // Weights are read among the rows of the residual: only their number is of account here.
        let weights: Vec<Vec<f64>> = terms.iter().map(|term| vec![0.0; term.rows().len()]).collect();
        let prepare = |number: usize| -> Vec<_> {
            let each = terms.iter().zip(&weights).map(|(term, weights)| {
                let bound = program(term, number)?;
                let offsets = bound.binding.starts(problem, term.rows().start as u32);
                Some((bound, bound.data(problem, weights), offsets))
            });
            each.collect()
        };
        let prepared: Vec<Vec<_>> = (0..PROGRAMS).map(prepare).collect();
        let mut stages = Vec::new();
        for (number, terms) in prepared.iter().enumerate() {
            let mut jobs = Vec::new();
            for (term, prepared) in terms.iter().enumerate() {
                let Some((bound, data, offsets)) = prepared else { continue };
                let runnables = bound.kernels.set(mode).runnables();
                let compiled = &self.compiled[mode as usize][number][term];
                jobs.extend(compiled.iter().zip(runnables).map(|(compiled, runnable)| Job {
                    compiled,
                    data,
                    streams: &runnable.streams,
                    offsets,
                }));
            }
            stages.push(jobs);
        }
        let squares = terms.iter().filter(|term| term.weighted.is_some()).map(Term::rows).collect();
        let gram = gram.filter(|_| mode == Mode::Hessian);
        let evaluation = Evaluation { stages, squares, gram, staging: None };
        Ok(Evaluable::new(&self.device, vectors, &evaluation)?)
    }

    /// Uploads all data again, after arrays or stored numbers have changed.
    pub fn refresh(&self, terms: &[Term], problem: &Problem) -> Result<(), Error> {
        let Some((_, evaluables)) = &self.bound else { return Ok(()) };
        for (mode, evaluable) in Mode::ALL.into_iter().zip(evaluables) {
            for number in 0..PROGRAMS {
                let mut job = 0;
                for bound in terms.iter().filter_map(|term| program(term, number)) {
                    let data = bound.data(problem, &[]);
                    for _ in bound.kernels.set(mode).runnables() {
                        for (array, numbers) in data.arrays.iter().enumerate() {
                            evaluable.set_array(&self.device, [number, job], array, numbers)?;
                        }
                        job += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// Evaluates at the problem's unknowns; gives the energy.
    pub fn run(&self, mode: Mode, problem: &Problem, results: Results<'_>) -> Result<f64, Error> {
        let Some((vectors, evaluables)) = &self.bound else { return Ok(0.0) };
        let mut first = 0;
        for (_, tensor) in &problem.unknowns {
            self.device.write(&vectors.unknowns, self.precision, first, &tensor.data)?;
            first += tensor.data.len();
        }
        evaluables[mode as usize].run(&self.device)?;
        let Results { gradient, hessian, residual, jacobian } = results;
        let (with_gradient, with_hessian) = (mode != Mode::Value, mode == Mode::Hessian);
        let wanted = [
            (&vectors.gradient, gradient, with_gradient),
            (&vectors.hessian, hessian, with_hessian),
            (&vectors.residual, residual, true),
            (&vectors.jacobian, jacobian, with_hessian),
        ];
        let count = |numbers: &[f64], wanted: bool| if wanted { numbers.len() } else { 0 };
        let mut lists = vec![(&vectors.energy, 1)];
        lists.extend(wanted.iter().map(|(buffer, numbers, wanted)| (*buffer, count(numbers, *wanted))));
        let read = self.device.read(self.precision, &lists)?;
        for ((_, numbers, _), own) in wanted.into_iter().zip(&read[1..]) {
            numbers[..own.len()].copy_from_slice(own);
        }
        Ok(read[0].iter().sum())
    }
}
