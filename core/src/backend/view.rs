//! A problem as back-ends see it: its kernels, and the data and slots that these are bound to.

use super::{KernelSet, Quantity};
use crate::bind::{Data, Streams};
use crate::element::Element;
use crate::pattern::{Csr, Places};
use std::borrow::Cow;
use std::ops::Range;

/// The place of the numbers of an array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Residence {
    /// Among the data.
    Data,
    /// Among the unknowns.
    Unknowns,
    /// Among the rows of the residual.
    Rows,
    /// They are projected matrices of the term, those of this number.
    Matrices(usize),
}

/// The kernels of one solved program, with where its arrays are, by the ids of the program.
#[derive(Clone, Copy, Debug)]
pub struct ProgramKernels<'a> {
    /// The kernels.
    pub set: &'a KernelSet,
    /// By array; [`Residence::Data`] beyond the end.
    pub residences: &'a [Residence],
}

/// The kernels that compute matrices of elements, as rows.
#[derive(Clone, Copy, Debug)]
pub struct MatricesKernels<'a> {
    /// The kernels; those of [`Quantity::Hessian`] have the matrices as outputs.
    pub program: ProgramKernels<'a>,
    /// The element.
    pub element: &'a Element,
}

/// The kernels of a term.
#[derive(Clone, Debug)]
pub struct TermKernels<'a> {
    /// The term's name, for messages.
    pub name: &'a str,
    /// The energy's; those of the rows and the Jacobian for residuals.
    pub main: ProgramKernels<'a>,
    /// For residuals, those of gradient and Hessian of the rows, weighted by their values.
    pub weighted: Option<ProgramKernels<'a>>,
    /// Second derivatives that are projected before the kernels of the Hessian read them.
    pub matrices: Vec<MatricesKernels<'a>>,
}

/// A program bound to data.
#[derive(Clone, Debug)]
pub struct ProgramInputs<'a> {
    /// The kernels.
    pub kernels: ProgramKernels<'a>,
    /// By quantity and kernel, where outputs go.
    pub streams: [&'a [Streams]; 3],
    /// The data, stored numbers included. Rows and matrices have the right lengths here, and no numbers.
    pub data: Data<'a>,
    /// By array, the number of its first entry among the unknowns or rows.
    pub offsets: Vec<u32>,
}

impl<'a> ProgramInputs<'a> {
    /// The streams of the kernels of a quantity.
    pub fn streams(&self, quantity: Quantity) -> &'a [Streams] {
        self.streams[quantity as usize]
    }
}

/// Matrices of elements bound to data.
#[derive(Clone, Debug)]
pub struct MatricesInputs<'a> {
    /// The program that computes them.
    pub program: ProgramInputs<'a>,
    /// The element.
    pub element: &'a Element,
    /// The number of elements.
    pub count: usize,
}

/// A term bound to data.
#[derive(Clone, Debug)]
pub struct TermInputs<'a> {
    /// The term's name, for messages.
    pub name: &'a str,
    /// The energy, or the rows.
    pub main: ProgramInputs<'a>,
    /// For residuals, the weighted rows.
    pub weighted: Option<ProgramInputs<'a>>,
    /// Projected second derivatives.
    pub matrices: Vec<MatricesInputs<'a>>,
    /// The rows of a residual among those of the problem.
    pub rows: Range<usize>,
}

impl<'a> TermInputs<'a> {
    /// The kernels alone.
    pub fn kernels(&self) -> TermKernels<'a> {
        let matrices = self.matrices.iter().map(|m| MatricesKernels { program: m.program.kernels, element: m.element });
        TermKernels {
            name: self.name,
            main: self.main.kernels,
            weighted: self.weighted.as_ref().map(|own| own.kernels),
            matrices: matrices.collect(),
        }
    }
}

/// The lengths of vectors and of the storage of matrices.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Lengths {
    /// Unknowns; entries of the gradient.
    pub unknowns: usize,
    /// Values of the Hessian.
    pub hessian: usize,
    /// Rows of the residual.
    pub residual: usize,
    /// Values of the Jacobian.
    pub jacobian: usize,
}

/// The places that JᵀJ is read from and written to.
#[derive(Clone, Copy, Debug)]
pub struct GramPlaces<'a> {
    /// The Jacobian.
    pub jacobian: Places<'a>,
    /// The Hessian.
    pub hessian: Places<'a>,
}

/// The storage of the Hessian as compressed rows of blocks.
#[derive(Clone, Copy, Debug)]
pub struct StoredPattern<'a> {
    /// Rows and columns of blocks.
    pub csr: &'a Csr,
    /// The edge length of a block; 1 for scalar rows.
    pub block: usize,
}

/// All data of a problem.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    unknowns: Vec<Cow<'a, [f64]>>,
    terms: Vec<TermInputs<'a>>,
    lengths: Lengths,
    gram: Option<GramPlaces<'a>>,
    stored: Option<StoredPattern<'a>>,
}

impl<'a> Inputs<'a> {
    /// All data of a problem. `gram` has the places of JᵀJ where there are residuals, `stored` the storage of the Hessian if it
    /// is in compressed rows.
    ///
    /// # Safety
    ///
    /// For every kernel holds what [`Job::new`](super::Job::new) demands, with buffers of these lengths.
    pub unsafe fn new(
        unknowns: Vec<Cow<'a, [f64]>>,
        terms: Vec<TermInputs<'a>>,
        lengths: Lengths,
        gram: Option<GramPlaces<'a>>,
        stored: Option<StoredPattern<'a>>,
    ) -> Self {
        Self { unknowns, terms, lengths, gram, stored }
    }

    /// The unknowns, array by array.
    pub fn unknowns(&self) -> &[Cow<'a, [f64]>] {
        &self.unknowns
    }

    /// The terms.
    pub fn terms(&self) -> &[TermInputs<'a>] {
        &self.terms
    }

    /// The lengths of results.
    pub fn lengths(&self) -> Lengths {
        self.lengths
    }

    /// With residuals, the places of JᵀJ.
    pub fn gram(&self) -> Option<&GramPlaces<'a>> {
        self.gram.as_ref()
    }

    /// The storage of the Hessian; `None` for one that is not in compressed rows.
    pub fn stored(&self) -> Option<StoredPattern<'a>> {
        self.stored
    }
}
