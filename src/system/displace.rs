//! Systems whose unknowns on the GPU are displacements from a reference.

use super::rebind::Stale;
use super::{Options, System};
use crate::problem::Problem;
use spadina_core::backend::Abilities;
use std::borrow::Cow;

/// Returns true if the programs are those of displacements: the options ask for it, and the back-end has unknowns of its own.
pub fn displaces(options: &Options, abilities: &Abilities) -> bool {
    #[cfg(feature = "gpu")]
    return options.gpu.displacements && abilities.displacements;
    #[cfg(not(feature = "gpu"))]
    {
        let _ = (options, abilities);
        false
    }
}

/// The unknowns as they are, one after another, as a reference.
pub fn reference(problem: &Problem) -> Vec<Vec<f64>> {
    problem.unknowns.iter().map(|(_, tensor)| tensor.data.clone()).collect()
}

impl System {
    /// Takes the unknowns as they are for the reference of the displacements ([`displacements`](
    /// super::GpuOptions::displacements)); nothing happens to a system without these. What no unknown changes is computed
    /// again at the next evaluation.
    pub fn set_reference(&mut self) {
        if self.displaced {
            self.problem.references = reference(&self.problem);
            self.unstored = Stale::All;
        }
    }

    /// Takes a reference if there is none, or if the unknowns have another length than it.
    pub(super) fn match_references(&mut self) {
        let unknowns = self.problem.unknowns.iter().map(|(_, tensor)| tensor.data.len());
        if self.displaced && !self.problem.references.iter().map(Vec::len).eq(unknowns) {
            self.problem.references = reference(&self.problem);
            self.unstored = Stale::All;
        }
    }

    /// The problem as the programs have it, with displacements for unknowns if they are those of displacements.
    pub(super) fn displaced_problem(&self) -> Cow<'_, Problem> {
        if !self.displaced {
            return Cow::Borrowed(&self.problem);
        }
        let mut problem = self.problem.clone();
        for ((_, tensor), reference) in problem.unknowns.iter_mut().zip(&self.problem.references) {
            tensor.data.iter_mut().zip(reference).for_each(|(x, reference)| *x -= reference);
        }
        Cow::Owned(problem)
    }
}
