//! Problems compiled for a device: built once, bound to connectivity, evaluated many times.

mod bind;
mod convert;
mod data;
mod debug;
mod diagnose;
mod displace;
mod energies;
mod error;
mod evaluation;
mod fit;
#[cfg(feature = "gpu")]
mod gpu;
mod handle;
mod layout;
mod matrices;
mod options;
mod part;
mod product;
mod rebind;
mod rows;
mod term;
mod work;

pub use error::{Error, Misfit};
pub use evaluation::{OwnedEvaluation, OwnedMatrix};
#[cfg(feature = "gpu")]
pub use gpu::{GpuOptions, Resident};
pub use handle::{ArrayHandle, Arrays, Handle, Indices, IndicesHandle, Key, Kind, UnknownHandle, Unknowns};
pub use layout::{Layout, MakeStorage, Matrix};
pub use options::{BuildSeconds, Device, Options};
pub use work::{Memory, Work};

use crate::problem::Problem;
use layout::Stored;
use part::{Choosing, Mode};
use product::Scratch;
use rebind::{Fixed, Stale};
use spadina_core::bind::Buffers;
pub use spadina_core::element::{Projected, Projection};
use spadina_core::pattern::Gram;
pub use spadina_core::pattern::{Csr, Places, Storage};
pub use spadina_core::real::Precision;
use spadina_jit_cpu::Pool;
use std::sync::atomic::Ordering;
use std::time::Instant;
use term::Term;

/// Everything at one point.
#[derive(Clone, Copy, Debug)]
pub struct Evaluation<'a> {
    /// The energy.
    pub energy: f64,
    /// One entry for each unknown.
    pub gradient: &'a [f64],
    /// The Hessian, in the layout of the options.
    pub hessian: Matrix<'a>,
    /// The residuals of all residual terms, stacked; `None` without such terms.
    pub residual: Option<&'a [f64]>,
    /// The derivative of the residuals.
    pub jacobian: Option<Matrix<'a>>,
}

/// A problem compiled for a device.
///
/// Reading, derivation and compilation are done once, by [`build`](Self::build). New numbers ([`set_unknown`](
/// Self::set_unknown), [`set_array`](Self::set_array)) cost nothing but the next evaluation. New connectivity
/// ([`set_indices`](Self::set_indices)) and numbers of another length have the shapes checked, every index checked and
/// the pattern built again, at the next evaluation; nothing is compiled again.
pub struct System {
    identity: handle::Identity,
    problem: Problem,
    options: Options,
    pool: Pool,
    terms: Vec<Term>,
    seconds: BuildSeconds,
    bound: Option<Bound>,
    /// How many patterns there have been.
    patterns: u64,
    /// The terms that are to be bound again, because what they depend on has another length or connectivity.
    unbound: Stale,
    /// The terms for which what no unknown changes is to be computed again.
    unstored: Stale,
    state: State,
    choosing: Choosing,
    /// The kernels on the GPU, if that is the device.
    #[cfg(feature = "gpu")]
    gpu: Option<gpu::Gpu>,
}

/// What follows from connectivity and from the lengths of the arrays.
struct Bound {
    /// Whether products are bound, too.
    products: bool,
    pattern: Csr,
    stored: Stored,
    jacobian: Csr,
    gram: Gram,
    /// What stays of the pattern when connectivity changes, once it has.
    fixed: Option<Fixed>,
}

/// The numbers of the last evaluation.
#[derive(Default)]
struct State {
    gradient: Vec<f64>,
    hessian: Vec<f64>,
    residual: Vec<f64>,
    jacobian: Vec<f64>,
    product: Vec<f64>,
    rows: Scratch,
}

impl System {
    /// Reads the energies of a problem, derives, compiles and finds the sparsity pattern.
    pub fn build(problem: Problem, options: Options) -> Result<System, Error> {
        problem.check()?;
        let start = Instant::now();
        let mut terms = Vec::new();
        for (number, term) in problem.terms.iter().enumerate() {
            terms.push(Term::derive(&problem, number, term, &options)?);
        }
        if !terms.iter().any(Term::uses_unknown) {
            return Err(Error::NoUnknown { place: problem.place.clone() });
        }
        let build = start.elapsed().as_secs_f64();
        let pool = Pool::new(options.threads.unwrap_or(0)).map_err(Error::Threads)?;
        let start = Instant::now();
        #[cfg(feature = "gpu")]
        let gpu = match options.device {
            Device::Gpu => {
                term::compile_stored(&mut terms, &pool)?;
                Some(gpu::Gpu::new(&terms, &options)?)
            }
            Device::Cpu | Device::Interpreter => None,
        };
        if options.device == Device::Cpu {
            term::compile(&mut terms, options.precision, options.layout.is_partial(), &pool)?;
        }
        let seconds = BuildSeconds { build, compile: start.elapsed().as_secs_f64(), ..BuildSeconds::default() };
        let mut system = System {
            identity: handle::Identity::new(),
            problem,
            options,
            pool,
            terms,
            seconds,
            bound: None,
            patterns: 0,
            unbound: Stale::none(),
            unstored: Stale::All,
            state: State::default(),
            choosing: Choosing::default(),
            #[cfg(feature = "gpu")]
            gpu,
        };
        system.bind()?;
        Ok(system)
    }

    /// What building took. After [`set_indices`](Self::set_indices), `pattern` is that of the last binding.
    pub fn seconds(&self) -> BuildSeconds {
        self.seconds
    }

    /// The problem, with the data as they are now.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The options that it was built with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The number of unknowns.
    pub fn unknowns(&self) -> usize {
        self.problem.unknown_count()
    }

    /// The full sparsity pattern of the Hessian.
    pub fn pattern(&mut self) -> Result<&Csr, Error> {
        self.bind()?;
        Ok(self.bound.as_ref().map(|b| &b.pattern).unwrap_or(&EMPTY))
    }

    /// A number that grows when the pattern may be another one: what follows from the pattern can be kept until then.
    pub fn pattern_version(&mut self) -> Result<u64, Error> {
        self.bind()?;
        Ok(self.patterns)
    }

    /// The energy.
    pub fn value(&mut self) -> Result<f64, Error> {
        self.bind()?;
        self.run(Mode::Value, None)
    }

    /// The energy, or nothing where it is not finite, as beyond the domain of the energies. Unlike [`value`](Self::value)
    /// it does not look for the reason.
    pub fn trial(&mut self) -> Result<Option<f64>, Error> {
        self.bind()?;
        Ok(Some(self.numbers(Mode::Value, &mut [])?).filter(|energy| energy.is_finite()))
    }

    /// The energy and its gradient.
    pub fn gradient(&mut self) -> Result<(f64, &[f64]), Error> {
        self.bind()?;
        let energy = self.run(Mode::Gradient, None)?;
        Ok((energy, &self.state.gradient))
    }

    /// The energy, its gradient and its Hessian.
    pub fn evaluate(&mut self) -> Result<Evaluation<'_>, Error> {
        self.bind()?;
        let mut hessian = std::mem::take(&mut self.state.hessian);
        let result = self.run(Mode::Hessian, Some(&mut hessian));
        self.state.hessian = hessian;
        Ok(self.evaluation(result?))
    }

    /// Like [`evaluate`](Self::evaluate), with the Hessian set in the caller's own buffer, which has the length of the
    /// layout's storage. The returned evaluation's Hessian is the system's own and not touched.
    pub fn evaluate_into(&mut self, hessian: &mut [f64]) -> Result<Evaluation<'_>, Error> {
        self.bind()?;
        let wanted = self.state.hessian.len();
        if hessian.len() != wanted {
            return Err(Error::BufferLength { found: hessian.len(), wanted });
        }
        let energy = self.run(Mode::Hessian, Some(hessian))?;
        Ok(self.evaluation(energy))
    }

    /// Whether elements can be projected: there is a [`projection`](Options::projection), and a term that is no residual.
    pub fn has_projection(&self) -> bool {
        self.options.projection.is_some() && self.problem.terms.iter().any(|term| !term.residual)
    }

    /// Which elements are projected in the next evaluations: by default all. Only of interest with a
    /// [`projection`](Options::projection); on the GPU it is all or an error. With [`Projection::Reduced`], all are if
    /// any is.
    pub fn project(&mut self, projected: Projected) {
        self.choosing.projected = projected;
    }

    /// How many elements had negative eigenvalues removed in the last evaluation of the Hessian; zero on the GPU, where
    /// they are not counted.
    pub fn projected_elements(&self) -> usize {
        self.choosing.count.load(Ordering::Relaxed)
    }

    /// The problem as it is on the GPU: the buffers of its vectors, and evaluations to encode. Nothing is read back.
    #[cfg(feature = "gpu")]
    pub fn resident(&mut self) -> Result<Resident<'_>, Error> {
        self.bind()?;
        self.gpu.as_ref().and_then(gpu::Gpu::resident).ok_or(Error::NotOnGpuDevice)
    }

    fn evaluation(&self, energy: f64) -> Evaluation<'_> {
        let bound = self.bound.as_ref();
        let residuals = self.problem.has_residuals();
        Evaluation {
            energy,
            gradient: &self.state.gradient,
            hessian: bound.map_or(Matrix::default(), |b| b.stored.matrix(&b.pattern, &self.state.hessian)),
            residual: residuals.then_some(&self.state.residual[..]),
            jacobian: bound.filter(|_| residuals).map(|b| Matrix::csr(&b.jacobian, &self.state.jacobian)),
        }
    }

    /// Evaluates all terms; the numbers are in the state, those of the Hessian in `hessian`.
    fn run(&mut self, mode: Mode, hessian: Option<&mut [f64]>) -> Result<f64, Error> {
        let hessian = hessian.unwrap_or(&mut []);
        let energy = self.numbers(mode, hessian)?;
        let state = &mut self.state;
        let results = [&mut state.gradient[..], hessian, &mut state.jacobian];
        let finite = |numbers| !self.pool.parts(numbers, |part| are_finite(part)).contains(&false);
        if !energy.is_finite() || !results.into_iter().all(finite) {
            let precision = match self.options.device {
                // The reference has but one.
                Device::Interpreter => Precision::F64,
                _ => self.options.precision,
            };
            let kind = (mode, precision);
            return Err(diagnose::non_finite(&self.terms, &self.displaced_problem(), kind, energy));
        }
        Ok(energy)
    }

    /// Evaluates all terms, whatever comes out.
    fn numbers(&mut self, mode: Mode, hessian: &mut [f64]) -> Result<f64, Error> {
        let Some(bound) = &self.bound else { return Ok(0.0) };
        let state = &mut self.state;
        self.choosing.count.store(0, Ordering::Relaxed);
        #[cfg(feature = "gpu")]
        if let Some(gpu) = &self.gpu {
            if mode == Mode::Hessian && self.choosing.projected != Projected::All && self.options.projection.is_some() {
                return Err(Error::NotOnGpu { what: "the projection of some elements and not of others" });
            }
            let State { gradient, residual, jacobian, .. } = state;
            return gpu.run(mode, &self.problem, gpu::Results { gradient, hessian, residual, jacobian });
        }
        state.gradient.fill(0.0);
        self.pool.parts(hessian, |part| part.fill(0.0));
        state.residual.fill(0.0);
        state.jacobian.fill(0.0);
        let mut energy = 0.0;
        let mut target = Buffers {
            gradient: &mut state.gradient,
            hessian,
            residual: &mut state.residual,
            jacobian: &mut state.jacobian,
            product: &mut [],
        };
        let compiled = self.options.device == Device::Cpu;
        for term in &mut self.terms {
            energy += term.run(mode, (&self.problem, compiled, &self.choosing), &mut target, &self.pool)?;
        }
        if mode == Mode::Hessian && self.problem.has_residuals() {
            bound.gram.add(&bound.jacobian, target.jacobian, target.hessian);
        }
        Ok(energy)
    }
}

/// Whether all numbers are finite. Groups of them are looked at without a branch, which makes vectors of the loop.
fn are_finite(numbers: &[f64]) -> bool {
    numbers.chunks(1024).all(|group| !group.iter().fold(false, |bad, number| bad | !number.is_finite()))
}

static EMPTY: Csr = Csr { cols: 0, row_ptr: Vec::new(), col_idx: Vec::new() };
