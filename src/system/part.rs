//! The kernels of one solved program, by what is asked of them.

use spadina_core::bind::{Buffers, Data, Streams};
use spadina_core::interpret;
use spadina_core::kernel::{Buffer, Kernel, Outputs, build};
use spadina_core::pattern::{Entries, Fault, Places, Symbolic, streams};
use spadina_core::program::Program;
use spadina_core::real::Precision;
use spadina_jit_cpu::{Compiled, Pool, compile};

/// What is evaluated; each includes the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// The energy.
    Value,
    /// The energy and the gradient.
    Gradient,
    /// The energy, the gradient and the Hessian.
    Hessian,
}

impl Mode {
    pub const ALL: [Mode; 3] = [Mode::Value, Mode::Gradient, Mode::Hessian];
}

/// A kernel with what binds it to data.
pub struct Runnable {
    pub kernel: Kernel,
    symbolic: Symbolic,
    compiled: Option<Compiled>,
    pub entries: Entries,
    pub streams: Streams,
}

/// The kernels that compute some outputs of one program.
pub struct Set(Vec<Runnable>);

/// The kernels of one program, one set for each mode.
pub struct Kernels {
    sets: [Set; 3],
}

impl Runnable {
    /// Compiles the kernel. `partial`: the storage of the Hessian has no slot for some entries.
    pub fn compile(&mut self, precision: Precision, partial: bool) -> Result<(), spadina_jit_cpu::Error> {
        let skips = partial || self.symbolic.is_guarded();
        let options = spadina_jit_cpu::Options { precision, skips, ..Default::default() };
        self.compiled = Some(compile(&self.kernel, &options)?);
        Ok(())
    }
}

impl Set {
    /// Builds the kernels of a program. Without `check` another set, whose outputs include these, checks the indices.
    pub fn new(program: &Program, outputs: Outputs, check: bool) -> Self {
        let kernels = build(program, outputs).into_iter();
        let runnable = |kernel: Kernel| Runnable {
            symbolic: Symbolic::of(&kernel, program, check),
            kernel,
            compiled: None,
            entries: Entries::default(),
            streams: Streams::default(),
        };
        Self(kernels.map(runnable).collect())
    }

    pub fn runnables(&self) -> &[Runnable] {
        &self.0
    }

    /// Compiles every kernel.
    pub fn compile(&mut self, precision: Precision, partial: bool) -> Result<(), spadina_jit_cpu::Error> {
        self.0.iter_mut().try_for_each(|runnable| runnable.compile(precision, partial))
    }

    /// Checks every index and records rows and columns.
    /// `offsets` gives for each unknown array the number of its first entry, `first_row` that of the residual.
    pub fn enumerate(&mut self, data: &Data, offsets: &[u32], first_row: u32) -> Result<(), Fault> {
        for runnable in &mut self.0 {
            runnable.entries = runnable.symbolic.run(data, offsets, first_row)?;
        }
        Ok(())
    }

    /// Calls `add` with every entry of a buffer.
    pub fn visit(&self, buffer: Buffer, mut add: impl FnMut(u32, u32)) {
        for runnable in &self.0 {
            runnable.entries.visit(&runnable.kernel, buffer, &mut add);
        }
    }

    /// Finds the slots; the records of rows and columns are let go. `shared`: entries of different rows may have one
    /// slot, so that no two ranges may run at the same time.
    pub fn place(&mut self, hessian: Option<Places>, jacobian: Option<Places>, shared: bool) {
        for runnable in &mut self.0 {
            let entries = std::mem::take(&mut runnable.entries);
            runnable.streams = streams(&runnable.kernel, &entries, hessian, jacobian);
            if shared {
                let groups = &mut runnable.streams.chunks.groups;
                *groups = groups.iter().flatten().map(|&range| vec![range]).collect();
            }
        }
    }

    /// Runs the kernels; returns the energy.
    pub fn run(&self, data: &Data, buffers: &mut Buffers, pool: &Pool) -> Result<f64, spadina_jit_cpu::Error> {
        let mut energy = 0.0;
        for runnable in &self.0 {
            energy += match &runnable.compiled {
                // SAFETY: `enumerate` checked every index over these sizes, tables and array lengths, and that rows and
                // columns lie within the unknowns; `place` made streams with a record for each iteration and slots within
                // buffers of these lengths; its groups keep ranges that write a common slot apart.
                Some(compiled) => unsafe { compiled.run(data, &runnable.streams, buffers, pool)? },
                None => interpret::run(&runnable.kernel, data, &runnable.streams, buffers),
            };
        }
        Ok(energy)
    }
}

impl Kernels {
    /// Builds the kernels of a solved program; `outputs` says what each mode computes.
    pub fn new(program: &Program, outputs: impl Fn(Mode) -> Outputs) -> Self {
        Self { sets: Mode::ALL.map(|mode| Set::new(program, outputs(mode), mode == Mode::Hessian)) }
    }

    pub fn set(&self, mode: Mode) -> &Set {
        &self.sets[mode as usize]
    }

    /// Every kernel, the largest first.
    pub fn runnables_mut(&mut self) -> impl Iterator<Item = &mut Runnable> {
        self.sets.iter_mut().rev().flat_map(|set| &mut set.0)
    }

    pub fn enumerate(&mut self, data: &Data, offsets: &[u32], first_row: u32) -> Result<(), Fault> {
        self.sets.iter_mut().rev().try_for_each(|set| set.enumerate(data, offsets, first_row))
    }

    /// Calls `add` with every entry of a buffer in the widest mode.
    pub fn visit(&self, buffer: Buffer, add: impl FnMut(u32, u32)) {
        self.set(Mode::Hessian).visit(buffer, add);
    }

    pub fn place(&mut self, hessian: Places, jacobian: Places, shared: bool) {
        self.sets.iter_mut().for_each(|set| set.place(Some(hessian), Some(jacobian), shared));
    }
}
