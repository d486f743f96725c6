//! One solved program of a term: its kernels, and what binds them to data.

use super::bind::{ArraySource, TableSource, size_of};
use crate::problem::Problem;
use spadina_core::backend::{
    Code, CompileOptions, Engine, Job, KernelSet, ProgramInputs, ProgramKernels, Quantity, Residence, Routine,
};
use spadina_core::bind::{Buffers, Data, NO_SLOT, Streams};
use spadina_core::element::{Completed, Projection};
use spadina_core::executor::{Executor, map, try_each};
use spadina_core::kernel::{Buffer, Kernel, Output, Outputs};
use spadina_core::pattern::{Entries, Fault, Places, Symbolic, dense_streams, streams};
use spadina_core::program::{Program, Renaming};
use spadina_core::real::{Array, ArrayInfo, ArrayKind, Graph};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// The places of the entries of matrices.
#[derive(Clone, Copy, Default)]
pub struct Placement<'a> {
    pub hessian: Option<Places<'a>>,
    pub jacobian: Option<Places<'a>>,
    /// Entries of different rows may have one slot, so that no two ranges may run at the same time.
    pub shared: bool,
    /// The matrices of projected elements are evaluated batch by batch in a buffer of the host.
    pub batched: bool,
}

/// The sources of the arrays and tables of a program.
pub struct Binding {
    sources: Vec<ArraySource>,
    tables: Vec<TableSource>,
}

impl Binding {
    pub fn new(problem: &Problem, graph: &Graph) -> Self {
        let sources = graph.arrays().iter().map(|array| ArraySource::of(problem, graph, array)).collect();
        let tables = graph.indices.tables().iter().map(|table| TableSource::of(problem, table)).collect();
        Self { sources, tables }
    }

    /// The data by the ids of the program's graph.
    pub fn data<'a>(&'a self, graph: &'a Graph, problem: &'a Problem, weights: &'a [f64]) -> Data<'a> {
        let arrays = self.sources.iter().zip(graph.arrays());
        let arrays = arrays.map(|(source, info)| source.slice(problem, &info.kind, weights)).collect();
        let tables = self.tables.iter().zip(graph.indices.tables());
        let tables = tables.map(|(source, info)| source.slice(problem, &info.kind)).collect();
        let sizes = graph.indices.sizes().iter().map(|size| size_of(problem, size)).collect();
        Data { arrays, seeds: Vec::new(), tables, sizes }
    }

    /// The slices of a direction by the ids of the arrays.
    pub fn seeds<'a>(&self, problem: &Problem, direction: &'a [f64]) -> Vec<&'a [f64]> {
        self.sources.iter().map(|s| &direction[s.range(problem)]).collect()
    }

    /// By array, the number of its first entry among the unknowns.
    pub fn offsets(&self, problem: &Problem) -> Vec<u32> {
        self.sources.iter().map(|s| s.offset(problem)).collect()
    }

    /// By array, the number of its first entry among the unknowns, or among the rows of the residual, where those of the
    /// term begin at `first_row`.
    fn starts(&self, problem: &Problem, first_row: u32) -> Vec<u32> {
        let start =
            |source: &ArraySource| if let ArraySource::Weights = source { first_row } else { source.offset(problem) };
        self.sources.iter().map(start).collect()
    }
}

/// The place of an array's numbers. The arrays `matrices` hold projected matrices, in this order; loop nests of which no
/// matrices are projected have an array, too, which nothing reads.
fn residence((own, array): (Array, &ArrayInfo), matrices: &[Array]) -> Residence {
    match array.kind {
        ArrayKind::Unknown => Residence::Unknowns,
        ArrayKind::Weights => Residence::Rows,
        ArrayKind::Matrices(_) => {
            matrices.iter().position(|&array| array == own).map_or(Residence::Data, Residence::Matrices)
        }
        ArrayKind::Data | ArrayKind::Reference(_) | ArrayKind::Constant(_) | ArrayKind::Stored(_) => Residence::Data,
        ArrayKind::Combinations(_) => unreachable!("a solved program has no combinations"),
    }
}

/// Numbers that no unknown changes, computed once for each binding.
#[derive(Default)]
struct Stored {
    code: Option<Arc<dyn Code>>,
    streams: Streams,
    numbers: Vec<f64>,
}

/// The code of stored numbers that has been compiled, by the kernels.
pub type StoredCode = HashMap<*const KernelSet, Vec<Arc<dyn Code>>>;

/// A solved program with its kernels, which terms of one energy share.
pub struct SolvedProgram {
    /// As the front-end gave it.
    pub source: Arc<Program>,
    /// The solved program.
    pub program: Arc<Program>,
    /// The sources of its arrays and tables.
    pub binding: Binding,
    /// Its kernels.
    pub kernels: Arc<KernelSet>,
    /// By array, where its numbers are.
    residences: Arc<[Residence]>,
    /// The phases that check indices and record entries, by quantity and kernel, as all that follow.
    symbolic: Arc<[Vec<Symbolic>; 3]>,
    entries: [Vec<Entries>; 3],
    streams: [Vec<Streams>; 3],
    stored: Vec<Stored>,
}

/// The kernels in which products are fused with sums.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fusion {
    /// None.
    Nothing,
    /// Those of stored numbers.
    Stored,
    /// All.
    All,
}

/// The outputs, storage and projection that a program is solved for.
#[derive(Clone, Copy)]
pub struct Request {
    /// The outputs of each quantity.
    pub outputs: fn(Quantity) -> Outputs,
    /// True if matrices are stored as CSR of both triangles.
    pub runs: bool,
    /// The projection of elements.
    pub projected: Option<TermProjection>,
    /// The kernels whose products are fused.
    pub fusion: Fusion,
}

/// The projection of a term's elements.
#[derive(Clone, Copy)]
pub struct TermProjection {
    /// The treatment of negative eigenvalues.
    pub projection: Projection,
    /// True if elements are iterations of the outermost loop.
    pub outermost: bool,
}

impl SolvedProgram {
    /// The kernels of a solved program. The arrays `matrices` hold projected matrices, in this order. `projected`: the program was completed, and the elements of its Hessian are projected.
    pub fn new(
        problem: &Problem,
        source: Program,
        program: Program,
        request: Request,
        matrices: &[Array],
        projected: Option<(&Completed, Projection)>,
    ) -> Self {
        let binding = Binding::new(problem, &program.graph);
        let arrays = (0..).map(Array).zip(program.graph.arrays());
        let residences: Arc<[Residence]> = arrays.map(|array| residence(array, matrices)).collect();
        let others = |residence: &Residence| matches!(residence, Residence::Rows | Residence::Matrices(_));
        let changing: Vec<Array> = (0..).zip(&*residences).filter(|(_, r)| others(r)).map(|(k, _)| Array(k)).collect();
        let mut symbolic: [Vec<Symbolic>; 3] = Default::default();
        let inspect = |quantity: Quantity, kernel: &Kernel| {
            // The widest kernels check the indices for all.
            let own = Symbolic::of(kernel, &program, quantity == Quantity::Hessian);
            let guarded = own.is_guarded();
            symbolic[quantity as usize].push(own);
            guarded
        };
        let mut kernels = KernelSet::new(&program, request.outputs, &changing, request.runs, projected, inspect);
        if request.fusion != Fusion::Nothing {
            kernels.iter_mut(request.fusion == Fusion::All).for_each(|routine| routine.kernel.fuse());
        }
        let stored = kernels.stored.iter().map(|_| Stored::default()).collect();
        let (entries, streams) = Default::default();
        let (source, program, kernels, symbolic) = (source.into(), program.into(), kernels.into(), symbolic.into());
        Self { source, binding, residences, kernels, symbolic, entries, streams, stored, program }
    }

    /// The same program over data of other names, with the same kernels.
    pub fn again(&self, problem: &Problem, names: &Renaming) -> Self {
        let renamed = |own: &Arc<Program>| if names.is_identity() { own.clone() } else { own.renamed(names).into() };
        let (source, program) = (renamed(&self.source), renamed(&self.program));
        let (entries, streams) = Default::default();
        Self {
            source,
            binding: Binding::new(problem, &program.graph),
            residences: self.residences.clone(),
            kernels: self.kernels.clone(),
            symbolic: self.symbolic.clone(),
            entries,
            streams,
            stored: self.kernels.stored.iter().map(|_| Stored::default()).collect(),
            program,
        }
    }

    /// The kernels as back-ends take them.
    pub fn kernels(&self) -> ProgramKernels<'_> {
        ProgramKernels { set: &self.kernels, residences: &self.residences }
    }

    /// Compiles what computes the stored numbers, unless that is known.
    pub fn compile_stored(
        &mut self,
        (engine, options): (&dyn Engine, &CompileOptions),
        known: &mut StoredCode,
        executor: &dyn Executor,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let codes = match known.entry(Arc::as_ptr(&self.kernels)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let routines: Vec<&Routine> = self.kernels.stored.iter().collect();
                let codes = map(executor, routines, |r| engine.compile(r, options)).into_iter();
                new.insert(codes.map(|code| code.map(Arc::from)).collect::<Result<_, _>>()?)
            }
        };
        for (stored, code) in self.stored.iter_mut().zip(&*codes) {
            stored.code = Some(code.clone());
        }
        Ok(())
    }

    /// The data of the kernels: those of the program and, after them, the stored numbers.
    pub fn data<'a>(&'a self, problem: &'a Problem, weights: &'a [f64]) -> Data<'a> {
        let mut data = self.binding.data(&self.program.graph, problem, weights);
        data.arrays.extend(self.stored());
        data
    }

    /// The program bound to data. Of the weights and `matrices` only the lengths are of account.
    pub fn inputs<'a>(
        &'a self,
        problem: &'a Problem,
        (weights, first_row): (&'a [f64], usize),
        matrices: &[&'a [f64]],
    ) -> ProgramInputs<'a> {
        let mut data = self.data(problem, weights);
        insert(&self.residences, matrices, &mut data);
        ProgramInputs {
            kernels: self.kernels(),
            streams: Quantity::ALL.map(|quantity| self.streams(quantity)),
            data,
            offsets: self.binding.starts(problem, first_row as u32),
        }
    }

    /// The slots of a quantity's kernels.
    pub fn streams(&self, quantity: Quantity) -> &[Streams] {
        &self.streams[quantity as usize]
    }

    /// The kernels of a quantity, with their entries.
    pub fn entries(&self, quantity: Quantity) -> impl Iterator<Item = (&Routine, &Entries)> {
        self.kernels.routines(quantity).iter().zip(&self.entries[quantity as usize])
    }

    /// The stored numbers, in the order of their arrays, which come after all others.
    pub fn stored(&self) -> impl Iterator<Item = &[f64]> {
        self.stored.iter().map(|s| &s.numbers[..])
    }

    /// Computes the stored numbers; every index has been checked by [`enumerate`](Self::enumerate).
    pub fn store(&mut self, problem: &Problem, executor: &dyn Executor) {
        let data = self.binding.data(&self.program.graph, problem, &[]);
        for (Stored { code, streams, numbers }, routine) in self.stored.iter_mut().zip(&self.kernels.stored) {
            numbers.fill(0.0);
            let mut buffers = Buffers { residual: numbers, ..Buffers::default() };
            let Some(code) = code else { unreachable!("stored numbers are compiled when the system is built") };
            // SAFETY: `enumerate` checked, for another kernel, every index this one evaluates, over the same loop;
            // `streams` has a record for each iteration and slots below the length of `numbers`, each once.
            let job = unsafe { Job::new(routine, &data, streams, None) };
            code.run(&job, &mut buffers, executor);
        }
    }

    /// Checks every index and records rows and columns. Rows of the residual begin at `first_row`; of the weights and
    /// `matrices` only the lengths are of account.
    pub fn enumerate(
        &mut self,
        problem: &Problem,
        (weights, first_row): (&[f64], u32),
        matrices: &[&[f64]],
        executor: &dyn Executor,
    ) -> Result<(), Fault> {
        let Self { binding, program, residences, symbolic, entries, .. } = self;
        let mut data = binding.data(&program.graph, problem, weights);
        insert(residences, matrices, &mut data);
        let offsets = binding.offsets(problem);
        let sets = entries.iter_mut().zip(&**symbolic).rev().collect();
        try_each(executor, sets, |(entries, symbolic): (&mut Vec<Entries>, &Vec<Symbolic>)| {
            *entries =
                symbolic.iter().map(|s| s.run(&data, &offsets, first_row, executor)).collect::<Result<_, _>>()?;
            Ok(())
        })?;
        for (Stored { streams, numbers, .. }, routine) in self.stored.iter_mut().zip(&self.kernels.stored) {
            *streams = dense_streams(&routine.kernel, &data)?;
            *numbers = vec![0.0; streams.regions.iter().map(|r| r.slots.len()).max().unwrap_or(0)];
        }
        Ok(())
    }

    /// Calls `add` with every entry of a buffer in the widest quantity.
    pub fn visit(&self, buffer: Buffer, mut add: impl FnMut(u32, u32)) {
        for (routine, entries) in self.entries(Quantity::Hessian) {
            entries.visit(routine.assembled(), buffer, &mut add);
        }
    }

    /// Gives the entries of the Hessian other slots: `slots` has them by the ones they have.
    pub fn translate(&mut self, slots: &[u32]) {
        let routines = self.kernels.routines(Quantity::Hessian).iter();
        for (routine, streams) in routines.zip(&mut self.streams[Quantity::Hessian as usize]) {
            translate(routine, streams, slots);
        }
    }

    /// Finds the slots; the records of rows and columns are let go.
    pub fn place(&mut self, placement: Placement<'_>, executor: &dyn Executor) {
        let routines = Quantity::ALL.map(|quantity| self.kernels.routines(quantity));
        let sets = routines.into_iter().zip(&mut self.entries);
        let tasks = sets.flat_map(|(routines, entries)| routines.iter().zip(std::mem::take(entries))).collect();
        let mut placed =
            map(executor, tasks, |(routine, entries)| place(routine, &entries, placement, executor)).into_iter();
        self.streams = routines.map(|routines| placed.by_ref().take(routines.len()).collect());
    }
}

/// Puts what stands for projected matrices into the data.
fn insert<'a>(residences: &[Residence], matrices: &[&'a [f64]], data: &mut Data<'a>) {
    for (array, residence) in data.arrays.iter_mut().zip(residences) {
        if let Residence::Matrices(number) = *residence {
            *array = matrices[number];
        }
    }
}

/// Finds the slots of a kernel.
pub fn place(routine: &Routine, entries: &Entries, placement: Placement<'_>, executor: &dyn Executor) -> Streams {
    let Placement { hessian, jacobian, shared, batched } = placement;
    let mut streams = streams(routine.assembled(), entries, hessian, jacobian, executor);
    if let Some(elements) = routine.elements.as_ref().filter(|_| batched) {
        let blocks = &elements.blocks;
        let ranges = streams.runs().into_owned().ranges;
        let stream = std::mem::take(&mut streams.regions[blocks.region]);
        streams.regions[blocks.region] = blocks.widen(stream, streams.outer.start, &ranges);
    }
    if shared {
        let groups = &mut streams.chunks.groups;
        *groups = groups.iter().flatten().map(|&range| vec![range]).collect();
    }
    streams
}

/// Gives the entries of the Hessian other slots.
fn translate(routine: &Routine, streams: &mut Streams, slots: &[u32]) {
    for (region, stream) in streams.regions.iter_mut().enumerate() {
        let own = |o: &&Output| o.buffer == Buffer::Hessian && o.region == region && o.has_slot();
        let mut offsets: Vec<usize> = routine.assembled().outputs.iter().filter(own).map(|o| o.offset).collect();
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
