//! Residual programs: the energy ½|r|² through its rows.
//!
//! With the rows' values as fixed weights w = r, the program Σ w·r has the gradient Jᵀr, which is that of the energy,
//! and the Hessian Σ r ∇²r, which together with JᵀJ is that of the energy (Nocedal and Wright, *Numerical
//! Optimization*, §10.1). A row may be the sum of many updates: it is summed before it becomes a weight.

use crate::program::{Program, Target, split};
use crate::real::ArrayKind;

/// The energy `Σ weight[row] · value` over the residual updates of a program, with [`ArrayKind::Weights`].
pub fn weighted(mut program: Program) -> Program {
    let array = program.graph.array("weights", ArrayKind::Weights);
    let updates = std::mem::take(&mut program.updates);
    for update in updates {
        let Target::Residual { row, guard, .. } = update.target else {
            unreachable!("a residual program has updates of its rows alone")
        };
        // There is a row where one is written.
        let written = program.graph.cond(guard);
        let weight = program.graph.load(array, row);
        let weight = program.graph.mask(written, weight);
        let value = program.graph.mul(weight, update.value);
        program.updates.extend(split(&mut program.graph, &update.vars, Target::Energy, value));
    }
    program
}
