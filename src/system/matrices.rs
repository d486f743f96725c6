//! Matrices of elements that are projected before the kernels of the Hessian read them: second derivatives at the linear
//! waist.

use super::program::{Request, SolvedProgram};
use crate::problem::Problem;
use spadina_core::backend::{MatricesInputs, MatricesKernels, Quantity};
use spadina_core::element::{Element, Part};
use spadina_core::executor::Executor;
use spadina_core::kernel::{Buffer, Outputs};
use spadina_core::pattern::Fault;

/// The matrices of the elements of one loop nest.
pub struct Matrices {
    /// What computes them, as rows.
    pub program: SolvedProgram,
    /// An element.
    pub element: Element,
    /// Zeros, as many as there are numbers of lower triangles: memory that is never touched.
    placeholder: Vec<f64>,
}

impl Matrices {
    /// The kernels of a part of a reduced program.
    pub fn new(problem: &Problem, part: Part) -> Self {
        let Part { element, program, .. } = part;
        let outputs = |quantity| Outputs { residual: quantity == Quantity::Hessian, ..Outputs::default() };
        let request = Request { outputs, runs: false, projected: None };
        let program = SolvedProgram::new(problem, program.clone(), program, request, &[], None);
        Self { program, element, placeholder: Vec::new() }
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

    /// As many numbers as the matrices have.
    pub fn placeholder(&self) -> &[f64] {
        &self.placeholder
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
