//! The kernels of all terms, compiled for a device.

use crate::wgsl::{self, ArrayBuffer};
use crate::{Compiled, Device, Error, Schedule};
use rustc_hash::FxHashMap;
use spadina_core::backend::{KernelSet, ProgramKernels, Quantity, Residence, Routine, TermKernels};
use spadina_core::kernel::{Kernel, Step};
use spadina_core::real::{Array, Node, Precision};
use std::sync::Arc;

/// Programs of a term: that of the energy or the rows, and that of the weighted rows.
pub(super) const PROGRAMS: usize = 2;

/// A kernel on the device.
#[derive(Clone, Debug)]
pub(super) struct OneKernel {
    pub compiled: Compiled,
    /// The number of the term's projected matrices that it reads.
    pub matrices: Option<usize>,
}

/// The kernels of a problem. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Kernels(Arc<All>);

#[derive(Debug)]
struct All {
    /// By quantity, program and term.
    programs: [[Vec<Vec<OneKernel>>; PROGRAMS]; 3],
    /// By term and projected matrices: what computes them.
    matrices: Vec<Vec<Vec<OneKernel>>>,
}

impl Kernels {
    /// Compiles all kernels.
    pub fn new(
        device: &Device,
        precision: Precision,
        schedule: Schedule,
        terms: &[TermKernels<'_>],
    ) -> Result<Self, Error> {
        // Terms that share kernels share their pipelines.
        let mut known: FxHashMap<(*const KernelSet, *const Residence, Quantity), Vec<OneKernel>> = FxHashMap::default();
        let mut compile = |program: &ProgramKernels<'_>, quantity: Quantity| -> Result<Vec<OneKernel>, Error> {
            let key = (&raw const *program.set, program.residences.as_ptr(), quantity);
            if let Some(kernels) = known.get(&key) {
                return Ok(kernels.clone());
            }
            let routines = program.set.routines(quantity).iter();
            let own = routines.map(|routine| one(device, (precision, schedule), program.residences, routine));
            let own: Vec<OneKernel> = own.collect::<Result<_, _>>()?;
            known.insert(key, own.clone());
            Ok(own)
        };
        let mut programs: [[Vec<Vec<OneKernel>>; PROGRAMS]; 3] = Default::default();
        for (quantity, own) in Quantity::ALL.into_iter().zip(&mut programs) {
            for (number, kernels) in own.iter_mut().enumerate() {
                let of_term = |term| program(term, number).map_or(Ok(Vec::new()), |p| compile(p, quantity));
                *kernels = terms.iter().map(of_term).collect::<Result<_, _>>()?;
            }
        }
        let mut matrices = |term: &TermKernels<'_>| {
            term.matrices.iter().map(|m| compile(&m.program, Quantity::Hessian)).collect::<Result<_, _>>()
        };
        let matrices = terms.iter().map(&mut matrices).collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(All { programs, matrices })))
    }

    /// By term, the kernels of a program.
    pub fn program(&self, quantity: Quantity, number: usize) -> &[Vec<OneKernel>] {
        &self.0.programs[quantity as usize][number]
    }

    /// By term and projected matrices, what computes them.
    pub fn matrices(&self) -> &[Vec<Vec<OneKernel>>] {
        &self.0.matrices
    }

    /// The schedules of the Hessian's kernels, one after another.
    pub fn schedules(&self) -> Vec<Schedule> {
        let second = self.0.programs[Quantity::Hessian as usize].iter().flatten().flatten();
        second.map(|own| own.compiled.schedule()).collect()
    }
}

/// A program of a term, if it has one.
fn program<'a>(term: &'a TermKernels<'a>, number: usize) -> Option<&'a ProgramKernels<'a>> {
    if number == 0 { Some(&term.main) } else { term.weighted.as_ref() }
}

/// Compiles a kernel.
fn one(
    device: &Device,
    (precision, schedule): (Precision, Schedule),
    residences: &[Residence],
    routine: &Routine,
) -> Result<OneKernel, Error> {
    let mut sources: Vec<ArrayBuffer> = Vec::new();
    let mut read = Vec::new();
    for (array, residence) in residences.iter().enumerate() {
        sources.push(match *residence {
            Residence::Data => ArrayBuffer::Data,
            Residence::Unknowns => ArrayBuffer::Unknowns,
            Residence::Rows => ArrayBuffer::Rows,
            Residence::Matrices(number) if reads(&routine.kernel, array) => {
                read.push(number);
                ArrayBuffer::Rows
            }
            Residence::Matrices(_) => ArrayBuffer::Data,
        });
    }
    if read.len() > 1 {
        return Err(Error::Refused { what: "the reduced projection of elements from several loops in one" });
    }
    let options = wgsl::Options { precision, sources, schedule, ..wgsl::Options::default() };
    let compiled = match &routine.elements {
        Some(elements) => device.compile_projected(&elements.blocks, elements.projection, &options)?,
        None => {
            let mut kernel = routine.kernel.clone();
            kernel.fuse();
            device.compile(&kernel, &options)?
        }
    };
    Ok(OneKernel { compiled, matrices: read.first().copied() })
}

/// Returns true if a kernel loads from an array.
fn reads(kernel: &Kernel, array: usize) -> bool {
    let loads = |step: &Step| match *step {
        Step::Value(v) => matches!(kernel.graph.node(v), Node::Load(Array(own), _) if *own as usize == array),
        _ => false,
    };
    kernel.steps.iter().any(loads)
}
