//! Matrices of elements that are projected before the kernels of the Hessian read them: second derivatives at the linear
//! waist.

use super::part::{Choosing, Kernels, Mode};
use super::term::{Binding, Bound};
use crate::problem::Problem;
use spadina_core::bind::Buffers;
use spadina_core::element::{Element, Part, Projected, Projection, project_lower};
use spadina_core::kernel::{Buffer, Outputs};
use spadina_core::pattern::Fault;
use spadina_jit_cpu::{Pool, project_elements};
use std::sync::atomic::Ordering;

/// The matrices of the elements of one loop nest.
pub struct Matrices {
    /// What computes them, as rows.
    pub bound: Bound,
    /// An element.
    pub element: Element,
    /// The number of the array that holds them in the program of the Hessian.
    pub array: usize,
    /// Lower triangles, one after another.
    pub numbers: Vec<f64>,
}

impl Matrices {
    /// The kernels of a part of a reduced program.
    pub fn new(problem: &Problem, part: Part) -> Self {
        let Part { array, element, program } = part;
        let rows = |mode| Outputs { residual: mode == Mode::Hessian, ..Outputs::default() };
        let kernels = Kernels::new(&program, rows, &[], false, None);
        let bound = Bound { binding: Binding::new(problem, &program.graph), kernels, source: program.clone(), program };
        Self { bound, element, array: array.0 as usize, numbers: Vec::new() }
    }

    /// Checks every index and finds the place of every entry.
    pub fn enumerate(&mut self, problem: &Problem, pool: &Pool) -> Result<(), Fault> {
        let Bound { binding, kernels, program, .. } = &mut self.bound;
        kernels.enumerate(&binding.data(&program.graph, problem, &[]), &binding.offsets(problem), 0, pool)?;
        let mut rows = 0;
        kernels.visit(Buffer::Residual, |row, _| rows = rows.max(row as usize + 1));
        self.numbers = vec![0.0; rows.next_multiple_of(self.element.entries())];
        Ok(())
    }

    /// Computes the matrices and projects them. `compiled`: by machine code, else by the reference.
    pub fn run(
        &mut self,
        problem: &Problem,
        compiled: bool,
        choosing: &Choosing,
        pool: &Pool,
    ) -> Result<(), spadina_jit_cpu::Error> {
        let Self { bound, element, numbers, .. } = self;
        numbers.fill(0.0);
        let mut buffers = Buffers { residual: numbers, ..Buffers::default() };
        bound.kernels.set(Mode::Hessian).run(&bound.data(problem, &[]), &mut buffers, choosing, pool)?;
        let choice = choosing.choice(Projection::Clamp);
        match compiled {
            true => project_elements(element, choice, numbers, pool),
            false if *choice.projected == Projected::None => {}
            false => {
                let matrices = numbers.chunks_exact_mut(element.entries());
                let found = matrices.filter_map(|m| project_lower(m, element.size(), choice.projection).then_some(()));
                choice.count.fetch_add(found.count(), Ordering::Relaxed);
            }
        }
        Ok(())
    }
}
