//! Products of a term's Hessian with a direction, without the Hessian.
//!
//! The kernels are those of the tangent stage. A residual's exact Hessian is JᵀJ + Σ r ∇²r: its product takes J·v from the
//! tangent of the rows, Jᵀ(J·v) from the gradient of Σ w·r with the weights w = J·v, and the rest from the tangent of that
//! gradient with w = r.

use super::faults;
use super::program::{Binding, Placement, SolvedProgram, place};
use super::term::DerivedTerm;
use super::{Error, NonFinite, State, System, are_finite};
use crate::problem::Problem;
use spadina_core::backend::{self, Code, CompileOptions, Engine, Job, Quantity, Routine, plain_routines};
use spadina_core::bind::{Buffers, Data, Streams};
use spadina_core::executor::{Executor, map};
use spadina_core::kernel::{Buffer, Kernel, Outputs};
use spadina_core::pattern::{Entries, Fault, Symbolic};
use spadina_core::pipeline;
use spadina_core::program::{Program, Renaming};
use std::sync::Arc;

/// The kernels that multiply one term's Hessian.
pub struct Product {
    /// The energy's, or the rows' of a residual.
    main: Tangent,
    /// For residuals, those of the rows weighted by their values.
    weighted: Option<Weighted>,
}

/// A tangent program with its kernels, which terms of one energy share, and where its arrays come from.
struct Tangent {
    program: Arc<Program>,
    binding: Binding,
    kernels: Arc<Kernels>,
    entries: Vec<Entries>,
    streams: Vec<Streams>,
}

/// Kernels to be run one after another.
struct Kernels {
    symbolic: Vec<Symbolic>,
    routines: Vec<Routine>,
    codes: Vec<Box<dyn Code>>,
}

/// The products of a residual's weighted rows. Rows and gradient have code of their own here: the system's lies with its
/// back-end.
struct Weighted {
    tangent: Tangent,
    /// The code of the rows.
    rows: Arc<[Box<dyn Code>]>,
    /// The code of the gradient of weighted rows.
    gradient: Arc<[Box<dyn Code>]>,
}

/// Numbers for each residual row of the problem.
#[derive(Default)]
pub struct Scratch {
    /// The residual.
    pub values: Vec<f64>,
    /// The product of the Jacobian with the direction.
    pub tangents: Vec<f64>,
}

/// Compiles kernels for the host.
#[derive(Clone, Copy)]
pub struct Compiler<'a> {
    pub engine: &'a dyn Engine,
    pub options: CompileOptions,
    pub executor: &'a dyn Executor,
}

impl Compiler<'_> {
    fn compile(self, routines: &[Routine], term: &DerivedTerm) -> Result<Vec<Box<dyn Code>>, Error> {
        let compile = |routine: &Routine| self.engine.compile(routine, &self.options);
        let codes = map(self.executor, routines.iter().collect(), compile).into_iter().collect::<Result<_, _>>();
        codes.map_err(|source| backend::Error::Compile { term: term.energy.file.clone(), source }.into())
    }
}

/// Runs kernels; gives the energy.
///
/// # Safety
///
/// That of [`Job::new`] for each.
unsafe fn run(
    kernels: (&[Routine], &[Box<dyn Code>], &[Streams]),
    data: &Data<'_>,
    buffers: &mut Buffers<'_>,
    executor: &dyn Executor,
) {
    let (routines, codes, streams) = kernels;
    for ((routine, code), streams) in routines.iter().zip(codes).zip(streams) {
        // SAFETY: the caller's.
        code.run(&unsafe { Job::new(routine, data, streams, None) }, buffers, executor);
    }
}

impl Tangent {
    fn new(problem: &Problem, own: &SolvedProgram, term: &DerivedTerm, compiler: Compiler<'_>) -> Result<Self, Error> {
        let program = pipeline::tangent(own.source.as_ref().clone());
        let mut symbolic = Vec::new();
        let inspect = |kernel: &Kernel| {
            let own = Symbolic::of(kernel, &program, true);
            let guarded = own.is_guarded();
            symbolic.push(own);
            guarded
        };
        let outputs = Outputs { product: true, ..Outputs::default() };
        let mut routines = plain_routines(&program, outputs, inspect);
        if compiler.engine.abilities().fuses {
            routines.iter_mut().for_each(|routine| routine.kernel.fuse());
        }
        let codes = compiler.compile(&routines, term)?;
        let kernels = Kernels { symbolic, routines, codes }.into();
        let binding = Binding::new(problem, &program.graph);
        Ok(Self { program: program.into(), binding, kernels, entries: Vec::new(), streams: Vec::new() })
    }

    /// The same program over data of other names, with the same kernels.
    fn again(&self, problem: &Problem, names: &Renaming) -> Self {
        let program = if names.is_identity() { self.program.clone() } else { self.program.renamed(names).into() };
        let binding = Binding::new(problem, &program.graph);
        Self { program, binding, kernels: self.kernels.clone(), entries: Vec::new(), streams: Vec::new() }
    }

    /// Checks every index and records the rows.
    fn enumerate(
        &mut self,
        problem: &Problem,
        (weights, first_row): (&[f64], u32),
        executor: &dyn Executor,
    ) -> Result<(), Fault> {
        let data = self.binding.data(&self.program.graph, problem, weights);
        let offsets = self.binding.offsets(problem);
        let symbolic = self.kernels.symbolic.iter();
        self.entries = symbolic.map(|s| s.run(&data, &offsets, first_row, executor)).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// One past the last row.
    fn rows(&self) -> usize {
        let mut end = 0;
        for (routine, entries) in self.kernels.routines.iter().zip(&self.entries) {
            entries.visit(&routine.kernel, Buffer::Product, |row, _| end = end.max(row as usize + 1));
        }
        end
    }

    /// Finds the slots.
    fn place(&mut self, executor: &dyn Executor) {
        let placed = self.kernels.routines.iter().zip(std::mem::take(&mut self.entries));
        self.streams = placed.map(|(routine, own)| place(routine, &own, Placement::default(), executor)).collect();
    }

    /// Runs the kernels.
    fn run(
        &self,
        problem: &Problem,
        (weights, direction): (&[f64], &[f64]),
        product: &mut [f64],
        executor: &dyn Executor,
    ) {
        let data = self.binding.data(&self.program.graph, problem, weights);
        let data = Data { seeds: self.binding.seeds(problem, direction), ..data };
        let Kernels { routines, codes, .. } = &*self.kernels;
        // SAFETY: `enumerate` checked every index over these sizes, tables and lengths, and that rows lie within the
        // unknowns, or `bind` that they lie within the residual; `place` made a record for each iteration.
        unsafe {
            run((routines, codes, &self.streams), &data, &mut Buffers { product, ..Buffers::default() }, executor)
        };
    }
}

impl Product {
    /// Derives and compiles.
    pub fn new(term: &DerivedTerm, problem: &Problem, compiler: Compiler<'_>) -> Result<Self, Error> {
        let weighted = |own: &SolvedProgram| -> Result<Weighted, Error> {
            Ok(Weighted {
                tangent: Tangent::new(problem, own, term, compiler)?,
                rows: compiler.compile(term.main.kernels.routines(Quantity::Value), term)?.into(),
                gradient: compiler.compile(own.kernels.routines(Quantity::Gradient), term)?.into(),
            })
        };
        Ok(Self {
            main: Tangent::new(problem, &term.main, term, compiler)?,
            weighted: term.weighted.as_ref().map(weighted).transpose()?,
        })
    }

    /// The kernels of another term of the same energy, over data of other names.
    fn again(&self, problem: &Problem, names: &Renaming) -> Self {
        let weighted = self.weighted.as_ref().map(|own| Weighted {
            tangent: own.tangent.again(problem, names),
            rows: own.rows.clone(),
            gradient: own.gradient.clone(),
        });
        Self { main: self.main.again(problem, names), weighted }
    }

    /// Checks every index and finds the slots, after the term itself has been bound.
    pub fn bind(&mut self, term: &DerivedTerm, problem: &Problem, executor: &dyn Executor) -> Result<(), Error> {
        let weights = vec![0.0; term.rows().len()];
        let weighted = self.weighted.as_mut().map(|own| &mut own.tangent);
        for tangent in std::iter::once(&mut self.main).chain(weighted) {
            let result = tangent.enumerate(problem, (&weights, term.rows().start as u32), executor);
            let graph = &tangent.program.graph;
            result.map_err(|fault| faults::index(problem, &term.energy.file, &term.energy.text, graph, &fault))?;
        }
        if self.weighted.is_some() && self.main.rows() > term.rows().end {
            unreachable!("the derivative of a residual has no rows that the residual has not")
        }
        let weighted = self.weighted.as_mut().map(|own| &mut own.tangent);
        std::iter::once(&mut self.main).chain(weighted).for_each(|own| own.place(executor));
        Ok(())
    }

    /// Adds the product with `direction` to `into`.
    pub fn run(
        &self,
        term: &DerivedTerm,
        problem: &Problem,
        direction: &[f64],
        into: &mut [f64],
        (scratch, executor): (&mut Scratch, &dyn Executor),
    ) {
        let (Some(own), Some(weighted)) = (&term.weighted, &self.weighted) else {
            return self.main.run(problem, (&[], direction), into, executor);
        };
        self.main.run(problem, (&[], direction), &mut scratch.tangents, executor);
        let values = &mut Buffers { residual: &mut scratch.values, ..Buffers::default() };
        let kernels =
            (term.main.kernels.routines(Quantity::Value), &weighted.rows[..], term.main.streams(Quantity::Value));
        // SAFETY: the streams and data of the term's own kernels, which have been bound.
        unsafe { run(kernels, &term.main.data(problem, &[]), values, executor) };
        let gradient = &mut Buffers { gradient: &mut *into, ..Buffers::default() };
        let data = own.data(problem, &scratch.tangents[term.rows()]);
        let kernels =
            (own.kernels.routines(Quantity::Gradient), &weighted.gradient[..], own.streams(Quantity::Gradient));
        // SAFETY: as above.
        unsafe { run(kernels, &data, gradient, executor) };
        weighted.tangent.run(problem, (&scratch.values[term.rows()], direction), into, executor);
    }
}

impl System {
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
        let displaced = self.displaced.then(|| self.displaced_problem().into_owned());
        let problem = displaced.as_ref().unwrap_or(&self.problem);
        let State { product, rows, .. } = &mut self.state;
        product.fill(0.0);
        for (term, kernels) in self.terms.iter().zip(&self.products) {
            rows.values.fill(0.0);
            rows.tangents.fill(0.0);
            kernels.run(term, problem, direction, product, (&mut *rows, &*self.executor));
            if !are_finite(product) {
                let what = "the product of the Hessian with a direction";
                return Err(NonFinite::of_term(what, term.number, &term.energy.file).into());
            }
        }
        Ok(&self.state.product)
    }

    /// Derives and compiles the products, and binds them to connectivity, where that has not been done.
    fn bind_products(&mut self) -> Result<(), Error> {
        if self.products_bound {
            return Ok(());
        }
        let options = CompileOptions::full(self.engine.abilities().precision(self.options.precision));
        let compiler = Compiler { engine: &*self.engine, options, executor: &*self.executor };
        for term in &self.terms[self.products.len()..] {
            let product = match &term.shared {
                Some(shared) => self.products[shared.first].again(&self.problem, &shared.names),
                None => Product::new(term, &self.problem, compiler)?,
            };
            self.products.push(product);
        }
        for (term, kernels) in self.terms.iter().zip(&mut self.products) {
            kernels.bind(term, &self.problem, &*self.executor)?;
        }
        let rows = self.state.residual.len();
        self.state.product = vec![0.0; self.problem.unknown_count()];
        self.state.rows = Scratch { values: vec![0.0; rows], tangents: vec![0.0; rows] };
        self.products_bound = true;
        Ok(())
    }
}
