//! One term of a problem: its energy or residual, bound to arrays.

use super::Error;
use super::bind::check_shapes;
use super::matrices::{Matrices, placeholders};
use super::program::{Placement, SolvedProgram, StoredCode};
use super::{faults, rows};
use crate::problem::Problem;
use spadina_core::backend::{self, CompileOptions, Engine, Quantity, TermInputs, TermKernels};
use spadina_core::executor::Executor;
use spadina_core::frontend::{Frontend, Roles};
use spadina_core::kernel::{Buffer, Kernel};
use spadina_core::pattern::{Entries, check_words};
use spadina_core::program::Renaming;
use spadina_core::real::Singular;
use std::ops::Range;
use std::sync::Arc;

/// The energy or residual of a term.
pub struct Energy {
    /// The file, as messages name it.
    pub file: String,
    /// The text; empty if it was built in Rust.
    pub text: String,
    pub module: Arc<dyn Frontend>,
    pub roles: Roles,
    /// The names in its `bind`: arrays, and the tables that gather them.
    pub names: Vec<String>,
}

/// The term whose kernels another one has.
pub struct Shared {
    /// Its number; it comes before, and shares none itself.
    pub first: usize,
    /// The names of the other term's data, by those of its own.
    pub names: Renaming,
}

/// One term of a problem, derived: its programs with their kernels.
pub struct DerivedTerm {
    pub number: usize,
    pub energy: Energy,
    /// The energy's kernels; for residuals those of the rows and the Jacobian.
    pub main: SolvedProgram,
    /// For residuals, gradient and Hessian of the rows weighted by their values.
    pub weighted: Option<SolvedProgram>,
    /// Second derivatives that are projected before `main` reads them.
    pub matrices: Vec<Matrices>,
    /// The rows of a residual among those of the problem.
    rows: Range<usize>,
    /// The term whose kernels these are, if it is another one.
    pub shared: Option<Shared>,
}

impl DerivedTerm {
    /// A term with its programs, which has not been bound.
    pub fn new(
        number: usize,
        energy: Energy,
        main: SolvedProgram,
        weighted: Option<SolvedProgram>,
        matrices: Vec<Matrices>,
    ) -> Self {
        Self { number, energy, main, weighted, matrices, rows: 0..0, shared: None }
    }

    /// Another term of the same energy over data of other names, with the same kernels.
    pub fn again(&self, problem: &Problem, number: usize, energy: Energy, shared: Shared) -> Self {
        let names = &shared.names;
        let main = self.main.again(problem, names);
        let weighted = self.weighted.as_ref().map(|own| own.again(problem, names));
        let matrices = self.matrices.iter().map(|own| own.again(problem, names)).collect();
        Self { shared: Some(shared), ..Self::new(number, energy, main, weighted, matrices) }
    }

    /// Returns true if the term reads an unknown, or has a parameter that is bound to one and cancels.
    pub fn uses_unknown(&self) -> bool {
        let graph = &self.main.program.graph;
        let reads = self.main.program.updates.iter().any(|u| graph.dynamic(u.value));
        reads || self.energy.roles.bindings.values().any(|binding| binding.unknown)
    }

    /// Returns true if the term depends on an array, table or size.
    pub fn uses(&self, name: &str) -> bool {
        self.programs().any(|own| [&own.source.graph, &own.program.graph].into_iter().any(|graph| graph.binds(name)))
            || self.energy.roles.over.as_deref() == Some(name)
            || self.energy.names.iter().any(|own| own == name)
    }

    /// The policy for derivatives that do not exist.
    pub fn policy(&self) -> Singular {
        self.main.source.graph.singular
    }

    /// The energy or residual as it was read.
    pub fn module(&self) -> &Arc<dyn Frontend> {
        &self.energy.module
    }

    /// All programs of the term.
    pub fn programs(&self) -> impl Iterator<Item = &SolvedProgram> {
        std::iter::once(&self.main).chain(&self.weighted).chain(self.matrices.iter().map(|m| &m.program))
    }

    fn programs_mut(&mut self) -> impl Iterator<Item = &mut SolvedProgram> {
        let Self { main, weighted, matrices, .. } = self;
        std::iter::once(main).chain(weighted).chain(matrices.iter_mut().map(|m| &mut m.program))
    }

    /// The kernels as back-ends take them.
    pub fn kernels(&self) -> TermKernels<'_> {
        TermKernels {
            name: &self.energy.file,
            main: self.main.kernels(),
            weighted: self.weighted.as_ref().map(SolvedProgram::kernels),
            matrices: self.matrices.iter().map(Matrices::kernels).collect(),
        }
    }

    /// The term bound to data. `zeros` are as many as the residual has rows.
    pub fn inputs<'a>(&'a self, problem: &'a Problem, zeros: &'a [f64]) -> TermInputs<'a> {
        let weights = (&zeros[..self.rows.len()], self.rows.start);
        TermInputs {
            name: &self.energy.file,
            main: self.main.inputs(problem, (&[], self.rows.start), &placeholders(&self.matrices)),
            weighted: self.weighted.as_ref().map(|own| own.inputs(problem, weights, &[])),
            matrices: self.matrices.iter().map(|m| m.inputs(problem)).collect(),
            rows: self.rows.clone(),
        }
    }

    /// Compiles what computes the stored numbers, where that is not known.
    pub fn compile_stored(
        &mut self,
        engine: (&dyn Engine, &CompileOptions),
        known: &mut StoredCode,
        executor: &dyn Executor,
    ) -> Result<(), Error> {
        let result = self.programs_mut().try_for_each(|own| own.compile_stored(engine, known, executor));
        result.map_err(|source| backend::Error::Compile { term: self.energy.file.clone(), source }.into())
    }

    /// Checks shapes and every index, and records all entries; returns the number of residual rows, which begin at
    /// `first_row`.
    pub fn enumerate(&mut self, problem: &Problem, first_row: usize, executor: &dyn Executor) -> Result<usize, Error> {
        check_shapes(
            problem,
            &problem.terms[self.number],
            &self.energy.file,
            self.energy.module.as_ref(),
            &self.energy.roles,
        )?;
        let data = self.main.binding.data(&self.main.source.graph, problem, &[]);
        check_words(&self.main.source, &data, executor).map_err(|fault| {
            faults::index(problem, &self.energy.file, &self.energy.text, &self.main.source.graph, &fault)
        })?;
        for matrices in &mut self.matrices {
            let result = matrices.enumerate(problem, executor);
            let graph = &matrices.program.program.graph;
            result.map_err(|fault| faults::index(problem, &self.energy.file, &self.energy.text, graph, &fault))?;
        }
        let mut rows = 0;
        let mut weights = Vec::new();
        for own in std::iter::once(&mut self.main).chain(&mut self.weighted) {
            let result = own.enumerate(problem, (&weights, first_row as u32), &placeholders(&self.matrices), executor);
            let result = result.and_then(|()| rows::assigned_first(own, first_row as u32));
            result.map_err(|fault| {
                faults::index(problem, &self.energy.file, &self.energy.text, &own.program.graph, &fault)
            })?;
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
