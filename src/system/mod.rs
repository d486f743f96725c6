//! Problems compiled for a device: built once, bound to connectivity, evaluated many times.

mod bind;
mod connectivity;
mod convert;
mod data;
mod debug;
mod derive;
pub(crate) mod devices;
mod diagnose;
mod displace;
mod elements;
mod energies;
mod error;
mod evaluation;
mod faults;
mod fit;
#[cfg(feature = "gpu")]
mod gpu;
mod handle;
mod layout;
mod located;
mod matrices;
mod options;
mod product;
mod program;
mod rebind;
mod rows;
mod singular;
mod state;
mod term;
mod work;

pub use error::{Error, Misfit};
pub use evaluation::{OwnedEvaluation, OwnedMatrix};
#[cfg(feature = "gpu")]
pub use gpu::{GpuOptions, Resident};
pub use handle::{ArrayHandle, Arrays, Handle, Indices, IndicesHandle, Key, Kind, UnknownHandle, Unknowns};
pub use layout::{Layout, MakeStorage, Matrix};
pub use located::{EnergyError, Iteration, NonFinite, TextPlace};
pub use options::{BuildSeconds, Device, Options};
pub use work::{Memory, Work};

use crate::executor;
use crate::problem::Problem;
use connectivity::{Connectivity, inputs};
use derive::Derivation;
use product::Product;
use program::{Fusion, StoredCode};
use rebind::Stale;
use singular::Counting;
use spadina_core::backend::{self, Backend, Bound, CompileOptions, Compiled, Engine, Quantity, Wanted};
use spadina_core::bind::Buffers;
pub use spadina_core::element::{ProjectedElements, Projection};
use spadina_core::executor::{Executor, large_pieces, map};
pub use spadina_core::pattern::{Csr, Places, Storage};
pub use spadina_core::real::Precision;
use state::{Destination, State};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use term::DerivedTerm;

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
    executor: Arc<dyn Executor>,
    backend: Arc<dyn Backend>,
    /// True if the programs are those of displacements from a reference.
    displaced: bool,
    /// The engine of stored numbers and products: the back-end's own, or the host's.
    engine: Arc<dyn Engine>,
    terms: Vec<DerivedTerm>,
    compiled: Box<dyn Compiled>,
    seconds: BuildSeconds,
    connectivity: Option<Connectivity>,
    /// The kernels bound to data, if there is connectivity.
    bound: Option<Box<dyn Bound>>,
    /// The kernels of products, by term, once they are asked for.
    products: Vec<Product>,
    /// They are bound to connectivity.
    products_bound: bool,
    /// The number of patterns there have been.
    patterns: u64,
    /// The terms that are to be bound again, because what they depend on has another length or connectivity.
    unbound: BTreeSet<usize>,
    /// The terms for which what no unknown changes is to be computed again.
    unstored: Stale,
    state: State,
    projected: ProjectedElements,
    /// The number of elements that had negative eigenvalues removed in the last evaluation.
    projected_elements: AtomicUsize,
    /// The system that counts elements at singular points, once it is asked for.
    counting: Counting,
}

impl System {
    /// Reads the energies of a problem, derives, compiles and finds the sparsity pattern.
    pub fn build(problem: Problem, options: Options) -> Result<System, Error> {
        Self::on(problem, options, devices::backend)
    }

    /// Like [`build`](Self::build), on a back-end of the caller's own; the device of the options is of no account, and
    /// displacements are where the back-end has none.
    pub fn with_backend(problem: Problem, options: Options, backend: Arc<dyn Backend>) -> Result<System, Error> {
        Self::on(problem, options, |_| Ok(backend))
    }

    fn on(
        problem: Problem,
        mut options: Options,
        backend: impl FnOnce(&Options) -> Result<Arc<dyn Backend>, Error>,
    ) -> Result<System, Error> {
        problem.check()?;
        let backend = backend(&options)?;
        let displaced = displace::displaces(&options, &backend.abilities());
        let start = Instant::now();
        let engine = backend.engine().unwrap_or_else(devices::host);
        let fusion = match (engine.abilities().fuses, backend.engine().is_some()) {
            (false, _) => Fusion::Nothing,
            (true, true) => Fusion::All,
            // What a device with memory of its own runs it fuses by itself.
            (true, false) => Fusion::Stored,
        };
        let derivation = Derivation { problem: &problem, options: &options, displaces: displaced, fusion };
        let mut terms = derivation.terms()?;
        if !terms.iter().any(DerivedTerm::uses_unknown) {
            return Err(Error::NoUnknown { place: problem.place.clone() });
        }
        let build = start.elapsed().as_secs_f64();
        let executor = match &options.executor {
            Some(own) => own.clone(),
            None => executor::threads(options.threads)?,
        };
        // Systems with the same options share its threads.
        options.executor = Some(executor.clone());
        let start = Instant::now();
        let compiled = compile(&mut terms, &options, (&*backend, &*engine), &*executor)?;
        let seconds = BuildSeconds { build, compile: start.elapsed().as_secs_f64(), ..BuildSeconds::default() };
        let mut system = System {
            identity: handle::Identity::new(),
            problem,
            options,
            executor,
            backend,
            displaced,
            engine,
            terms,
            compiled,
            seconds,
            connectivity: None,
            bound: None,
            products: Vec::new(),
            products_bound: false,
            patterns: 0,
            unbound: BTreeSet::new(),
            unstored: Stale::All,
            state: State::default(),
            projected: ProjectedElements::default(),
            projected_elements: AtomicUsize::new(0),
            counting: Counting::default(),
        };
        system.bind()?;
        Ok(system)
    }

    /// The times of building. After [`set_indices`](Self::set_indices), `pattern` is that of the last binding.
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
        Ok(&self.bound_connectivity().pattern)
    }

    /// A number that grows when the pattern may be another one: what follows from the pattern can be kept until then.
    pub fn pattern_version(&mut self) -> Result<u64, Error> {
        self.bind()?;
        Ok(self.patterns)
    }

    /// The energy.
    pub fn value(&mut self) -> Result<f64, Error> {
        self.bind()?;
        self.run(Quantity::Value, Destination::Own)
    }

    /// The energy, or nothing where it is not finite, as beyond the domain of the energies. Unlike [`value`](Self::value)
    /// it does not look for the reason.
    pub fn trial(&mut self) -> Result<Option<f64>, Error> {
        self.bind()?;
        Ok(Some(self.numbers(Quantity::Value, Destination::Own)?).filter(|energy| energy.is_finite()))
    }

    /// The energy and its gradient.
    pub fn gradient(&mut self) -> Result<(f64, &[f64]), Error> {
        self.bind()?;
        let energy = self.run(Quantity::Gradient, Destination::Own)?;
        Ok((energy, &self.state.gradient))
    }

    /// The energy, its gradient and its Hessian.
    pub fn evaluate(&mut self) -> Result<Evaluation<'_>, Error> {
        self.bind()?;
        let energy = self.run(Quantity::Hessian, Destination::Own)?;
        Ok(self.evaluation(energy))
    }

    /// Like [`evaluate`](Self::evaluate), with the Hessian set in the caller's own buffer, which has the length of the
    /// layout's storage. The returned evaluation's Hessian is the system's own and not touched.
    pub fn evaluate_into(&mut self, hessian: &mut [f64]) -> Result<Evaluation<'_>, Error> {
        self.bind()?;
        let wanted = self.state.hessian.len();
        if hessian.len() != wanted {
            return Err(Error::BufferLength { found: hessian.len(), wanted });
        }
        let energy = self.run(Quantity::Hessian, Destination::Caller(hessian))?;
        Ok(self.evaluation(energy))
    }

    /// Returns true if elements can be projected: there is a [`projection`](Options::projection), and a term that is no
    /// residual.
    pub fn has_projection(&self) -> bool {
        self.options.projection.is_some() && self.problem.terms.iter().any(|term| !term.residual)
    }

    /// Which elements are projected in the next evaluations: by default all. Only of interest with a
    /// [`projection`](Options::projection); on the GPU it is all or an error. With [`Projection::Reduced`], all are if
    /// any is.
    pub fn project(&mut self, projected: ProjectedElements) {
        self.projected = projected;
    }

    /// The number of elements that had negative eigenvalues removed in the last evaluation of the Hessian; zero on the
    /// GPU, where they are not counted.
    pub fn projected_elements(&self) -> usize {
        self.projected_elements.load(Ordering::Relaxed)
    }

    /// The connectivity of a system that has been bound.
    fn bound_connectivity(&self) -> &Connectivity {
        connectivity::connected(&self.connectivity)
    }

    fn evaluation(&self, energy: f64) -> Evaluation<'_> {
        let own = self.bound_connectivity();
        let residuals = self.problem.has_residuals();
        Evaluation {
            energy,
            gradient: &self.state.gradient,
            hessian: own.stored.matrix(&own.pattern, &self.state.hessian),
            residual: residuals.then_some(&self.state.residual[..]),
            jacobian: residuals.then(|| Matrix::csr(&own.jacobian, &self.state.jacobian)),
        }
    }

    /// Evaluates all terms; the numbers are in the state, those of the Hessian at their destination.
    fn run(&mut self, quantity: Quantity, mut hessian: Destination<'_>) -> Result<f64, Error> {
        let energy = self.numbers(quantity, hessian.again())?;
        let executor = &*self.executor;
        let Buffers { gradient, hessian, jacobian, .. } = self.state.buffers(quantity, hessian);
        let finite = |numbers: &[f64]| {
            let length = large_pieces(executor, numbers.len());
            map(executor, numbers.chunks(length).collect(), are_finite).into_iter().all(|finite| finite)
        };
        if !energy.is_finite() || ![&*gradient, hessian, jacobian].into_iter().all(finite) {
            let precision = self.backend.abilities().precision(self.options.precision);
            let problem = self.displaced_problem();
            return Err(diagnose::non_finite(&self.terms, &problem, (quantity, precision), energy).into());
        }
        Ok(energy)
    }

    /// Evaluates all terms, whatever comes out.
    fn numbers(&mut self, quantity: Quantity, hessian: Destination<'_>) -> Result<f64, Error> {
        let (bound, connectivity) = connectivity::bound(&mut self.bound, &self.connectivity);
        let some = self.options.projection.is_some() && self.projected != ProjectedElements::All;
        if some && quantity == Quantity::Hessian && !self.backend.abilities().selects_elements {
            let what = "the projection of some elements and not of others".into();
            return Err(backend::Error::Refused { what, by: self.backend.name().into() }.into());
        }
        if quantity == Quantity::Hessian {
            self.projected_elements.store(0, Ordering::Relaxed);
        }
        let mut buffers = self.state.buffers(quantity, hessian);
        let inputs = inputs(&self.problem, self.displaced, &self.terms, connectivity);
        let wanted = Wanted { quantity, projected: &self.projected, count: &self.projected_elements };
        Ok(bound.evaluate(&wanted, &inputs, &mut buffers, &*self.executor)?)
    }

    /// Binds the compiled kernels to the data as they are.
    fn bind_backend(&mut self, connectivity: Connectivity) -> Result<(), Error> {
        let inputs = inputs(&self.problem, self.displaced, &self.terms, &connectivity);
        self.bound = Some(self.compiled.bind(&inputs, &*self.executor)?);
        self.connectivity = Some(connectivity);
        self.products_bound = false;
        Ok(())
    }

    /// Gives the bound kernels new numbers of arrays.
    fn refresh(&mut self) -> Result<(), Error> {
        let (bound, connectivity) = connectivity::bound(&mut self.bound, &self.connectivity);
        Ok(bound.refresh(&inputs(&self.problem, self.displaced, &self.terms, connectivity))?)
    }

    /// Lets go of what follows from connectivity.
    fn take_connectivity(&mut self) -> Option<Connectivity> {
        self.bound = None;
        self.connectivity.take()
    }
}

/// Compiles all kernels.
fn compile(
    terms: &mut [DerivedTerm],
    options: &Options,
    (backend, engine): (&dyn Backend, &dyn Engine),
    executor: &dyn Executor,
) -> Result<Box<dyn Compiled>, Error> {
    let own = backend.engine().is_some();
    let precision = backend.abilities().precision(options.precision);
    let stored = CompileOptions::full(if own { precision } else { Precision::F64 });
    let mut known = StoredCode::new();
    terms.iter_mut().try_for_each(|term| term.compile_stored((engine, &stored), &mut known, executor))?;
    let shared = matches!(options.layout, Layout::Custom(_));
    let compiled = CompileOptions { precision, partial: options.layout.is_partial(), shared };
    let kernels: Vec<_> = terms.iter().map(DerivedTerm::kernels).collect();
    Ok(backend.compile(&kernels, &compiled, executor)?)
}

/// Returns true if all numbers are finite. Groups of them are looked at without a branch, which makes vectors of the
/// loop.
fn are_finite(numbers: &[f64]) -> bool {
    numbers.chunks(1024).all(|group| !group.iter().fold(false, |bad, number| bad | !number.is_finite()))
}
