//! The consequences of connectivity, and the data of a system as back-ends take them.

use super::layout::Stored;
use super::term::DerivedTerm;
use crate::problem::Problem;
use spadina_core::backend::{Bound, GramPlaces, Inputs, Lengths, StoredPattern};
use spadina_core::pattern::{Csr, Places};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The data that follow from connectivity and from the lengths of the arrays.
pub struct Connectivity {
    pub pattern: Csr,
    pub stored: Stored,
    /// With residuals, the slots of the pattern's entries, unless these are their numbers.
    pub slots: Option<Vec<u32>>,
    pub jacobian: Csr,
    /// As many zeros as there are rows of the residual: they stand for weights.
    pub zeros: Vec<f64>,
    /// The part of the pattern that stays when connectivity changes, once it has.
    pub fixed: Option<Fixed>,
}

/// The part of the pattern that stays when some terms change.
pub struct Fixed {
    /// The terms that change.
    pub changing: BTreeSet<usize>,
    /// The pattern of the others.
    pub pattern: Csr,
}

/// The connectivity of a system that has been bound.
pub fn connected(connectivity: &Option<Connectivity>) -> &Connectivity {
    connectivity.as_ref().unwrap_or_else(|| unreachable!("a system that has been bound has connectivity"))
}

/// The kernels of a system that has been bound, and its connectivity.
pub fn bound<'a>(
    bound: &'a mut Option<Box<dyn Bound>>,
    connectivity: &'a Option<Connectivity>,
) -> (&'a mut dyn Bound, &'a Connectivity) {
    match bound {
        Some(kernels) => (&mut **kernels, connected(connectivity)),
        None => unreachable!("a system that has been bound has bound kernels"),
    }
}

/// All data, as back-ends take them.
pub fn inputs<'a>(
    problem: &'a Problem,
    displaced: bool,
    terms: &'a [DerivedTerm],
    connectivity: &'a Connectivity,
) -> Inputs<'a> {
    let Connectivity { pattern, stored, slots, jacobian, zeros, .. } = connectivity;
    let unknowns = problem.unknowns.iter().enumerate().map(|(k, (_, tensor))| match problem.references.get(k) {
        Some(reference) if displaced => tensor.data.iter().zip(reference).map(|(x, reference)| x - reference).collect(),
        _ => Cow::Borrowed(&tensor.data[..]),
    });
    let lengths = Lengths {
        unknowns: problem.unknown_count(),
        hessian: stored.len(),
        residual: zeros.len(),
        jacobian: jacobian.nonzeros(),
    };
    let gram = GramPlaces {
        jacobian: Places { pattern: jacobian, slots: None },
        hessian: Places { pattern, slots: slots.as_deref() },
    };
    let stored = stored.pattern(pattern).map(|(csr, block)| StoredPattern { csr, block });
    let own = terms.iter().map(|term| term.inputs(problem, zeros)).collect();
    // SAFETY: binding checked every index over these sizes, tables and array lengths, and that rows and columns lie within
    // the unknowns; the streams have a record for each iteration and slots within buffers of these lengths, and their
    // groups keep ranges that write a common slot apart. Whatever changes a length, a size or a table unbinds first.
    unsafe { Inputs::new(unknowns.collect(), own, lengths, problem.has_residuals().then_some(gram), stored) }
}
