//! One term of a problem: its energy or residual, bound to arrays.

use super::bind::{bind_parameters, check_shapes};
use super::matrices::{self, Matrices, placeholders};
use super::program::{Placement, Request, SolvedProgram, TermProjection};
use super::{EnergyError, Error, Layout, Options};
use super::{faults, rows};
use crate::problem::{self, Problem};
use spadina_core::ad;
use spadina_core::backend::{self, CompileOptions, Engine, Quantity, TermInputs, TermKernels};
use spadina_core::element::Refused;
use spadina_core::executor::Executor;
use spadina_core::frontend::{Frontend, Roles};
use spadina_core::kernel::{Buffer, Kernel, Outputs};
use spadina_core::pattern::{Entries, check_words};
use spadina_core::real::{Singular, Span};
use spadina_core::singular::with_policy;
use spadina_core::waist::displaced;
use std::ops::Range;
use std::sync::Arc;

/// One term of a problem, derived: its programs with their kernels.
pub struct DerivedTerm {
    pub number: usize,
    pub file: String,
    pub text: String,
    /// The energy's kernels; for residuals those of the rows and the Jacobian.
    pub main: SolvedProgram,
    /// For residuals, gradient and Hessian of the rows weighted by their values.
    pub weighted: Option<SolvedProgram>,
    /// Second derivatives that are projected before `main` reads them.
    pub matrices: Vec<Matrices>,
    /// The rows of a residual among those of the problem.
    rows: Range<usize>,
    module: Arc<dyn Frontend>,
    roles: Roles,
    /// The names in its `bind`: arrays, and the tables that gather them.
    names: Vec<String>,
}

impl DerivedTerm {
    /// Reads a term's text, binds its parameters and runs the pipeline.
    /// Derives what the options ask for, by displacements if `displaces`.
    pub fn derive(
        problem: &Problem,
        number: usize,
        term: &problem::Term,
        options: &Options,
        displaces: bool,
    ) -> Result<Self, Error> {
        let file = term.path.display().to_string();
        let text = match &term.source {
            problem::Source::Text(text) => text.clone(),
            problem::Source::Built(_) => String::new(),
        };
        let projected = options
            .projection
            .filter(|_| !term.residual)
            .map(|projection| TermProjection { projection, outermost: term.over.is_some() });
        if term.residual && options.projection.is_some() && !options.gauss_newton {
            let message = format!(
                "the Hessian of a residual ({file}) cannot be projected element by element: \
                 take the Gauss-Newton matrix JᵀJ (--gauss-newton), which has no negative eigenvalues"
            );
            return Err(Error::Term { place: term.place.clone(), message });
        }
        let mut lowered = bind_parameters(problem, term, &file)?;
        lowered.program = with_policy(lowered.program, term.singular.unwrap_or(problem.singular));
        if displaces {
            lowered.program = displaced(&lowered.program);
        }
        let runs = matches!(options.layout, Layout::Full);
        let solve = |program, outputs| {
            let solved = matrices::solve(problem, program, Request { outputs, runs, projected });
            solved.map_err(|refused| not_projected(&file, &text, refused))
        };
        let weighted = match term.residual {
            true => {
                let outputs = if options.gauss_newton { gauss_newton_outputs } else { weighted_outputs };
                Some(solve(ad::weighted(lowered.program.clone()), outputs)?.0)
            }
            false => None,
        };
        let outputs = if term.residual { residual_outputs } else { energy_outputs };
        let (main, matrices) = solve(lowered.program, outputs)?;
        Ok(Self {
            number,
            text,
            main,
            weighted,
            matrices,
            rows: 0..0,
            module: lowered.module,
            roles: lowered.roles,
            names: names(term),
            file,
        })
    }

    /// Returns true if the term reads an unknown, or has a parameter that is bound to one and cancels.
    pub fn uses_unknown(&self) -> bool {
        let graph = &self.main.program.graph;
        let reads = self.main.program.updates.iter().any(|u| graph.dynamic(u.value));
        reads || self.roles.bindings.values().any(|binding| binding.unknown)
    }

    /// Returns true if the term depends on an array, table or size.
    pub fn uses(&self, name: &str) -> bool {
        self.programs().any(|own| [&own.source.graph, &own.program.graph].into_iter().any(|graph| graph.binds(name)))
            || self.roles.over.as_deref() == Some(name)
            || self.names.iter().any(|own| own == name)
    }

    /// The policy for derivatives that do not exist.
    pub fn policy(&self) -> Singular {
        self.main.source.graph.singular
    }

    /// The energy or residual as it was read.
    pub fn module(&self) -> &Arc<dyn Frontend> {
        &self.module
    }

    /// All programs of the term.
    pub fn programs(&self) -> impl Iterator<Item = &SolvedProgram> {
        std::iter::once(&self.main).chain(&self.weighted).chain(self.matrices.iter().map(|m| &m.program))
    }

    fn programs_mut(&mut self) -> impl Iterator<Item = &mut SolvedProgram> {
        let Self { main, weighted, matrices, .. } = self;
        std::iter::once(main).chain(weighted).chain(matrices.iter_mut().map(|m| &mut m.program))
    }

    /// Fuses products with sums in all kernels, or in those of stored numbers alone.
    pub fn fuse(&mut self, all: bool) {
        let sets = self.programs_mut().map(|program| &mut program.kernels);
        sets.flat_map(|set| set.iter_mut(all)).for_each(|routine| routine.kernel.fuse());
    }

    /// The kernels as back-ends take them.
    pub fn kernels(&self) -> TermKernels<'_> {
        TermKernels {
            name: &self.file,
            main: self.main.kernels(),
            weighted: self.weighted.as_ref().map(SolvedProgram::kernels),
            matrices: self.matrices.iter().map(Matrices::kernels).collect(),
        }
    }

    /// The term bound to data. `zeros` are as many as the residual has rows.
    pub fn inputs<'a>(&'a self, problem: &'a Problem, zeros: &'a [f64]) -> TermInputs<'a> {
        let weights = (&zeros[..self.rows.len()], self.rows.start);
        TermInputs {
            name: &self.file,
            main: self.main.inputs(problem, (&[], self.rows.start), &placeholders(&self.matrices)),
            weighted: self.weighted.as_ref().map(|own| own.inputs(problem, weights, &[])),
            matrices: self.matrices.iter().map(|m| m.inputs(problem)).collect(),
            rows: self.rows.clone(),
        }
    }

    /// Compiles what computes the stored numbers.
    pub fn compile_stored(
        &mut self,
        engine: &dyn Engine,
        options: &CompileOptions,
        executor: &dyn Executor,
    ) -> Result<(), Error> {
        let result = self.programs_mut().try_for_each(|own| own.compile_stored(engine, options, executor));
        result.map_err(|source| backend::Error::Compile { term: self.file.clone(), source }.into())
    }

    /// Checks shapes and every index, and records all entries; returns the number of residual rows, which begin at
    /// `first_row`.
    pub fn enumerate(&mut self, problem: &Problem, first_row: usize, executor: &dyn Executor) -> Result<usize, Error> {
        check_shapes(problem, &problem.terms[self.number], &self.file, self.module.as_ref(), &self.roles)?;
        let data = self.main.binding.data(&self.main.source.graph, problem, &[]);
        check_words(&self.main.source, &data, executor)
            .map_err(|fault| faults::index(problem, &self.file, &self.text, &self.main.source.graph, &fault))?;
        for matrices in &mut self.matrices {
            let result = matrices.enumerate(problem, executor);
            let graph = &matrices.program.program.graph;
            result.map_err(|fault| faults::index(problem, &self.file, &self.text, graph, &fault))?;
        }
        let mut rows = 0;
        let mut weights = Vec::new();
        for own in std::iter::once(&mut self.main).chain(&mut self.weighted) {
            let result = own.enumerate(problem, (&weights, first_row as u32), &placeholders(&self.matrices), executor);
            let result = result.and_then(|()| rows::assigned_first(own, first_row as u32));
            result.map_err(|fault| faults::index(problem, &self.file, &self.text, &own.program.graph, &fault))?;
            for buffer in [Buffer::Residual, Buffer::Jacobian] {
                own.visit(buffer, |row, _| rows = rows.max(row as usize + 1 - first_row));
            }
            weights.resize(rows, 0.0);
        }
        self.rows = first_row..first_row + rows;
        Ok(rows)
    }

    /// Computes what no unknown changes, after the arrays or what they are gathered by have changed.
    pub fn store(&mut self, problem: &Problem, executor: &dyn Executor) {
        self.programs_mut().for_each(|own| own.store(problem, executor));
    }

    /// The kernels of the Hessian with their entries.
    pub fn entries(&self) -> impl Iterator<Item = (&Kernel, &Entries)> {
        let all = self.programs().flat_map(|own| own.entries(Quantity::Hessian));
        all.map(|(routine, entries)| (routine.assembled(), entries))
    }

    /// Calls `add` with every entry of the Jacobian.
    pub fn visit_jacobian(&self, add: &mut dyn FnMut(u32, u32)) {
        self.programs().for_each(|own| own.visit(Buffer::Jacobian, &mut *add));
    }

    /// Gives the entries of the Hessian other slots: `slots` has them by the ones they have.
    pub fn translate(&mut self, slots: &[u32]) {
        self.programs_mut().for_each(|own| own.translate(slots));
    }

    /// Finds the slots of all kernels.
    pub fn place(&mut self, placement: Placement<'_>, executor: &dyn Executor) {
        self.programs_mut().for_each(|own| own.place(placement, executor));
    }

    /// The residual of the term among the rows of the problem.
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }
}

/// The arrays and tables that a term names.
fn names(term: &problem::Term) -> Vec<String> {
    let targets = term.bind.iter().map(|(_, target)| target);
    targets.flat_map(|target| std::iter::once(&target.array).chain(&target.table)).cloned().collect()
}

/// The reason that the elements of a term cannot be projected, in words.
fn not_projected(file: &str, text: &str, refused: Refused) -> Error {
    let (span, message): (Span, String) = match refused {
        Refused::Loop(span) => {
            (span, "it has entries from a loop inside of the element, or from a sum that is used nonlinearly".into())
        }
        Refused::Bounds(span) => {
            (span, "its elements are iterations of a loop whose bounds depend on another loop: use clamp or abs".into())
        }
        Refused::Unknowns(span, found, most) => {
            (span, format!("an element has {found} unknowns, more than the {most} of a dense matrix"))
        }
    };
    EnergyError::at(file, text, span, format!("the Hessian cannot be projected: {message}")).into()
}

fn energy_outputs(quantity: Quantity) -> Outputs {
    Outputs {
        energy: true,
        gradient: quantity != Quantity::Value,
        hessian: quantity == Quantity::Hessian,
        ..Outputs::default()
    }
}

fn residual_outputs(quantity: Quantity) -> Outputs {
    Outputs { residual: true, jacobian: quantity == Quantity::Hessian, ..Outputs::default() }
}

fn gauss_newton_outputs(quantity: Quantity) -> Outputs {
    Outputs { gradient: quantity != Quantity::Value, ..Outputs::default() }
}

fn weighted_outputs(quantity: Quantity) -> Outputs {
    Outputs { gradient: quantity != Quantity::Value, hessian: quantity == Quantity::Hessian, ..Outputs::default() }
}
