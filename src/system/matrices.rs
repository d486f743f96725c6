//! Matrices of elements that are projected before the kernels of the Hessian read them: second derivatives at the linear
//! waist.

use super::program::{Fusion, Request, SolvedProgram, TermProjection};
use crate::problem::Problem;
use spadina_core::backend::{MatricesInputs, MatricesKernels, Quantity};
use spadina_core::element::{Element, Projection, Reduced, ReducedMatrices, Refused, complete, reduce};
use spadina_core::executor::Executor;
use spadina_core::kernel::{Buffer, Outputs};
use spadina_core::pattern::Fault;
use spadina_core::pipeline;
use spadina_core::program::{Program, Renaming};
use spadina_core::real::Array;

/// The matrices of the elements of one loop nest.
pub struct Matrices {
    /// The program that computes them, as rows.
    pub program: SolvedProgram,
    /// An element.
    pub element: Element,
    /// Zeros, as many as there are numbers of lower triangles: memory that is never touched.
    placeholder: Vec<f64>,
}

/// Solves a program and builds its kernels; with the matrices that are projected before these read them.
pub fn solve(problem: &Problem, source: Program, request: Request) -> Result<(SolvedProgram, Vec<Matrices>), Refused> {
    if let Some(TermProjection { projection: Projection::Reduced, outermost }) = request.projected
        && let Some(reduced) = reduce(&source, outermost, pipeline::solved)?
    {
        let Reduced { program, parts } = reduced;
        let arrays: Vec<Array> = parts.iter().map(|part| part.array).collect();
        let own = SolvedProgram::new(problem, source, program, request, &arrays, None);
        return Ok((own, parts.into_iter().map(|part| Matrices::new(problem, part, request.fusion)).collect()));
    }
    let stages = pipeline::run(source.clone());
    let own = match request.projected {
        Some(TermProjection { projection, outermost }) => {
            let completed = complete(&stages.program, &stages.solved, outermost)?;
            let program = completed.program.clone();
            SolvedProgram::new(problem, source, program, request, &[], Some((&completed, projection)))
        }
        None => SolvedProgram::new(problem, source, stages.solved, request, &[], None),
    };
    Ok((own, Vec::new()))
}

/// The placeholders of the numbers of matrices.
pub fn placeholders(matrices: &[Matrices]) -> Vec<&[f64]> {
    matrices.iter().map(|own| &own.placeholder[..]).collect()
}

impl Matrices {
    /// The kernels of a part of a reduced program.
    pub fn new(problem: &Problem, part: ReducedMatrices, fusion: Fusion) -> Self {
        let ReducedMatrices { element, program, .. } = part;
        let outputs = |quantity| Outputs { residual: quantity == Quantity::Hessian, ..Outputs::default() };
        let request = Request { outputs, runs: false, projected: None, fusion };
        let program = SolvedProgram::new(problem, program.clone(), program, request, &[], None);
        Self { program, element, placeholder: Vec::new() }
    }

    /// The same matrices over data of other names.
    pub fn again(&self, problem: &Problem, names: &Renaming) -> Self {
        Self { program: self.program.again(problem, names), element: self.element.clone(), placeholder: Vec::new() }
    }

    /// Checks every index and finds the place of every entry.
    pub fn enumerate(&mut self, problem: &Problem, executor: &dyn Executor) -> Result<(), Fault> {
        let own = &mut self.program;
        own.enumerate(problem, (&[], 0), &[], executor)?;
        let mut rows = 0;
        own.visit(Buffer::Residual, |row, _| rows = rows.max(row as usize + 1));
        self.placeholder = vec![0.0; rows.next_multiple_of(self.element.entries())];
        Ok(())
    }

    /// The kernels as back-ends take them.
    pub fn kernels(&self) -> MatricesKernels<'_> {
        MatricesKernels { program: self.program.kernels(), element: &self.element }
    }

    /// The matrices bound to data.
    pub fn inputs<'a>(&'a self, problem: &'a Problem) -> MatricesInputs<'a> {
        MatricesInputs {
            program: self.program.inputs(problem, (&[], 0), &[]),
            element: &self.element,
            count: self.placeholder.len() / self.element.entries().max(1),
        }
    }
}
