//! The kernels of one solved program, by what is asked of them.

use crate::element::{Blocks, Completed, Projection};
use crate::hoist::{Hoisted, hoist};
use crate::kernel::{Buffer, Kernel, Outputs, build, build_with};
use crate::program::Program;
use crate::real::Array;

/// A quantity to evaluate; each includes the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Quantity {
    /// The energy.
    Value,
    /// The energy and the gradient.
    Gradient,
    /// The energy, the gradient and the Hessian.
    Hessian,
}

impl Quantity {
    /// All of them, the smallest first.
    pub const ALL: [Quantity; 3] = [Quantity::Value, Quantity::Gradient, Quantity::Hessian];
}

/// Elements whose matrices are projected.
#[derive(Clone, Debug)]
pub struct Elements {
    /// The matrices, and where their entries go.
    pub blocks: Blocks,
    /// The treatment of negative eigenvalues.
    pub projection: Projection,
}

/// A kernel to be compiled.
#[derive(Clone, Debug)]
pub struct Routine {
    /// The kernel. Where elements are projected it sets their matrices instead of adding to the Hessian.
    pub kernel: Kernel,
    /// The elements, if they are projected.
    pub elements: Option<Elements>,
    /// True if some iterations may have no slot for some output.
    pub guarded: bool,
}

impl Routine {
    /// A kernel without projection, all of whose outputs have slots.
    pub fn plain(kernel: Kernel) -> Self {
        Self { kernel, elements: None, guarded: false }
    }

    /// The kernel by whose outputs the matrices are assembled.
    pub fn assembled(&self) -> &Kernel {
        self.elements.as_ref().map_or(&self.kernel, |elements| &elements.blocks.whole)
    }
}

/// The kernels of one solved program.
#[derive(Clone, Debug)]
pub struct KernelSet {
    /// By quantity.
    routines: [Vec<Routine>; 3],
    /// The kernels of the numbers that no unknown changes, one record for each iteration. Their arrays come after all
    /// others of the program, in this order.
    pub stored: Vec<Routine>,
}

impl KernelSet {
    /// Builds the kernels of a solved program; `outputs` says what each quantity computes. The numbers of the arrays
    /// `changing` are others at every evaluation. `runs`: matrices are stored as CSR of both triangles.
    /// `projected`: the program was completed, and the elements of its Hessian are projected. `inspect` sees each kernel as it
    /// is before anything is hoisted out of it, with its quantity: the symbolic phase runs on these; it says whether the
    /// kernel is guarded.
    pub fn new(
        program: &Program,
        outputs: impl Fn(Quantity) -> Outputs,
        changing: &[Array],
        runs: bool,
        projected: Option<(&Completed, Projection)>,
        mut inspect: impl FnMut(Quantity, &Kernel) -> bool,
    ) -> Self {
        let Hoisted { program: main, parts } = hoist(program, changing);
        let routines = Quantity::ALL.map(|quantity| {
            let projected = projected.filter(|_| quantity == Quantity::Hessian);
            let inspect = |kernel: &Kernel| inspect(quantity, kernel);
            routines([program, &main], outputs(quantity), runs, projected, inspect)
        });
        let rows = Outputs { residual: true, ..Outputs::default() };
        let stored = parts.iter().flat_map(|part| build(&part.program, rows)).map(Routine::plain).collect();
        Self { routines, stored }
    }

    /// These kernels, by quantity; no number is stored.
    pub fn of(routines: [Vec<Routine>; 3]) -> Self {
        Self { routines, stored: Vec::new() }
    }

    /// The kernels of a quantity.
    pub fn routines(&self, quantity: Quantity) -> &[Routine] {
        &self.routines[quantity as usize]
    }

    /// The kernels of stored numbers; before them those of all quantities, if `all`.
    pub fn iter_mut(&mut self, all: bool) -> impl Iterator<Item = &mut Routine> {
        self.routines.iter_mut().filter(move |_| all).flatten().chain(&mut self.stored)
    }

    /// Returns true if a kernel of a quantity writes to a buffer.
    pub fn writes(&self, quantity: Quantity, buffer: Buffer) -> bool {
        self.routines(quantity).iter().any(|routine| routine.kernel.outputs.iter().any(|o| o.buffer == buffer))
    }
}

/// The kernels of a program for some outputs, without a projection and with nothing hoisted out of them.
pub fn plain_routines(program: &Program, outputs: Outputs, mut inspect: impl FnMut(&Kernel) -> bool) -> Vec<Routine> {
    let kernels = build_with(program, outputs, true).into_iter();
    kernels.map(|kernel| Routine { guarded: inspect(&kernel), kernel, elements: None }).collect()
}

/// The kernels of `hoisted`, which has the updates of `whole`, for some outputs.
fn routines(
    [whole, hoisted]: [&Program; 2],
    outputs: Outputs,
    runs: bool,
    projected: Option<(&Completed, Projection)>,
    mut inspect: impl FnMut(&Kernel) -> bool,
) -> Vec<Routine> {
    let kernels = build_with(whole, outputs, runs).into_iter().zip(build_with(hoisted, outputs, runs));
    let routine = |(whole, kernel): (Kernel, Kernel)| {
        let guarded = inspect(&whole);
        let mut kernel = if kernel.same_outputs(&whole) { kernel } else { whole };
        let elements = projected.and_then(|(completed, projection)| {
            Some(Elements { blocks: Blocks::of(&mut kernel, completed)?, projection })
        });
        Routine { kernel, elements, guarded }
    };
    kernels.map(routine).collect()
}
