//! One term of a problem: its energy or residual, bound to arrays.

use super::Error;
use super::bind::{Source, bind_parameters, size_of, sources};
use super::diagnose;
use super::part::{Kernels, Mode, Target};
use crate::problem::{self, Loaded};
use spadina_core::bind::Data;
use spadina_core::kernel::{Buffer, Outputs};
use spadina_core::pipeline;
use spadina_core::program::Program;
use spadina_core::real::{Graph, Precision};
use spadina_core::{ad, pattern::Csr};
use spadina_jit_cpu::Pool;
use std::ops::Range;

/// The name of the weights in the program Σ weight · row of a residual; no array can have it.
const WEIGHTS: &str = "r@";

/// One term, derived and bound.
pub struct Term {
    pub number: usize,
    pub file: String,
    pub text: String,
    /// The energy's kernels; for residuals those of the rows and the Jacobian.
    pub main: Bound,
    /// For residuals, gradient and Hessian of the rows weighted by their values.
    weighted: Option<Bound>,
    /// The rows of a residual among those of the problem.
    rows: Range<usize>,
}

/// A solved program with its kernels and where its arrays come from.
pub struct Bound {
    pub program: Program,
    pub binding: Binding,
    pub kernels: Kernels,
}

/// Where the arrays of a program come from.
pub struct Binding {
    sources: Vec<Source>,
    tables: Vec<usize>,
    size_defaults: Vec<(String, f64)>,
}

impl Binding {
    fn new(problem: &Loaded, graph: &Graph, defaults: &[(String, f64)]) -> Self {
        let table = |name: &str| problem.indices.iter().position(|(n, _)| n == name).unwrap_or(0);
        let tables = graph.indices.tables().iter().map(|t| table(&t.name)).collect();
        Self { sources: sources(problem, graph, defaults, WEIGHTS), tables, size_defaults: defaults.to_vec() }
    }

    /// The data by the ids of the program's graph.
    pub fn data<'a>(&'a self, graph: &'a Graph, problem: &'a Loaded, weights: &'a [f64]) -> Data<'a> {
        let arrays = self.sources.iter().zip(graph.arrays());
        let arrays = arrays.map(|(source, info)| source.slice(problem, &info.kind, weights)).collect();
        let tables = self.tables.iter().map(|&t| &problem.indices[t].1.data[..]).collect();
        let sizes =
            graph.indices.sizes().iter().map(|size| size_of(problem, &size.name, &self.size_defaults)).collect();
        Data { arrays, seeds: Vec::new(), tables, sizes }
    }

    fn offsets(&self, problem: &Loaded) -> Vec<u32> {
        self.sources.iter().map(|s| s.offset(problem)).collect()
    }
}

impl Bound {
    fn new(problem: &Loaded, program: Program, defaults: &[(String, f64)], outputs: fn(Mode) -> Outputs) -> Self {
        let binding = Binding::new(problem, &program.graph, defaults);
        Self { binding, kernels: Kernels::new(&program, outputs), program }
    }

    pub fn data<'a>(&'a self, problem: &'a Loaded, weights: &'a [f64]) -> Data<'a> {
        self.binding.data(&self.program.graph, problem, weights)
    }
}

impl Term {
    /// Reads a term's text, binds its parameters and runs the pipeline.
    pub fn derive(problem: &Loaded, number: usize, term: &problem::Term) -> Result<Term, Error> {
        let file = term.path.display().to_string();
        let lowered = bind_parameters(problem, term, &file)?;
        let program = lowered.program;
        let (main, weighted) = if term.residual {
            let weighted = pipeline::run(ad::weighted(program.clone(), WEIGHTS)).solved;
            (pipeline::run(program).solved, Some(weighted))
        } else {
            (pipeline::run(program).solved, None)
        };
        let outputs = if term.residual { residual_outputs } else { energy_outputs };
        let bound = |program, outputs| Bound::new(problem, program, &lowered.defaults, outputs);
        Ok(Term {
            number,
            text: match &term.source {
                problem::Source::Text(text) => text.clone(),
                problem::Source::Built(_) => String::new(),
            },
            main: bound(main, outputs),
            weighted: weighted.map(|p| bound(p, weighted_outputs)),
            rows: 0..0,
            file,
        })
    }

    /// Whether a derivative of the term can differ from zero.
    pub fn uses_unknown(&self) -> bool {
        let graph = &self.main.program.graph;
        self.main.program.updates.iter().any(|u| graph.dynamic(u.value))
    }

    pub fn bounds(&self) -> impl Iterator<Item = &Bound> {
        std::iter::once(&self.main).chain(&self.weighted)
    }

    pub fn compile(&mut self, precision: Precision, partial: bool) -> Result<(), Error> {
        let file = self.file.clone();
        let parts = std::iter::once(&mut self.main).chain(&mut self.weighted);
        for bound in parts {
            bound
                .kernels
                .compile(precision, partial)
                .map_err(|source| Error::Compile { file: file.clone(), source })?;
        }
        Ok(())
    }

    /// Checks every index and records all entries; returns the number of residual rows, which begin at `first_row`.
    pub fn enumerate(&mut self, problem: &Loaded, first_row: usize) -> Result<usize, Error> {
        let mut rows = 0;
        let mut weights = Vec::new();
        for bound in std::iter::once(&mut self.main).chain(&mut self.weighted) {
            let data = bound.binding.data(&bound.program.graph, problem, &weights);
            let offsets = bound.binding.offsets(problem);
            let result = bound.kernels.enumerate(&data, &offsets, first_row as u32);
            let result = result.and_then(|()| bound.kernels.check_rows(&bound.program, first_row as u32));
            result.map_err(|fault| diagnose::index(problem, &self.file, &self.text, &bound.program.graph, &fault))?;
            bound.kernels.visit(Buffer::Residual, |row, _| rows = rows.max(row as usize + 1 - first_row));
            weights.resize(rows, 0.0);
        }
        self.rows = first_row..first_row + rows;
        Ok(rows)
    }

    pub fn visit_hessian(&self, add: &mut dyn FnMut(u32, u32)) {
        self.bounds().for_each(|b| b.kernels.visit(Buffer::Hessian, &mut *add));
    }

    pub fn visit_jacobian(&self, add: &mut dyn FnMut(u32, u32)) {
        self.bounds().for_each(|b| b.kernels.visit(Buffer::Jacobian, &mut *add));
    }

    pub fn place(&mut self, hessian: (&Csr, &[u32]), jacobian: (&Csr, &[u32])) {
        let parts = std::iter::once(&mut self.main).chain(&mut self.weighted);
        parts.for_each(|b| b.kernels.place(hessian, jacobian));
    }

    /// Evaluates the term; returns its energy.
    pub fn run(&self, mode: Mode, problem: &Loaded, target: &mut Target, pool: &Pool) -> Result<f64, Error> {
        let failed = |source| Error::Compile { file: self.file.clone(), source };
        let energy = self.main.kernels.run(mode, &self.main.data(problem, &[]), target, pool).map_err(failed)?;
        let Some(weighted) = &self.weighted else { return Ok(energy) };
        let (gradient, hessian) = (&mut *target.gradient, &mut *target.hessian);
        let rows = &target.residual[self.rows.clone()];
        let mut target = Target { gradient, hessian, residual: &mut [], jacobian: &mut [] };
        weighted.kernels.run(mode, &weighted.data(problem, rows), &mut target, pool).map_err(failed)?;
        Ok(0.5 * rows.iter().map(|r| r * r).sum::<f64>())
    }

    /// The residual of the term among the rows of the problem.
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }
}

fn energy_outputs(mode: Mode) -> Outputs {
    Outputs { energy: true, gradient: mode != Mode::Value, hessian: mode == Mode::Hessian, ..Outputs::default() }
}

fn residual_outputs(mode: Mode) -> Outputs {
    Outputs { residual: true, jacobian: mode == Mode::Hessian, ..Outputs::default() }
}

fn weighted_outputs(mode: Mode) -> Outputs {
    Outputs { gradient: mode != Mode::Value, hessian: mode == Mode::Hessian, ..Outputs::default() }
}
