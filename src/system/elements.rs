//! The energy of every element of a term.

use super::{Error, System};
use spadina_core::backend::Quantity;
use spadina_core::bind::{Buffers, Chunks};
use spadina_core::executor;
use spadina_core::interpret;
use std::ops::Range;

impl System {
    /// The energy of every element of a term, in the order of the rows of its `over`; for a residual half the sum of the
    /// element's squares. `None` for a program, whose iterations may be anything, and where there is no such term.
    ///
    /// They are computed by the reference, in double precision: once for a result, not in every step.
    pub fn element_energies(&mut self, term: usize) -> Result<Option<Vec<f64>>, Error> {
        self.bind()?;
        let problem = self.displaced_problem();
        let over = problem.terms.get(term).and_then(|term| term.over.as_ref());
        let table = over.and_then(|over| problem.indices.iter().find(|(name, _)| name == over));
        let (Some(own), Some((_, table))) = (self.terms.get(term), table) else { return Ok(None) };
        let count = table.shape.first().copied().unwrap_or(0);
        let (rows, weights) = (own.rows(), vec![1.0; own.rows().len()]);
        let data = own.main.data(&problem, &weights);
        let routines = || own.main.kernels.routines(Quantity::Value).iter().zip(own.main.streams(Quantity::Value));
        let each = rows.len() / count.max(1);
        let some = |elements: Range<usize>| {
            let mut residual = vec![0.0; rows.end];
            let energy = |element: usize| {
                let range = element as i64..element as i64 + 1;
                let chunks = Chunks { ranges: vec![range], groups: vec![vec![0]] };
                let mut energy = 0.0;
                for (routine, streams) in routines().filter(|(_, streams)| streams.outer == (0..count as i64)) {
                    let mut buffers = Buffers { residual: &mut residual, ..Buffers::default() };
                    energy += interpret::run_chunks(&routine.kernel, &data, streams, &chunks, &mut buffers);
                }
                let squares = residual[rows.start + each * element..][..each].iter().map(|r| r * r);
                energy + 0.5 * squares.sum::<f64>()
            };
            elements.map(energy).collect::<Vec<f64>>()
        };
        let block = count.div_ceil(self.executor.threads()).max(1);
        let blocks = (0..count).step_by(block).map(|first| first..(first + block).min(count)).collect();
        Ok(Some(executor::map(&*self.executor, blocks, some).concat()))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, Problem, System, Term};

    #[test]
    fn elements_add_up_to_their_terms() {
        let spring = "fn energy(x: array<f32, 2>, k: f32) -> f32 { let d = x[1] - x[0]; return exp(k) * d * d; }";
        let pull = "fn residual(x: array<f32, 2>) -> vec2f { return vec2f(x[0], 2.0 * x[1]); }";
        let program = "@group(0) @binding(0) var<storage, read> x: array<f32>;
            fn energy() -> f32 {
                var e = 0.0;
                for (var i = 0u; i < arrayLength(&x); i++) { e += x[i] * x[i]; }
                return e;
            }";
        let problem = Problem::new()
            .unknown("x", vec![0.0, 2.0, 5.0])
            .array("k", 1.0)
            .indices("springs", vec![[0, 1], [1, 2]])
            .indices("pairs", vec![[2, 0], [0, 1], [1, 1]])
            .term(Term::energy("spring.wgsl", spring).over("springs"))
            .term(Term::residual("pull.wgsl", pull).over("pairs"))
            .term(Term::energy("program.wgsl", program));
        let mut system = System::build(problem, Options::default()).unwrap();
        let all = system.energies().unwrap();
        let e = 1f64.exp();
        for (term, wanted) in [vec![4.0 * e, 9.0 * e], vec![12.5, 8.0, 10.0]].into_iter().enumerate() {
            let found = system.element_energies(term).unwrap().unwrap();
            assert!(found.len() == wanted.len() && found.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-12));
            assert!((found.iter().sum::<f64>() - all[term]).abs() < 1e-12, "{found:?} {all:?}");
        }
        assert_eq!(system.element_energies(2).unwrap(), None);
        assert_eq!(system.element_energies(3).unwrap(), None);
    }
}
