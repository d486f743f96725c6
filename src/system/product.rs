//! Products of a term's Hessian with a direction, without the Hessian.
//!
//! The kernels are those of the tangent stage. A residual's exact Hessian is JᵀJ + Σ r ∇²r: its product takes J·v from the
//! tangent of the rows, Jᵀ(J·v) from the gradient of Σ w·r with the weights w = J·v, and the rest from the tangent of that
//! gradient with w = r.

use super::diagnose;
use super::part::{Choosing, Mode, Placement, Set};
use super::term::{Binding, Bound, Term};
use super::{Device, Error, State, System, are_finite};
use crate::problem::Problem;
use spadina_core::bind::{Buffers, Data};
use spadina_core::kernel::{Buffer, Outputs};
use spadina_core::pipeline;
use spadina_core::program::Program;
use spadina_core::real::Precision;
use spadina_jit_cpu::Pool;

/// The kernels that multiply one term's Hessian.
pub struct Product {
    /// The energy's, or the rows' of a residual.
    main: Tangent,
    /// For residuals, those of the rows weighted by their values.
    weighted: Option<Tangent>,
}

/// A tangent program with its kernels and where its arrays come from.
struct Tangent {
    program: Program,
    binding: Binding,
    set: Set,
}

/// Numbers for each residual row of the problem.
#[derive(Default)]
pub struct Scratch {
    /// The residual.
    pub values: Vec<f64>,
    /// The product of the Jacobian with the direction.
    pub tangents: Vec<f64>,
}

impl Tangent {
    fn new(problem: &Problem, bound: &Bound, precision: Option<Precision>) -> Result<Self, spadina_jit_cpu::Error> {
        let program = pipeline::tangent(bound.source.clone());
        let mut set = Set::new(&program, Outputs { product: true, ..Outputs::default() });
        if let Some(precision) = precision {
            set.tasks(false).try_for_each(|task| task.run(precision))?;
        }
        let binding = Binding::new(problem, &program.graph);
        Ok(Self { program, binding, set })
    }

    fn data<'a>(&'a self, problem: &'a Problem, weights: &'a [f64], direction: &'a [f64]) -> Data<'a> {
        let data = self.binding.data(&self.program.graph, problem, weights);
        Data { seeds: self.binding.seeds(problem, direction), ..data }
    }
}

impl Product {
    /// Derives and, for a precision, compiles.
    pub fn new(term: &Term, problem: &Problem, precision: Option<Precision>) -> Result<Self, Error> {
        let tangent = |bound| Tangent::new(problem, bound, precision).map_err(|e| term.failed(e));
        Ok(Self { main: tangent(&term.main)?, weighted: term.weighted.as_ref().map(tangent).transpose()? })
    }

    /// Checks every index and finds the slots, after the term itself has been bound.
    pub fn bind(&mut self, term: &Term, problem: &Problem, pool: &Pool) -> Result<(), Error> {
        let weights = vec![0.0; term.rows().len()];
        for tangent in std::iter::once(&mut self.main).chain(&mut self.weighted) {
            let data = tangent.binding.data(&tangent.program.graph, problem, &weights);
            let offsets = tangent.binding.offsets(problem);
            let result = tangent.set.enumerate(&data, &offsets, term.rows().start as u32, pool);
            let graph = &tangent.program.graph;
            result.map_err(|fault| diagnose::index(problem, &term.file, &term.text, graph, &fault))?;
        }
        if self.weighted.is_some() {
            let mut end = 0;
            self.main.set.visit(Buffer::Product, |row, _| end = end.max(row as usize + 1));
            if end > term.rows().end {
                let message = format!("the derivative of {} has more rows than its values", term.file);
                return Err(Error::NotSupported(message));
            }
        }
        for tangent in std::iter::once(&mut self.main).chain(&mut self.weighted) {
            tangent.set.place(Placement::default(), pool);
        }
        Ok(())
    }

    /// Adds the product with `direction` to `into`.
    pub fn run(
        &self,
        term: &Term,
        problem: &Problem,
        direction: &[f64],
        into: &mut [f64],
        (scratch, pool): (&mut Scratch, &Pool),
    ) -> Result<(), spadina_jit_cpu::Error> {
        let data = self.main.data(problem, &[], direction);
        let (Some(weighted), Some(tangent)) = (&term.weighted, &self.weighted) else {
            self.main.set.run(
                &data,
                &mut Buffers { product: into, ..Buffers::default() },
                &Choosing::default(),
                pool,
            )?;
            return Ok(());
        };
        self.main.set.run(
            &data,
            &mut Buffers { product: &mut scratch.tangents, ..Buffers::default() },
            &Choosing::default(),
            pool,
        )?;
        let values = &mut Buffers { residual: &mut scratch.values, ..Buffers::default() };
        term.main.kernels.set(Mode::Value).run(&term.main.data(problem, &[]), values, &Choosing::default(), pool)?;
        let gradient = &mut Buffers { gradient: &mut *into, ..Buffers::default() };
        let data = weighted.data(problem, &scratch.tangents[term.rows()]);
        weighted.kernels.set(Mode::Gradient).run(&data, gradient, &Choosing::default(), pool)?;
        let data = tangent.data(problem, &scratch.values[term.rows()], direction);
        tangent.set.run(&data, &mut Buffers { product: into, ..Buffers::default() }, &Choosing::default(), pool)?;
        Ok(())
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
            let result = kernels.bind(term, &self.problem, &self.pool);
            term.product = Some(kernels);
            result?;
        }
        let rows = self.state.residual.len();
        self.state.product = vec![0.0; self.problem.unknown_count()];
        self.state.rows = Scratch { values: vec![0.0; rows], tangents: vec![0.0; rows] };
        bound.products = true;
        Ok(())
    }
}
