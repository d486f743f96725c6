//! The kernels of one solved program, by what is asked of them.

use spadina_core::bind::{Buffers, Data, Streams};
use spadina_core::interpret;
use spadina_core::kernel::{Buffer, Kernel, Outputs, build};
use spadina_core::pattern::{AssignedRows, Csr, Entries, Fault, Symbolic, streams};
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

/// The numbers of the whole problem that terms add to.
pub struct Target<'a> {
    pub gradient: &'a mut [f64],
    pub hessian: &'a mut [f64],
    pub residual: &'a mut [f64],
    pub jacobian: &'a mut [f64],
}

/// A kernel with what binds it to data.
pub struct Runnable {
    pub kernel: Kernel,
    symbolic: Symbolic,
    compiled: Option<Compiled>,
    entries: Entries,
    pub streams: Streams,
}

/// The kernels of one program, one set for each mode.
pub struct Kernels {
    sets: [Vec<Runnable>; 3],
}

impl Kernels {
    /// Builds the kernels of a solved program; `outputs` says what each mode computes.
    pub fn new(program: &Program, outputs: impl Fn(Mode) -> Outputs) -> Self {
        let sets = Mode::ALL.map(|mode| {
            let kernels = build(program, outputs(mode)).into_iter();
            kernels
                .map(|kernel| Runnable {
                    symbolic: Symbolic::of(&kernel, program),
                    kernel,
                    compiled: None,
                    entries: Entries::default(),
                    streams: Streams::default(),
                })
                .collect()
        });
        Self { sets }
    }

    pub fn set(&self, mode: Mode) -> &[Runnable] {
        &self.sets[mode as usize]
    }

    /// Compiles every kernel. `partial`: the storage of the Hessian has no slot for some entries.
    pub fn compile(&mut self, precision: Precision, partial: bool) -> Result<(), spadina_jit_cpu::Error> {
        for runnable in self.sets.iter_mut().flatten() {
            let skips = partial || runnable.symbolic.is_guarded();
            let options = spadina_jit_cpu::Options { precision, skips, ..Default::default() };
            runnable.compiled = Some(compile(&runnable.kernel, &options)?);
        }
        Ok(())
    }

    /// Checks every index and records rows and columns.
    /// `offsets` gives for each unknown array the number of its first entry, `first_row` that of the residual.
    pub fn enumerate(&mut self, data: &Data, offsets: &[u32], first_row: u32) -> Result<(), Fault> {
        for runnable in self.sets.iter_mut().rev().flatten() {
            runnable.entries = runnable.symbolic.run(data, offsets, first_row)?;
        }
        Ok(())
    }

    /// Checks that no row of the residual is written with `=` more than once.
    pub fn check_rows(&self, program: &Program, first_row: u32) -> Result<(), Fault> {
        let mut rows = AssignedRows::default();
        for runnable in self.set(Mode::Hessian) {
            rows.add(&runnable.kernel, program, &runnable.entries, first_row)?;
        }
        Ok(())
    }

    /// Calls `add` with every entry of a buffer in the widest mode.
    pub fn visit(&self, buffer: Buffer, mut add: impl FnMut(u32, u32)) {
        for runnable in self.set(Mode::Hessian) {
            runnable.entries.visit(&runnable.kernel, buffer, &mut add);
        }
    }

    /// Finds the slots; the records of rows and columns are let go.
    pub fn place(&mut self, hessian: (&Csr, &[u32]), jacobian: (&Csr, &[u32])) {
        for runnable in self.sets.iter_mut().flatten() {
            let entries = std::mem::take(&mut runnable.entries);
            runnable.streams = streams(&runnable.kernel, &entries, Some(hessian), Some(jacobian));
        }
    }

    /// Runs the kernels of a mode; returns the energy.
    pub fn run(
        &self,
        mode: Mode,
        data: &Data,
        target: &mut Target,
        pool: &Pool,
    ) -> Result<f64, spadina_jit_cpu::Error> {
        let mut energy = 0.0;
        for runnable in self.set(mode) {
            let mut buffers = Buffers {
                gradient: &mut *target.gradient,
                hessian: &mut *target.hessian,
                residual: &mut *target.residual,
                jacobian: &mut *target.jacobian,
                product: &mut [],
            };
            energy += match &runnable.compiled {
                // SAFETY: `enumerate` checked every index over these sizes and tables, `place` made streams with a record
                // for each iteration and slots within buffers of these lengths; `color` keeps ranges of a group apart.
                Some(compiled) => unsafe { compiled.run(data, &runnable.streams, &mut buffers, pool)? },
                None => interpret::run(&runnable.kernel, data, &runnable.streams, &mut buffers),
            };
        }
        Ok(energy)
    }
}
