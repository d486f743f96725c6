//! The kernels of one solved program, by what is asked of them.

use spadina_core::bind::{Buffers, Data, NO_SLOT, Streams};
use spadina_core::element::{self, Blocks, Choice, Completed, Projected, Projection};
use spadina_core::executor::{self, Executor};
use spadina_core::hoist::{Hoisted, hoist};
use spadina_core::interpret;
use spadina_core::kernel::{Buffer, Kernel, Output, Outputs, build, build_with};
use spadina_core::pattern::{Entries, Fault, Places, Symbolic, dense_streams, streams};
use spadina_core::program::Program;
use spadina_core::real::{Array, Precision};
use spadina_jit_cpu::{Compiled, Pool, Projector, compile, has_fused_multiply_add};
use std::sync::atomic::AtomicUsize;

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
    /// If its elements are projected: how.
    blocks: Option<(Blocks, Projection)>,
    symbolic: Symbolic,
    compiled: Option<Compiled>,
    pub entries: Entries,
    pub streams: Streams,
}

/// Which elements are projected, and how many were in the last evaluation.
#[derive(Default, Debug)]
pub struct Choosing {
    pub projected: Projected,
    pub count: AtomicUsize,
}

impl Choosing {
    /// How to project.
    pub fn choice(&self, projection: Projection) -> Choice<'_> {
        Choice { projection, projected: &self.projected, count: &self.count }
    }
}

/// Where the entries of matrices go.
#[derive(Clone, Copy, Default)]
pub struct Placement<'a> {
    pub hessian: Option<Places<'a>>,
    pub jacobian: Option<Places<'a>>,
    /// Entries of different rows may have one slot, so that no two ranges may run at the same time.
    pub shared: bool,
    /// The matrices of projected elements are evaluated batch by batch in a buffer of the host.
    pub batched: bool,
    /// The elements are few: threads would take longer to start.
    pub few: bool,
}

/// The kernels that compute some outputs of one program.
pub struct Set(Vec<Runnable>);

/// The kernels of one program, one set for each mode, and what they share.
pub struct Kernels {
    sets: [Set; 3],
    statics: Vec<Static>,
}

/// Numbers that no unknown changes, computed once for each binding.
struct Static {
    kernel: Kernel,
    compiled: Option<Compiled>,
    streams: Streams,
    numbers: Vec<f64>,
}

impl Runnable {
    /// If its elements are projected: how.
    #[cfg(feature = "gpu")]
    pub fn projected(&self) -> Option<(&Blocks, Projection)> {
        self.blocks.as_ref().map(|(blocks, projection)| (blocks, *projection))
    }

    /// The kernel by whose outputs the matrices are assembled.
    pub fn assembled(&self) -> &Kernel {
        self.blocks.as_ref().map_or(&self.kernel, |(blocks, _)| &blocks.whole)
    }

    /// Evaluates.
    fn run(
        &self,
        data: &Data,
        buffers: &mut Buffers,
        choosing: &Choosing,
        pool: &Pool,
    ) -> Result<f64, spadina_jit_cpu::Error> {
        let choice = |projection: &Projection| choosing.choice(*projection);
        let projector = self.blocks.as_ref().map(|(blocks, projection)| Projector::new(blocks, choice(projection)));
        Ok(match (&self.compiled, &self.blocks) {
            // SAFETY: `enumerate` checked every index over these sizes, tables and array lengths, and that rows and
            // columns lie within the unknowns; `place` made streams with a record for each iteration and slots within
            // buffers of these lengths; its groups keep ranges that write a common slot apart.
            (Some(compiled), _) => unsafe { compiled.run(data, &self.streams, buffers, pool, projector.as_ref())? },
            (None, None) => interpret::run(&self.kernel, data, &self.streams, buffers),
            (None, Some((blocks, projection))) => {
                element::run((&self.kernel, blocks, choice(projection)), data, &self.streams, buffers)
            }
        })
    }

    fn task(&mut self, partial: bool) -> Task<'_> {
        let skips = partial || self.symbolic.is_guarded();
        Task { kernel: &mut self.kernel, skips, compiled: &mut self.compiled }
    }
}

/// A kernel to be compiled.
pub struct Task<'a> {
    kernel: &'a mut Kernel,
    skips: bool,
    compiled: &'a mut Option<Compiled>,
}

impl Task<'_> {
    /// Compiles the kernel.
    pub fn run(self, precision: Precision) -> Result<(), spadina_jit_cpu::Error> {
        let options = spadina_jit_cpu::Options { precision, skips: self.skips, ..Default::default() };
        if has_fused_multiply_add() {
            self.kernel.fuse();
        }
        *self.compiled = Some(compile(self.kernel, &options)?);
        Ok(())
    }
}

impl Set {
    /// Builds the kernels of a program, which check its indices.
    pub fn new(program: &Program, outputs: Outputs) -> Self {
        Self::hoisted(program, program, outputs, (true, true), None)
    }

    /// The kernels of `hoisted`, which has the updates of `program`; the symbolic phase is that of `program`. Without
    /// `check` another set, whose outputs include these, checks the indices. `runs`: matrices are stored as CSR of both
    /// triangles.
    /// `projected`: the program was completed, and the elements of its Hessian are projected.
    fn hoisted(
        program: &Program,
        hoisted: &Program,
        outputs: Outputs,
        (check, runs): (bool, bool),
        projected: Option<(&Completed, Projection)>,
    ) -> Self {
        let kernels = build_with(program, outputs, runs).into_iter().zip(build_with(hoisted, outputs, runs));
        let runnable = |(whole, kernel): (Kernel, Kernel)| {
            let symbolic = Symbolic::of(&whole, program, check);
            let mut kernel = if kernel.same_outputs(&whole) { kernel } else { whole };
            let blocks =
                projected.and_then(|(completed, projection)| Some((Blocks::of(&mut kernel, completed)?, projection)));
            let (entries, streams) = (Entries::default(), Streams::default());
            Runnable { symbolic, kernel, blocks, compiled: None, entries, streams }
        };
        Self(kernels.map(runnable).collect())
    }

    /// Whether a kernel writes to a buffer.
    pub fn writes(&self, buffer: Buffer) -> bool {
        self.0.iter().any(|runnable| runnable.kernel.outputs.iter().any(|output| output.buffer == buffer))
    }

    pub fn runnables(&self) -> &[Runnable] {
        &self.0
    }

    /// Every kernel, to be compiled. `partial`: the storage of the Hessian has no slot for some entries.
    pub fn tasks(&mut self, partial: bool) -> impl Iterator<Item = Task<'_>> {
        self.0.iter_mut().map(move |runnable| runnable.task(partial))
    }

    /// Checks every index and records rows and columns.
    /// `offsets` gives for each unknown array the number of its first entry, `first_row` that of the residual.
    pub fn enumerate(
        &mut self,
        data: &Data,
        offsets: &[u32],
        first_row: u32,
        executor: &dyn Executor,
    ) -> Result<(), Fault> {
        for runnable in &mut self.0 {
            runnable.entries = runnable.symbolic.run(data, offsets, first_row, executor)?;
        }
        Ok(())
    }

    /// Calls `add` with every entry of a buffer.
    pub fn visit(&self, buffer: Buffer, mut add: impl FnMut(u32, u32)) {
        for runnable in &self.0 {
            runnable.entries.visit(runnable.assembled(), buffer, &mut add);
        }
    }

    /// Finds the slots; the records of rows and columns are let go.
    pub fn place(
        &mut self,
        Placement { hessian, jacobian, shared, batched, .. }: Placement<'_>,
        executor: &dyn Executor,
    ) {
        for runnable in &mut self.0 {
            let entries = std::mem::take(&mut runnable.entries);
            runnable.streams = streams(runnable.assembled(), &entries, hessian, jacobian, executor);
            if let Some((blocks, _)) = runnable.blocks.as_ref().filter(|_| batched) {
                let ranges = runnable.streams.runs().into_owned().ranges;
                let streams = &mut runnable.streams;
                let stream = std::mem::take(&mut streams.regions[blocks.region]);
                streams.regions[blocks.region] = blocks.widen(stream, streams.outer.start, &ranges);
            }
            if shared {
                let groups = &mut runnable.streams.chunks.groups;
                *groups = groups.iter().flatten().map(|&range| vec![range]).collect();
            }
        }
    }

    /// Gives the entries of the Hessian other slots: `slots` has them by the ones they have.
    pub fn translate(&mut self, slots: &[u32]) {
        for Runnable { kernel, blocks, streams, .. } in &mut self.0 {
            let whole = blocks.as_ref().map_or(&*kernel, |(blocks, _)| &blocks.whole);
            for (region, stream) in streams.regions.iter_mut().enumerate() {
                let own = |o: &&Output| o.buffer == Buffer::Hessian && o.region == region && o.has_slot();
                let mut offsets: Vec<usize> = whole.outputs.iter().filter(own).map(|o| o.offset).collect();
                offsets.sort_unstable();
                offsets.dedup();
                for record in stream.slots.chunks_exact_mut(stream.width.max(1)) {
                    for &offset in &offsets {
                        let slot = record[offset] as usize;
                        record[offset] = slots.get(slot).copied().unwrap_or(NO_SLOT);
                    }
                }
            }
        }
    }

    /// Runs the kernels; returns the energy.
    pub fn run(
        &self,
        data: &Data,
        buffers: &mut Buffers,
        choosing: &Choosing,
        pool: &Pool,
    ) -> Result<f64, spadina_jit_cpu::Error> {
        let mut energy = 0.0;
        for runnable in &self.0 {
            energy += runnable.run(data, buffers, choosing, pool)?;
        }
        Ok(energy)
    }
}

fn static_tasks(statics: &mut [Static]) -> impl Iterator<Item = Task<'_>> {
    statics.iter_mut().map(|s| Task { kernel: &mut s.kernel, skips: false, compiled: &mut s.compiled })
}

impl Kernels {
    /// Builds the kernels of a solved program; `outputs` says what each mode computes. The numbers of the arrays
    /// `changing` are others at every evaluation. `runs`: matrices are stored as CSR of both triangles.
    /// `projected`: the program was completed, and the elements of its Hessian are projected.
    pub fn new(
        program: &Program,
        outputs: impl Fn(Mode) -> Outputs,
        changing: &[Array],
        runs: bool,
        projected: Option<(&Completed, Projection)>,
    ) -> Self {
        let Hoisted { program: main, parts } = hoist(program, changing);
        let set = |mode| {
            let (widest, projected) = (mode == Mode::Hessian, projected.filter(|_| mode == Mode::Hessian));
            Set::hoisted(program, &main, outputs(mode), (widest, runs), projected)
        };
        let sets = Mode::ALL.map(set);
        let rows = Outputs { residual: true, ..Outputs::default() };
        let kernels = parts.iter().flat_map(|part| build(&part.program, rows));
        let statics = kernels
            .map(|kernel| Static { kernel, compiled: None, streams: Streams::default(), numbers: Vec::new() })
            .collect();
        Self { sets, statics }
    }

    pub fn set(&self, mode: Mode) -> &Set {
        &self.sets[mode as usize]
    }

    /// Every kernel, the largest first, to be compiled.
    pub fn tasks(&mut self, partial: bool) -> impl Iterator<Item = Task<'_>> {
        let Self { sets, statics } = self;
        sets.iter_mut().rev().flat_map(move |set| set.tasks(partial)).chain(static_tasks(statics))
    }

    /// The kernels of the stored numbers, to be compiled.
    #[cfg(feature = "gpu")]
    pub fn static_tasks(&mut self) -> impl Iterator<Item = Task<'_>> {
        static_tasks(&mut self.statics)
    }

    /// The stored numbers, in the order of their arrays, which come after all others.
    pub fn statics(&self) -> impl Iterator<Item = &[f64]> {
        self.statics.iter().map(|s| &s.numbers[..])
    }

    /// Computes the stored numbers; every index has been checked by [`enumerate`](Self::enumerate).
    pub fn store(&mut self, data: &Data, pool: &Pool) -> Result<(), spadina_jit_cpu::Error> {
        for Static { kernel, compiled, streams, numbers } in &mut self.statics {
            numbers.fill(0.0);
            let mut buffers = Buffers { residual: numbers, ..Buffers::default() };
            match compiled {
                // SAFETY: `enumerate` checked, for another kernel, every index this one evaluates, over the same loop;
                // `streams` has a record for each iteration and slots below the length of `numbers`, each once.
                Some(compiled) => unsafe { compiled.run(data, streams, &mut buffers, pool, None)? },
                None => interpret::run(kernel, data, streams, &mut buffers),
            };
        }
        Ok(())
    }

    /// Checks every index, and records rows and columns.
    pub fn enumerate(&mut self, data: &Data, offsets: &[u32], first_row: u32, pool: &Pool) -> Result<(), Fault> {
        let sets = self.sets.iter_mut().rev().collect();
        pool.try_each(sets, |set: &mut Set| set.enumerate(data, offsets, first_row, pool))?;
        for part in &mut self.statics {
            part.streams = dense_streams(&part.kernel, data)?;
            part.numbers = vec![0.0; part.streams.regions.iter().map(|r| r.slots.len()).max().unwrap_or(0)];
        }
        Ok(())
    }

    /// Calls `add` with every entry of a buffer in the widest mode.
    pub fn visit(&self, buffer: Buffer, add: impl FnMut(u32, u32)) {
        self.set(Mode::Hessian).visit(buffer, add);
    }

    /// Gives the entries of the Hessian other slots: `slots` has them by the ones they have.
    pub fn translate(&mut self, slots: &[u32]) {
        self.sets[Mode::Hessian as usize].translate(slots);
    }

    pub fn place(&mut self, placement: Placement<'_>, executor: &dyn Executor) {
        if placement.few {
            return self.sets.iter_mut().for_each(|set| set.place(placement, executor));
        }
        executor::map(executor, self.sets.iter_mut().collect(), |set| set.place(placement, executor));
    }
}
