//! Problems compiled for a device: built once, bound to connectivity, evaluated many times.

mod bind;
mod convert;
mod data;
mod diagnose;
mod displace;
mod error;
mod fit;
#[cfg(feature = "gpu")]
mod gpu;
mod layout;
mod matrices;
mod part;
mod product;
mod rebind;
mod rows;
mod term;
mod work;

pub use error::{Error, Misfit};
#[cfg(feature = "gpu")]
pub use gpu::{GpuOptions, Resident};
pub use layout::{Layout, MakeStorage, Matrix};
pub use work::{Memory, Work};

use crate::problem::Problem;
use layout::Stored;
use part::{Choosing, Mode, Placement};
use product::{Product, Scratch};
use rebind::{Fixed, Stale};
use spadina_core::bind::Buffers;
pub use spadina_core::element::{Projected, Projection};
pub use spadina_core::pattern::{Csr, Places, Storage};
use spadina_core::pattern::{Gram, hessian_pattern};
pub use spadina_core::real::Precision;
use spadina_jit_cpu::Pool;
use std::sync::atomic::Ordering;
use std::time::Instant;
use term::Term;

/// Where to evaluate.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Device {
    /// Compiled to machine code.
    #[default]
    Cpu,
    /// Compute shaders ([`Options::gpu`]). Products with the Hessian are computed by the CPU.
    #[cfg(feature = "gpu")]
    Gpu,
    /// The reference: kernels step by step, in double precision, on one thread.
    Interpreter,
}

/// How to build a system.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to evaluate.
    pub device: Device,
    /// The width of the reals.
    pub precision: Precision,
    /// The number of threads; as many as there are cores if none is given.
    pub threads: Option<usize>,
    /// How the Hessian is stored.
    pub layout: Layout,
    /// What becomes of the negative eigenvalues of each element's Hessian before it is added to the global one; `None`:
    /// they stay.
    ///
    /// An element is one row of `over`; a node that stands twice in it counts as two. In a program it is an iteration
    /// of a loop nest as it is compiled: loops over the same range are one, short constant loops are part of the
    /// iteration around them, and so is an inner loop whose unknowns do not depend on its variable. Where an element's
    /// Hessian is sparse, its projection has more entries, and so has the pattern.
    pub projection: Option<Projection>,
    /// Whether the Hessian of residual terms is JᵀJ, without their second derivatives.
    pub gauss_newton: bool,
    /// Which GPU, and how it assembles.
    #[cfg(feature = "gpu")]
    pub gpu: GpuOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            device: Device::Cpu,
            precision: Precision::F64,
            threads: None,
            layout: Layout::Full,
            projection: None,
            gauss_newton: false,
            #[cfg(feature = "gpu")]
            gpu: GpuOptions::default(),
        }
    }
}

/// What building took, in seconds.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct BuildSeconds {
    /// Reading the energies, derivatives, sparsity, optimisation.
    pub build: f64,
    /// Machine code.
    pub compile: f64,
    /// Sparsity pattern and slots.
    pub pattern: f64,
    /// What no unknown changes, computed and stored.
    pub store: f64,
}

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

    /// The product of the energy's Hessian with a direction, one number for each unknown, without the Hessian itself.
    /// For residual terms it is the exact Hessian's. The kernels are derived and compiled by the first call.
    pub fn product(&mut self, direction: &[f64]) -> Result<&[f64], Error> {
        let wanted = self.unknowns();
        if direction.len() != wanted {
            return Err(Error::DirectionLength { found: direction.len(), wanted });
        }
        if let Some(at) = direction.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite { name: "direction".into(), at: vec![at], value: direction[at] });
        }
        self.bind()?;
        self.bind_products()?;
        let displaced = self.options.displaced().then(|| self.displaced_problem().into_owned());
        let problem = displaced.as_ref().unwrap_or(&self.problem);
        let State { product, rows, .. } = &mut self.state;
        product.fill(0.0);
        for term in &self.terms {
            let Some(kernels) = &term.product else { continue };
            rows.values.fill(0.0);
            rows.tangents.fill(0.0);
            let result = kernels.run(term, problem, direction, product, (&mut *rows, &self.pool));
            result.map_err(|e| term.failed(e))?;
            if !are_finite(product) {
                let what = "the product of the Hessian with a direction".into();
                let (file, element) = (term.file.clone(), String::new());
                return Err(Error::NonFinite { what, term: term.number, file, element });
            }
        }
        Ok(&self.state.product)
    }

    /// Derives and compiles the products, and binds them to connectivity, where that has not been done.
    fn bind_products(&mut self) -> Result<(), Error> {
        let Some(bound) = self.bound.as_mut().filter(|b| !b.products) else { return Ok(()) };
        let precision = (self.options.device != Device::Interpreter).then_some(self.options.precision);
        for term in &mut self.terms {
            let mut kernels = match term.product.take() {
                Some(kernels) => kernels,
                None => Product::new(term, &self.problem, precision)?,
            };
            let result = kernels.bind(term, &self.problem);
            term.product = Some(kernels);
            result?;
        }
        let rows = self.state.residual.len();
        self.state.product = vec![0.0; self.problem.unknown_count()];
        self.state.rows = Scratch { values: vec![0.0; rows], tangents: vec![0.0; rows] };
        bound.products = true;
        Ok(())
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

    /// Builds pattern and slots, if connectivity or the length of an array has changed, and computes what no unknown
    /// changes, if anything has.
    fn bind(&mut self) -> Result<(), Error> {
        if self.bound.is_none() {
            self.match_references();
            self.bind_indices()?;
            (self.unbound, self.unstored) = (Stale::none(), Stale::All);
        } else if !self.unbound.is_none() {
            self.bind_changed()?;
        }
        if !self.unstored.is_none() {
            let start = Instant::now();
            let stale = self.terms.iter_mut().filter(|term| self.unstored.has(term.number));
            stale.into_iter().try_for_each(|term| term.store(&self.problem, &self.pool))?;
            #[cfg(feature = "gpu")]
            if let Some(gpu) = &self.gpu {
                gpu.refresh(&self.terms, &self.problem)?;
            }
            self.seconds.store = start.elapsed().as_secs_f64();
            self.unstored = Stale::none();
        }
        Ok(())
    }

    fn bind_indices(&mut self) -> Result<(), Error> {
        let start = Instant::now();
        self.problem.check()?;
        self.enumerate()?;
        self.place()?;
        self.seconds.pattern = start.elapsed().as_secs_f64();
        Ok(())
    }

    /// Checks every index, and records rows and columns.
    fn enumerate(&mut self) -> Result<(), Error> {
        let mut rows = 0;
        for term in &mut self.terms {
            rows += term.enumerate(&self.problem, rows, &self.pool)?;
        }
        Ok(())
    }

    /// Builds pattern and slots from what was recorded.
    fn place(&mut self) -> Result<(), Error> {
        let unknowns = self.unknowns();
        let terms = &self.terms;
        let rows = terms.last().map_or(0, |term| term.rows().end);
        let jacobian = Csr::build(rows, unknowns, |add| terms.iter().for_each(|t| t.visit_jacobian(add)));
        let kernels: Vec<_> = terms.iter().flat_map(Term::entries).collect();
        let pattern = hessian_pattern(unknowns, &kernels, &Gram::pattern(&jacobian));
        let (stored, slots) = self.options.layout.store(&pattern)?;
        let hessian = Places { pattern: &pattern, slots: slots.as_deref() };
        let own_rows = Places { pattern: &jacobian, slots: None };
        let placement = Placement {
            hessian: Some(hessian),
            jacobian: Some(own_rows),
            shared: stored.is_shared(),
            batched: matches!(self.options.device, Device::Cpu | Device::Interpreter),
            few: false,
        };
        self.terms.iter_mut().for_each(|term| term.place(placement));
        #[cfg(feature = "gpu")]
        if let Some(gpu) = &mut self.gpu {
            gpu.bind(&self.terms, &self.problem, own_rows, (&stored, hessian))?;
        }
        let gram = Gram::new(&jacobian, &pattern, slots.as_deref());
        self.state = State {
            gradient: vec![0.0; unknowns],
            hessian: vec![0.0; stored.len()],
            residual: vec![0.0; rows],
            jacobian: vec![0.0; jacobian.nonzeros()],
            ..State::default()
        };
        self.bound = Some(Bound { products: false, pattern, stored, jacobian, gram, fixed: None });
        self.patterns += 1;
        Ok(())
    }
}

/// Whether all numbers are finite. Groups of them are looked at without a branch, which makes vectors of the loop.
fn are_finite(numbers: &[f64]) -> bool {
    numbers.chunks(1024).all(|group| !group.iter().fold(false, |bad, number| bad | !number.is_finite()))
}

static EMPTY: Csr = Csr { cols: 0, row_ptr: Vec::new(), col_idx: Vec::new() };
