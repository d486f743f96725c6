//! One term of a problem: its energy or residual, bound to arrays.

use super::bind::{Source, bind_parameters, check_shapes, size_of, sources};
use super::matrices::Matrices;
use super::part::{Choosing, Kernels, Mode, Placement, Task};
use super::product::Product;
use super::{Error, Layout, Options};
use super::{diagnose, rows};
use crate::problem::{self, Problem};
use spadina_core::ad;
use spadina_core::bind::{Buffers, Data};
use spadina_core::element::{Projection, Reduced, Refused, complete, reduce};
use spadina_core::executor::Executor;
use spadina_core::frontend::{Frontend, Roles};
use spadina_core::kernel::{Buffer, Kernel, Outputs};
use spadina_core::pattern::{Entries, check_words};
use spadina_core::pipeline;
use spadina_core::program::Program;
use spadina_core::real::{Array, Graph, Precision};
use spadina_core::waist::displaced;
use spadina_jit_cpu::Pool;
use std::ops::Range;
use std::sync::Arc;

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
    pub weighted: Option<Bound>,
    /// Second derivatives that are projected before `main` reads them.
    pub matrices: Vec<Matrices>,
    /// The rows of a residual among those of the problem.
    rows: Range<usize>,
    /// Products with the Hessian, once they are asked for.
    pub product: Option<Product>,
    module: Arc<dyn Frontend>,
    roles: Roles,
    /// What its parameters are bound to, and what gathers them.
    names: Vec<String>,
}

/// A solved program with its kernels and where its arrays come from.
pub struct Bound {
    /// As the front-end gave it.
    pub source: Program,
    pub program: Program,
    pub binding: Binding,
    pub kernels: Kernels,
}

/// Where the arrays of a program come from.
pub struct Binding {
    sources: Vec<Source>,
    /// By table, the number of the index array.
    tables: Vec<Option<usize>>,
}

impl Binding {
    pub fn new(problem: &Problem, graph: &Graph) -> Self {
        let table = |name: &str| problem.indices.iter().position(|(n, _)| n == name);
        let tables = graph.indices.tables().iter().map(|t| table(&t.name)).collect();
        Self { sources: sources(problem, graph, WEIGHTS), tables }
    }

    /// The data by the ids of the program's graph.
    pub fn data<'a>(&'a self, graph: &'a Graph, problem: &'a Problem, weights: &'a [f64]) -> Data<'a> {
        let arrays = self.sources.iter().zip(graph.arrays());
        let arrays = arrays.map(|(source, info)| source.slice(problem, &info.kind, weights)).collect();
        let entries = |k: &Option<usize>| k.map_or(&[][..], |k| &problem.indices[k].1.data[..]);
        let infos = graph.indices.tables().iter();
        let tables = self
            .tables
            .iter()
            .zip(infos)
            .map(|(t, info)| info.numbers.as_deref().unwrap_or_else(|| entries(t)))
            .collect();
        let sizes = graph.indices.sizes().iter().map(|size| size_of(problem, &size.name)).collect();
        Data { arrays, seeds: Vec::new(), tables, sizes }
    }

    /// The slices of a direction by the ids of the arrays.
    pub fn seeds<'a>(&self, problem: &Problem, direction: &'a [f64]) -> Vec<&'a [f64]> {
        self.sources.iter().map(|s| &direction[s.range(problem)]).collect()
    }

    /// The arrays whose numbers are others at every evaluation: the weights of a residual.
    fn changing(&self) -> Vec<Array> {
        let weights = (0..).zip(&self.sources).filter(|(_, source)| matches!(source, Source::Weights));
        weights.map(|(k, _)| Array(k)).collect()
    }

    pub fn offsets(&self, problem: &Problem) -> Vec<u32> {
        self.sources.iter().map(|s| s.offset(problem)).collect()
    }

    /// By array, the number of its first entry among the unknowns, or among the rows of the residual, where those of the
    /// term begin at `first_row`.
    #[cfg(feature = "gpu")]
    pub fn starts(&self, problem: &Problem, first_row: u32) -> Vec<u32> {
        let start = |source: &Source| if let Source::Weights = source { first_row } else { source.offset(problem) };
        self.sources.iter().map(start).collect()
    }

    /// By array, in which vector of a GPU it lies.
    #[cfg(feature = "gpu")]
    pub fn places(&self) -> Vec<spadina_gpu::wgsl::Source> {
        let place = |source: &Source| match source {
            Source::Unknown(_) => spadina_gpu::wgsl::Source::Unknowns,
            Source::Weights => spadina_gpu::wgsl::Source::Rows,
            Source::Array(_) | Source::Reference(_) | Source::Constant => spadina_gpu::wgsl::Source::Data,
        };
        self.sources.iter().map(place).collect()
    }
}

impl Bound {
    /// `projected`: what becomes of negative eigenvalues, and whether elements are iterations of the outermost loop.
    fn new(
        problem: &Problem,
        source: Program,
        outputs: fn(Mode) -> Outputs,
        runs: bool,
        projected: Option<(Projection, bool)>,
    ) -> Result<(Self, Vec<Matrices>), Refused> {
        if let Some((Projection::Reduced, single)) = projected
            && let Some(reduced) = reduce(&source, single, pipeline::solved)?
        {
            return Ok(Self::reduced(problem, source, reduced, outputs, runs));
        }
        let stages = pipeline::run(source.clone());
        let binding = Binding::new(problem, &stages.solved.graph);
        let changing = binding.changing();
        let (program, kernels) = match projected {
            Some((projection, single)) => {
                let completed = complete(&stages.program, &stages.solved, single)?;
                let projected = Some((&completed, projection));
                let kernels = Kernels::new(&completed.program, outputs, &changing, runs, projected);
                (completed.program, kernels)
            }
            None => {
                let kernels = Kernels::new(&stages.solved, outputs, &changing, runs, None);
                (stages.solved, kernels)
            }
        };
        Ok((Self { binding, kernels, program, source }, Vec::new()))
    }

    /// A program whose Hessian reads projected matrices, and these.
    fn reduced(
        problem: &Problem,
        source: Program,
        reduced: Reduced,
        outputs: fn(Mode) -> Outputs,
        runs: bool,
    ) -> (Self, Vec<Matrices>) {
        let Reduced { program, parts } = reduced;
        let changing: Vec<Array> = parts.iter().map(|part| part.array).collect();
        let kernels = Kernels::new(&program, outputs, &changing, runs, None);
        let binding = Binding::new(problem, &program.graph);
        let matrices = parts.into_iter().map(|part| Matrices::new(problem, part)).collect();
        (Self { source, binding, kernels, program }, matrices)
    }

    /// The data of the kernels: those of the program and, after them, the stored numbers.
    pub fn data<'a>(&'a self, problem: &'a Problem, weights: &'a [f64]) -> Data<'a> {
        let mut data = self.binding.data(&self.program.graph, problem, weights);
        data.arrays.extend(self.kernels.statics());
        data
    }

    /// Computes the stored numbers.
    fn store(&mut self, problem: &Problem, pool: &Pool) -> Result<(), spadina_jit_cpu::Error> {
        let data = self.binding.data(&self.program.graph, problem, &[]);
        self.kernels.store(&data, pool)
    }
}

impl Term {
    /// Reads a term's text, binds its parameters and runs the pipeline.
    pub fn derive(problem: &Problem, number: usize, term: &problem::Term, options: &Options) -> Result<Term, Error> {
        let file = term.path.display().to_string();
        let text = match &term.source {
            problem::Source::Text(text) => text.clone(),
            problem::Source::Built(_) => String::new(),
        };
        let projected = options.projection.filter(|_| !term.residual).map(|p| (p, term.over.is_some()));
        if term.residual && options.projection.is_some() && !options.gauss_newton {
            let message = format!(
                "the Hessian of a residual ({file}) cannot be projected element by element: \
                 take the Gauss-Newton matrix JᵀJ (--gauss-newton), which has no negative eigenvalues"
            );
            return Err(Error::Term { place: term.place.clone(), message });
        }
        let mut lowered = bind_parameters(problem, term, &file)?;
        if options.displaced() {
            lowered.program = displaced(&lowered.program);
        }
        let runs = matches!(options.layout, Layout::Full);
        let bound = |program, outputs| {
            Bound::new(problem, program, outputs, runs, projected).map_err(|refused| {
                let (span, message) = match refused {
                    Refused::Loop(span) => (
                        span,
                        "it has entries from a loop inside of the element, or from a sum that is used nonlinearly"
                            .into(),
                    ),
                    Refused::Bounds(span) => (
                        span,
                        "its elements are iterations of a loop whose bounds depend on another loop: use clamp or abs"
                            .into(),
                    ),
                    Refused::Unknowns(span, found, most) => {
                        (span, format!("an element has {found} unknowns, more than the {most} of a dense matrix"))
                    }
                };
                let place = diagnose::place(&file, &text, span);
                Error::Energy(format!("{place}: the Hessian cannot be projected: {message}"))
            })
        };
        let weighted = match term.residual {
            true => {
                let outputs = if options.gauss_newton { gauss_newton_outputs } else { weighted_outputs };
                Some(bound(ad::weighted(lowered.program.clone(), WEIGHTS), outputs)?.0)
            }
            false => None,
        };
        let outputs = if term.residual { residual_outputs } else { energy_outputs };
        let (main, matrices) = bound(lowered.program, outputs)?;
        Ok(Term {
            number,
            text,
            main,
            weighted,
            matrices,
            rows: 0..0,
            product: None,
            module: lowered.module,
            roles: lowered.roles,
            names: names(term),
            file,
        })
    }

    /// Whether the term reads an unknown, or has a parameter that is bound to one and cancels.
    pub fn uses_unknown(&self) -> bool {
        let graph = &self.main.program.graph;
        let reads = self.main.program.updates.iter().any(|u| graph.dynamic(u.value));
        reads || self.roles.bindings.values().any(|binding| binding.unknown)
    }

    /// Whether the term depends on an array, table or size.
    pub fn uses(&self, name: &str) -> bool {
        let length = format!("len({name}");
        let size = |own: &str| {
            own == name || own.strip_prefix(&length).is_some_and(|rest| rest.starts_with(')') || rest.starts_with(','))
        };
        self.bounds().any(|bound| {
            let programs = [&bound.source.graph, &bound.program.graph];
            programs.into_iter().any(|graph| {
                graph.arrays().iter().any(|a| a.name == name)
                    || graph.indices.tables().iter().any(|t| t.name == name)
                    || graph.indices.sizes().iter().any(|s| size(&s.name))
            })
        }) || self.roles.over.as_deref() == Some(name)
            || self.names.iter().any(|own| own == name)
    }

    pub fn bounds(&self) -> impl Iterator<Item = &Bound> {
        std::iter::once(&self.main).chain(&self.weighted).chain(self.matrices.iter().map(|m| &m.bound))
    }

    fn bounds_mut(&mut self) -> impl Iterator<Item = &mut Bound> {
        let Self { main, weighted, matrices, .. } = self;
        std::iter::once(main).chain(weighted).chain(matrices.iter_mut().map(|m| &mut m.bound))
    }

    /// Checks shapes and every index, and records all entries; returns the number of residual rows, which begin at
    /// `first_row`.
    pub fn enumerate(&mut self, problem: &Problem, first_row: usize, pool: &Pool) -> Result<usize, Error> {
        check_shapes(problem, &problem.terms[self.number], &self.file, self.module.as_ref(), &self.roles)?;
        let data = self.main.binding.data(&self.main.source.graph, problem, &[]);
        check_words(&self.main.source, &data, pool)
            .map_err(|fault| diagnose::index(problem, &self.file, &self.text, &self.main.source.graph, &fault))?;
        for matrices in &mut self.matrices {
            let result = matrices.enumerate(problem, pool);
            let graph = &matrices.bound.program.graph;
            result.map_err(|fault| diagnose::index(problem, &self.file, &self.text, graph, &fault))?;
        }
        let mut rows = 0;
        let mut weights = Vec::new();
        for bound in std::iter::once(&mut self.main).chain(&mut self.weighted) {
            let mut data = bound.binding.data(&bound.program.graph, problem, &weights);
            insert(&self.matrices, &mut data);
            let offsets = bound.binding.offsets(problem);
            let result = bound.kernels.enumerate(&data, &offsets, first_row as u32, pool);
            let result = result.and_then(|()| rows::assigned_first(bound, first_row as u32));
            result.map_err(|fault| diagnose::index(problem, &self.file, &self.text, &bound.program.graph, &fault))?;
            for buffer in [Buffer::Residual, Buffer::Jacobian] {
                bound.kernels.visit(buffer, |row, _| rows = rows.max(row as usize + 1 - first_row));
            }
            weights.resize(rows, 0.0);
        }
        self.rows = first_row..first_row + rows;
        Ok(rows)
    }

    /// Computes what no unknown changes, after the arrays or what they are gathered by have changed.
    pub fn store(&mut self, problem: &Problem, pool: &Pool) -> Result<(), Error> {
        let result = self.bounds_mut().try_for_each(|b| b.store(problem, pool));
        result.map_err(|source| self.failed(source))
    }

    /// The kernels of the Hessian with their entries.
    pub fn entries(&self) -> impl Iterator<Item = (&Kernel, &Entries)> {
        let runnables = self.bounds().flat_map(|b| b.kernels.set(Mode::Hessian).runnables());
        runnables.map(|runnable| (runnable.assembled(), &runnable.entries))
    }

    pub fn visit_jacobian(&self, add: &mut dyn FnMut(u32, u32)) {
        self.bounds().for_each(|b| b.kernels.visit(Buffer::Jacobian, &mut *add));
    }

    /// Gives the entries of the Hessian other slots: `slots` has them by the ones they have.
    pub fn translate(&mut self, slots: &[u32]) {
        self.bounds_mut().for_each(|b| b.kernels.translate(slots));
    }

    pub fn place(&mut self, placement: Placement<'_>, executor: &dyn Executor) {
        self.bounds_mut().for_each(|b| b.kernels.place(placement, executor));
    }

    /// Evaluates the term; returns its energy. `compiled`: by machine code, else by the reference.
    pub fn run(
        &mut self,
        mode: Mode,
        (problem, compiled, choosing): (&Problem, bool, &Choosing),
        into: &mut Buffers,
        pool: &Pool,
    ) -> Result<f64, Error> {
        if mode == Mode::Hessian {
            let result = self.matrices.iter_mut().try_for_each(|m| m.run(problem, compiled, choosing, pool));
            result.map_err(|source| self.failed(source))?;
        }
        let failed = |source| self.failed(source);
        let mut data = self.main.data(problem, &[]);
        insert(&self.matrices, &mut data);
        let energy = self.main.kernels.set(mode).run(&data, into, choosing, pool).map_err(failed)?;
        let Some(weighted) = &self.weighted else { return Ok(energy) };
        let rows = &into.residual[self.rows.clone()];
        let mut into = Buffers { gradient: &mut *into.gradient, hessian: &mut *into.hessian, ..Buffers::default() };
        weighted.kernels.set(mode).run(&weighted.data(problem, rows), &mut into, choosing, pool).map_err(failed)?;
        Ok(0.5 * rows.iter().map(|r| r * r).sum::<f64>())
    }

    /// The error of the code generator for this term.
    pub fn failed(&self, source: spadina_jit_cpu::Error) -> Error {
        Error::Compile { file: self.file.clone(), source }
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

/// Puts projected matrices into the data of the program that reads them.
pub fn insert<'a>(matrices: &'a [Matrices], data: &mut Data<'a>) {
    matrices.iter().for_each(|m| data.arrays[m.array] = &m.numbers);
}

/// Compiles every kernel of all terms. `partial`: the storage of the Hessian has no slot for some entries.
pub fn compile(terms: &mut [Term], precision: Precision, partial: bool, pool: &Pool) -> Result<(), Error> {
    compile_tasks(terms, precision, pool, |bound| bound.kernels.tasks(partial).collect())
}

/// Compiles the kernels of the numbers that no unknown changes, in double precision.
#[cfg(feature = "gpu")]
pub fn compile_stored(terms: &mut [Term], pool: &Pool) -> Result<(), Error> {
    compile_tasks(terms, Precision::F64, pool, |bound| bound.kernels.static_tasks().collect())
}

fn compile_tasks(
    terms: &mut [Term],
    precision: Precision,
    pool: &Pool,
    tasks: impl Fn(&mut Bound) -> Vec<Task<'_>>,
) -> Result<(), Error> {
    let mut kernels = Vec::new();
    for term in terms {
        let Term { file, main, weighted, matrices, .. } = term;
        let file: &str = file;
        let bounds = std::iter::once(main).chain(weighted).chain(matrices.iter_mut().map(|m| &mut m.bound));
        kernels.extend(bounds.flat_map(&tasks).map(|task| (file, task)));
    }
    pool.try_each(kernels, |(file, task)| {
        task.run(precision).map_err(|source| Error::Compile { file: file.to_string(), source })
    })
}

fn energy_outputs(mode: Mode) -> Outputs {
    Outputs { energy: true, gradient: mode != Mode::Value, hessian: mode == Mode::Hessian, ..Outputs::default() }
}

fn residual_outputs(mode: Mode) -> Outputs {
    Outputs { residual: true, jacobian: mode == Mode::Hessian, ..Outputs::default() }
}

fn gauss_newton_outputs(mode: Mode) -> Outputs {
    Outputs { gradient: mode != Mode::Value, ..Outputs::default() }
}

fn weighted_outputs(mode: Mode) -> Outputs {
    Outputs { gradient: mode != Mode::Value, hessian: mode == Mode::Hessian, ..Outputs::default() }
}
