//! The abilities of a back-end.

use crate::real::Precision;

/// The abilities of a back-end: asked before, never found out by failure.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Abilities {
    /// The precisions of reals. One that is not among them is evaluated in the first.
    pub precisions: Vec<Precision>,
    /// True if some elements can be projected and others not. Otherwise it is all or none.
    pub selects_elements: bool,
    /// True if the matrices of projected elements are evaluated batch by batch in a buffer: the streams then lead to
    /// the places of the elements there.
    pub batches_elements: bool,
    /// True if kernels are better with products and sums [fused](crate::kernel::Kernel::fuse).
    pub fuses: bool,
    /// True if binding again costs little, so that single terms can be bound again.
    pub rebinds: bool,
    /// True if it evaluates at [`Inputs::unknowns`](super::Inputs::unknowns), which may be displacements from a reference. Otherwise
    /// unknowns are among the data, as they are.
    pub displacements: bool,
    /// The traffic of numbers.
    pub traffic: Traffic,
}

/// The traffic of numbers in an evaluation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Traffic {
    /// True if reals are held in the precision of the evaluation. Otherwise they are held in double precision.
    pub narrow: bool,
    /// True if entries of results are gathered: written once, and not read.
    pub gathers: bool,
}

impl Abilities {
    /// The abilities of what runs kernels one after another in the host's memory, in these precisions.
    pub fn host(precisions: &[Precision]) -> Self {
        Self {
            precisions: precisions.to_vec(),
            selects_elements: true,
            batches_elements: true,
            fuses: false,
            rebinds: true,
            displacements: false,
            traffic: Traffic { narrow: false, gathers: false },
        }
    }

    /// The abilities of a device with memory of its own, in these precisions: all elements are projected or none, and
    /// everything is bound anew.
    pub fn device(precisions: &[Precision]) -> Self {
        Self {
            precisions: precisions.to_vec(),
            selects_elements: false,
            batches_elements: false,
            fuses: false,
            rebinds: false,
            displacements: true,
            traffic: Traffic { narrow: true, gathers: true },
        }
    }

    /// These, with fused products and sums if `fuses`.
    pub fn fused(self, fuses: bool) -> Self {
        Self { fuses, ..self }
    }

    /// The precision in which an evaluation takes place if this one is asked for.
    pub fn precision(&self, wanted: Precision) -> Precision {
        let first = self.precisions.first().copied().unwrap_or(wanted);
        if self.precisions.contains(&wanted) { wanted } else { first }
    }
}
